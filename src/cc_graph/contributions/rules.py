"""What shapes cannot say: slips in our terms, shapes in the data, and what a document from outside may not state."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from rdflib import Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from cc_graph.vocab import SCHEMES, SHAPES, TERMS, shorten
from cc_graph.vocab import SH as SH_IRI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rdflib.term import Node

    Found = dict[str, Any]
    Statement = tuple[Node, Node, Node]
    Said = tuple[Node, Node, Node, Node | None]

_RESERVED: Final = (TERMS, SHAPES, SCHEMES, TERMS[:-1], SHAPES[:-1])
_DEFINING: Final = frozenset({RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range})
_DEFINED: Final = frozenset({RDFS.Class, RDFS.Datatype, RDF.Property})
_SCRIPTED: Final = frozenset({"javascript", "vbscript", "data", "file"})
# Zero-width signs, marks of direction, the soft hyphen: nobody sees them, and they make two words of one. Joiners belong
# to some scripts and to none of ours.
_INVISIBLE: Final = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]|(?<=[A-Za-z])[\u200c\u200d]"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_MICRO: Final = frozenset("μ")  # of a micrometre
_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


@dataclass(frozen=True)
class Owner:
    """What a document from outside may describe.

    Attributes:
        base_iri: what the IRIs of our things and graphs begin with.
        own: what the IRIs of the things begin with that it may describe, the readable one first.
    """

    base_iri: str
    own: tuple[str, ...]


def finding(
    shape: str, severity: str, focus: Node, en: str, it: str, *, path: Node | str = "", value: Node | str = ""
) -> Found:
    """A finding as plain values."""
    return {
        "severity": severity,
        "focus": str(focus),
        "path": str(path),
        "value": str(value)[:200],
        "message": {"en": en, "it": it},
        "shape": SHAPES + shape,
    }


def unknown_terms(data: Iterable[Statement], known: set[str]) -> Iterator[Found]:
    """A term in our namespace that the ontology does not define: most likely a slip of the pen."""
    used = {
        (str(term), str(subject))
        for subject, predicate, value in data
        for term in ((predicate, value) if predicate == RDF.type else (predicate,))
        if isinstance(term, URIRef) and term.startswith(TERMS)
    }
    nearest: dict[str, str] = {}
    for term, subject in sorted(used):
        if term in known:
            continue
        if term not in nearest:
            near = difflib.get_close_matches(term[:200], known, n=1, cutoff=0.0) if len(nearest) < 100 else []
            nearest[term] = shorten(near[0]) if near else ""
        name, near_name = shorten(term), nearest[term]
        yield finding(
            "UnknownTerm",
            "violation",
            URIRef(subject),
            f"The ontology has no term {name}" + (f"; the nearest is {near_name}." if near_name else "."),
            f"L'ontologia non ha un termine {name}"
            + (f"; il più vicino è {near_name}." if near_name else "."),
            path=term,
        )


def carried_shapes(data: Iterable[Statement]) -> Iterator[Found]:
    """Data that carry shapes could change how they are judged."""
    carriers = {
        subject for subject, term, value in data if SH_IRI in str(term) or str(value).startswith(SH_IRI)
    }
    for subject in carriers:
        yield finding(
            "CarriedShape",
            "violation",
            subject,
            "Data may not carry SHACL shapes; leave the sh: triples out.",
            "I dati non possono contenere forme SHACL: togliere le triple sh:.",
        )


def foreign(said: Iterable[Said], owner: Owner) -> Iterator[Found]:
    """What a document from outside says that is not its to say, or that is not what it seems."""
    said = list(said)
    statements = {(subject, predicate, value) for subject, predicate, value, _ in said}
    yield from chain(
        _subjects({subject for subject, _, _ in statements}, owner),
        _graphs(said, owner),
        _definitions(statements),
        _addresses(statements),
        _deceptions(statements),
    )


def _subjects(subjects: set[Node], owner: Owner) -> Iterator[Found]:
    for subject in subjects:
        if str(subject).startswith(_RESERVED):
            yield finding(
                "ReservedName",
                "violation",
                subject,
                "What the words of the graph mean is not for a document to say; describe things with them.",
                "Il significato dei termini del grafo non si stabilisce in un documento: usarli per descrivere le cose.",
            )
        elif not str(subject).startswith(owner.own):
            yield finding(
                "ForeignSubject",
                "violation",
                subject,
                f"A document describes things whose IRI begins with {owner.own[0]}; this one does not.",
                f"Un documento descrive cose il cui IRI comincia con {owner.own[0]}; questo no.",
            )


def _graphs(said: Iterable[Said], owner: Owner) -> Iterator[Found]:
    graphs = {graph for _, _, _, graph in said if graph is not None and str(graph).startswith(owner.base_iri)}
    for graph in graphs:
        yield finding(
            "ForeignGraph",
            "violation",
            graph,
            "A document gets a graph of its own and cannot write into this one; leave its name out.",
            "Un documento riceve un grafo proprio e non può scrivere in questo: togliere il nome del grafo.",
        )


def _definitions(statements: Iterable[Statement]) -> Iterator[Found]:
    for subject, predicate, value in statements:
        defining = predicate in _DEFINING or str(predicate).startswith(str(OWL))
        defined = predicate == RDF.type and (value in _DEFINED or str(value).startswith(str(OWL)))
        if defining or defined:
            yield finding(
                "Definition",
                "violation",
                subject,
                "A document states facts; classes, properties and what is the same as what are set in the ontology.",
                "Un documento afferma fatti: classi, proprietà e identità fra cose si stabiliscono nell'ontologia.",
                path=predicate,
                value=value,
            )


def _addresses(statements: Iterable[Statement]) -> Iterator[Found]:
    for subject, predicate, value in statements:
        address = isinstance(value, URIRef) or (isinstance(value, Literal) and value.datatype == XSD.anyURI)
        if address and str(value).partition(":")[0].strip().lower() in _SCRIPTED:
            yield finding(
                "UnsafeAddress",
                "violation",
                subject,
                "An address that runs a program or opens a file of the reader is not published; give one on the web.",
                "Un indirizzo che esegue un programma o apre un file di chi legge non si pubblica: darne uno sul web.",
                path=predicate,
                value=value,
            )


def _deceptions(statements: Iterable[Statement]) -> Iterator[Found]:
    """Text that is not what it looks like: the same letters written otherwise, or letters of another alphabet."""
    seen: set[tuple[Node, str]] = set()
    for subject, predicate, value in statements:
        for term, path in ((subject, ""), (value, predicate)):
            if (term, str(path)) not in seen and not str(term).isascii():
                seen.add((term, str(path)))
                for holds, shape, en, it in _LOOKS:
                    if holds(str(term)):
                        yield finding(shape, "warning", subject, en, it, path=path, value=term)


def _not_normal(text: str) -> bool:
    return not unicodedata.is_normalized("NFC", text)


def _mixed(text: str) -> bool:
    return any(
        len(_ALIKE & {unicodedata.name(letter, "").partition(" ")[0] for letter in set(word) - _MICRO}) > 1
        for word in _WORD.findall(text)
        if not word.isascii()
    )


_LOOKS: Final[tuple[tuple[Callable[[str], object], str, str, str], ...]] = (
    (
        _not_normal,
        "NotNormal",
        "A letter with an accent is written as two signs here; write it as one (Unicode NFC), or it will not be found.",
        "Qui una lettera accentata è scritta con due segni: scriverla con uno (Unicode NFC), o non sarà trovata.",
    ),
    (
        _INVISIBLE.search,
        "InvisibleSign",
        "There are signs in here that nobody sees; take them out.",
        "Qui ci sono segni che nessuno vede: toglierli.",
    ),
    (
        _mixed,
        "MixedAlphabets",
        "A word here mixes alphabets whose letters look alike; write it in one.",
        "Una parola qui mescola alfabeti con lettere simili: scriverla con uno solo.",
    ),
)
