"""What a remote store answered: checked, in the standard's words, and written in the form asked for."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING, Literal, cast

import pyoxigraph as ox

from cc_graph.errors import TooMuch, Unavailable
from cc_graph.store.writing import write_boolean, write_table, write_triples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph.store.reader import Query
    from cc_graph.store.remote.client import Reply
    from cc_graph.store.remote.dialect import Dialect
    from cc_graph.store.spool import Spool

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_RAISE_IT = (
    "Raise its limit (for Virtuoso: ResultSetMaxRows in virtuoso.ini), or ask for less with a LIMIT below it."
)


def write_results(
    reply: Reply, query: Query, dialect: Dialect, body: Spool
) -> tuple[Literal["table", "boolean"], int]:
    """Write the answer to a SELECT or an ASK; gives its kind and the number of its rows.

    Raises:
        NotAcceptable: the query's form does not hold it.
        TooMuch: the server cut it.
        Unavailable: it is not the answer of a SPARQL endpoint.
    """
    form = query.table_format.name if query.table_format else None
    with _standard(reply, dialect) as document:
        results = _parsed(document)
        if isinstance(results, ox.QueryBoolean):
            write_boolean(results, body, form)
            return "boolean", 1
        number = _counted(results)  # the whole of it is read before the first byte is written
        document.seek(0)
        write_table(cast("ox.QuerySolutions", _parsed(document)), body, form)
    return "table", number


def solutions(reply: Reply, dialect: Dialect) -> list[list[Term | None]]:
    """The rows of a SELECT.

    Raises:
        TooMuch: the server cut them.
        Unavailable: it is not the answer of a SPARQL endpoint.
    """
    with _standard(reply, dialect) as document:
        found = _parsed(document)
        if isinstance(found, ox.QueryBoolean):
            raise _garbage("a truth value instead of a table")
        try:
            return [list(row) for row in found]
        except (SyntaxError, ValueError) as error:
            raise _garbage(str(error)) from None


def write_graph(reply: Reply, query: Query, dialect: Dialect, body: Spool) -> int:
    """Write the answer to a CONSTRUCT or a DESCRIBE; gives the number of its triples.

    Raises:
        NotAcceptable: the query's form does not hold it.
        Unavailable: it is not the answer of a SPARQL endpoint, or its end cannot be told.
    """
    counted = _Counted(triples(reply, dialect))
    write_triples(counted, body, query.graph_format.name if query.graph_format else None)
    return counted.number


def triples(reply: Reply, dialect: Dialect) -> Iterator[ox.Triple]:
    """The triples of a reply.

    Raises:
        Unavailable: as `write_graph`.
    """
    with reply.body as document:
        if not reply.measured:  # N-Triples broken off after a line look whole
            raise _garbage("triples without saying where they end")
        try:
            for quad in ox.parse(document, ox.RdfFormat.N_TRIPLES):
                found = quad.object
                if isinstance(found, ox.Literal) and dialect.datatypes and found.language is None:
                    datatype = ox.NamedNode(dialect.standard(found.datatype.value))
                    found = ox.Literal(found.value, datatype=datatype)
                yield ox.Triple(quad.subject, quad.predicate, found)
        except (SyntaxError, ValueError) as error:
            raise _garbage(str(error)) from None


def cut(rows: int) -> TooMuch:
    """The error for an answer that the server cut."""
    return TooMuch(f"The remote store cuts answers at {rows:,} rows, and this one has more.", hint=_RAISE_IT)


class _Counted:
    """An iterator that knows how many it gave."""

    def __init__(self, inner: Iterator[ox.Triple]) -> None:
        self._inner = inner
        self.number = 0

    def __iter__(self) -> Iterator[ox.Triple]:
        return self

    def __next__(self) -> ox.Triple:
        found = next(self._inner)
        self.number += 1
        return found


def _standard(reply: Reply, dialect: Dialect) -> IO[bytes]:
    """The JSON of a reply in the standard's words."""
    if reply.cut_at is not None:
        reply.body.close()
        raise cut(reply.cut_at)
    if not dialect.spellings:
        return reply.body
    document = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - the caller closes it
    with reply.body:
        for line in reply.body:  # one solution each
            for theirs, ours in dialect.spellings:
                line = line.replace(theirs, ours)
            document.write(line)
    document.seek(0)
    return cast("IO[bytes]", document)


def _parsed(document: IO[bytes]) -> ox.QuerySolutions | ox.QueryBoolean:
    try:
        results = ox.parse_query_results(document, ox.QueryResultsFormat.JSON)
    except (SyntaxError, ValueError) as error:
        raise _garbage(str(error)) from None
    return results


def _counted(results: ox.QuerySolutions) -> int:
    try:
        return sum(1 for _ in results)
    except (SyntaxError, ValueError) as error:
        raise _garbage(str(error)) from None


def _garbage(what: str) -> Unavailable:
    return Unavailable(
        f"The remote store's answer cannot be read: {what[:200]}.",
        hint="See that CC_GRAPH_STORE names a SPARQL 1.1 endpoint for queries.",
    )
