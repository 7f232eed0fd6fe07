"""RDF from outside is read in a sandbox: to N-Quads, or to an error that says where and what to do."""

import pytest

from cc_graph.errors import BadData, BadParameter, NotAcceptable, NotFound, TooMuch
from cc_graph.rdfio import parsing
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS, by_name, by_path, negotiate
from cc_graph.rdfio.parsing import Parser, parse

TTL = GRAPH_FORMATS["ttl"]
PRATO = b"@prefix ex: <https://example.org/> . ex:prato ex:makes ex:wool ."
SAME_IN = {
    "ttl": PRATO,
    "trig": PRATO,
    "nt": b"<https://example.org/prato> <https://example.org/makes> <https://example.org/wool> .",
    "nq": b"<https://example.org/prato> <https://example.org/makes> <https://example.org/wool> .",
    "jsonld": b'{"@id": "https://example.org/prato",'
    b' "https://example.org/makes": {"@id": "https://example.org/wool"}}',
    "rdfxml": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="https://example.org/">'
    b'<rdf:Description rdf:about="https://example.org/prato"><makes rdf:resource="https://example.org/wool"/>'
    b"</rdf:Description></rdf:RDF>",
}
RDF_XML = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">%s</rdf:RDF>'


@pytest.fixture(scope="module")
def parser():
    with Parser(seconds=10, memory_mb=256) as parser:
        yield parser


# Formats


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("application/json", "json"),
        ("application/sparql-results+json", "json"),
        ("application/sparql-results+xml;q=0.9, text/csv;q=0.5", "xml"),
        ("text/*", "csv"),
        ("text/*;q=0.5, text/tab-separated-values", "tsv"),
        ("*/*, application/sparql-results+json;q=0", "xml"),
        ("TEXT/CSV; charset=utf-8", "csv"),
        ("text/html, application/xhtml+xml, */*;q=0.1", "json"),
        ("csv", "csv"),
    ],
)
def test_the_client_gets_the_table_format_it_likes_best(accept, name):
    assert negotiate(accept, TABLE_FORMATS).name == name


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "ttl"),
        ("text/turtle", "ttl"),
        ("application/n-triples", "nt"),
        ("application/trig", "trig"),
        ("application/n-quads", "nq"),
        ("application/ld+json", "jsonld"),
        ("application/rdf+xml", "rdfxml"),
        ("application/*", "nt"),
        ("JSONLD", "jsonld"),
        ("turtle", "ttl"),
    ],
)
def test_the_client_gets_the_graph_format_it_likes_best(accept, name):
    assert negotiate(accept, GRAPH_FORMATS).name == name


@pytest.mark.parametrize(
    "accept", ["text/html", "text/plain", "image/*", "text/csv;q=0", "text/csv;q=high", "xlsx"]
)
def test_a_format_nobody_can_serve_is_answered_by_what_can_be_had(accept):
    with pytest.raises(NotAcceptable) as caught:
        negotiate(accept, TABLE_FORMATS)

    assert "csv" in caught.value.hint


def test_the_ending_of_a_file_tells_its_format():
    assert by_path("prato/facts.TTL").name == "ttl"
    assert by_path("facts.owl").name == "rdfxml"
    with pytest.raises(BadParameter, match=r"«facts\.docx»"):
        by_path("facts.docx")


def test_tables_and_graphs_are_told_apart():
    assert [form.graphs for form in GRAPH_FORMATS.values()] == [False, False, True, True, True, False]
    assert {form.for_tables for form in TABLE_FORMATS.values()} == {True}
    with pytest.raises(NotAcceptable, match="«csv»"):
        by_name("csv", GRAPH_FORMATS)


# Reading


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_every_format_says_the_same(parser, name):
    parsed = parser.parse(SAME_IN[name], GRAPH_FORMATS[name])

    assert parsed.nquads == SAME_IN["nq"] + b"\n"
    assert parsed.count == 1


def test_a_file_is_read_by_its_path_and_its_relative_names_by_a_base(tmp_path):
    path = tmp_path / "facts.ttl"
    path.write_text("@prefix ex: <https://example.org/> .\n<id/prato> ex:makes <#wool> .", encoding="utf-8")

    parsed = parse(path, by_path(path), "https://city.example/", seconds=10, memory_mb=256)

    assert (
        parsed.nquads
        == b"<https://city.example/id/prato> <https://example.org/makes> <https://city.example/#wool> .\n"
    )
    assert parsed.prefixes == {"ex": "https://example.org/"}


def test_triples_without_a_graph_go_where_they_are_told_and_graphs_stay(parser):
    trig = b"PREFIX ex: <https://example.org/> ex:a ex:b ex:c . ex:g { ex:d ex:e ex:f }"

    parsed = parser.parse(trig, GRAPH_FORMATS["trig"], graph="https://example.org/home")

    assert [line.split()[3] for line in parsed.nquads.splitlines()] == [
        b"<https://example.org/home>",
        b"<https://example.org/g>",
    ]


def test_the_same_blank_node_name_in_two_files_is_two_nodes(parser):
    first, second = (
        parser.parse(b"_:a <https://example.org/p> _:a .", GRAPH_FORMATS["nt"]).nquads.split()
        for _ in range(2)
    )

    assert first[0] == first[2]
    assert first[0].startswith(b"_:")
    assert first[0] != second[0]


