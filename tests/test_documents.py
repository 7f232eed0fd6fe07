"""A document from a stranger: read within bounds of every kind, whole or not at all, and without asking anybody else."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

import pytest
import zstandard

from cc_graph.errors import BadData, TooLarge, TooMuch
from cc_graph.rdfio.formats import GRAPH_FORMATS
from cc_graph.rdfio.limits import LONGEST_IRI, LONGEST_LITERAL, LONGEST_NUMBER, MOST_PREFIXES
from cc_graph.rdfio.parsing import Parser
from cc_graph.rdfio.worker import MOST_NAMES
from hostile.canary import canary

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://city.example/"
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
FACT = b"<http://e/s> <http://e/p> 'x' ."
OURS = f"{BASE}context.jsonld"


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    """One child for all: a document that ends it costs that document alone."""
    with Parser(seconds=20, memory_mb=512) as parser:
        yield parser


def read(parser: Parser, content: str | bytes, form: str = "ttl", **how: object) -> str:
    """What a document says, as N-Quads."""
    body = content.encode() if isinstance(content, str) else content
    return parser.parse(body, GRAPH_FORMATS[form], BASE, **how).nquads.decode()  # type: ignore[arg-type]


def said(value: str) -> str:
    return f"<http://e/s> <http://e/p> {value} ."


# Bounds of single terms


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (said("'" + "x" * (LONGEST_LITERAL + 1) + "'"), "a literal of 1,048,577 characters"),
        (said("'" + "x" * 17_000_000 + "'"), "buffer maximal size"),
        (said("1" * (LONGEST_NUMBER + 1)), "a literal of 1,001 characters"),
        (said("1." + "1" * LONGEST_NUMBER), "a literal of 1,002 characters"),
        (said(f"'{'1' * 2000}'^^<http://www.w3.org/2001/XMLSchema#dateTime>"), "a literal of 2,000"),
        (said("<http://e/" + "x" * LONGEST_IRI + ">"), "an IRI of 8,009 characters"),
        (said("'x'^^<http://e/" + "x" * LONGEST_IRI + ">"), "an IRI of 8,009 characters"),
        (f"<http://e/s> <http://e/{'x' * LONGEST_IRI}> 1 .", "an IRI of 8,009 characters"),
        (said("'x'@" + "a" * 1_000_000), "eight characters"),
        (said("'x'@a" + "-a" * 500_000), "subtag is invalid"),
        (said("'a\\u0000b'"), r"control character U\+0000, after «a»"),
        (said("'a\0b'"), r"control character U\+0000"),
        (said("'\\u000B'"), r"control character U\+000B"),
        (said("'\\uFFFE'"), r"control character U\+FFFE"),
    ],
)
def test_a_term_beyond_measure_is_refused(parser: Parser, content: str, sentence: str) -> None:
    with pytest.raises(BadData, match=sentence) as refusal:
        read(parser, content)
    assert len(str(refusal.value)) < 300


def test_a_long_text_and_the_border_of_a_region_are_within_measure(parser: Parser) -> None:
    text = "x" * LONGEST_LITERAL
    border = f"POLYGON(({'11.1 43.8, ' * 90_000}11.1 43.8))"
    assert text in read(parser, said(f"'{text}'"))
    assert border in read(parser, said(f"'{border}'^^<http://www.opengis.net/ont/geosparql#wktLiteral>"))


def test_a_document_may_not_declare_prefixes_without_end(parser: Parser) -> None:
    declared = "".join(f"@prefix p{number}: <http://e/> .\n" for number in range(MOST_PREFIXES + 1))
    with pytest.raises(BadData, match="more than 10,000 prefixes"):
        read(parser, declared)


def test_few_words_that_say_too_much_are_given_up_early(parser: Parser) -> None:
    base = f"@base <http://e/{'x' * 7_000}/> . " + "<a> <b> <c> .\n" * 5_000
    with pytest.raises(TooMuch, match="states too much for its size"):
        read(parser, base, largest_answer=10 << 20)


def test_a_document_may_not_name_things_without_end(parser: Parser) -> None:
    lines = "".join(f"<{BASE}id/x/{number}> <http://e/p> 1 .\n" for number in range(MOST_NAMES + 1))
    with pytest.raises(TooMuch, match="refers to more than 50,000 things"):
        read(parser, lines, names_below=[f"{BASE}id/"])
    assert read(parser, lines).count("\n") == MOST_NAMES + 1


def test_the_names_of_our_things_are_told_once_each(parser: Parser) -> None:
    turtle = b"<id/a> <http://e/p> <id/b> , <http://other/> , 'id/c' . <id/b> <http://e/p> <id/a> ."
    parsed = parser.parse(turtle, GRAPH_FORMATS["ttl"], BASE, names_below=[f"{BASE}id/"])
    assert parsed.names == (f"{BASE}id/a", f"{BASE}id/b")
    long = f"<{BASE}id/{'x' * 1_000}> <http://e/p> <id/b> .".encode()
    assert parser.parse(long, GRAPH_FORMATS["ttl"], BASE, names_below=[f"{BASE}id/"]).names == (
        f"{BASE}id/b",
    )


def test_what_the_parser_quotes_in_its_complaint_is_cut(parser: Parser) -> None:
    with pytest.raises(BadData) as refusal:
        read(parser, f"{'p' * 100_000}:s <http://e/p> 1 .")
    assert len(str(refusal.value)) < 300


# Torn, odd and dangerous documents


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "no element found"),
        (RDF, "no element found"),
        (f"{RDF}<rdf:Description rdf:about='a:a' e:p='1'/>", "no element found"),
        (f"{RDF}<rdf:Description rdf:about='a:a'><e:p>1</e:p>", "no element found"),
        (f"{RDF}<rdf:Description rdf:about='a:a'><e:p>1</e", "unclosed token"),
        (f"{RDF}</rdf:RDF>{RDF}</rdf:RDF>", "junk after document element"),
        (f"{RDF}<rdf:Description><e:p>&#11;</e:p></rdf:Description></rdf:RDF>", "invalid character"),
    ],
)
def test_xml_that_breaks_off_is_not_taken_for_a_whole_document(
    parser: Parser, content: str, sentence: str
) -> None:
    with pytest.raises(BadData, match=sentence):
        read(parser, content, "rdfxml")


@pytest.mark.parametrize(
    ("form", "piece"),
    [
        ("rdfxml", "<!-- "),
        ("rdfxml", "<?x "),
        ("rdfxml", "<![CDATA[ "),
        ("rdfxml", '<a b="'),
        ("rdfxml", "<a '\" "),
        ("jsonld", '\\"'),
        ("ttl", '"""\\"'),
        ("ttl", "<a"),
    ],
)
def test_what_is_opened_a_million_times_and_never_closed_is_read_once_and_refused(
    parser: Parser, form: str, piece: str
) -> None:
    # Read again from every opening, this would take longer than the parser may take.
    beginning = {"rdfxml": RDF, "jsonld": "[" * 150 + "]" * 60 + "[" * 60 + '"', "ttl": said("()") * 300}[
        form
    ]
    with pytest.raises(BadData):
        read(parser, beginning + piece * 1_000_000, form)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"])
