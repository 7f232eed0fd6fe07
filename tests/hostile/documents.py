"""Hostile documents for /validation: rows S11, S13 to S20, S22 to S30, S36 and S39 of the checklist, with variants."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

import zstandard

from hostile.inputs import ANSWER, EITHER, GONE, REFUSAL, Input
from hostile.wire import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hostile.wire import Check, Reply

DEEP = 10_000
BASE = "https://w3id.org/ccg/"
MILL = f"<{BASE}id/stakeholder/a-mill>"
TYPES: Final = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
PREFIXES = (
    "PREFIX ccg: <https://w3id.org/ccg/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX sh: <http://www.w3.org/ns/shacl#> "
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
)
SIMPLE = f"{PREFIXES}{MILL} a ccg:Organisation ; rdfs:label 'A mill'@en , 'Una filatura'@it ."


def documents(canary: str) -> list[Input]:
    """All of them.

    Args:
        canary: address of a server that must not be called, with a slash at its end.
    """
    return [
        *_deep(),
        *_entities(canary),
        *_contexts(canary),
        *_shapes(canary),
        *_not_theirs(),
        *_iris(),
        *_looks(),
        *_blank_nodes(),
        *_huge(),
        *_packed(),
        *_amplified(),
        *_broken(),
        *_sent_oddly(),
    ]


def sent(content: str | bytes, form: str = "ttl", **how: Any) -> Call:
    """A document as a call."""
    body = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    headers = (("Content-Type", TYPES.get(form, form)), *how.pop("headers", ()))
    return Call(headers=headers, body=body, **how)


def _input(
    row: str, what: str, call: Call, expect: str = EITHER, check: Check | None = None, **more: Any
) -> Input:
    return Input(row, what, call, expect, check or judged, document=True, **more)


def judged(reply: Reply) -> str:
    """The answer is a whole judgement."""
    try:
        told: Any = reply.json()
    except ValueError:
        return "the judgement is no JSON"
    missing = {"conforms", "counts", "findings"} - set(told)
    if missing:
        return f"the judgement lacks {', '.join(sorted(missing))}"
    if told["conforms"] != (told["counts"]["violation"] == 0):
        return "the judgement contradicts itself"
    return ""


def finds(*names: str) -> Check:
    """The judgement has findings of these rules, and does not find that the document conforms where one is a violation."""

    def check(reply: Reply) -> str:
        if wrong := judged(reply):
            return wrong
        told: Any = reply.json()
        found = {each["shape"].rpartition("#")[2] for each in told["findings"]}
        missing = set(names) - found
        return f"nothing found by {', '.join(sorted(missing))}" if missing else ""

    return check


def conforms(reply: Reply) -> str:
    """The judgement is that nothing is wrong enough to refuse the document."""
    told: Any = reply.json() if not judged(reply) else {"conforms": False}
    return "" if told["conforms"] else f"it should conform: {reply.body[:160].decode(errors='replace')}"


def _deep() -> Iterator[Input]:
    start = f"{MILL} <http://e/p> "
    for name, form, content in (
        ("jsonld-objects", "jsonld", '{"http://e/p":' * DEEP + "1" + "}" * DEEP),
        ("jsonld-objects-unclosed", "jsonld", '{"@id":"a:a","http://e/p":' * DEEP),
        ("jsonld-lists", "jsonld", '{"http://e/p":{"@list":[' * DEEP + "]}}" * DEEP),
        ("jsonld-arrays", "jsonld", '{"http://e/p":' + "[" * DEEP + "]" * DEEP + "}"),
        ("jsonld-graphs", "jsonld", '{"@graph":[' * DEEP + "]}" * DEEP),
        (
            "jsonld-literal",
            "jsonld",
            '{"http://e/p":{"@type":"@json","@value":' + "[" * DEEP + "]" * DEEP + "}}",
        ),
        (
            "jsonld-context",
            "jsonld",
            '{"@context":' + '{"t":{"@id":"a:a","@context":' * DEEP + "{}" + "}}" * DEEP + "}",
        ),
        ("turtle-blank-nodes", "ttl", start + "[ <http://e/p> " * DEEP + "1" + "]" * DEEP + " ."),
        ("turtle-lists", "ttl", start + "( " * DEEP + ")" * DEEP + " ."),
        ("turtle-triple-terms", "ttl", start + "<<( <a:s> <a:p> " * 200_000),
        ("turtle-reifiers", "ttl", "<< " * DEEP + "<a:s> <a:p> <a:o>" + " >>" * DEEP + " <a:q> <a:r> ."),
        ("trig-graphs", "trig", "<a:g> {" * DEEP + "}" * DEEP),
        ("ntriples-triple-terms", "nt", start + "<<( <a:s> <a:p> " * DEEP + "<a:o>" + " )>>" * DEEP + " ."),
        ("nquads-triple-terms", "nq", start + "<<( <a:s> <a:p> " * DEEP + "<a:o>" + " )>>" * DEEP + " ."),
        ("rdfxml", "rdfxml", RDF + "<e:a>" * DEEP + "</e:a>" * DEEP + "</rdf:RDF>"),
    ):
        row = "S16" if form == "rdfxml" else "S13"
        yield _input(f"{row}.{name}", "nested deeply", sent(content, form), REFUSAL)
    huge = RDF + "<e:a>" * 200_000 + "</e:a>" * 200_000
    yield _input("S16.rdfxml-200000", "nested very deeply", sent(huge, "rdfxml"), REFUSAL)
    nested = start + "( " * 150 + "1" + " )" * 150 + " ."
    yield _input("S13.turtle-lists-150", "as deep as is allowed", sent(nested))
    yield _input(
        "S13.triple-terms-50",
        "statements about statements",
        sent(start + "<<( <a:s> <a:p> " * 50 + "<a:o>" + " )>>" * 50 + " ."),
        REFUSAL,
    )


def _entities(canary: str) -> Iterator[Input]:
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(8))
    laughs = f'<!DOCTYPE r [<!ENTITY l0 "{"x" * 10}">{levels}]>'
    body = RDF + "<rdf:Description><e:p>&l8;</e:p></rdf:Description></rdf:RDF>"
    blowup = f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>' + body.replace("&l8;", "&a;" * 50_000)
    outside = f'<!DOCTYPE r [<!ENTITY l8 SYSTEM "{canary}entity">]>' + body
    for row, what, content in (
        ("S14.billion-laughs", "entities that grow", laughs + body),
        ("S14.quadratic", "one entity many times", blowup),
        ("S14.after-comment", "a declaration after a comment", f"<!-- x --><?x y?>\n{laughs}{body}"),
        ("S14.after-mark", "a declaration after a byte order mark", f"\ufeff{laughs}{body}"),
        ("S14.lower-case", "a declaration in small letters", laughs.replace("DOCTYPE", "doctype") + body),
        ("S14.in-the-midst", "a declaration amid the document", body.replace("<e:p>", laughs + "<e:p>")),
        ("S15.file", "a file as an entity", outside.replace(f"{canary}entity", "file:///etc/passwd")),
        ("S15.http", "a web page as an entity", outside),
        (
            "S15.parameter",
            "a parameter entity",
            f'<!DOCTYPE r [<!ENTITY % d SYSTEM "{canary}d"> %d;]>' + body,
        ),
        ("S15.dtd", "a DTD from elsewhere", f'<!DOCTYPE r SYSTEM "{canary}dtd">' + body),
        ("S15.public", "a DTD from elsewhere", f'<!DOCTYPE r PUBLIC "x" "{canary}dtd">' + body),
    ):
        yield _input(row, what, sent(content, "rdfxml"), REFUSAL)
    for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"):
        head = f'<?xml version="1.0" encoding="{coding.removesuffix("-le").removesuffix("-be")}"?>'
        packed = (head + laughs + body).encode(coding)
        yield _input(f"S14.{coding}", f"a declaration in {coding}", sent(packed, "rdfxml"), REFUSAL)
    told = b'<?xml version="1.0" encoding="UTF-7"?>' + (laughs + body).encode("utf-7")
    yield _input("S14.utf-7-told", "a declaration in UTF-7", sent(told, "rdfxml"), REFUSAL)
    include = (
        RDF
        + f'<rdf:Description><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{canary}"/></rdf:Description></rdf:RDF>'
    )
    yield _input("S15.xinclude", "another document included", sent(include, "rdfxml"))
    sheet = f'<?xml-stylesheet type="text/xsl" href="{canary}sheet"?>{RDF}</rdf:RDF>'
    yield _input("S15.stylesheet", "a style sheet from elsewhere", sent(sheet, "rdfxml"))


def _contexts(canary: str) -> Iterator[Input]:
    ours = f"{BASE}context.jsonld"
    contexts: dict[str, Any] = {
        "remote": f"{canary}c",
        "https": "https://canary.example/c",
        "file": "file:///etc/passwd",
        "relative": "context.jsonld?x",
        "thousand": [f"{canary}{number}" for number in range(1000)],
        "import": {"@version": 1.1, "@import": f"{canary}c"},
        "import-ours": {"@version": 1.1, "@import": ours},
        "of-a-term": {"t": {"@id": "http://e/t", "@context": f"{canary}c"}},
        "not-propagated": [{"@propagate": False}, f"{canary}c"],
        "beside-ours": [ours, f"{canary}c"],
        "like-ours": f"{ours}#",
    }
    for name, context in contexts.items():
        text = json.dumps({"@context": context, "@id": "id/x/y", "http://e/p": 1, "t": {"http://e/q": 2}})
        yield _input(f"S17.{name}", "a context from elsewhere", sent(text, "jsonld"), REFUSAL)
    inside = {"@included": [{"@context": f"{canary}c", "http://e/p": 1}], "http://e/p": 1}
    yield _input("S17.included", "a context from elsewhere", sent(json.dumps(inside), "jsonld"), REFUSAL)
    escaped = f'{{"\\u0040context": "{canary}c", "http://e/p": 1}}'
    yield _input("S17.escaped", "a context from elsewhere", sent(escaped, "jsonld"), REFUSAL)
    link = sent(
        '{"http://e/p": 1}',
        "application/json",
        headers=(("Link", f'<{canary}c>; rel="http://www.w3.org/ns/json-ld#context"'),),
    )
    yield _input("S17.link", "a context in the header Link", link)
    loop = {"a": {"@id": "b:x"}, "b": {"@id": "a:x"}}
    yield _input(
        "S17.circle",
        "terms that mean each other",
        sent(json.dumps({"@context": loop, "a": 1}), "jsonld"),
        REFUSAL,
    )
    chain = {"t0": "http://e/"} | {f"t{n + 1}": f"t{n}:" for n in range(DEEP)}
    yield _input(
        "S17.chain",
        "terms that lean on each other",
        sent(json.dumps({"@context": chain, "t5": 1}), "jsonld"),
        REFUSAL,
    )
    terms = {f"t{n}": f"http://e/{n}" for n in range(20_000)}
    nodes = [{"@context": {"u": "http://e/u"}, "t1": 1}] * 20_000
    many = json.dumps({"@context": terms, "@graph": nodes})
    yield _input("S17.many-times", "a large context, renewed 20,000 times", sent(many, "jsonld"))
    often = json.dumps(
        [{"@context": ours, "id": f"id/stakeholder/x{n}", "type": "Organisation"} for n in range(3000)]
    )
    yield _input("S17.ours-often", "our context, 3,000 times", sent(often, "jsonld"), REFUSAL)
    mill = {
        "id": "id/stakeholder/a-mill",
        "type": "Organisation",
        "label": {"en": "A mill", "it": "Una filatura"},
    }
    for name, context in {"ours": ours, "ours-in-a-list": [ours, {"x": "http://e/x"}]}.items():
        text = json.dumps({"@context": context, **mill})
        yield _input(f"S17.{name}", "our own context", sent(text, "jsonld"), ANSWER, conforms)


def _shapes(canary: str) -> Iterator[Input]:
    for row, what, content in (
        (
            "S11.pattern",
            "a costly pattern in a shape",
            f"[] a sh:NodeShape ; sh:targetNode {MILL} ; sh:property [ sh:path rdfs:label ; sh:pattern '^(a+)+$' ] . {MILL} rdfs:label '{'a' * 40}!' .",
        ),
        (
            "S19.sparql",
            "a query in a shape",
            f'[] a sh:NodeShape ; sh:targetNode {MILL} ; sh:sparql [ sh:select "SELECT $this {{ SERVICE <{canary}> {{ ?s ?p ?o }} }}" ] .',
        ),
        (
            "S19.javascript",
            "a program in a shape",
            f"[] a sh:NodeShape ; sh:targetNode {MILL} ; sh:js [ sh:jsFunctionName 'f' ; sh:jsLibrary [ sh:jsLibraryURL '{canary}x.js'^^xsd:anyURI ] ] .",
        ),
        (
            "S19.rule",
            "a rule",
            f"[] a sh:NodeShape ; sh:targetNode {MILL} ; sh:rule [ a sh:SPARQLRule ; sh:construct 'CONSTRUCT {{}} WHERE {{}}' ] .",
        ),
        (
            "S20.deactivated",
            "switches a shape off",
            "<https://w3id.org/ccg/shapes#StakeholderShape> sh:deactivated true .",
        ),
        ("S20.shape", "makes itself a shape", f"{MILL} a sh:NodeShape ."),
    ):
        yield _input(row, what, sent(PREFIXES + content), ANSWER, finds("CarriedShape"))
    for row, what, content, name in (
        ("S18.imports", "imports another document", f"{MILL} owl:imports <{canary}s.ttl> .", "Definition"),
        (
            "S18.imports-ontology",
            "imports another document",
            f"<{BASE}ns> a owl:Ontology ; owl:imports <{canary}o.ttl> .",
            "ReservedName",
        ),
        ("S20.subclass", "changes a class", "ccg:Organisation rdfs:subClassOf ccg:Place .", "ReservedName"),
        (
            "S20.loop",
            "classes below each other",
            f"{MILL} rdfs:subClassOf <{BASE}id/x/b> . <{BASE}id/x/b> rdfs:subClassOf {MILL} .",
            "Definition",
        ),
        (
            "S20.same",
            "makes itself another",
            f"{MILL} owl:sameAs <{BASE}id/stakeholder/comune-di-prato> .",
            "Definition",
        ),
        ("S20.term", "defines a term", "ccg:new a owl:ObjectProperty .", "ReservedName"),
        (
            "S20.unknown-term",
            "uses a term that is not there",
            f"{MILL} ccg:destinaton <{BASE}id/x/y> .",
            "UnknownTerm",
        ),
        (
            "S20.concept",
            "changes a concept",
            f"<{BASE}scheme/role/member> rdfs:label 'boss'@en .",
            "ReservedName",
        ),
        (
            "S20.class-loop",
            "a class above itself",
            "ccg:Organisation rdfs:subClassOf ccg:Organisation .",
            "ReservedName",
        ),
    ):
        yield _input(row, what, sent(PREFIXES + content), ANSWER, finds(name))


def _not_theirs() -> Iterator[Input]:
    for name, content, form, found in (
        ("foreign", "<https://other.example/x> <http://e/p> 1 .", "ttl", "ForeignSubject"),
        ("dots", "<id/../../admin> <http://e/p> 1 .", "ttl", "ForeignSubject"),
        ("base", "@base <https://evil.example/> . <x> <http://e/p> <y> .", "ttl", "ForeignSubject"),
        (
            "xml-base",
            RDF.replace(">", ' xml:base="https://evil.example/">')
            + '<rdf:Description rdf:about="x" e:p="1"/></rdf:RDF>',
            "rdfxml",
            "ForeignSubject",
        ),
        (
            "jsonld-base",
            '{"@context":{"@base":"https://evil.example/"},"@id":"x","http://e/p":1}',
            "jsonld",
            "ForeignSubject",
        ),
        ("graph", f"<{BASE}graph/editorial> {{ {MILL} <http://e/p> 1 }}", "trig", "ForeignGraph"),
        (
            "graph-description",
            f"<{BASE}graph/editorial> <http://purl.org/dc/terms/license> <http://e/> .",
            "ttl",
            "ForeignSubject",
        ),
    ):
        row = "S39" if name == "graph-description" else "S23"
        yield _input(
            f"{row}.{name}", "speaks of what is not its own", sent(content, form), ANSWER, finds(found)
        )
    secret = f"<{BASE}id/stakeholder/a-mill> <https://w3id.org/ccg/ns#origin> <{BASE}id/x/private> ."
    yield _input("S39.report", "findings tell only of the document", sent(secret), ANSWER, _only("a-mill"))


def _only(name: str) -> Check:
    def check(reply: Reply) -> str:
        if wrong := judged(reply):
            return wrong
        told: Any = reply.json()
        others = {each["focus"] for each in told["findings"] if name not in each["focus"]}
        return f"a finding tells of {min(others)}" if others else ""

    return check


def _iris() -> Iterator[Input]:
    for name, content, form in (
        ("turtle-escapes", "<http://s\\u003E\\u0020x> <http://e/p> 1 .", "ttl"),
        ("turtle-space", "<http://s x> <http://e/p> 1 .", "ttl"),
        ("ntriples-escapes", '<http://s\\u003E> <http://e/p> "1" .', "nt"),
        ("nquads-graph", '<a:s> <a:p> "1" <http://g\\u003E> .', "nq"),
        ("rdfxml", RDF + '<rdf:Description rdf:about="http://s&gt; x" e:p="1"/></rdf:RDF>', "rdfxml"),
        ("jsonld", '{"@id":"http://s> x","http://e/p":1}', "jsonld"),
        ("jsonld-key", '{"http://e/p> <x":1}', "jsonld"),
        ("jsonld-term", '{"@context":{"t":{"@id":"http://e/t","@type":"@id"}},"t":"http://s> x"}', "jsonld"),
        ("jsonld-language", '{"http://e/p":{"@value":"x","@language":"it_IT"}}', "jsonld"),
        ("datatype", f"{MILL} <http://e/p> '1'^^<http://d\\u0020x> .", "ttl"),
        ("prefix", "PREFIX e: <http://e/\\u003E> e:s e:p e:o .", "ttl"),
        ("injection", f"{MILL} <http://e/p> <a:x\\u003E\\u0020}}\\u0020;\\u0020DROP\\u0020ALL> .", "ttl"),
    ):
        yield _input(f"S22.{name}", "what is no IRI", sent(content, form), REFUSAL)
    for scheme in (
        "javascript:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "JavaScript:alert(1)",
        "vbscript:x",
    ):
        address = scheme.replace("<", "%3C").replace(">", "%3E")
        text = f"{MILL} <http://xmlns.com/foaf/0.1/homepage> <{address}> ."
        yield _input(
            f"S24.{scheme.partition(':')[0]}",
            "an address that is a program",
            sent(text),
            ANSWER,
            finds("UnsafeAddress"),
        )
    typed = f"{PREFIXES}{MILL} rdfs:seeAlso 'javascript:alert(1)'^^xsd:anyURI ."
    yield _input("S24.literal", "an address that is a program", sent(typed), ANSWER, finds("UnsafeAddress"))


def _looks() -> Iterator[Input]:
    for name, label, found in (
        ("decomposed", "Citta\u0300 di Prato", "NotNormal"),
        ("cyrillic", "Pr\u0430to", "MixedAlphabets"),
        ("zero-width", "Pra\u200bto", "InvisibleSign"),
        ("direction", "Prato \u202eotarP", "InvisibleSign"),
    ):
        text = f"{PREFIXES}{MILL} rdfs:label '{label}'@it ."
        yield _input(f"S25.{name}", "looks like another name", sent(text), ANSWER, finds(found))
        iri = f"<{BASE}id/stakeholder/{label.replace(' ', '-')}> <http://e/p> 1 ."
        yield _input(f"S25.{name}-iri", "looks like another IRI", sent(iri), ANSWER, finds(found))
    script = f"{PREFIXES}{MILL} rdfs:label '<img src=x onerror=alert(1)>'@it ; ccg:destinaton '<script>'@it ."
    yield _input("S36.label", "a script as a name", sent(script), ANSWER, _no_page)


def _no_page(reply: Reply) -> str:
    if reply.headers.get("x-content-type-options") != "nosniff" or reply.media_type != "application/json":
        return "a browser may take the findings for a page"
    return judged(reply)


def _blank_nodes() -> Iterator[Input]:
    clique = "".join(f"_:n{a} <http://e/p> _:n{b} .\n" for a in range(9) for b in range(9) if a != b)
    yield _input("S27.clique", "nine blank nodes, each tied to each", sent(clique, "nt"), ANSWER, judged)
    large = "".join(f"_:n{a} <http://e/p> _:n{b} .\n" for a in range(60) for b in range(60) if a != b)
    yield _input("S27.clique-60", "sixty blank nodes, each tied to each", sent(large, "nt"))
    ring = "".join(f"_:n{n} <http://e/p> _:n{(n + 1) % 5000} .\n" for n in range(5000))
    yield _input("S27.ring", "5,000 blank nodes in a ring", sent(ring, "nt"))
    many = f"{MILL} <http://e/p> " + ",".join(["[]"] * 300_000) + " ."
    yield _input("S27.many", "300,000 blank nodes", sent(many))
    yield _input(
        "S26.same-name",
        "blank nodes called as others",
        sent("_:b0 a <https://w3id.org/ccg/ns#Quantity> ."),
        ANSWER,
        judged,
    )


def _huge() -> Iterator[Input]:
    start = f"{MILL} <http://e/p> ".encode()
    for name, content in {
        "literal-2-mb": start + b"'" + b"x" * 2_000_000 + b"' .",
        "literal-15-mb": start + b"'" + b"x" * 15_000_000 + b"' .",
        "integer": start + b"1" * 1_000_000 + b" .",
        "decimal": start + b"1." + b"1" * 1_000_000 + b" .",
        "double": start + b"'1e" + b"9" * 2_000 + b"'^^<http://www.w3.org/2001/XMLSchema#double> .",
        "date": start + b"'" + b"1" * 5_000 + b"'^^<http://www.w3.org/2001/XMLSchema#dateTime> .",
        "language": start + b"'x'@" + b"a" * 1_000_000 + b" .",
        "language-parts": start + b"'x'@a" + b"-a" * 500_000 + b" .",
        "iri": b"<http://e/" + b"x" * 1_000_000 + b"> <http://e/p> 1 .",
        "predicate": f"{MILL} <http://e/".encode() + b"x" * 1_000_000 + b"> 1 .",
        "prefixes": b"".join(b"@prefix p%d: <http://e/> .\n" % number for number in range(500_000))
        + start
        + b"1 .",
        "blank-name": b"_:" + b"x" * 1_000_000 + b" <http://e/p> 1 .",
    }.items():
        yield _input(f"S28.{name}", "a huge token", sent(content), EITHER)
    exponent = start + b"'1E999999999'^^<http://www.w3.org/2001/XMLSchema#decimal> ."
    yield _input("S28.exponent", "a number of a gigabyte in twelve signs", sent(exponent), ANSWER, judged)
    border = (
        b"'POLYGON(("
        + b"11.1 43.8, " * 60_000
        + b"11.1 43.8))'^^<http://www.opengis.net/ont/geosparql#wktLiteral> ."
    )
    yield _input("S28.border", "a long border, which is right", sent(start + border), EITHER, judged)
    page = b"'" + b"<div>" * 100_000 + b"'^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#%s> ."
    for name in (b"HTML", b"XMLLiteral"):
        yield _input(
            f"S28.{name.decode().lower()}", "a literal nested deeply", sent(start + page % name), EITHER
        )
    lines = b"".join(b"<%sid/x/%d> <http://e/p> '%d' .\n" % (BASE.encode(), n, n) for n in range(200_000))
    yield _input("S28.many-lines", "200,000 statements", sent(lines))
    wrong = b"".join(
        b"<%sid/x/%d> a <https://w3id.org/ccg/ns#Nonsense%d> .\n" % (BASE.encode(), n, n)
        for n in range(20_000)
    )
    yield _input("S28.many-findings", "20,000 slips", sent(wrong))
    ill = (
        start
        + b",".join(b"'x%d'^^<http://www.w3.org/2001/XMLSchema#date>" % n for n in range(50_000))
        + b" ."
    )
    yield _input("S28.ill-typed", "50,000 dates that are none", sent(ill))
    yield _input("S28.16-mb", "a document of 17 MB", sent(b"#" * (17 << 20)), REFUSAL)
    yield _input("S28.gigabyte", "says it has a gigabyte", sent(b"", length=1 << 30), REFUSAL)
    endless = Call(
        headers=(("Content-Type", "text/turtle"), ("Transfer-Encoding", "chunked")),
        body=_chunks(b"#" * (1 << 20), 40),
    )
    yield _input("S28.endless", "40 MB in chunks", endless, REFUSAL)


def _chunks(piece: bytes, number: int) -> Iterable[bytes]:
    return [b"%x\r\n%s\r\n" % (len(piece), piece)] * number + [b"0\r\n\r\n"]


def _packed() -> Iterator[Input]:
    zeros = b"#" * 10_000_000
    bomb = gzip.compress(b"#" * 200_000_000, 9)
    tail = zlib.compressobj(9, zlib.DEFLATED, 31)
    simple = gzip.compress(SIMPLE.encode())
    cut = gzip.compress(SIMPLE.encode() * 100)[:-20]
    zst = zstandard.ZstdCompressor(level=19)
    wide = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27)
    ).compressobj()
    for name, coding, content, expect, check in (
        ("gzip", "gzip", simple, ANSWER, conforms),
        ("x-gzip", "x-gzip", simple, ANSWER, conforms),
        ("zstd", "zstd", zst.compress(SIMPLE.encode()), ANSWER, conforms),
        ("gzip-bomb", "gzip", bomb, REFUSAL, None),
        ("gzip-30-kb", "gzip", gzip.compress(zeros), REFUSAL, None),
        (
            "gzip-endless",
            "gzip",
            tail.compress(b"#" * 100_000_000) + tail.flush(zlib.Z_SYNC_FLUSH),
            REFUSAL,
            None,
        ),
        ("gzip-nested", "gzip", gzip.compress(bomb), REFUSAL, None),
        ("gzip-gzip", "gzip, gzip", gzip.compress(simple), REFUSAL, None),
        ("gzip-cut", "gzip", cut, REFUSAL, None),
        ("gzip-damaged", "gzip", simple[:20] + b"\0\0" + simple[22:], REFUSAL, None),
        ("gzip-two", "gzip", simple + simple, REFUSAL, None),
        ("gzip-members", "gzip", gzip.compress(b"") * 100_000, REFUSAL, None),
        ("zstd-bomb", "zstd", zst.compress(b"#" * 200_000_000), REFUSAL, None),
        ("zstd-cut", "zstd", zst.compress(SIMPLE.encode() * 100)[:-3], REFUSAL, None),
        ("zstd-window", "zstd", wide.compress(SIMPLE.encode()) + wide.flush(), REFUSAL, None),
        ("zstd-two", "zstd", zst.compress(SIMPLE.encode()) * 2, REFUSAL, None),
        ("brotli", "br", b"\x8b\x02\x80SIMPLE\x03", REFUSAL, None),
        ("deflate", "deflate", zlib.compress(SIMPLE.encode()), REFUSAL, None),
        ("not-packed", "gzip", SIMPLE.encode(), REFUSAL, None),
        ("mixed", "gzip, br", simple, REFUSAL, None),
    ):
        call = sent(content, headers=(("Content-Encoding", coding),))
        yield _input(f"S29.{name}", "a packed document", call, expect, check)


def _amplified() -> Iterator[Input]:
    """Little that says much."""
    base = f"@base <{BASE}{'x' * 7_000}/> . " + "<a> <b> <c> .\n" * 500_000
    yield _input("S28.long-base", "one long base, many times", sent(base))
    prefix = f"@prefix e: <{BASE}{'x' * 900_000}/> . " + "e:a e:b e:c .\n" * 100_000
    yield _input("S28.long-prefix", "one long prefix, many times", sent(prefix), REFUSAL)
    attributes = RDF + "<rdf:Description " + " ".join(f'e:p{n}="1"' for n in range(100_000)) + "/></rdf:RDF>"
    yield _input("S16.attributes", "100,000 attributes", sent(attributes, "rdfxml"))
    spaces = (
        "<rdf:RDF "
        + " ".join(f'xmlns:p{n}="http://e/{n}"' for n in range(100_000))
        + ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    )
    yield _input("S16.namespaces", "100,000 namespaces", sent(spaces, "rdfxml"))
    names = " ".join(f'xmlns:p{n}="http://e/{n}"' for n in range(2_000))
    literals = (
        '<rdf:Description rdf:about="a:a"><e:p rdf:parseType="Literal"><x/></e:p></rdf:Description>' * 20_000
    )
    yield _input(
        "S16.literals",
        "2,000 namespaces in 20,000 literals",
        sent(RDF[:-1] + f" {names}>{literals}</rdf:RDF>", "rdfxml"),
    )
    for name, piece in {
        "comments": "<!-- ",
        "instructions": "<?x ",
        "tags": '<e:a b="',
        "angles": "<",
    }.items():
        yield _input(
            f"S16.unclosed-{name}",
            "opened 300,000 times, never closed",
            sent(RDF + piece * 300_000, "rdfxml"),
            REFUSAL,
        )
    yield _input(
        "S13.backslashes",
        "backslashes and quotation marks",
        sent('["' + '\\"' * 2_000_000, "jsonld"),
        REFUSAL,
    )
    keys = "{" + ",".join(['"http://e/p":1'] * 200_000) + "}"
    yield _input("S17.same-keys", "one key 200,000 times", sent(keys, "jsonld"))


def _broken() -> Iterator[Input]:
    for name, form, content in (
        ("turtle", "ttl", b"<http://e/\xff> <http://e/p> 1 ."),
        ("turtle-literal", "ttl", b"<a:s> <a:p> '\xc3\x28' ."),
        ("ntriples", "nt", b'<a:s> <a:p> "\xe2\x28\xa1" .'),
        ("nquads", "nq", b'<a:s> <a:p> "\xf0\x28\x8c\xbc" .'),
        ("jsonld", "jsonld", b'{"http://e/p":"\xff"}'),
        ("rdfxml", "rdfxml", RDF.encode() + b"<rdf:Description><e:p>\xff</e:p></rdf:Description></rdf:RDF>"),
        ("surrogate", "ttl", b"<a:s> <a:p> '\\uD800' ."),
        ("surrogate-bytes", "ttl", b"<a:s> <a:p> '\xed\xa0\x80' ."),
        ("utf-16", "ttl", SIMPLE.encode("utf-16")),
        ("null", "ttl", b"<a:s> <a:p> 'a\0b' ."),
        ("null-escape", "nt", b'<a:s> <a:p> "a\\u0000b" .'),
        ("null-jsonld", "jsonld", b'{"http://e/p":"a\\u0000b"}'),
        (
            "control",
            "rdfxml",
            RDF.encode() + b"<rdf:Description><e:p>a&#11;b</e:p></rdf:Description></rdf:RDF>",
        ),
        ("binary", "ttl", bytes(range(256)) * 1_000),
        ("empty-jsonld", "jsonld", b""),
        ("empty-rdfxml", "rdfxml", b""),
        ("other-format", "jsonld", SIMPLE.encode()),
    ):
        yield _input(f"S28.text-{name}", "not well written", sent(content, form), REFUSAL)
    yield _input("S28.mark", "a byte order mark, which is right", sent(f"\ufeff{SIMPLE}"), ANSWER, conforms)
    yield _input("S28.empty", "nothing, which is right", sent(""), ANSWER, conforms)


def _sent_oddly() -> Iterator[Input]:
    for name, media_type in {
        "plain": "text/plain",
        "html": "text/html",
        "none": "",
        "shacl": "text/shaclc",
    }.items():
        headers = (("Content-Type", media_type),) if media_type else ()
        call = Call(headers=headers, body=SIMPLE.encode())
        yield _input(f"S34.document-as-{name}", "a document of another kind", call, REFUSAL)
    latin = sent(SIMPLE.encode("latin-1"), "text/turtle; charset=iso-8859-1")
    yield _input("S34.document-charset", "another character set", latin, REFUSAL)
    slow = Call(headers=(("Content-Type", "text/turtle"),), body=[b"#"] * 100_000, length=100_000, pause=0.5)
    yield _input("S30.slow-document", "a document of two bytes a second", slow, REFUSAL, own_time=True)
    stopped = sent(SIMPLE, length=100_000, leave_after=0.5)
    yield _input("S30.cut-document", "a document that breaks off", stopped, GONE, copies=5)
    yield _input(
        "S30.many-slow",
        "80 that begin a document and say no more",
        sent("", length=1000, leave_after=3),
        GONE,
        copies=80,
    )
    yield _input("S30.crowd", "40 documents at the same time", sent(SIMPLE), EITHER, conforms, copies=40)
