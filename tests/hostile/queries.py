"""Hostile queries: rows S1 to S12, S30 to S36, S40, S41 and S43 of the checklist, each with its variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hostile.inputs import (
    ANSWER,
    EITHER,
    GONE,
    NO_HTTP,
    REFUSAL,
    Input,
    body,
    cell,
    lines,
    rows,
    well_formed,
)
from hostile.wire import Call, asked, by_form, by_get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hostile.wire import Reply

DEEP = 10_000
LONG = 100_000
NUMBERS = " ".join(map(str, range(300)))
THOUSAND = " ".join(map(str, range(1000)))


def queries(canary: str, endpoint: str) -> list[Input]:
    """All of them.

    Args:
        canary: address of a server that must not be called, with a slash at its end.
        endpoint: address of the endpoint itself.
    """
    return [
        *_service(canary, endpoint),
        *_only_called_service(),
        *_load(canary),
        *_updates(),
        *_graphs(canary),
        *_processor(),
        *_memory(),
        *_expressions(),
        *_nesting(),
        *_chains(),
        *_large(),
        *_odd_text(),
        *_protocol(),
        *_http(),
        *_results(),
        *_what_is_shown(),
    ]


def _service(canary: str, endpoint: str) -> Iterator[Input]:
    inner = "{ ?s ?p ?o }"
    places = {
        "S1.constant": f"SELECT * {{ SERVICE <{canary}x> {inner} }}",
        "S1.silent": f"SELECT * {{ SERVICE SILENT <{canary}x> {inner} }}",
        "S1.localhost": f"SELECT * {{ SERVICE <{canary.replace('127.0.0.1', 'localhost')}> {inner} }}",
        "S1.decimal-address": f"SELECT * {{ SERVICE <{canary.replace('127.0.0.1', '2130706433')}> {inner} }}",
        "S1.ipv6": f"SELECT * {{ SERVICE <{canary.replace('127.0.0.1', '[::ffff:127.0.0.1]')}> {inner} }}",
        "S1.file": f"SELECT * {{ SERVICE <file:///etc/hostname> {inner} }}",
        "S1.metadata": f"SELECT * {{ SERVICE <http://169.254.169.254/latest/meta-data/> {inner} }}",
        "S2.variable": f"SELECT * {{ VALUES ?g {{ <{canary}> }} SERVICE SILENT ?g {inner} }}",
        "S2.bound": f"SELECT * {{ BIND(IRI('{canary}') AS ?g) SERVICE ?g {inner} }}",
        "S2.subselect": f"SELECT * {{ {{ SELECT * {{ SERVICE <{canary}> {inner} }} }} }}",
        "S2.exists": f"ASK {{ FILTER EXISTS {{ SERVICE SILENT <{canary}> {inner} }} }}",
        "S2.not-exists": f"ASK {{ FILTER NOT EXISTS {{ SERVICE <{canary}> {inner} }} }}",
        "S2.optional": f"SELECT * {{ OPTIONAL {{ SERVICE <{canary}> {inner} }} }}",
        "S2.union": f"SELECT * {{ {{ ?s ?p ?o }} UNION {{ SERVICE <{canary}> {inner} }} }}",
        "S2.minus": f"SELECT * {{ ?a ?b ?c MINUS {{ SERVICE <{canary}> {inner} }} }}",
        "S2.graph": f"SELECT * {{ GRAPH ?g {{ SERVICE <{canary}> {inner} }} }}",
        "S2.having": f"SELECT (1 AS ?x) {{}} HAVING (EXISTS {{ SERVICE <{canary}> {inner} }})",
        "S2.construct": f"CONSTRUCT {inner} WHERE {{ SERVICE <{canary}> {inner} }}",
        "S2.describe": f"DESCRIBE ?s WHERE {{ SERVICE <{canary}> {inner} }}",
        "S2.mixed-case": f"SELECT * {{ sErViCe SiLeNt <{canary}> {inner} }}",
        "S2.base": f"BASE <{canary}> SELECT * {{ SERVICE <x> {inner} }}",
        "S2.prefixed": f"PREFIX c: <{canary}> SELECT * {{ SERVICE c:x {inner} }}",
        "S2.prefix-called-so": f"PREFIX SERVICE: <{canary}> SELECT * {{ SERVICE SERVICE:x {inner} }}",
        "S2.comment-between": f"SELECT * {{ SERVICE # <http://nowhere.example/>\n <{canary}> {inner} }}",
        "S2.no-space": f"SELECT*{{SERVICE<{canary}>{inner}}}",
        "S2.after-comment": f"SELECT * {{ # a comment\rSERVICE <{canary}> {inner} }}",
        "S2.run-together": f"SELECT * {{ ?a ?b trueSERVICE <{canary}> {inner} }}",
        "S2.after-number": f"SELECT * {{ ?a ?b 1.SERVICE <{canary}> {inner} }}",
        "S2.after-variable": f"SELECT * {{ ?a ?b ?c.SERVICE <{canary}> {inner} }}",
        "S2.after-prefixed": f"PREFIX e: <http://e/> SELECT * {{ ?a e:b e:c.SERVICE <{canary}> {inner} }}",
        "S2.after-string": f"SELECT * {{ ?a ?b 'x'SERVICE <{canary}> {inner} }}",
        "S2.after-language": f"SELECT * {{ ?a ?b 'x'@en SERVICE <{canary}> {inner} }}",
        "S2.escaped": f"SELECT * {{ \\u0053ERVICE <{canary}> {inner} }}",
        "S2.escaped-all": "".join(
            f"\\U{ord(letter):08X}" for letter in f"SELECT * {{ SERVICE <{canary}> {inner} }}"
        ),
        "S2.escaped-quote": f"SELECT * {{ ?a ?b '\\u0027 . SERVICE <{canary}> {inner} #' }}",
        "S2.less-than": f"SELECT * {{ FILTER(?a<?b)#>\n SERVICE <{canary}> {inner} }}",
        "S2.less-than-string": f"SELECT * {{ FILTER(?a<'>' || 'x' = '<') SERVICE <{canary}> {inner} FILTER('>'='') }}",
        "S2.unclosed-string": f"SELECT * {{ ?a ?b ' \n SERVICE <{canary}> {inner} }} #'",
        "S2.long-string-end": f'SELECT * {{ ?a ?b """ \\\\""" SERVICE <{canary}> {inner} #""" }}',
        "S2.hash-in-iri": f"SELECT * {{ ?a <http://e/#> ?c . SERVICE <{canary}> {inner} }}",
        "S2.local-name-escape": f"PREFIX e: <http://e/> SELECT * {{ ?a e:b\\# ?c . SERVICE <{canary}> {inner} }}",
        "S2.deep-in-expression": f"SELECT (IF(EXISTS {{ SERVICE <{canary}> {inner} }}, 1, 2) AS ?x) {{}}",
        "S2.order": f"SELECT * {{}} ORDER BY (EXISTS {{ SERVICE <{canary}> {inner} }})",
        "S6.itself": f"SELECT * {{ SERVICE <{endpoint}> {{ SERVICE <{endpoint}> {inner} }} }}",
    }
    for name, text in places.items():
        yield Input(name, "calls another endpoint", asked(text), REFUSAL)
    yield Input("S1.by-get", "the same by GET", by_get(("query", places["S1.constant"])), REFUSAL)
    yield Input("S1.by-form", "the same by a form", by_form(("query", places["S1.constant"])), REFUSAL)


