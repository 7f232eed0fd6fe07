"""One process publishes a graph, many read it, and no query brings any of them down."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cc_graph.errors import (
    BadData,
    BadQuery,
    BadRequest,
    Busy,
    NotAcceptable,
    NotFound,
    Refused,
    TooMuch,
    Unavailable,
)
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.store.layout import Layout
from cc_graph.store.publisher import Publisher
from cc_graph.store.reader import LONGEST_QUERY, Reader
from cc_graph.store.tokens import survey, undeclared_prefixes

BASE = "https://city.example/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(300)))} }}" for name in "abcd")
    + " }"
)
TOWN = b"""\
<https://city.example/id/mill> <https://w3id.org/ccg/ns#memberOf> <https://city.example/id/guild> <https://city.example/graph/a> .
<https://city.example/id/mill> <https://w3id.org/ccg/ns#memberOf> <https://city.example/id/guild> <https://city.example/graph/b> .
<https://city.example/id/dyer> <https://w3id.org/ccg/ns#memberOf> <https://city.example/id/guild> <https://city.example/graph/b> .
<https://city.example/id/dyer> <http://www.w3.org/2000/01/rdf-schema#label> "Tintoria"@it <https://city.example/graph/c> .
"""


def quad(number, graph="a"):
    return f'<a:s> <a:p> "{number}" <{BASE}graph/{graph}> .\n'.encode()


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def town(home, tmp_path):
    build(home, tmp_path, TOWN)
    return home


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    build(folder / "home", folder, TOWN)
    with open_reader(folder / "home") as reader:
        yield reader


def build(home, folder, nquads):
    (folder / "graphs.nq").write_bytes(nquads)
    with Publisher(home) as publisher:
        return publisher.rebuild(folder / "graphs.nq")


def open_reader(home, seconds=20.0, workers=2):
    return Reader(home, BASE, seconds, 256, workers)


def ask(reader, text, name="csv", **options):
    """The answer in a table format or, for triples, a graph format, as text."""
    table = TABLE_FORMATS.get(name, TABLE_FORMATS["csv"])
    graph = GRAPH_FORMATS.get(name, GRAPH_FORMATS["nt"])
    return reader.query(text, table_format=table, graph_format=graph, **options).read().decode()


def count(reader, text=COUNT, **options):
    return int(ask(reader, text, **options).split()[1])


# Queries


def test_a_triple_that_two_graphs_state_counts_once(reader):
    assert count(reader) == 3
    assert count(reader, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 4


def test_the_prefixes_of_the_project_and_the_base_of_the_city_are_declared(reader):
    assert count(reader, "SELECT (COUNT(*) AS ?n) { ?who ccg:memberOf <id/guild> }") == 2


XML = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>%s</sparql>'
ROW_IN = {
    "csv": "label\r\nTintoria\r\n",
    "tsv": '?label\n"Tintoria"@it\n',
    "json": '{"head":{"vars":["label"]},"results":{"bindings":'
    '[{"label":{"type":"literal","value":"Tintoria","xml:lang":"it"}}]}}',
    "xml": XML % '<variable name="label"/></head><results><result><binding name="label">'
    '<literal xml:lang="it">Tintoria</literal></binding></result></results>',
}
TRUE_IN = {
    "csv": "true",
    "tsv": "true",
    "json": '{"head":{},"boolean":true}',
    "xml": XML % "</head><boolean>true</boolean>",
}


@pytest.mark.parametrize("name", ROW_IN)
def test_select_and_ask_answer_in_every_format_for_tables_of_any_kind(reader, name):
    assert ask(reader, "SELECT ?label { ?s rdfs:label ?label }", name) == ROW_IN[name]
    assert ask(reader, "ASK { ?s rdfs:label ?label }", name) == TRUE_IN[name]


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_construct_and_describe_answer_in_every_graph_format(reader, name):
    for text in ("CONSTRUCT { ?s a ccg:Network } WHERE { ?s rdfs:label ?o }", "DESCRIBE <id/mill>"):
        answer = reader.query(text, table_format=TABLE_FORMATS["csv"], graph_format=GRAPH_FORMATS[name])

        assert (answer.kind, answer.media_type) == ("graph", GRAPH_FORMATS[name].media_type)
        form = ox.RdfFormat.from_media_type(answer.media_type)
        assert len(list(ox.parse(answer.read(), form))) == 1


def test_a_short_turtle_answer_declares_the_prefixes_it_uses_and_no_others(reader):
    assert ask(reader, "DESCRIBE <id/mill>", "ttl") == (
        "@prefix ccg: <https://w3id.org/ccg/ns#> .\n"
        "<https://city.example/id/mill> ccg:memberOf <https://city.example/id/guild> .\n"
    )


def test_an_answer_knows_its_size_its_kind_and_its_revision(reader):
    formats = {"table_format": TABLE_FORMATS["csv"], "graph_format": GRAPH_FORMATS["ttl"]}
    with reader.query("ASK {}", **formats) as answer:
        assert (answer.kind, answer.size, answer.revision) == ("boolean", 4, reader.revision)
        assert answer.body.seek(2) == 2
        assert answer.body.read() == b"ue"

    assert answer.body.closed


# Data sets


@pytest.mark.parametrize(
    ("clauses", "number"),
    [
        ("FROM <graph/a>", 1),
        ("FROM <graph/a> FROM <graph/a>", 1),
        ("FROM <graph/a> FROM <graph/b>", 2),
        ("FROM <graph/a> FROM <graph/b> FROM <graph/c>", 3),
        ("FROM <graph/nowhere>", 0),
        ("FROM NAMED <graph/a>", 0),
    ],
)
def test_several_from_are_one_merge(reader, clauses, number):
    assert count(reader, f"SELECT (COUNT(*) AS ?n) {clauses} {{ ?s ?p ?o }}") == number


def test_from_takes_names_with_prefixes_and_comments_between(reader):
    text = "PREFIX g: <https://city.example/graph/> SELECT (COUNT(*) AS ?n) # FROM g:c\nFROM g:a FROM g:b { ?s ?p ?o }"

    assert count(reader, text) == 2


def test_graph_sees_the_graphs_named_and_no_others(reader):
    seen = "SELECT (COUNT(*) AS ?n) %s { GRAPH ?g { ?s ?p ?o } }"

    assert count(reader, seen % "FROM <graph/a> FROM NAMED <graph/b>") == 2
    assert count(reader, seen % "FROM <graph/a> FROM <graph/c> FROM NAMED <graph/b>") == 2
    assert count(reader, seen % "FROM <graph/a>") == 0


def test_the_graphs_of_the_request_take_the_place_of_those_of_the_query(reader):
    text = "SELECT (COUNT(*) AS ?n) FROM <graph/c> { ?s ?p ?o }"

    assert count(reader, text, default_graphs=[f"{BASE}graph/a", f"{BASE}graph/b"]) == 2
    assert count(reader, text, named_graphs=[f"{BASE}graph/a"]) == 0
    with pytest.raises(BadRequest, match="«graph/a» is not an absolute IRI"):
        count(reader, text, default_graphs=["graph/a"])


# What is refused


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { ?s ?p true.SERVICE<http://127.0.0.1/>{} }",
        "SELECT * { ?s ?p 1SERVICESILENTex:x{} }",
        "SELECT * { ?s ?p-1SERVICE<http://127.0.0.1/>{} }",
        "PREFIX ex: <http://x/> SELECT * { ?s ex:-1SERVICE<http://127.0.0.1/>{} }",
        "PREFIX ex: <http://x/> SELECT * { ?s ?p ex:a.b.SERVICE<http://127.0.0.1/>{} }",
        "PREFIX ex: <http://x/> PREFIX SERVICEex: <http://y/> SELECT * { SERVICEex:x { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1/> {} }",
        'SELECT * { # \\u000A """ \n SERVICE <http://127.0.0.1/> {} # """ \n }',
        "PREFIX ex: <http://x/> SELECT * { ?s ?p ex:a\\# SERVICE <http://127.0.0.1/> {} \n }",
        "SELECT * { ?s <http://x/\\u0041#> ?o . SERVICE <http://127.0.0.1/> {} \n }",
    ],
)
def test_service_is_refused_however_it_is_written(text):
    with pytest.raises(Refused, match="SERVICE"):
        survey(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { FILTER(?a<?b)SERVICE#>\n?x{ ?s ?p ?o } }",
        'SELECT * { FILTER(?a<?b)#>"""\nSERVICE <http://127.0.0.1/> {} #"""\n }',
        "SELECT * { FILTER(?a<'x>'+'y')SERVICE ex:x{} #'\n }",
    ],
)
def test_text_that_could_hide_service_in_an_iri_is_not_understood(text):
    with pytest.raises(BadQuery, match="IRI or a comparison") as caught:
        survey(text)

    assert "space" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <http://x/> {}" }',
        "SELECT * { ?s ?p '''LOAD \n SERVICE <http://x/> {}''' }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
        "SELECT * { ?service <http://x/service#load> ?LOAD }",
        "PREFIX service: <urn:service#> SELECT * { GRAPH service:a { ?s service:b ?o } }",
        "PREFIX a: <urn:x#> BASE <urn:y#> SELECT * FROM <#g> { ?s <https://x/it's#> ?o FILTER(?a < ?b && ?c > ?d) }",
    ],
)
def test_service_in_a_string_a_comment_or_a_name_is_no_reason_to_refuse(text):
    assert survey(text).form == "SELECT"


