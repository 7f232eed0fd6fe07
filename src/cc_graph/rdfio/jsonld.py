"""What is done to a JSON-LD document before the engine reads it: our context is put in, and nothing is lost in silence.

The engine fetches no context, so a document that names ours gets its text. And JSON-LD says to pass over whatever does
not expand to an IRI or is no language: a statement with a slip in it would vanish without a word, so we look first.
"""

from __future__ import annotations

import json
import re
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

from cc_graph.errors import BadData
from cc_graph.rdfio.contexts import NAME, context_iris, our_context

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CONTEXTS: Final = 200
"""How often a document may name our context: each is read anew, and once at the top does for all."""

LONGEST_CHAIN: Final = 100
"""How many terms of a context may each be said by means of the next."""

# In JSON these exact characters are always a whole string, and one before a colon is always a key.
_CONTEXT_KEY: Final = re.compile(r'"@context"\s*+:\s*+')
_NO_IRI: Final = re.compile(r"[\x00-\x20<>\"{}|\\^`]")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def with_our_context(document: bytes, base_iri: str | None, name: str) -> bytes:
    """The document with our context in place of its IRI; other IRIs stay, and the engine refuses them.

    Raises:
        BadData: it names our context too often.
    """
    if b"@context" not in document or NAME.encode() not in document:
        return document
    text = document.decode(errors="surrogateescape")
    ours, decoder = context_iris(base_iri), json.JSONDecoder()
    pieces, done, replaced = [], 0, 0
    while key := _CONTEXT_KEY.search(text, done):
        try:
            value, end = decoder.raw_decode(text, key.end())
        except ValueError:
            break  # no JSON: the engine says where
        filled = _filled(value, ours)
        if filled is not value and filled != value:
            replaced += 1
            if replaced > MOST_CONTEXTS:
                raise BadData(
                    f"{name} names its context more than {MOST_CONTEXTS:,} times.",
                    hint="Name it once, at the top, and put the records under @graph.",
                )
            pieces += [text[done : key.end()], json.dumps(filled)]
        else:
            pieces.append(text[done:end])
        done = end
    return "".join([*pieces, text[done:]]).encode(errors="surrogateescape")


def _filled(value: Any, ours: frozenset[str]) -> Any:
    """A context in which our IRI is replaced by what it stands for; also in the contexts of its terms."""
    if isinstance(value, str) and value in ours:
        return our_context()
    if isinstance(value, list):
        return [_filled(each, ours) for each in value]
    if isinstance(value, dict):
        return {
            term: {**said, "@context": _filled(said["@context"], ours)}
            if isinstance(said, dict) and "@context" in said
            else said
            for term, said in value.items()
        }
    return value


def check_words(document: bytes, base_iri: str | None, name: str) -> None:
    """Refuse a document with an IRI or a language the engine would pass over.

    Args:
        document: all of it, our context put in.
        base_iri: what relative IRIs are resolved against; without it they are an error.
        name: what to call it in the error.

    Raises:
        BadData: something in it is no IRI, or no language tag.
    """
    try:
        read = json.loads(document, parse_int=str, parse_float=str, parse_constant=str)
    except ValueError:
        return  # the engine says where
    contexts = list(_contexts(read))
    if any(_chain(context) for context in contexts):
        raise BadData(
            f"{name} has a JSON-LD context whose terms lean on each other more than {LONGEST_CHAIN} deep.",
            hint="Write the IRIs of its terms in full, or with one prefix.",
        )
    based = base_iri is not None or any("@base" in context for context in contexts)
    for kind, word in _Words(contexts).used(read):
        if kind == "language":
            if not _LANGUAGE.fullmatch(word):
                raise BadData(
                    f"{name}: «{_short(word)}» is no language tag.",
                    hint="Write it, pt-BR or zh-Hant, with hyphens.",
                )
        elif _NO_IRI.search(word):
            raise BadData(
                f"{name}: «{_short(word)}» is no IRI.",
                hint="Percent-encode spaces, quotation marks and < > { } | \\ ^ `, such as %20 for a space.",
            )
        elif kind == "id" and not based and ":" not in word:
            raise BadData(
                f"{name}: «{_short(word)}» is a relative IRI, and there is nothing it is relative to.",
                hint="Write the IRI in full, or say what it is relative to with @base.",
            )


def _chain(context: dict[str, Any]) -> bool:
    """Whether the terms of a context lean on each other too deep: the engine calls itself for each that another needs."""
    leaning = TopologicalSorter[str]()
    for term, said in context.items():
        words = [term, *(said.values() if isinstance(said, dict) else [said])]
        needed = {word.partition(":")[0] for word in words if isinstance(word, str)}
        leaning.add(term, *((needed & context.keys()) - {term}))
    try:
        leaning.prepare()
    except CycleError:
        return False  # the engine says which
    for _ in range(LONGEST_CHAIN):
        if not leaning.is_active():
            return False
        leaning.done(*leaning.get_ready())
    return leaning.is_active()


def _contexts(value: Any) -> Iterator[dict[str, Any]]:
    """Every context of the document that stands in it, those of terms among them."""
    if isinstance(value, list):
        for each in value:
            yield from _contexts(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "@context":
                yield from (each for each in _listed(inner) if isinstance(each, dict))
            yield from _contexts(inner)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _Words:
    """Which keys of a document have IRIs or languages as their values, by all of its contexts together."""

    def __init__(self, contexts: list[dict[str, Any]]) -> None:
        self._kinds = {"@id": "id", "@type": "type", "@language": "language"}
        self._maps: set[str] = set()
        for context in contexts:
            for term, said in context.items():
                self._learn(term, said if isinstance(said, dict) else {"@id": said})

    def _learn(self, term: str, said: dict[str, Any]) -> None:
        if isinstance(meant := said.get("@id"), str) and meant in self._kinds:
            self._kinds[term] = self._kinds[meant]
        elif said.get("@type") == "@id":
            self._kinds[term] = "id"
        if "@language" in _listed(said.get("@container")):
            self._maps.add(term)

    def used(self, value: Any) -> Iterator[tuple[str, str]]:
        """Kind (`id`, `type`, `key` or `language`) and text of every word that must be an IRI or a language tag."""
        if isinstance(value, list):
            for each in value:
                yield from self.used(each)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key == "@context":
                    continue
                if ":" in key:
                    yield "key", key
                if kind := self._kinds.get(key):
                    yield from ((kind, each) for each in _listed(inner) if isinstance(each, str))
                if key in self._maps and isinstance(inner, dict) and "@value" not in inner:
                    yield from (("language", tag) for tag in inner if not tag.startswith("@"))
                if not (key == "@value" or (key in self._maps and isinstance(inner, dict))):
                    yield from self.used(inner)


def _short(word: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in word[:80])