def _only_called_service() -> Iterator[Input]:
    """What says SERVICE or LOAD and calls nothing: no reason to refuse."""
    harmless = {
        "string": "ASK { BIND('SERVICE <http://127.0.0.1/> { }' AS ?x) }",
        "comment": "ASK { } # SERVICE <http://127.0.0.1/> { } LOAD <http://127.0.0.1/>",
        "iri": "ASK { BIND(<http://e.example/SERVICE> AS ?x) }",
        "variable": "ASK { BIND(1 AS ?SERVICE) }",
        "prefix": "PREFIX SERVICE: <http://e.example/> ASK { BIND(SERVICE:LOAD AS ?x) }",
        "long-string": 'ASK { BIND("""\n} SERVICE <http://127.0.0.1/> { \'\'\' """ AS ?x) }',
        "insert-string": "ASK { BIND('INSERT DATA { <a:a> <a:a> <a:a> }' AS ?LOAD) }",
    }
    for name, text in harmless.items():
        yield Input(f"S2.only-a-{name}", "says SERVICE and calls nothing", asked(text), ANSWER, cell("true"))


def _load(canary: str) -> Iterator[Input]:
    update = (("Content-Type", "application/sparql-update"),)
    for name, text in {
        "http": f"LOAD <{canary}data>",
        "silent": f"LOAD SILENT <{canary}data> INTO GRAPH <http://e/g>",
        "metadata": "LOAD <http://169.254.169.254/latest/meta-data/> INTO GRAPH <http://e/g>",
        "file": "LOAD <file:///etc/hostname>",
    }.items():
        yield Input(f"S3.{name}", "loads from elsewhere", asked(text), REFUSAL)
        yield Input(
            f"S3.{name}-as-update",
            "loads from elsewhere",
            Call(headers=update, body=text.encode()),
            REFUSAL,
        )
        yield Input(f"S3.{name}-by-form", "loads from elsewhere", by_form(("update", text)), REFUSAL)
    yield Input(
        "S2.in-update",
        "calls another endpoint in an update",
        by_form(("update", f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{canary}> {{ ?s ?p ?o }} }}")),
        REFUSAL,
    )