@pytest.mark.parametrize(
    "verb", ["INSERT DATA", "DELETE WHERE", "LOAD", "clear", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"]
)
def test_updates_are_refused(reader, verb):
    with pytest.raises(Refused, match="only queries are answered") as caught:
        ask(reader, f"PREFIX ex: <http://x/> {verb} {{ <a:s> <a:p> <a:o> }}")

    assert "cc-graph load" in caught.value.hint


@pytest.mark.parametrize("bracket", ["(", "{", "["])
def test_ten_thousand_nested_brackets_are_refused_before_anything_parses_them(bracket):
    with pytest.raises(BadQuery, match="more than 200 levels"):
        survey("SELECT * { " + bracket * 10_000)


def test_a_query_of_reasonable_depth_is_answered(reader):
    assert ask(reader, "ASK { FILTER(" + "(" * 150 + "true" + ")" * 150 + ") }") == "true"


@pytest.mark.parametrize(
    "text", ["a." * 200_000, "a-" * 200_000, "<" * 400_000, "<a" * 200_000, "a:" * 200_000]
)
def test_hostile_text_is_read_in_one_pass_and_found_to_be_no_query(text):
    assert survey(text).form == ""


@pytest.mark.parametrize("text", ['"' + '\\"' * 200_000, "'''" * 99_999 + "x", '"""' + '"" ' * 200_000])
def test_hostile_strings_are_read_in_one_pass_and_found_to_be_open(text):
    with pytest.raises(BadQuery, match="not closed"):
        survey(text)


def test_a_query_may_be_long_but_not_endless(reader):
    values = " ".join(f'"{number}"' for number in range(50_000))

    assert count(reader, f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {values} }} }}") == 50_000
    with pytest.raises(BadQuery, match="longer than"):
        ask(reader, "ASK {}" + " " * LONGEST_QUERY)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SELECT * {\n  ?s ?p ?o .\n  FLTER(?s) }", "line 3, column 11, near «FLTER"),
        ("SELECT ?x ?x { ?x ?y ?z }", "Duplicated variable name in SELECT"),
        ("SELECT * { ex:a ?p ?o }", "The prefix ex: is not declared"),
        ("SELECT * FROM ex:a FROM ex:b { ?s ?p ?o }", "The prefix ex: is not declared"),
        ("SELECT (<http://x/f>(1) AS ?y) {}", "custom function <http://x/f> is not supported"),
        ('SELECT * { ?s ?p "open }', "not closed"),
        ("", "syntax error in line 1"),
    ],
)
def test_a_query_that_is_wrong_is_told_where_and_why(reader, text, sentence):
    with pytest.raises(BadQuery) as caught:
        ask(reader, text)

    assert sentence in str(caught.value)
    assert caught.value.hint


