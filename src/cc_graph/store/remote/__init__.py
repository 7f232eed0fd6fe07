"""The graph in another SPARQL server: `RemoteReader` and `RemotePublisher`, with the faces of the embedded ones.

- client: one call of the SPARQL 1.1 Protocol, bounded in time and bytes, its failures told as ours
- names: the graphs that are ours there beside the sources' (the merge, and the marks of publication)
- marks: which revision is there, and whether a publication has begun and not ended
- dialect: where a server departs from the standard, and what is said to it instead
- plan: a query as it is sent, its dataset in the call, its prefixes declared
- results: what came back, checked and written in the form asked for
- whole: whole graphs, compared with their counts
- clock: how much of the time for an answer is left
- reader: queries and dumps, each answered from one revision or not at all
- health: what the watchers of a service are told
- pending: a publication that has begun, kept until it has ended
- publisher: changes, repeatable and not atomic
"""