def test_blank_nodes_become_iris_when_asked(parser):
    parsed = parser.parse(
        b"[] <https://example.org/p> [] .", TTL, skolem_prefix="https://city.example/genid/"
    )

    subject, _, value, _ = parsed.nquads.split()
    assert subject.startswith(b"<https://city.example/genid/")
    assert value.startswith(b"<https://city.example/genid/")
    assert subject != value


def test_literals_keep_the_form_they_have_in_the_file(parser):
    integer = b'<a:s> <a:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'

    assert parser.parse(integer, GRAPH_FORMATS["nt"]).nquads == integer


# Bad input


@pytest.mark.parametrize(
    ("document", "name", "sentence", "hint"),
    [
        (b'@prefix ex: <https://example.org/> .\nex:a ex:b "open .', "ttl", "line 2: Unexpected end", "Mend"),
        (b"\nex:a ex:b ex:c .", "ttl", "line 2: The prefix ex: has not been declared", "Declare the prefix"),
        (b"<a> <b> <c> .", "ttl", "line 1: No scheme found", "@base"),
        (b"\xff\xfe<\0", "ttl", "line 1: Invalid UTF-8", "UTF-8"),
        (b"<a:a> <a:b> <a:c>", "nt", "line 1", "Mend"),
        (b'{"@id": 1', "jsonld", "line 1", "Mend"),
        (b'{"@context": "https://example.org/c", "x": 1}', "jsonld", "nothing is fetched", "into the file"),
        (b'{"@context": ["file:///etc/hostname"], "x": 1}', "jsonld", "nothing is fetched", "into the file"),
        (
            b'{"@context": {"@import": "https://example.org/c"}}',
            "jsonld",
            "nothing is fetched",
            "into the file",
        ),
        (
            b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]><a/>',
            "rdfxml",
            "line 2: a document type",
            "DOCTYPE",
        ),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "rdfxml", "not UTF-8", "UTF-8"),
        ("<!DOCTYPE a><a/>".encode("utf-16-le"), "rdfxml", "not UTF-8", "UTF-8"),
        (b"<rdf:RDF", "rdfxml", "The document", "Mend"),
    ],
)
def test_a_malformed_document_is_named_with_its_line_and_a_hint(parser, document, name, sentence, hint):
    with pytest.raises(BadData, match=sentence) as caught:
        parser.parse(document, GRAPH_FORMATS[name])

    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (b"<a:s> <a:p> " + b"[ <a:p> " * 10_000, "ttl"),
        (b"<a:s> <a:p> " + b"(" * 10_000, "ttl"),
        (b"<a:s> <a:p> " + b"<<( <a:s> <a:p> " * 10_000, "ttl"),
        (b"<a:s> <a:p> " + b"<<( <a:s> <a:p> " * 10_000, "nt"),
        (b'{"a:p":' * 10_000, "jsonld"),
        (b'{"a:p": ' + b'{"@list": [' * 10_000, "jsonld"),
        (RDF_XML % (b"<a>" * 10_000), "rdfxml"),
    ],
)
def test_a_document_nested_too_deeply_is_refused_before_it_is_parsed(parser, document, name):
    with pytest.raises(BadData, match="line 1: more than 200 levels"):
        parser.parse(document, GRAPH_FORMATS[name])


@pytest.mark.parametrize(
    ("document", "name", "count"),
    [
        (b"<a:s> <a:p> " + b", ".join(b"[ <a:p> '(((' ]" for _ in range(300)) + b" . # [[[", "ttl", 600),
        (b'{"a:p": "' + b"[{" * 300 + b'"}', "jsonld", 1),
        (RDF_XML % (b'<rdf:Description xmlns:a="a:" rdf:about="a:b" a:p="/>"/>' * 300), "rdfxml", 300),
        (
            RDF_XML % (b'<rdf:Description xmlns="a:" rdf:about="a:b"><p>b</p></rdf:Description>' * 300),
            "rdfxml",
            300,
        ),
    ],
)
def test_many_brackets_side_by_side_or_in_text_are_not_depth(parser, document, name, count):
    assert parser.parse(document, GRAPH_FORMATS[name]).count == count


def test_a_file_that_is_not_there_is_not_found(parser, tmp_path):
    with pytest.raises(NotFound, match=r"absent\.ttl"):
        parser.parse(tmp_path / "absent.ttl", TTL)
    with pytest.raises(NotFound):
        parser.parse(tmp_path, TTL)


def test_a_file_that_is_too_large_is_not_read(parser, monkeypatch):
    monkeypatch.setattr(parsing, "LARGEST_FILE", 10)

    with pytest.raises(TooMuch, match="The document is larger than"):
        parser.parse(PRATO, TTL)


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_read():
    endless = b"<a:s> <a:p> " + b'"1" , ' * 3_000_000 + b'"1" .'
    with Parser(seconds=0.5, memory_mb=256) as parser:
        with pytest.raises(
            TooMuch, match=r"The document could not be read\. It took longer than 0\.5 seconds"
        ):
            parser.parse(endless, TTL)

        assert parser.parse(PRATO, TTL).count == 1