def test_undeclared_prefixes_are_found_among_the_names():
    text = "PREFIX a: <x:> SELECT * { a:b :c 'd:e' . ?s foaf:name skos:x } # f:g"

    assert undeclared_prefixes(text, {"foaf"}) == ["", "skos"]


# What is stopped


def test_a_runaway_query_is_stopped_and_the_next_one_is_answered(reader):
    with pytest.raises(TooMuch, match=r"longer than 0\.3 seconds"):
        ask(reader, ENDLESS, seconds=0.3)

    assert count(reader) == 3


def test_a_query_that_needs_too_much_memory_is_stopped_and_the_next_one_is_answered(reader):
    doubling = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(32))
    with pytest.raises(TooMuch, match="memory"):
        ask(reader, f"SELECT (STRLEN(?a32) AS ?n) {{ BIND('x' AS ?a0) {doubling} }}")

    assert count(reader) == 3


def test_a_query_that_overflows_the_stack_is_stopped_and_the_next_one_is_answered(reader):
    with pytest.raises(TooMuch, match="nested too deeply"):
        ask(reader, "ASK { FILTER(" + "!" * 200_000 + "true) }")

    assert count(reader) == 3


def test_many_threads_share_a_few_workers(town):
    with open_reader(town) as reader, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: count(reader), range(200)))

    assert answers == [3] * 200