def _updates() -> Iterator[Input]:
    for name, text in {
        "insert": "INSERT DATA { GRAPH <http://e/other> { <http://e/s> <http://e/p> 1 } }",
        "delete": "DELETE WHERE { ?s ?p ?o }",
        "delete-insert": "WITH <http://e/g> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } USING <http://e/g> WHERE { ?s ?p ?o }",
        "clear": "CLEAR ALL",
        "drop": "DROP SILENT ALL",
        "copy": "COPY DEFAULT TO <http://e/g>",
        "move": "MOVE <http://e/g> TO DEFAULT",
        "add": "ADD <http://e/g> TO <http://e/h>",
        "create": "CREATE GRAPH <http://e/g>",
        "commented": "# SELECT\nPREFIX SELECT: <http://e/> CLEAR ALL",
        "escaped": "\\u0043LEAR ALL",
        "after-query": "ASK { } ; CLEAR ALL",
    }.items():
        yield Input(f"S32.{name}", "changes the graph", asked(text), REFUSAL)
        yield Input(f"S33.{name}-query", "changes the graph by GET", by_get(("query", text)), REFUSAL)
        yield Input(f"S33.{name}-update", "changes the graph by GET", by_get(("update", text)), REFUSAL)


def _graphs(canary: str) -> Iterator[Input]:
    pattern = "{ ?s ?p ?o } LIMIT 1"
    yield Input(
        "S4.from", "a graph elsewhere", asked(f"SELECT * FROM <{canary}a> {pattern}"), ANSWER, rows(0)
    )
    named = f"SELECT * FROM NAMED <{canary}a> {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 1"
    yield Input("S4.from-named", "a graph elsewhere", asked(named), ANSWER, rows(0))
    yield Input("S4.from-file", "a file as a graph", asked(f"SELECT * FROM <file:///etc/hostname> {pattern}"))
    by_address = by_form(("query", f"SELECT * {pattern}"), ("default-graph-uri", f"{canary}a"))
    yield Input("S4.default-graph-uri", "a graph elsewhere", by_address, ANSWER, rows(0))
    many = " ".join(f"FROM <{canary}{number}>" for number in range(1000))
    yield Input("S4.thousand", "a thousand graphs elsewhere", asked(f"SELECT * {many} {pattern}"))
    graphs = tuple(("named-graph-uri", f"http://e/{number}") for number in range(5_000))
    yield Input("S4.many-names", "5,000 names of graphs", by_form(("query", "ASK {}"), *graphs))
    yield Input(
        "S4.no-iri", "the name of a graph is none", by_form(("query", "ASK {}"), ("default-graph-uri", "> <"))
    )


def _processor() -> Iterator[Input]:
    values = " ".join(f"VALUES ?{name} {{ {NUMBERS} }}" for name in "abcd")
    for name, text, value in (
        ("values", f"SELECT (COUNT(*) AS ?n) {{ {values} }}", "8100000000"),
        (
            "values-filter",
            f"SELECT (COUNT(*) AS ?n) {{ {values} FILTER(?a * ?b * ?c * ?d < 0) }}",
            "0",
        ),
        ("ask", f"ASK {{ {values} FILTER(?a + ?b + ?c + ?d < 0) }}", "false"),
        (
            "subselects",
            "SELECT (COUNT(*) AS ?n) { "
            + " ".join(f"{{ SELECT ?{name} {{ VALUES ?{name} {{ {NUMBERS} }} }} }}" for name in "abcd")
            + " }",
            "8100000000",
        ),
    ):
        yield Input(f"S7.{name}", "a product of four tables", asked(text), EITHER, cell(value))
    for name, text in {
        "data": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "data-filter": "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?a) > STR(?d) && STR(?d) > STR(?g) && ?c = 'x') }",
        "exists": "SELECT * { ?a ?b ?c FILTER NOT EXISTS { ?d ?e ?f . ?g ?h ?i FILTER(?f = ?i && ?c != ?f && ?d != ?g) } }",
        "optional": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c OPTIONAL { ?d ?e ?f OPTIONAL { ?g ?h ?i } } }",
        "minus": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?x ?y ?z MINUS { ?d ?e ?f . ?a ?h ?i } }",
        "union": "SELECT (COUNT(*) AS ?n) { " + " ".join(["{ ?a ?b ?c } UNION { ?c ?b ?a }"] * 12) + " }",
        "random-paths": "SELECT (COUNT(*) AS ?n) { ?a (!<a:a>|^!<a:a>)* ?b }",
        "path-pairs": "SELECT (COUNT(*) AS ?n) { ?a (!<a:a>)+ ?b . ?b (!<a:b>)+ ?c . ?c (!<a:c>)+ ?a }",
        "path-star-star": "SELECT (COUNT(*) AS ?n) { ?a (((((!<a:a>)*)*)*)*)* ?b }",
        "path-alternatives": "SELECT (COUNT(*) AS ?n) { ?a "
        + "/".join(["(!<a:a>|!<a:b>|^!<a:c>)"] * 20)
        + " ?b }",
        "path-nested": f"SELECT * {{ ?a {'(' * 190}!<a:a>{')*' * 190} ?b }}",
        "numbers": "SELECT (SUM(?x) AS ?n) { VALUES ?i { "
        + THOUSAND
        + " } VALUES ?j { "
        + THOUSAND
        + " } VALUES ?k { "
        + THOUSAND
        + " } BIND(?i*?j*?k AS ?x) }",
        "hashes": f"SELECT (COUNT(?h) AS ?n) {{ {values} BIND(SHA512(SHA512(SHA512(STR(?a+?b+?c+?d)))) AS ?h) }}",
    }.items():
        yield Input(f"S7.{name}", "much to compute", asked(text))