def test_a_declaration_is_found_in_no_other_encoding_because_none_is_read(
    parser: Parser, encoding: str
) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r [<!ENTITY a "b">]>{RDF}</rdf:RDF>'
    with pytest.raises(BadData):
        read(parser, text.encode(encoding), "rdfxml")
    with pytest.raises(BadData):
        read(parser, text.replace("<!", "+ADwAIQ-").encode(), "rdfxml")


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("ttl", FACT),
        ("trig", FACT),
        ("nt", b'<http://e/s> <http://e/p> "x" .'),
        ("nq", b'<http://e/s> <http://e/p> "x" .'),
        ("jsonld", b'{"@id": "http://e/s", "http://e/p": "x"}'),
        ("rdfxml", f'{RDF}<rdf:Description rdf:about="http://e/s" e:p="x"/></rdf:RDF>'.encode()),
    ],
)
def test_a_byte_order_mark_is_no_part_of_a_document(parser: Parser, form: str, content: bytes) -> None:
    assert read(parser, b"\xef\xbb\xbf" + content, form) == '<http://e/s> <http://e/p> "x" .\n'


@pytest.mark.parametrize("form", GRAPH_FORMATS)
def test_what_is_not_utf8_is_refused_in_every_format(parser: Parser, form: str) -> None:
    spoilt = {
        "jsonld": b'{"http://e/p":"\xff"}',
        "rdfxml": RDF.encode() + b"<rdf:Description><e:p>\xff</e:p></rdf:Description></rdf:RDF>",
    }.get(form, b'<http://e/s> <http://e/p> "\xff" .')
    with pytest.raises(BadData):
        read(parser, spoilt, form)


def test_nine_blank_nodes_tied_to_each_other_are_read_at_once_because_nothing_is_canonicalised(
    parser: Parser,
) -> None:
    clique = "".join(f"_:n{a} <http://e/p> _:n{b} .\n" for a in range(9) for b in range(9) if a != b)
    assert len(set(read(parser, clique, "nt").splitlines())) == 72