def test_a_closed_reader_says_so(town):
    reader = open_reader(town)
    assert count(reader) == 3
    reader.close()
    reader.close()

    with pytest.raises(Unavailable, match="closed"):
        count(reader)


@pytest.mark.parametrize("escape", ["\\u0001", "\\uFFFE"])
def test_what_xml_cannot_hold_is_not_written_as_if_it_could(reader, escape):
    assert ask(reader, f'SELECT ("a{escape}" AS ?x) {{}}', "tsv")
    with pytest.raises(NotAcceptable, match="XML cannot hold"):
        ask(reader, f'SELECT ("a{escape}" AS ?x) {{}}', "xml")
    with pytest.raises(NotAcceptable, match="XML cannot hold"):
        ask(reader, f'CONSTRUCT {{ <a:a> <a:b> "a{escape}" }} {{}}', "rdfxml")


# Dumps


def test_a_dump_holds_every_named_graph_and_not_the_merge(reader):
    assert sorted(reader.dump(GRAPH_FORMATS["nq"]).read().splitlines()) == sorted(TOWN.splitlines())


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_a_dump_is_complete_in_every_format(reader, name):
    form = GRAPH_FORMATS[name]

    quads = list(ox.parse(reader.dump(form).read(), ox.RdfFormat.from_media_type(form.media_type)))

    assert len(quads) == (4 if form.graphs else 3)


def test_a_dump_of_some_graphs_holds_those(reader):
    graphs = [f"{BASE}graph/a", f"{BASE}graph/b"]

    assert len(reader.dump(GRAPH_FORMATS["nq"], graphs).read().splitlines()) == 3
    assert len(reader.dump(GRAPH_FORMATS["nt"], graphs).read().splitlines()) == 2
    with pytest.raises(NotFound, match="graph/x"):
        reader.dump(GRAPH_FORMATS["nt"], [f"{BASE}graph/x"])


