"""The reading child: `python -m cc_graph.rdfio.worker` makes N-Quads of one document after the other."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any, Final
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

import pyoxigraph as ox

from cc_graph.errors import BadData, CityError, TooMuch, Unavailable
from cc_graph.rdfio.depth import check_depth
from cc_graph.rdfio.inflating import unpacked
from cc_graph.rdfio.jsonld import check_words, with_our_context
from cc_graph.rdfio.limits import MOST_PREFIXES, Bounded, check_iri, check_literal
from cc_graph.sandbox import serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Header = dict[str, Any]

MOST_NAMES: Final = 50_000
"""How many things of a graph a document may refer to, where they are asked for."""

LONGEST_NAME: Final = 1_000
"""How many characters the IRI of such a thing has at most: ours are far shorter."""

_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
_BOM: Final = b"\xef\xbb\xbf"
_DECLARATION: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE: Final = re.compile(r"^Parser error (?:at|between) .*?: ", re.DOTALL)
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_REASON: Final = 200
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
        TooLarge: it is too large when it is unpacked.
    """
    document = _document(header, fds[0])
    name = header["name"]
    with ExitStack() as stack:
        body = stack.enter_context(tempfile.TemporaryFile())
        try:
            parser = ox.parse(
                document, _FORMATS[header["format"]], base_iri=header["base_iri"], rename_blank_nodes=True
            )
            quads = _Quads(parser, header)
            bounded: Any = Bounded(body, header["largest_answer"], _says_too_much)
            ox.serialize(quads, bounded, ox.RdfFormat.N_QUADS)
            body.flush()
        except SyntaxError as error:
            raise _malformed(error, name) from None
        except (ValueError, MemoryError) as error:
            raise BadData(
                f"{name} cannot be read: {_readable(str(error))}.",
                hint="Look for an IRI or a literal beyond measure.",
            ) from None
        except OSError as error:
            raise _unwritable(error, name) from None
        if len(parser.prefixes) > MOST_PREFIXES:
            raise BadData(
                f"{name} declares more than {MOST_PREFIXES:,} prefixes.", hint="Declare those it uses."
            )
        stack.pop_all()  # whoever answers closes it
        told = {"count": quads.count, "prefixes": parser.prefixes, "names": sorted(quads.names)}
        return told, body


class _Quads:
    """The quads of a parser, put into a graph and skolemised as asked, bounded and counted."""

    def __init__(self, parser: ox.QuadParser, header: Header) -> None:
        self.count = 0
        self.names: set[str] = set()
        self._parser = parser
        self._graph = None if header["graph"] is None else ox.NamedNode(header["graph"])
        self._prefix = header["skolem_prefix"]
        self._below = tuple(header["names_below"])
        self._plain = header["plain"]
        self._name = header["name"]

    def __iter__(self) -> Iterator[ox.Quad]:
        kept = self._graph is None and self._prefix is None
        for quad in self._parser:
            self.count += 1
            subject, predicate, value, graph = quad
            check_iri(predicate, self._name)
            said = self._checked(subject), predicate, self._checked(value)
            place = self._checked(graph)
            yield quad if kept else ox.Quad(*said, place)

    def _checked(self, term: Any) -> Any:
        """The term, once it is known to be within bounds; blank nodes in it replaced by IRIs, if asked."""
        if isinstance(term, ox.NamedNode):
            check_iri(term, self._name)
            if self._below and term.value.startswith(self._below):
                self._note(term.value)
        elif isinstance(term, ox.Literal):
            check_literal(term, self._name)
            if self._plain and term.direction is not None:
                raise BadData(
                    f"{self._name} gives «{term.value[:40]}» a base direction, which RDF 1.1 does not know.",
                    hint="Leave the direction (--ltr, --rtl) out.",
                )
        elif isinstance(term, ox.BlankNode):
            return term if self._prefix is None else ox.NamedNode(f"{self._prefix}{term.value}")
        elif isinstance(term, ox.Triple):
            return self._quoted(term)
        elif self._graph is not None:  # the default graph
            return self._graph
        return term

    def _quoted(self, triple: ox.Triple) -> ox.Triple:
        if self._plain:
            raise BadData(
                f"{self._name} has a statement about a statement (<<…>>), which RDF 1.1 does not know.",
                hint="Say in the description of the source what is known of the statement.",
            )
        check_iri(triple.predicate, self._name)
        return ox.Triple(self._checked(triple.subject), triple.predicate, self._checked(triple.object))

    def _note(self, iri: str) -> None:
        if len(iri) <= LONGEST_NAME:
            self.names.add(iri)
        if len(self.names) > MOST_NAMES:
            raise TooMuch(
                f"It refers to more than {MOST_NAMES:,} things.", hint="Split it into smaller files."
            )


def _document(header: Header, fd: int) -> bytes:
    """The document: unpacked, without a byte order mark, not too deep, nothing declared, our context put in."""
    name, form = header["name"], header["format"]
    document = _read(fd)
    if header["coding"]:
        document = unpacked(document, header["coding"], header["largest"], name)
    document = document.removeprefix(_BOM)
    if form == "rdfxml":
        _refuse_declarations(document, name)
    check_depth(document, form, name)
    if form == "rdfxml":
        _require_whole_xml(document, name)
    if form == "jsonld":
        document = with_our_context(document, header["base_iri"], name)
        check_words(document, header["base_iri"], name)
    return document


def _read(fd: int) -> bytes:
    os.lseek(fd, 0, os.SEEK_SET)
    with open(fd, "rb", closefd=False) as file:
        return file.read()


def _refuse_declarations(document: bytes, name: str) -> None:
    """No DTD: entities can grow without bound and can name files.

    Only UTF-8 can be searched for them (the engine reads nothing else), and it is: also comments and CDATA, so that
    nothing hangs on where we think a comment ends.
    """
    if document[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in document[:4]:
        raise BadData(f"{name} is not UTF-8.", hint="Save the file as UTF-8.")
    found = _DECLARATION.search(document)
    if found:
        line = document.count(b"\n", 0, found.start()) + 1
        raise BadData(
            f"{name}, line {line}: a document type declaration is not read.",
            hint="Leave out DOCTYPE and ENTITY and write the IRIs in full.",
        )


def _require_whole_xml(document: bytes, name: str) -> None:
    """The engine takes a document that breaks off between two elements, or is empty, for a whole one; expat does not."""
    try:
        ParserCreate("utf-8").Parse(document, True)
    except ExpatError as error:
        raise BadData(
            f"{name}, line {error.lineno}: {ErrorString(error.code)}.",
            hint="Mend that place, or send all of the file.",
        ) from None


def _says_too_much() -> TooMuch:
    return TooMuch("It states too much for its size.", hint="Split it into smaller files.")


def _unwritable(error: OSError, name: str) -> CityError:
    if error.errno == errno.EFBIG:
        return _says_too_much()
    return Unavailable(
        f"{name} cannot be read: {error.strerror}.", hint="Look for space in the temporary folder."
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
    return BadData(f"{name}{place}: {_readable(reason)}.", hint=hint)


def _readable(reason: str) -> str:
    """What the engine says, which may quote a megabyte of the document: one line of it."""
    line = _UNPRINTED.sub(" ", reason)
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"


if __name__ == "__main__":
    serve(lambda _: answer)
