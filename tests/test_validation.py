"""A document may be judged before it is contributed: findings in two languages, and nothing of it is kept."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
import threading
from typing import Any

import pytest
import zstandard
from rdflib import Graph
from rdflib.namespace import SH
from starlette.testclient import TestClient

from cc_graph import City
from cc_graph.api import validation
from cc_graph.app import create_app
from cc_graph.contributions import Desk, Document
from cc_graph.contributions.documents import LARGEST_DOCUMENT, MOST_FINDINGS
from cc_graph.contributions.worker import Judge
from cc_graph.errors import TooMuch
from cc_graph.rdfio.formats import GRAPH_FORMATS
from cc_graph.settings import Settings
from test_api import problem

BASE = "https://w3id.org/ccg/"
MILL = f"<{BASE}id/stakeholder/a-mill>"
PREFIXES = (
    "PREFIX ccg: <https://w3id.org/ccg/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX sh: <http://www.w3.org/ns/shacl#> "
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
)
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
GOOD = f"{PREFIXES}{MILL} a ccg:Organisation ; rdfs:label 'A mill'@en , 'Una filatura'@it ."
SLIP = f"{PREFIXES}{MILL} a ccg:Organisation ; rdfs:label 'A mill'@en ; ccg:destinaton <id/x/y> ."
TURTLE = {"Content-Type": "text/turtle"}


@pytest.fixture(scope="module")
def api(town: City) -> TestClient:
    return TestClient(create_app(town), follow_redirects=False)


def judged(api: TestClient, content: str | bytes, form: str = "ttl", **headers: str) -> dict[str, Any]:
    """The judgement on a document."""
    response = api.post(
        "/validation", content=content, headers={"Content-Type": GRAPH_FORMATS[form].media_type, **headers}
    )
    assert response.status_code == 200, response.text
    return dict(response.json())


def rules(judgement: dict[str, Any]) -> set[str]:
    """Which shapes and rules found something."""
    return {found["shape"].rpartition("#")[2] for found in judgement["findings"]}


# What is answered


def test_a_good_document_conforms(api: TestClient) -> None:
    judgement = judged(api, GOOD)
    assert judgement["conforms"] is True
    assert judgement["counts"]["violation"] == 0
    assert {found["severity"] for found in judgement["findings"]} <= {"warning", "info"}


def test_a_slip_is_told_in_the_language_of_the_reader(api: TestClient) -> None:
    for language, sentence in {
        "it": "L'ontologia non ha un termine ccg:destinaton; il più vicino è ccg:destination.",
        "en": "The ontology has no term ccg:destinaton; the nearest is ccg:destination.",
    }.items():
        judgement = judged(api, SLIP, **{"Accept-Language": language})
        first = judgement["findings"][0]
        assert judgement["conforms"] is False
        assert first["sentence"] == first["message"][language] == sentence
        assert (first["severity"], first["focus"]) == ("violation", f"{BASE}id/stakeholder/a-mill")
        assert first["path"] == "https://w3id.org/ccg/ns#destinaton"


@pytest.mark.parametrize("name", ["ttl", "nt", "trig", "nq", "jsonld", "rdfxml"])
def test_the_report_comes_in_every_rdf_format_and_says_what_the_findings_say(
    api: TestClient, name: str
) -> None:
    media_type = GRAPH_FORMATS[name].media_type
    response = api.post("/validation", content=SLIP, headers={**TURTLE, "Accept": media_type})
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert api.post(f"/validation?format={name}", content=SLIP, headers=TURTLE).status_code == 200
    form = {
        "nq": "nquads",
        "jsonld": "json-ld",
        "rdfxml": "xml",
        "nt": "nt",
        "ttl": "turtle",
        "trig": "trig",
    }[name]
    report = Graph().parse(data=response.content, format=form)
    findings = judged(api, SLIP)["findings"]
    assert sorted(map(str, report.objects(None, SH.resultMessage))) == sorted(
        message for found in findings for message in found["message"].values()
    )
    assert [value.toPython() for value in report.objects(None, SH.conforms)] == [False]


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("ttl", GOOD),
        ("trig", GOOD),
        ("nt", f"{MILL} <http://e/p> <http://e/o> ."),
        ("nq", f"{MILL} <http://e/p> <http://e/o> ."),
        (
            "jsonld",
            json.dumps(
                {
                    "@context": f"{BASE}context.jsonld",
                    "id": "id/stakeholder/a-mill",
                    "type": "Organisation",
                    "label": {"it": "Una filatura", "en": "A mill"},
                }
            ),
        ),
        (
            "rdfxml",
            f'{RDF}<rdf:Description rdf:about="id/stakeholder/a-mill"><e:p>x</e:p></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_a_document_may_come_in_every_format_also_packed(api: TestClient, form: str, content: str) -> None:
    packed = {"gzip": gzip.compress(content.encode()), "zstd": zstandard.compress(content.encode())}
    plain = judged(api, content, form)
    assert plain["conforms"]
    assert all(
        judged(api, body, form, **{"Content-Encoding": name}) == plain for name, body in packed.items()
    )


def test_what_a_document_refers_to_is_known_to_its_judge(api: TestClient) -> None:
    part = "a ccg:Participation ; ccg:participant <id/stakeholder/lanificio-prova> ; ccg:initiative"
    known = judged(api, f"{PREFIXES}<id/participation/x> {part} <id/initiative/tavolo-tessile> .")
    unknown = judged(api, f"{PREFIXES}<id/participation/x> {part} <id/initiative/nobody-knows> .")
    ends = [
        {found["path"] for found in judgement["findings"] if found["severity"] == "violation"}
        for judgement in (known, unknown)
    ]
    assert ends[1] - ends[0] == {"https://w3id.org/ccg/ns#initiative"}


def test_nothing_of_a_judged_document_is_kept(api: TestClient, town: City) -> None:
    before = town.health()
    judged(api, GOOD)
    judged(api, SLIP)
    assert town.health() == before
    assert town.sparql(f"ASK {{ {MILL} ?p ?o }}").column("boolean") == [False]
    assert judged(api, "")["findings"] == []


def test_many_findings_are_counted_and_the_first_are_told(api: TestClient) -> None:
    slips = "".join(f"<id/x/{number}> a ccg:No{number} .\n" for number in range(1_500))
    judgement = judged(api, PREFIXES + slips)
    assert judgement["counts"]["violation"] == 1_500
    assert len(judgement["findings"]) == MOST_FINDINGS


# What a document from outside may not say


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (
            f"[] a sh:NodeShape ; sh:targetNode {MILL} ; sh:sparql [ sh:select 'SELECT $this {{}}' ] .",
            "CarriedShape",
        ),
        (
            f"[] a sh:NodeShape ; sh:js [ sh:jsLibrary <http://e/x.js> ] ; sh:targetNode {MILL} .",
            "CarriedShape",
        ),
        ("<https://w3id.org/ccg/shapes#StakeholderShape> sh:deactivated true .", "CarriedShape"),
        (f"{MILL} a sh:NodeShape .", "CarriedShape"),
        ("ccg:Organisation rdfs:subClassOf ccg:Place .", "ReservedName"),
        ("<https://w3id.org/ccg/ns> rdfs:label 'Mine'@en .", "ReservedName"),
        ("<https://w3id.org/ccg/scheme/role/member> rdfs:label 'Boss'@en .", "ReservedName"),
        ("<https://w3id.org/ccg/shapes#x> rdfs:label 'Mine'@en .", "ReservedName"),
        ("<https://other.example/x> rdfs:label 'Theirs'@en .", "ForeignSubject"),
        ("<id/../../admin> rdfs:label 'Up'@en .", "ForeignSubject"),
        ("@base <https://evil.example/> . <id/x/y> rdfs:label 'Theirs'@en .", "ForeignSubject"),
        ("<graph/editorial> rdfs:label 'Ours'@en .", "ForeignSubject"),
        (f"{MILL} rdfs:subClassOf {MILL} .", "Definition"),
        (f"{MILL} owl:sameAs <id/stakeholder/lanificio-prova> .", "Definition"),
        (f"{MILL} owl:imports <http://e/> .", "Definition"),
        (f"{MILL} a owl:Class .", "Definition"),
        (f"{MILL} rdfs:seeAlso <javascript:alert(1)> .", "UnsafeAddress"),
        (f"{MILL} rdfs:seeAlso 'data:text/html,x'^^xsd:anyURI .", "UnsafeAddress"),
    ],
)
def test_what_is_not_for_a_document_to_say_is_a_violation(api: TestClient, content: str, rule: str) -> None:
    judgement = judged(api, PREFIXES + content)
    assert judgement["conforms"] is False
    found = next(each for each in judgement["findings"] if each["shape"].endswith(f"#{rule}"))
    assert found["severity"] == "violation"
    assert found["message"]["it"] != found["message"]["en"] != ""


def test_a_document_cannot_write_into_a_graph_of_ours(api: TestClient) -> None:
    assert "ForeignGraph" in rules(
        judged(api, f"<{BASE}graph/sito-comune> {{ {MILL} <http://e/p> 1 }}", "trig")
    )
    assert "ForeignGraph" not in rules(judged(api, f"<http://e/g> {{ {MILL} <http://e/p> 1 }}", "trig"))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Citta\u0300", "NotNormal"),
        ("Pr\u0430to", "MixedAlphabets"),
        ("Pra\u200bto", "InvisibleSign"),
        ("Prato\u202e", "InvisibleSign"),
    ],
)
def test_what_looks_like_another_name_is_a_warning(api: TestClient, text: str, rule: str) -> None:
    for content in (f"{MILL} rdfs:label '{text}'@it .", f"<id/stakeholder/{text}> rdfs:label 'x'@it ."):
        judgement = judged(api, PREFIXES + content)
        found = [each for each in judgement["findings"] if each["shape"].endswith(f"#{rule}")]
        assert [each["severity"] for each in found] == ["warning"]


def test_names_as_people_write_them_are_no_warning(api: TestClient) -> None:
    for text in (
        "Città di Prato",
        "Κοινότητα",
        "普拉托 Prato",
        "10 μm",
        "Привет",
        "👩‍👩‍👧 Emporio",
        "Lana 100%",
    ):
        assert not rules(judged(api, f"{PREFIXES}{MILL} rdfs:label '{text}'@it .")) & {
            "NotNormal",
            "MixedAlphabets",
            "InvisibleSign",
        }


def test_classes_above_each_other_and_graphs_without_an_end_are_judged_to_the_end(api: TestClient) -> None:
    loop = f"{MILL} rdfs:subClassOf <id/x/b> . <id/x/b> rdfs:subClassOf {MILL} . ccg:Place rdfs:subClassOf ccg:Place ."
    assert "Definition" in rules(judged(api, PREFIXES + loop))
    clique = "".join(f"_:n{a} <http://e/p> _:n{b} .\n" for a in range(9) for b in range(9) if a != b)
    assert judged(api, clique, "nt")["conforms"]


def test_findings_tell_of_the_document_and_of_nothing_else(api: TestClient) -> None:
    judgement = judged(
        api, f"{PREFIXES}<id/flow/mine> a ccg:MaterialFlow ; ccg:origin <id/stakeholder/lanificio-prova> ."
    )
    assert {found["focus"] for found in judgement["findings"]} == {f"{BASE}id/flow/mine"}
    assert "Lanificio Prova" not in json.dumps(judgement)


# What is not read


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({}, "none"),
        ({"Content-Type": "text/plain"}, "text/plain"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "urlencoded"),
        ({"Content-Type": "text/turtle; charset=iso-8859-1"}, "iso-8859-1"),
        ({**TURTLE, "Content-Encoding": "br"}, "br"),
        ({**TURTLE, "Content-Encoding": "deflate"}, "deflate"),
        ({**TURTLE, "Content-Encoding": "gzip, gzip"}, "gzip, gzip"),
        ({**TURTLE, "Content-Encoding": "zstd, br"}, "zstd, br"),
    ],
)
def test_a_document_of_another_kind_is_refused_before_it_is_read(
    api: TestClient, headers: dict[str, str], named: str
) -> None:
    response = api.post("/validation", content=GOOD, headers=headers)
    assert named in problem(response, 415, "unsupported-media-type")["detail"]


def test_what_can_be_said_of_a_kind_in_other_words_is_read(api: TestClient) -> None:
    for media_type in (
        "text/turtle; charset=UTF-8",
        "TEXT/TURTLE",
        "application/x-turtle",
        'text/turtle;charset="utf-8"',
    ):
        assert api.post("/validation", content=GOOD, headers={"Content-Type": media_type}).status_code == 200
    assert judged(api, GOOD, **{"Content-Encoding": "identity"})["conforms"]
    assert judged(api, gzip.compress(GOOD.encode()), **{"Content-Encoding": "X-GZIP"})["conforms"]


def test_a_document_that_is_too_large_is_refused_by_what_it_says_and_by_what_it_is(api: TestClient) -> None:
    large = b"#" * (LARGEST_DOCUMENT + 1)
    problem(api.post("/validation", content=large, headers=TURTLE), 413, "content-too-large")
    chunks = (large[place : place + (1 << 20)] for place in range(0, len(large), 1 << 20))
    problem(api.post("/validation", content=chunks, headers=TURTLE), 413, "content-too-large")
    packed = gzip.compress(large)
    problem(
        api.post("/validation", content=packed, headers={**TURTLE, "Content-Encoding": "gzip"}),
        413,
        "content-too-large",
    )


@pytest.mark.parametrize(
    ("form", "content", "sentence"),
    [
        ("ttl", "<id/x> <http://e/p> 'open", "line 1"),
        ("jsonld", '{"@context": "http://127.0.0.1:9/c", "http://e/p": 1}', "nothing is fetched"),
        ("rdfxml", "<!DOCTYPE x><x/>", "document type declaration"),
        ("ttl", "<id/x> <http://e/p> " + "( " * 10_000, "200 levels"),
        ("ttl", "<id/x> <http://e/p> <<( <a:s> <a:p> <a:o> )>> .", "statement about a statement"),
    ],
)
def test_a_document_that_cannot_be_read_is_a_problem_with_its_place(
    api: TestClient, form: str, content: str, sentence: str
) -> None:
    headers = {"Content-Type": GRAPH_FORMATS[form].media_type}
    told = problem(api.post("/validation", content=content, headers=headers), 422, "bad-data")
    assert sentence in told["detail"]


def test_an_answer_in_a_format_nobody_has_is_refused_before_anything_is_read(api: TestClient) -> None:
    problem(
        api.post("/validation", content=GOOD, headers={**TURTLE, "Accept": "image/png"}),
        406,
        "not-acceptable",
    )
    problem(api.post("/validation?format=xlsx", content=GOOD, headers=TURTLE), 406, "not-acceptable")
    problem(api.post("/validation?lang=fr", content=GOOD, headers=TURTLE), 400, "bad-parameter")


def test_documents_are_only_posted(api: TestClient) -> None:
    response = api.get("/validation")
    assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")


# How much at a time


def test_when_many_wait_the_next_is_told_to_come_back(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "WAITING", -validation.AT_ONCE)
    response = api.post("/validation", content=GOOD, headers=TURTLE)
    problem(response, 503, "too-much")
    assert int(response.headers["retry-after"]) > 0


def test_when_many_are_arriving_the_next_is_told_to_come_back(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "ARRIVING", -validation.WAITING - validation.AT_ONCE)
    problem(api.post("/validation", content=GOOD, headers=TURTLE), 503, "too-much")


def test_a_document_that_does_not_come_is_not_waited_for(town_settings: Settings) -> None:
    sent: list[Any] = []

    async def call(app: Any) -> None:
        first = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if first.is_set():
                await asyncio.Event().wait()
            first.set()
            return {"type": "http.request", "body": b"# a begin", "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-type", b"text/turtle")]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST"}
        scope |= {"path": "/validation", "raw_path": b"/validation", "query_string": b"", "headers": headers}
        scope |= {"scheme": "http", "server": ("test", 80), "client": ("test", 1), "root_path": ""}
        await app(scope, receive, send)

    with City.open(Settings(home=town_settings.home, query_seconds=0.2)) as city:
        asyncio.run(call(create_app(city)))
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["type"] == "/problems/request-timeout"


COPYING = """
import os, signal, sys
from cc_graph.contributions.copies import in_copy
from cc_graph.errors import CityError