# Publishing

numbers = st.sets(st.tuples(st.integers(0, 3), st.sampled_from("ab")), max_size=5)


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4))
def test_after_any_sequence_of_publishing_the_default_graph_is_the_union_of_the_named_ones(
    tmp_path_factory, steps
):
    folder = tmp_path_factory.mktemp("union")
    build(folder / "home", folder, quad(0) + quad(0, "b"))
    expected = {(0, "a"), (0, "b")}
    with Publisher(folder / "home") as publisher:
        for added, removed in steps:
            revision = publisher.publish(
                b"".join(quad(*q) for q in added), b"".join(quad(*q) for q in removed)
            )
            expected = (expected - removed) | added

            store = ox.Store.read_only(str(folder / "home" / "checkpoints" / revision))
            graphs = {
                (int(q.object.value), q.graph_name.value[-1])
                for q in store
                if q.graph_name != ox.DefaultGraph()
            }
            merge = [int(q.object.value) for q in store if q.graph_name == ox.DefaultGraph()]
            assert graphs == expected
            assert sorted(merge) == sorted({number for number, _ in expected})


def test_a_quad_is_removed_by_any_spelling_of_its_literal(town):
    integer = '<a:s> <a:p> "%s"^^<http://www.w3.org/2001/XMLSchema#integer> <https://city.example/graph/a> .'
    with Publisher(town) as publisher, open_reader(town) as reader:
        publisher.publish((integer % "01").encode(), b"")
        assert count(reader) == 4
        publisher.publish(b"", (integer % "1").encode())
        assert count(reader) == 3


def test_the_next_query_sees_what_was_published_last(town):
    with Publisher(town) as publisher, open_reader(town) as reader:
        before = reader.revision
        assert count(reader) == 3
        after = publisher.publish(quad(1), b"")

        assert count(reader) == 4
        assert reader.revision == after
        assert (before[:6], after[:6]) == ("000001", "000002")


def test_a_query_during_a_rebuild_sees_the_old_graph_and_after_it_the_new(town, tmp_path):
    (tmp_path / "new.nq").write_bytes(b"".join(quad(number) for number in range(2500)))
    seen = []
    with Publisher(town) as publisher, open_reader(town) as reader:
        publisher.rebuild(tmp_path / "new.nq", lambda done: seen.append((done, count(reader))))

        assert seen == [(1000, 3), (2000, 3), (2500, 3)]
        assert count(reader) == 2500


def test_an_interrupted_rebuild_leaves_the_old_graph_and_the_next_one_works(town, tmp_path):
    (tmp_path / "new.nq").write_bytes(quad(1) * 1000)

    def interrupt(_):
        raise KeyboardInterrupt

    with Publisher(town) as publisher, open_reader(town) as reader:
        with pytest.raises(KeyboardInterrupt):
            publisher.rebuild(tmp_path / "new.nq", interrupt)
        assert count(reader) == 3

        publisher.rebuild(tmp_path / "new.nq")
        assert count(reader) == 1


def test_a_change_that_fails_before_it_is_durable_never_shows(town, monkeypatch):
    with Publisher(town) as publisher, open_reader(town) as reader:
        with monkeypatch.context() as broken:
            broken.setattr(
                Layout, "flip", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
            )
            with pytest.raises(Unavailable, match="No space left"):
                publisher.publish(quad(1), b"")
        assert count(reader) == 3

        publisher.publish(quad(2), b"")
        assert count(reader) == 4