def _memory() -> Iterator[Input]:
    three = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
    table = f"VALUES ?a {{ {THOUSAND} }} VALUES ?b {{ {THOUSAND} }} VALUES ?c {{ {THOUSAND} }}"
    for name, text in {
        "sort": f"SELECT * {{ {three} }} ORDER BY ?i",
        "sort-limit": f"SELECT * {{ {three} }} ORDER BY DESC(STR(?i)) ?a LIMIT 10",
        "sort-values": f"SELECT * {{ {table} }} ORDER BY ?c DESC(?a) LIMIT 10",
        "group-concat": f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {three} }}",
        "group-concat-values": f"SELECT (GROUP_CONCAT(?a) AS ?x) {{ {table} }}",
        "distinct": f"SELECT DISTINCT * {{ {three} }}",
        "distinct-values": f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?a ?b ?c {{ {table} }} }}",
        "groups": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {three} }} GROUP BY ?a ?d ?g",
        "count-distinct": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {three} }}",
        "construct": f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {three} }}",
        "describe": f"DESCRIBE ?a ?d ?g WHERE {{ {three} }}",
        "uuids": f"SELECT DISTINCT (UUID() AS ?u) {{ {table} }}",
        "blank-nodes": f"CONSTRUCT {{ [] <a:p> [ <a:p> ?a ] }} WHERE {{ {table} }}",
    }.items():
        yield Input(f"S8.{name}", "much to hold", asked(text))


def _expressions() -> Iterator[Input]:
    doubled = " ".join(f"BIND(CONCAT(?a{n},?a{n}) AS ?a{n + 1})" for n in range(40))
    yield Input(
        "S9.concat",
        "a string doubled 40 times",
        asked(f"SELECT (STRLEN(?a40) AS ?n) {{ BIND('x' AS ?a0) {doubled} }}"),
    )
    grown = " ".join(f"BIND(REPLACE(?a{n},'x','xxxxxxxxxx') AS ?a{n + 1})" for n in range(12))
    yield Input(
        "S9.replace",
        "a string grown tenfold, 12 times",
        asked(f"SELECT (STRLEN(?a12) AS ?n) {{ BIND('x' AS ?a0) {grown} }}"),
    )
    encoded = " ".join(f"BIND(ENCODE_FOR_URI(?a{n}) AS ?a{n + 1})" for n in range(60))
    yield Input(
        "S9.encode",
        "percent-encoded again and again",
        asked(f"SELECT (STRLEN(?a60) AS ?n) {{ BIND('{'%' * 1000}' AS ?a0) {encoded} }}"),
    )
    yield Input(
        "S9.result",
        "a doubled string as the result",
        asked(f"SELECT ?a30 {{ BIND('x' AS ?a0) {doubled} }}"),
    )
    many = f"VALUES ?b {{ {THOUSAND} }} VALUES ?c {{ {THOUSAND} }} VALUES ?d {{ {THOUSAND} }}"
    for name, pattern in {
        "nested-quantifiers": "^(a|a)*$",
        "plus-plus": "^(a+)+$",
        "alternatives": "^(a|aa|aaa|aaaa)*b$",
        "counted": "(((a{1,100}){1,100}){1,100}){1,100}",
        "back-reference": "^(a+)\\\\1+$",
        "long": "(a?){1000}" * 100,
        "nested": "(" * 5_000 + "a" + ")" * 5_000,
        "unicode": "\\\\p{L}{1000}\\\\w{1000}[^\\\\x{10000}-\\\\x{10FFFF}]{1000}",
    }.items():
        text = f"ASK {{ FILTER(REGEX('{'a' * 60}!', '{pattern}')) }}"
        yield Input(f"S10.{name}", "a costly regular expression", asked(text))
    yield Input(
        "S10.replace",
        "a costly replacement",
        asked(f"SELECT (STRLEN(REPLACE('{'a' * 10000}', '(a*)*', '$1$1')) AS ?n) {{}}"),
    )
    yield Input(
        "S10.computed",
        "a million patterns",
        asked(
            f"SELECT (COUNT(*) AS ?n) {{ {many} FILTER(REGEX('aaa', CONCAT('(a|', STR(?b + ?c * ?d), ')*'))) }}"
        ),
    )


