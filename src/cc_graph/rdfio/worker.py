"""The reading child: `python -m cc_graph.rdfio.worker` makes N-Quads of one document after the other."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from cc_graph.errors import BadData, CityError, TooMuch, Unavailable
from cc_graph.rdfio.depth import check_depth
from cc_graph.sandbox import serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Header = dict[str, Any]

LARGEST_ANSWER: Final = 256 << 20
"""How many bytes of N-Quads a document may become: some formats can say much in few words."""

_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE: Final = re.compile(r"^Parser error (?:at|between) .*?: ", re.DOTALL)
_HINTS: Final = (
    ("has not been declared", "Declare the prefix at the top of the file."),
    ("No scheme found", "Write the IRI in full, or say what it is relative to with @base."),
    ("UTF-8", "Save the file as UTF-8."),
    ("utf-8", "Save the file as UTF-8."),
)


def answer(header: Header, fds: Sequence[int]) -> tuple[Header, IO[bytes]]:
    """N-Quads of the document behind the first descriptor.

    Raises:
        BadData: it is malformed, nested too deeply, or asks for what is not in it.
        TooMuch: it says too much.
    """
    document = _read(fds[0])
    name, form = header["name"], header["format"]
    if form == "rdfxml":
        _refuse_declarations(document, name)
    check_depth(document, form, name)
    with ExitStack() as stack:
        body = stack.enter_context(tempfile.TemporaryFile())
        try:
            parser = ox.parse(document, _FORMATS[form], base_iri=header["base_iri"], rename_blank_nodes=True)
            quads = _Quads(parser, header["graph"], header["skolem_prefix"])
            ox.serialize(quads, body, ox.RdfFormat.N_QUADS)
            body.flush()
        except SyntaxError as error:
            raise _malformed(error, name) from None
        except (ValueError, MemoryError) as error:
            raise BadData(
                f"{name} cannot be read: {error}.", hint="Look for an IRI or a literal beyond measure."
            ) from None
        except OSError as error:
            raise Unavailable(
                f"{name} cannot be read: {error.strerror}.", hint="Look for space in the temporary folder."
            ) from None
        if body.tell() > LARGEST_ANSWER:
            raise TooMuch(f"It states more than {LARGEST_ANSWER >> 20} MB of facts.", hint="Split it.")
        stack.pop_all()  # whoever answers closes it
        return {"count": quads.count, "prefixes": parser.prefixes}, body


class _Quads:
    """The quads of a parser, put into a graph and skolemised as asked, and counted."""

    def __init__(self, parser: ox.QuadParser, graph: str | None, skolem_prefix: str | None) -> None:
        self.count = 0
        self._parser = parser
        self._graph = None if graph is None else ox.NamedNode(graph)
        self._prefix = skolem_prefix

    def __iter__(self) -> Iterator[ox.Quad]:
        for quad in self._parser:
            self.count += 1
            graph = quad.graph_name
            if self._graph is not None and isinstance(graph, ox.DefaultGraph):
                graph = self._graph
            if self._prefix is None:
                yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
            else:
                yield ox.Quad(
                    self._named(quad.subject), quad.predicate, self._named(quad.object), self._named(graph)
                )

    def _named(self, term: Any) -> Any:
        """The term, blank nodes in it replaced by IRIs."""
        if isinstance(term, ox.BlankNode):
            return ox.NamedNode(f"{self._prefix}{term.value}")
        if isinstance(term, ox.Triple):
            return ox.Triple(self._named(term.subject), term.predicate, self._named(term.object))
        return term


def _read(fd: int) -> bytes:
    os.lseek(fd, 0, os.SEEK_SET)
    with open(fd, "rb", closefd=False) as file:
        return file.read()


def _refuse_declarations(document: bytes, name: str) -> None:
    """No DTD: entities can grow without bound and can name files. Only UTF-8 can be searched for them."""
    if document[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in document[:4]:
        raise BadData(f"{name} is not UTF-8.", hint="Save the file as UTF-8.")
    found = _DECLARATION.search(document)
    if found:
        line = document.count(b"\n", 0, found.start()) + 1
        raise BadData(
            f"{name}, line {line}: a document type declaration is not read.",
            hint="Leave out DOCTYPE and ENTITY and write the IRIs in full.",
        )


def _malformed(error: SyntaxError, name: str) -> CityError:
    reason = _PLACE.sub("", error.msg).rstrip(".")
    if "LoadDocumentCallback" in reason:
        return BadData(
            f"{name} has a JSON-LD context that lies elsewhere, and nothing is fetched.",
            hint="Put the context itself into the file.",
        )
    place = f", line {error.lineno}" if error.lineno else ""
    hint = next(
        (hint for sign, hint in _HINTS if sign in reason),
        "Mend that place; a text editor for RDF shows it too.",
    )
    return BadData(f"{name}{place}: {reason}.", hint=hint)


if __name__ == "__main__":
    serve(lambda _: answer)