@pytest.mark.parametrize(
    ("nquads", "sentence"),
    [
        (b"<a:s> <a:p> <a:o> .", "outside a named graph"),
        (b"<a:s> <a:p> <a:o> <a:g>", "not N-Quads"),
        (b"<a:s> <a:p> _:b <a:g> .", "blank node"),
    ],
)
def test_quads_that_cannot_be_published_are_refused_and_change_nothing(town, nquads, sentence):
    with Publisher(town) as publisher:
        before = publisher.publish(b"", b"")
        with pytest.raises(BadData, match=sentence):
            publisher.publish(nquads, b"")
        with pytest.raises(BadData, match=sentence):
            publisher.publish(b"", nquads)

        assert Layout(town).revision() == before


@pytest.mark.parametrize("nquads", [quad(1) + b"<a:s> <a:p> <a:o> .", quad(1) + b"<a:s> <a:p> "])
def test_a_rebuild_from_a_bad_file_leaves_the_old_graph(town, tmp_path, nquads):
    before = Layout(town).revision()
    with pytest.raises(BadData):
        build(town, tmp_path, nquads)

    assert Layout(town).revision() == before


def test_a_blank_node_of_a_file_is_one_node_in_its_graph_and_in_the_merge(home, tmp_path):
    build(home, tmp_path, b"_:a <a:p> <a:o> <a:g> .\n_:a <a:q> <a:o> <a:g> .\n")

    with open_reader(home) as reader:
        assert count(reader, "SELECT (COUNT(*) AS ?n) { ?b <a:p> ?o GRAPH ?g { ?b <a:q> ?o } }") == 1


def test_only_one_process_publishes_at_a_time(town):
    with Publisher(town):
        with pytest.raises(Busy, match="Another process is publishing") as caught:
            Publisher(town)
        assert "serve" in caught.value.hint

    Publisher(town).close()


def test_a_checkpoint_stays_while_somebody_reads_it(town):
    lease = Layout(town).lease()
    with Publisher(town) as publisher:
        publisher.publish(quad(1), b"")
        assert len(ox.Store.read_only(str(lease.path))) == 7

        lease.release()
        publisher.publish(quad(2), b"")
        assert [path.name for path in (town / "checkpoints").iterdir()] == [Layout(town).revision()]


def test_readers_and_a_publisher_get_on_in_many_threads(town):
    stop = threading.Event()
    with Publisher(town) as publisher, open_reader(town) as reader, ThreadPoolExecutor(3) as threads:

        def look():
            seen = []
            while not stop.is_set():
                seen.append(count(reader, "SELECT (COUNT(*) AS ?n) { <a:s> <a:p> ?o }"))
            return seen

        looks = [threads.submit(look) for _ in range(3)]
        for number in range(0, 10, 2):
            publisher.publish(quad(number) + quad(number + 1), b"")
        stop.set()

    for each in looks:
        seen = each.result()
        assert seen == sorted(seen)
        assert {number % 2 for number in seen} <= {0}


# Homes


def test_a_home_where_nothing_is_loaded_is_not_found(home):
    with open_reader(home) as reader, pytest.raises(NotFound) as caught:
        count(reader)

    assert "cc-graph load" in caught.value.hint
    with Publisher(home) as publisher, pytest.raises(NotFound):
        publisher.publish(quad(1), b"")


def test_a_home_that_cannot_be_written_to_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(Unavailable, match="cannot be used") as caught:
        Publisher(tmp_path / "file" / "home")
    assert "CC_GRAPH_HOME" in caught.value.hint


def test_a_checkpoint_that_is_gone_or_broken_is_unavailable(town):
    (town / "checkpoints" / Layout(town).revision() / "CURRENT").unlink()
    with open_reader(town) as reader, pytest.raises(Unavailable, match="cannot be opened"):
        count(reader)

    shutil.rmtree(town / "checkpoints")
    with open_reader(town) as reader, pytest.raises(Unavailable, match="is missing"):
        count(reader)


def test_a_file_that_is_not_there_cannot_be_built_from(home, tmp_path):
    with Publisher(home) as publisher, pytest.raises(NotFound, match=r"absent\.nq"):
        publisher.rebuild(tmp_path / "absent.nq")