def _nesting() -> Iterator[Input]:
    deep = {
        "parentheses": f"SELECT * {{ FILTER({'(' * DEEP}1{')' * DEEP}) }}",
        "braces": f"SELECT * {'{' * DEEP}{'}' * DEEP}",
        "blank-nodes": f"SELECT * {{ ?s ?p {'[ ?q ' * DEEP}1{']' * DEEP} }}",
        "lists": f"SELECT * {{ ?s ?p {'( ' * DEEP}1{' )' * DEEP} }}",
        "exists": f"ASK {{ {'FILTER EXISTS { ' * DEEP}{'}' * DEEP} }}",
        "paths": f"SELECT * {{ ?s {'(' * DEEP}<a:p>{')' * DEEP} ?o }}",
        "optionals": f"SELECT * {{ {'OPTIONAL { ?s ?p ?o ' * DEEP}{'}' * DEEP} }}",
        "subselects": f"SELECT * {{ {'{ SELECT * { ' * DEEP}{'} }' * DEEP} }}",
        "functions": f"SELECT ({'STR(' * DEEP}1{')' * DEEP} AS ?x) {{}}",
        "triple-terms": f"SELECT * {{ ?s ?p {'<<( ?s ?p ' * DEEP}1{' )>>' * DEEP} }}",
        "reifiers": f"SELECT * {{ {'<< ' * DEEP}?s ?p ?o{' >>' * DEEP} ?q ?r }}",
        "annotations": f"SELECT * {{ ?s ?p ?o {'{| ?q ?r ' * DEEP}{'|}' * DEEP} }}",
        "unclosed": f"SELECT * {{ FILTER({'(' * DEEP}",
        "nots": f"ASK {{ FILTER({'!' * LONG}true) }}",
        "minuses": f"ASK {{ FILTER({'- ' * LONG}1 = 1) }}",
        "pluses": f"ASK {{ FILTER({'+' * LONG}1 = 1) }}",
        "wkt": "PREFIX geof: <http://www.opengis.net/def/function/geosparql/> "
        "PREFIX geo: <http://www.opengis.net/ont/geosparql#> "
        f"SELECT (geof:distance('{'GEOMETRYCOLLECTION(' * DEEP}POINT(1 1){')' * DEEP}'^^geo:wktLiteral, "
        "'POINT(1 1)'^^geo:wktLiteral, <http://www.opengis.net/def/uom/OGC/1.0/metre>) AS ?x) {}",
    }
    for name, text in deep.items():
        yield Input(f"S12.{name}", "nested deeply", asked(text))
    allowed = {
        "exists-190": (f"ASK {{ {'FILTER EXISTS { ' * 190}{'}' * 190} }}", "true"),
        "parentheses-190": (f"ASK {{ FILTER({'(' * 190}true{')' * 190}) }}", "true"),
    }
    for name, (text, value) in allowed.items():
        yield Input(f"S12.{name}", "as deep as is allowed", asked(text), EITHER, cell(value))
    yield Input(
        "S12.optionals-95",
        "as deep as is allowed",
        asked(f"ASK {{ {'OPTIONAL { ?s ?p ?o ' * 95}{'}' * 95} }}"),
    )
    yield Input(
        "S12.subselects-95",
        "as deep as is allowed",
        asked(f"SELECT * {{ {'{ SELECT * { ?s ?p ?o ' * 95}{'} }' * 95} }} LIMIT 1"),
    )


def _chains() -> Iterator[Input]:
    """Long without a bracket: parsers and planners call themselves for each link all the same."""
    chains = {
        "sums": f"SELECT ({'+'.join(['1'] * LONG)} AS ?x) {{}}",
        "ors": f"ASK {{ FILTER({' || '.join(['false'] * LONG)}) }}",
        "ands": f"ASK {{ FILTER({' && '.join(['true'] * LONG)}) }}",
        "unions": f"SELECT * {{ {' UNION '.join(['{ ?s ?p ?o }'] * DEEP)} }} LIMIT 1",
        "optionals": f"SELECT * {{ ?s ?p ?o {'OPTIONAL { ?s ?p ?o } ' * DEEP} }} LIMIT 1",
        "minuses": f"SELECT * {{ ?s ?p ?o {'MINUS { ?a ?b ?c } ' * DEEP} }} LIMIT 1",
        "binds": f"SELECT * {{ {' '.join(f'BIND({n} AS ?v{n})' for n in range(DEEP))} }}",
        "filters": f"SELECT * {{ ?s ?p ?o {'FILTER(true) ' * DEEP} }} LIMIT 1",
        "triples": f"SELECT * {{ {' '.join(f'?a{n} ?b{n} ?a{n + 1} .' for n in range(DEEP))} }} LIMIT 1",
        "star": f"SELECT * {{ ?s {'; '.join(f'?p{n} ?o{n}' for n in range(DEEP))} }} LIMIT 1",
        "path-steps": f"SELECT * {{ ?s {'/'.join(['<a:p>'] * LONG)} ?o }}",
        "path-choices": f"SELECT * {{ ?s {'|'.join(['<a:p>'] * LONG)} ?o }} LIMIT 1",
        "in-list": f"ASK {{ BIND(1 AS ?x) FILTER(?x IN ({','.join(map(str, range(LONG)))})) }}",
        "arguments": f"SELECT (STRLEN(CONCAT({','.join(['STR(1)'] * LONG)})) AS ?n) {{}}",
        "coalesce": f"SELECT (COALESCE({','.join(['1/0'] * LONG)}, 7) AS ?n) {{}}",
        "prefixes": " ".join(f"PREFIX p{n}: <http://e/{n}>" for n in range(20_000)) + " ASK {}",
        "projections": "SELECT " + " ".join(f"({n} AS ?v{n})" for n in range(DEEP)) + " {}",
        "group-by": "SELECT (1 AS ?x) { } GROUP BY " + " ".join(f"?v{n}" for n in range(DEEP)),
        "order-by": "SELECT * { ?s ?p ?o } ORDER BY " + " ".join(["?s", "?p", "?o"] * DEEP) + " LIMIT 1",
        "describe": "DESCRIBE " + " ".join(f"<http://e/{n}>" for n in range(20_000)),
    }
    for name, text in chains.items():
        yield Input(f"S12.chain-of-{name}", "long without brackets", asked(text))