@pytest.mark.parametrize(
    "content",
    [said("<<( <a:s> <a:p> <a:o> )>>"), "<< <a:s> <a:p> <a:o> >> <a:q> 1 .", said("'x'@ar--rtl")],
)
def test_what_rdf_1_1_does_not_know_is_read_where_that_is_not_asked_for(parser: Parser, content: str) -> None:
    assert read(parser, content)
    with pytest.raises(BadData, match=r"RDF 1\.1 does not know"):
        read(parser, content, plain=True)


def test_imports_schemas_and_style_sheets_are_only_names() -> None:
    with canary() as lure, Parser(seconds=20, memory_mb=512) as parser:
        owl = "http://www.w3.org/2002/07/owl#imports"
        read(parser, f"<{BASE}x> <{owl}> <{lure.url}o> ; <http://e/p> '{lure.url}'^^<{lure.url}type> .")
        read(parser, f'<?xml-stylesheet href="{lure.url}s"?>{RDF}</rdf:RDF>', "rdfxml")
        read(parser, f"@base <{lure.url}> . @prefix p: <{lure.url}p#> . <a> p:b <c> .")
        read(parser, json.dumps({"@id": lure.url, f"{lure.url}p": {"@id": f"{lure.url}o"}}), "jsonld")
        assert (lure.connections, lure.requests) == (0, [])


# What JSON-LD would pass over in silence


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"@id": "http://s> x", "http://e/p": 1}, "«http://s> x» is no IRI"),
        ({"http://e/p q": 1}, "«http://e/p q» is no IRI"),
        ({"@type": "http://e/A B"}, "is no IRI"),
        (
            {"@context": {"t": {"@id": "http://e/t", "@type": "@id"}}, "t": ["http://e/", "a b"]},
            "«a b» is no",
        ),
        ({"@context": {"id": "@id"}, "id": "a|b", "http://e/p": 1}, "is no IRI"),
        ({"http://e/p": {"@value": "x", "@language": "it_IT"}}, "«it_IT» is no language tag"),
        (
            {"@context": {"t": {"@id": "http://e/t", "@container": "@language"}}, "t": {"it IT": "x"}},
            "«it IT» is no language tag",
        ),
        ({"@context": OURS, "label": {"italiano!": "x"}}, "is no language tag"),
    ],
)
def test_a_slip_that_json_ld_passes_over_is_an_error_here(
    parser: Parser, document: object, sentence: str
) -> None:
    with pytest.raises(BadData, match=sentence):
        read(parser, json.dumps(document), "jsonld")


def test_json_that_only_looks_like_a_slip_is_read(parser: Parser) -> None:
    document = {
        "@context": {"t": {"@id": "http://e/t", "@container": "@language"}, "note": "http://e/note"},
        "t": {"it": "a b", "@none": "c"},
        "note": ["http://s> x", {"@value": "it_IT"}],
        "http://e/list": {"@list": [{"@id": "_:b"}, {"@id": "x/y"}]},
    }
    assert read(parser, json.dumps(document), "jsonld").count("\n") == 9


def test_a_relative_iri_in_json_ld_needs_a_base(parser: Parser) -> None:
    content = b'{"@id": "x", "http://e/p": 1}'
    with pytest.raises(BadData, match="«x» is a relative IRI"):
        parser.parse(content, GRAPH_FORMATS["jsonld"])
    assert parser.parse(content, GRAPH_FORMATS["jsonld"], BASE).count == 1


def test_terms_that_lean_on_each_other_without_end_are_refused(parser: Parser) -> None:
    chain = {"t0": "http://e/"} | {f"t{number + 1}": f"t{number}:" for number in range(5_000)}
    with pytest.raises(BadData, match="lean on each other"):
        read(parser, json.dumps({"@context": chain, "t5": 1}), "jsonld")
    short = {"t0": "http://e/"} | {f"t{number + 1}": f"t{number}:x/" for number in range(50)}
    assert "<http://e/x/x/>" in read(parser, json.dumps({"@context": short, "t2": 1}), "jsonld")


# Our own context


RECORD = {"id": "id/stakeholder/a", "type": "Organisation", "label": {"it": "Filatura"}}
SAYS = (
    f"<{BASE}id/stakeholder/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/ccg/ns#Organisation> .\n"
    f'<{BASE}id/stakeholder/a> <http://www.w3.org/2000/01/rdf-schema#label> "Filatura"@it .\n'
)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"@context": OURS, **RECORD}),
        json.dumps({"@context": "https://w3id.org/ccg/context.jsonld", **RECORD}),
        json.dumps({"@context": [OURS, {"x": "http://e/x"}], **RECORD}),
        json.dumps({"@context": {"x": "http://e/x"}, "@graph": [{"@context": OURS, **RECORD}]}),
        json.dumps([{"@context": OURS, **RECORD}]),
        json.dumps({"@context": OURS, **RECORD}).replace("/", "\\/"),
        json.dumps({"@context": OURS, **RECORD}, indent=4).replace('":', '" :\n'),
    ],
)
def test_a_document_may_name_our_context_and_nothing_is_fetched(parser: Parser, content: str) -> None:
    assert "".join(sorted(read(parser, content, "jsonld").splitlines(keepends=True))) == SAYS


