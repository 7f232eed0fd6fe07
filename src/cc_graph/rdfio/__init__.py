"""Safe reading and writing of RDF: which formats there are, and parsing in a sandbox."""