def _large() -> Iterator[Input]:
    filler = "# " + "x" * 997 + "\n"
    yield Input("S30.query-1-mb", "a query of almost 1 MB", asked("ASK {} " + filler * 990))
    yield Input("S30.query-2-mb", "a query of 2 MB", asked("ASK {} " + filler * 2_000), REFUSAL)
    yield Input("S30.query-64-mb", "a query of 64 MB", asked(b"ASK {} " + filler.encode() * 64_000), REFUSAL)
    yield Input(
        "S30.literal", "a literal of 900 KB", asked(f"SELECT (STRLEN('{'x' * 900_000}') AS ?n) {{}}"),
        EITHER, cell("900000"),
    )  # fmt: skip
    yield Input("S30.number", "a number of 900 KB", asked(f"SELECT ({'1' * 900_000} AS ?n) {{}}"))
    yield Input("S30.language", "a language of 900 KB", asked(f"SELECT ('x'@{'a' * 900_000} AS ?n) {{}}"))
    yield Input("S30.iri", "an IRI of 900 KB", asked(f"SELECT * {{ <http://e/{'x' * 900_000}> ?p ?o }}"))
    yield Input("S30.variable", "a name of 900 KB", asked(f"SELECT * {{ ?{'x' * 900_000} ?p ?o }} LIMIT 1"))
    yield Input(
        "S30.values", "a table of 80,000 rows",
        asked(f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {' '.join(map(str, range(80_000)))} }} }}"),
        EITHER, cell("80000"),
    )  # fmt: skip
    yield Input("S30.spaces", "900 KB of spaces", asked("ASK {" + " " * 900_000 + "}"))
    yield Input("S30.quotes", "900 KB of quotation marks", asked("ASK {" + '"' * 900_000 + "}"))
    yield Input(
        "S30.backslashes", "900 KB of backslashes", asked("ASK { BIND('" + "\\" * 900_000 + "' AS ?x) }")
    )
    yield Input("S30.less-than", "900 KB of less-than signs", asked("ASK {" + "<" * 900_000 + "}"))
    yield Input("S30.long-strings", "many long strings", asked("ASK {" + "'''a" * 200_000 + "}"))


def _odd_text() -> Iterator[Input]:
    odd: dict[str, str | bytes] = {
        "null": "ASK { BIND('a\0b' AS ?x) }",
        "null-keyword": "ASK\0{}",
        "invalid-utf8": b"ASK { BIND('\xff\xfe' AS ?x) }",
        "overlong": b"ASK { BIND('\xc0\xaf' AS ?x) }",
        "surrogate": "ASK { BIND('\ud800' AS ?x) }",
        "surrogate-escape": "ASK { BIND('\\ud800' AS ?x) }",
        "byte-order-mark": "\ufeffASK {}",
        "utf-16": "ASK {}".encode("utf-16"),
        "line-separator": "ASK { # \u2028 BIND(1 AS ?x)\u2029 }",
        "right-to-left": "ASK { BIND('\u202etfel\u202c' AS ?x) }",
        "zero-width": "A\u200bSK {}",
        "non-characters": "ASK { BIND('\ufffe\U0010ffff' AS ?x) }",
        "combining": "ASK { BIND('" + "\u0301" * 100_000 + "' AS ?x) }",
        "only-spaces": " \n\t ",
        "only-a-comment": "# nothing",
        "unclosed": "SELECT * { ?s ?p 'open",
        "escape-above": "ASK { BIND('\\UFFFFFFFF' AS ?x) }",
    }
    for name, text in odd.items():
        yield Input(f"S34.text-{name}", "odd text", asked(text))