def test_the_context_of_a_term_may_be_ours(parser: Parser) -> None:
    document = {"@context": {"about": {"@id": "http://e/about", "@context": OURS}}, "about": RECORD}
    assert SAYS.splitlines()[1] in read(parser, json.dumps(document), "jsonld")


def test_a_text_that_says_context_stays_a_text(parser: Parser) -> None:
    text = f'"@context": "{OURS}"'
    nquads = read(parser, json.dumps({"@context": OURS, "@id": "id/x/y", "rdfs:comment": text}), "jsonld")
    assert json.dumps(text) in nquads


@pytest.mark.parametrize(
    "context",
    [
        "http://127.0.0.1:9/c",
        f"{OURS}#x",
        f"{OURS}?x",
        "context.jsonld",
        "file:///etc/passwd",
        [OURS, "http://127.0.0.1:9/c"],
        {"@version": 1.1, "@import": "http://127.0.0.1:9/c"},
        {"@version": 1.1, "@import": OURS},
        {"t": {"@id": "http://e/t", "@context": "http://127.0.0.1:9/c"}},
    ],
)
def test_any_other_context_is_refused(parser: Parser, context: object) -> None:
    with pytest.raises(BadData, match="nothing is fetched"):
        read(parser, json.dumps({"@context": context, "@id": "a:b", "http://e/p": 1}), "jsonld")


def test_our_context_may_be_named_often_but_not_without_end(parser: Parser) -> None:
    records = [{"@context": OURS, "id": f"id/x/{number}", "label": {"it": "x"}} for number in range(201)]
    assert read(parser, json.dumps(records[:200]), "jsonld").count("\n") == 200
    with pytest.raises(BadData, match="more than 200 times"):
        read(parser, json.dumps(records), "jsonld")


# Packed documents


def zstd(content: bytes, **how: int) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(**how)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(content)


@pytest.mark.parametrize(("coding", "packed"), [("gzip", gzip.compress(FACT)), ("zstd", zstd(FACT))])
def test_a_packed_document_is_unpacked(parser: Parser, coding: str, packed: bytes) -> None:
    assert read(parser, packed, coding=coding) == '<http://e/s> <http://e/p> "x" .\n'


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_document_that_grows_too_large_or_too_fast_is_given_up(parser: Parser, pack: object) -> None:
    coding = "gzip" if pack is gzip.compress else "zstd"
    with pytest.raises(TooLarge, match="more than 100 times as large"):
        read(parser, pack(b"#" * 200_000_000), coding=coding)  # type: ignore[operator]
    even = b"".join(b"# %064x\n" % (number * 7919**9 % 2**256) for number in range(40_000))
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        read(parser, pack(even), coding=coding, largest=1 << 20 | 1 << 19)  # type: ignore[operator]
    small = b"#" * 900_000 + b"\n" + FACT
    assert read(parser, pack(small), coding=coding)  # type: ignore[operator]


def test_a_packed_document_must_be_whole_and_one(parser: Parser) -> None:
    flushed = zlib.compressobj(wbits=31)
    unfinished = flushed.compress(FACT) + flushed.flush(zlib.Z_SYNC_FLUSH)
    for coding, packed in {
        ("gzip", gzip.compress(FACT)[:-9]),
        ("gzip", unfinished),
        ("gzip", gzip.compress(FACT) + gzip.compress(FACT)),
        ("gzip", gzip.compress(FACT) + b"more"),
        ("gzip", FACT),
        ("gzip", b""),
        ("zstd", zstd(FACT)[:-1]),
        ("zstd", zstd(FACT) * 2),
        ("zstd", zstd(FACT) + b"more"),
        ("zstd", FACT),
        ("zstd", b""),
    }:
        with pytest.raises(BadData, match=f"no whole {coding} file"):
            read(parser, packed, coding=coding)


def test_a_window_that_fills_memory_is_refused(parser: Parser) -> None:
    wide = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27)
    ).compressobj()
    with pytest.raises(BadData, match="too much memory"):
        read(parser, wide.compress(FACT) + wide.flush(), coding="zstd")


def test_what_is_packed_twice_is_unpacked_once(parser: Parser) -> None:
    with pytest.raises(BadData):
        read(parser, gzip.compress(gzip.compress(FACT)), coding="gzip")