heard = []

def good(body):
    heard.append(1)
    body.write(b"done")

def endless(body):
    while True:
        pass

def broken(body):
    raise KeyError("who knows")

def greedy(body):
    raise MemoryError

def killed(body):
    os.kill(os.getpid(), signal.SIGKILL)

with in_copy(good, 20) as body:
    body.seek(0)
    print(body.read(), heard)
for work in (endless, greedy, killed, broken):
    try:
        in_copy(work, 0.2 if work is endless else 20)
    except CityError as error:
        print(type(error).__name__, error)
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("nobody left")
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="copies of a process are watched on Linux only")
def test_work_in_a_copy_leaves_nothing_behind_and_its_death_is_told() -> None:
    # In a process of its own: one with threads, as pytest's may have, should not copy itself.
    told = subprocess.run([sys.executable, "-c", COPYING], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [
        "b'done' []",
        "TooMuch It took longer than 0.2 seconds and was stopped.",
        "TooMuch It needed too much memory and was stopped.",
        "TooMuch It needed too much memory and was stopped.",
        "CityError The process that judges ended unexpectedly.",
        "nobody left",
    ]
    assert "who knows" in told.stderr


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_judged(town: City) -> None:
    heavy = "".join(
        f"<{BASE}id/x/{n}> a <https://w3id.org/ccg/ns#Organisation> ; <http://e/p> <{BASE}id/x/{n + 1}> .\n"
        for n in range(30_000)
    )
    quick = Document(GOOD.encode(), GRAPH_FORMATS["ttl"])
    assert town.judge(quick).conforms
    with pytest.raises(TooMuch, match="given up"):
        town.judge(Document(heavy.encode(), GRAPH_FORMATS["ttl"]), seconds=1.5)
    assert town.judge(quick).conforms


def test_judges_work_side_by_side_and_each_gives_its_own_verdict(town: City) -> None:
    given = {
        number: Document(f"{PREFIXES}<id/x/{number}> a ccg:No{number} .".encode(), GRAPH_FORMATS["ttl"])
        for number in range(6)
    }
    verdicts: dict[int, str] = {}

    def judge(number: int) -> None:
        verdicts[number] = town.judge(given[number]).findings[0].focus

    threads = [threading.Thread(target=judge, args=(number,)) for number in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == {number: f"{BASE}id/x/{number}" for number in given}


def test_a_desk_that_is_closed_judges_no_more() -> None:
    with Desk(BASE, 256) as desk:
        pass
    with pytest.raises(Exception, match="judged here any more"):
        desk.judge(Document(b"", GRAPH_FORMATS["ttl"]), lambda *_: b"", 5.0)


def test_a_judge_forgets_each_document_before_the_next() -> None:
    judge = Judge()
    known = len(judge._beside)
    first = f"<{BASE}id/stakeholder/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/ccg/ns#Organisation> .\n"
    second = f"<{BASE}id/x/b> <https://w3id.org/ccg/ns#participant> <{BASE}id/stakeholder/a> .\n"
    alone = judge.findings(second.encode(), b"", None)
    assert judge.findings(first.encode(), second.encode(), None)
    assert len(judge._beside) == known
    assert judge.findings(second.encode(), b"", None) == alone


def test_a_number_of_a_gigabyte_in_a_few_signs_stays_small() -> None:
    judge = Judge()
    nquads = f'{MILL} <http://e/p> "1E999999999"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
    assert judge.findings(nquads.encode(), b"", None) == []