def _protocol() -> Iterator[Input]:
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    twice = (("query", "ASK {}"), ("query", "ASK {}"))
    both = (("query", "ASK {}"), ("update", "CLEAR ALL"))
    yield Input("S34.duplicate", "two queries", by_form(*twice), REFUSAL)
    yield Input("S34.duplicate-get", "two queries", by_get(*twice), REFUSAL)
    yield Input("S34.both", "a query and an update", by_form(*both), REFUSAL)
    yield Input("S34.both-get", "a query and an update", by_get(*both), REFUSAL)
    for name, media_type in {
        "plain": "text/plain",
        "json": "application/json",
        "multipart": "multipart/form-data; boundary=x",
        "none": "",
        "nonsense": "application/sparql-query/../..",
    }.items():
        headers = (("Content-Type", media_type),) if media_type else ()
        yield Input(
            f"S34.as-{name}",
            "a body of another kind",
            Call(headers=headers, body=b"query=ASK%20%7B%7D"),
            REFUSAL,
        )
    latin = (("Content-Type", "application/sparql-query; charset=iso-8859-1"),)
    yield Input(
        "S34.charset",
        "another character set",
        Call(headers=latin, body="ASK { BIND('è' AS ?x) }".encode("latin-1")),
    )
    yield Input("S34.percent", "broken percent signs", Call(headers=form, body=b"query=%ZZ%"))
    yield Input("S34.empty", "an empty form", Call(headers=form, body=b""), REFUSAL)
    many = "&".join(f"x{n}=1" for n in range(50_000)).encode()
    yield Input("S34.parameters", "50,000 parameters", Call(headers=form, body=b"query=ASK%7B%7D&" + many))
    for name, value in {
        "negative": "-1",
        "huge": "1e99",
        "nan": "nan",
        "word": "soon",
        "endless": "inf",
    }.items():
        yield Input(f"S34.timeout-{name}", "an odd timeout", by_form(("query", "ASK {}"), ("timeout", value)))
    yield Input(
        "S7.long-timeout",
        "asks for more time than there is",
        by_form(
            ("query", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"), ("timeout", "86400")
        ),
    )
    for name, value in {
        "many": ", ".join(f"text/x{n};q=0.{n}" for n in range(1000)),
        "nan": "text/csv;q=nan",
        "commas": "," * 5_000,
        "path": "../../../x",
    }.items():
        yield Input(f"S34.accept-{name}", "an odd Accept", asked("ASK {}", accept=value))
    yield Input("S34.format", "an odd format", by_form(("query", "ASK {}"), ("format", "../../../x")))


def _http() -> Iterator[Input]:
    long_query = "ASK%20%7B%7D%20%23" + "x" * 100_000
    get = b"GET @PATH@?query=%s HTTP/1.1\r\nHost: @HOST@\r\nConnection: close\r\n\r\n"
    yield Input("S30.url", "an address of 100 KB", Call(raw=get % long_query.encode()), NO_HTTP)
    header = b"GET @PATH@?query=ASK%7B%7D HTTP/1.1\r\nHost: @HOST@\r\nX: "
    yield Input("S30.header", "a header of 1 MB", Call(raw=header + b"x" * 1_000_000 + b"\r\n\r\n"), NO_HTTP)
    headers = b"".join(b"X-%d: 1\r\n" % number for number in range(20_000))
    yield Input("S30.headers", "20,000 headers", Call(raw=header + b"1\r\n" + headers + b"\r\n"), NO_HTTP)
    post = b"POST @PATH@ HTTP/1.1\r\nHost: @HOST@\r\nContent-Type: application/sparql-query\r\nConnection: close\r\n"
    for name, raw in {
        "smuggled": post
        + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        "two-lengths": post + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {}",
        "negative-length": post + b"Content-Length: -1\r\n\r\nASK {}",
        "chunk-size": post + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nASK {}",
        "no-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "method": b"BREW @PATH@ HTTP/1.1\r\nHost: @HOST@\r\nConnection: close\r\n\r\n",
        "crlf": b"GET @PATH@?query=ASK%7B%7D%20%23%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: @HOST@\r\n"
        b"Accept: text/csv\r\n\tX-Injected: 1\r\nConnection: close\r\n\r\n",
        "null-header": b"GET @PATH@?query=ASK%7B%7D HTTP/1.1\r\nHost: @HOST@\r\nX: a\0b\r\nConnection: close\r\n\r\n",
    }.items():
        row = "S41" if name == "crlf" else "S30"
        yield Input(f"{row}.{name}", "odd HTTP", Call(raw=raw), NO_HTTP, _nothing_injected)
    cut = Call(
        headers=(("Content-Type", "application/sparql-query"),), body=b"ASK {}", length=1_000, leave_after=0.2
    )
    yield Input("S30.cut-body", "a body that breaks off", cut, GONE)
    pieces = [b"ASK {} #"] + [b"x"] * 100_000
    slow = Call(
        headers=(("Content-Type", "application/sparql-query"),), body=pieces, length=200_000, pause=0.5
    )
    yield Input("S30.slow-body", "a body of two bytes a second", slow, REFUSAL, own_time=True)
    yield Input(
        "S30.slow-head",
        "a head of two bytes a second",
        Call(
            raw=b"GET @PATH@?query=ASK%7B%7D HTTP/1.1\r\nHost: @HOST@\r\n" + b"X: 1\r\n" * 100_000, pause=0.5
        ),
        NO_HTTP,
        own_time=True,
    )
    yield Input(
        "S30.silent", "a connection that says nothing", Call(raw=b"G", leave_after=3), GONE, copies=50
    )
    yield Input("S41.comment", "line breaks in a comment", asked("ASK {} # x\r\nSet-Cookie: a=b\r\n\r\n<h1>"))
    yield Input(
        "S41.format",
        "line breaks in a parameter",
        by_form(("query", "ASK {}"), ("format", "csv\r\nSet-Cookie: a=b")),
        REFUSAL,
        _nothing_injected,
    )


def _nothing_injected(reply: Reply) -> str:
    injected = {"set-cookie", "x-injected"} & set(reply.headers)
    return f"the header {injected.pop()} came in by the call" if injected else ""


def _results() -> Iterator[Input]:
    million = f"VALUES ?a {{ {THOUSAND} }} VALUES ?b {{ {THOUSAND} }}"
    text = f"SELECT ?a ?b {{ {million} }}"
    yield Input("S31.million-json", "a million rows", asked(text), EITHER, rows(1_000_000))
    yield Input("S31.million-csv", "a million rows", asked(text, accept="text/csv"), EITHER, lines(1_000_000))
    yield Input(
        "S31.million-xml", "a million rows", asked(text, accept="application/sparql-results+xml"),
    )  # fmt: skip
    triples = f"CONSTRUCT {{ <http://e/s> <http://e/p> ?x }} WHERE {{ {million} BIND(?a * 1000 + ?b AS ?x) }}"
    yield Input(
        "S31.million-triples", "a million triples", asked(triples, accept="application/n-triples"),
        EITHER, lines(999_999),
    )  # fmt: skip
    wide = "x" * 10_000
    yield Input(
        "S31.gigabytes", "rows of 10 KB without end",
        asked(f"SELECT ?x ?a ?b {{ {million} BIND('{wide}' AS ?x) }}"),
    )  # fmt: skip
    product = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    yield Input("S31.endless", "rows without end", asked(product))
    yield Input("S31.endless-csv", "rows without end", asked(product, accept="text/csv"))
    yield Input(
        "S31.slow-reader",
        "reads 1 KB a second",
        asked(text, leave_after=4.0, read_slowly=1024),
        GONE,
        copies=4,
    )
    yield Input("S31.no-reader", "reads nothing", asked(text, leave_after=4.0), GONE, copies=4)
    heavy = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?{name} {{ {NUMBERS} }}' for name in 'abcd')} }}"
    yield Input("S31.hang-up", "hangs up while it is computed", asked(heavy, leave_after=0.3), GONE, copies=8)
    yield Input(
        "S31.hang-up-reading",
        "hangs up amid the answer",
        asked(text, leave_after=0.5, read_slowly=65536),
        GONE,
        copies=4,
    )
    yield Input(
        "S31.crowd", "200 at the same time", asked("ASK { ?s ?p ?o }"), EITHER, cell("true"), copies=200
    )


def _what_is_shown() -> Iterator[Input]:
    script = "<script>alert(1)</script>"
    yield Input(
        "S35.formula",
        "a formula in CSV stays as it is",
        asked("SELECT ('=HYPERLINK(\"http://e\")' AS ?x) {}", accept="text/csv"),
        ANSWER,
        body(b'x\r\n"=HYPERLINK(""http://e"")"\r\n'),
    )
    yield Input(
        "S36.error-page",
        "a script in a wrong query",
        by_get(("query", f"SELECT {script}"), accept="text/html"),
    )
    yield Input("S36.error", "a script in a wrong query", asked(f"SELECT {script}"))
    for name, accept in {
        "xml": "application/sparql-results+xml",
        "csv": "text/csv",
        "json": "application/json",
    }.items():
        yield Input(
            f"S36.result-{name}", "a script as a value", asked(f"SELECT ('{script}' AS ?x) {{}}", accept=accept),
            ANSWER, _no_html,
        )  # fmt: skip
        yield Input(
            f"S36.control-{name}", "a control character as a value",
            asked("SELECT ('a\\u0001\\u000Bb' AS ?x) {}", accept=accept), EITHER, well_formed,
        )  # fmt: skip
    for name, accept in {
        "rdfxml": "application/rdf+xml",
        "jsonld": "application/ld+json",
        "ttl": "text/turtle",
    }.items():
        yield Input(
            f"S36.control-{name}", "a control character in a triple",
            asked("CONSTRUCT { <a:s> <a:p> 'a\\u0001b' } WHERE {}", accept=accept), EITHER, well_formed,
        )  # fmt: skip
    yield Input("S40.vary", "caches may not mix formats", asked("ASK {}", accept="text/csv"), ANSWER, _varies)
    yield Input(
        "S43.unknown-function",
        "an error says nothing of the inside",
        asked("SELECT (<http://e/f>(1) AS ?x) {}"),
    )
    yield Input("S43.syntax", "an error says nothing of the inside", asked("SELECT * { ?s ?p }"), REFUSAL)


def _no_html(reply: Reply) -> str:
    if reply.media_type == "text/html":
        return "a value is served as a page"
    if reply.headers.get("x-content-type-options") != "nosniff":
        return "browsers may guess the type"
    return well_formed(reply)


def _varies(reply: Reply) -> str:
    return "" if "accept" in reply.headers.get("vary", "").lower() else "Vary does not name Accept"
