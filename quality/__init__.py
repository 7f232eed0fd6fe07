"""The quality gates of the ontology: what `make check-ontology` prints and the tests assert."""
