"""The command line as a person or a script meets it: `python -m cc_graph …` in a process of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from servers import fetch, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph import City
    from cc_graph.settings import Settings

TOWN = Path(__file__).parent / "town" / "town.trig"


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"CC_GRAPH_HOME": str(home), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "cc_graph", *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def home(town_settings: Settings, town: City) -> Path:
    return town_settings.home


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_without_a_command_it_says_what_there_is(tmp_path: Path) -> None:
    shown = run(tmp_path)
    for command in (
        "serve",
        "load",
        "rebuild",
        "ask",
        "sparql",
        "validate",
        "audit",
        "export",
        "network",
        "vocab",
    ):
        assert command in shown.stdout + shown.stderr


def test_load_prints_what_it_loaded_per_class_and_per_source(tmp_path: Path) -> None:
    loaded = run(tmp_path / "home", "load", str(TOWN))
    assert loaded.returncode == 0
    assert loaded.stdout == ""
    assert "       13  ccg:Stakeholder\n" in loaded.stderr
    assert "graph/giornale-finto" in loaded.stderr


def test_ask_lists_the_questions_in_both_languages(home: Path) -> None:
    listed = rows(run(home, "ask").stdout)
    entry = next(row for row in listed if row["question"] == "who-takes-part")
    assert entry["domanda"].endswith("?")
    assert entry["title"].endswith("?")


def test_ask_answers_as_csv_in_a_pipe_and_as_json_on_request(home: Path) -> None:
    as_csv = run(home, "ask", "who-takes-part", "-p", "initiative=tavolo-tessile")
    as_json = run(
        home, "ask", "who-takes-part", "-p", "initiative=tavolo-tessile", "--format", "json", "--lang", "it"
    )
    assert {row["stakeholderLabel"] for row in rows(as_csv.stdout)} == {
        "Prova Wool Mill",
        "Esempio Rag Sorters",
    }
    assert {row["stakeholderLabel"] for row in json.loads(as_json.stdout)} == {
        "Lanificio Prova",
        "Cernitori Esempio",
    }


def test_an_answer_goes_to_a_file(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    said = run(home, "ask", "who-takes-part", "-o", str(target))
    assert said.stdout == ""
    assert len(rows(target.read_text(encoding="utf-8"))) > 0


def test_sparql_takes_a_query_a_file_or_stdin(home: Path, tmp_path: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s a ccg:Stakeholder }"
    file = tmp_path / "count.rq"
    file.write_text(query, encoding="utf-8")
    for answer in (
        run(home, "sparql", query),
        run(home, "sparql", str(file)),
        run(home, "sparql", "-", stdin=query),
    ):
        assert answer.stdout == "n\n13\n"


def test_sparql_gives_triples_for_construct(home: Path) -> None:
    answer = run(home, "sparql", "CONSTRUCT { ?s a ccg:Offer } WHERE { ?s a ccg:Offer }", "--format", "nt")
    assert answer.stdout.count("\n") == 3


def test_network_lists_layers_and_measures_them(home: Path) -> None:
    assert {row["layer"] for row in rows(run(home, "network").stdout)} >= {
        "shared-table",
        "shared-project",
        "shared-initiative",
    }
    measured = run(home, "network", "shared-table", "--measure", "betweenness", "--top", "1")
    assert [(row["nodeLabel"], row["value"]) for row in rows(measured.stdout)] == [
        ("Prova Wool Mill", "0.666667")
    ]
    assert "table" in measured.stderr  # the note on what the sources leave out


def test_export_says_what_it_left_out(home: Path) -> None:
    taken = run(home, "export", "--format", "nt")
    assert "coordinate-aperte" in taken.stderr
    assert "POINT(11.501" not in taken.stdout


@pytest.mark.parametrize("name", ["good", "bad"])
def test_validate_answers_by_its_exit_code(home: Path, tmp_path: Path, name: str) -> None:
    material = "" if name == "bad" else "ccg:material <https://w3id.org/ccg/scheme/material/used-textiles> ;"
    file = tmp_path / f"{name}.ttl"
    file.write_text(
        f"""@prefix ccg: <https://w3id.org/ccg/ns#> .
        <https://w3id.org/ccg/id/flow/neu> a ccg:MaterialFlow ; {material}
          <http://www.w3.org/2000/01/rdf-schema#label> "flusso"@it, "flow"@en ;
          ccg:flowNature <https://w3id.org/ccg/scheme/flow-nature/observed> ;
          ccg:origin <https://w3id.org/ccg/id/stakeholder/lanificio-prova> ;
          ccg:destination <https://w3id.org/ccg/id/stakeholder/mulino-finto> .""",
        encoding="utf-8",
    )
    judged = run(home, "validate", str(file))
    violations = [row for row in rows(judged.stdout) if row["severity"] == "violation"]
    assert (judged.returncode, [row["path"] for row in violations]) == (
        (0, []) if name == "good" else (4, ["ccg:material"])
    )


def test_validate_names_the_nearest_term(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "slip.ttl"
    file.write_text('<https://example.org/x> <https://w3id.org/ccg/ns#destinaton> "x"@en .', encoding="utf-8")
    judged = run(home, "validate", str(file))
    assert judged.returncode == 4
    assert "ccg:destinaton; the nearest is ccg:destination" in judged.stdout


BAD = {
    "an unknown question": (["ask", "who-take-part"], 3, "who-takes-part"),
    "an ill-typed parameter": (["ask", "who-takes-part", "-p", "initiative=a b"], 2, "initiative"),
    "an unknown parameter": (["ask", "who-takes-part", "-p", "table=x"], 2, "initiative"),
    "a parameter without a value": (["ask", "who-takes-part", "-p", "initiative"], 2, "-p name=value"),
    "a missing parameter": (["ask", "how-are-they-connected"], 2, "For example"),
    "a syntax error": (["sparql", "SELECT * WHERE { ?s ?p }"], 5, "→"),
    "a file that is not there": (["sparql", "nowhere.rq"], 3, "UTF-8"),
    "an unknown layer": (["network", "shared-tabel"], 3, "shared-table"),
    "an unknown measure": (["network", "shared-table", "--measure", "fame"], 2, "betweenness"),
    "an unknown format": (["export", "--format", "docx"], 2, "trig"),
    "an unknown data set": (["load", "--city", "atlantis"], 3, "prato"),
    "an unknown code list": (["vocab", "import", "isbn", "x.csv"], 2, "low"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_a_mistake_is_one_sentence_with_a_hint_and_an_exit_code(home: Path, mistake: str) -> None:
    arguments, code, hint = BAD[mistake]
    answer = run(home, *arguments)
    assert answer.returncode == code
    assert answer.stdout == ""
    sentence, told = answer.stderr.strip().split("\n→ ")
    assert "\n" not in sentence
    assert hint in told or hint == "→"


def test_a_malformed_file_is_refused_and_the_old_graph_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "load", str(TOWN))
    broken = tmp_path / "broken.ttl"
    broken.write_text("<a:b> <a:c> .", encoding="utf-8")
    for command in (["load", str(broken)], ["validate", str(broken)]):
        refused = run(home, *command)
        assert refused.returncode == 4
        assert "→" in refused.stderr
    assert run(home, "sparql", "SELECT (COUNT(*) AS ?n) WHERE { ?s a ccg:Stakeholder }").stdout == "n\n13\n"


def test_a_home_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    refused = run(blocked / "home", "load", str(TOWN))
    assert refused.returncode == 8
    assert "→" in refused.stderr


def test_an_empty_home_says_how_to_load(tmp_path: Path) -> None:
    refused = run(tmp_path, "ask", "who-takes-part")
    assert refused.returncode == 3
    assert "cc-graph load" in refused.stderr


def test_a_file_that_cannot_be_written_leaves_nothing_behind(home: Path, tmp_path: Path) -> None:
    refused = run(home, "export", "-o", str(tmp_path / "missing" / "graph.trig"))
    assert refused.returncode == 8
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_early_is_no_error(home: Path) -> None:
    environment = os.environ | {"CC_GRAPH_HOME": str(home)}
    with subprocess.Popen(
        [sys.executable, "-m", "cc_graph", "export", "--format", "nq"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.readline()
        writer.stdout.close()
        assert writer.stderr.read() == b""
        assert writer.wait() == 0


# Beside a running server


@pytest.fixture
def server(home: Path) -> Iterator[str]:
    with serving(home) as url:
        yield url


def test_the_command_line_works_beside_a_running_server(home: Path, server: str) -> None:
    query = "SELECT%20(COUNT(DISTINCT%20?s)%20AS%20?n)%20WHERE%20%7B%20?s%20a%20ccg:Stakeholder%20%7D"
    assert fetch(f"{server}/sparql?query={query}", "text/csv") == "n\r\n13\r\n"
    assert run(home, "ask", "who-takes-part").returncode == 0
    assert run(home, "export", "--format", "nq").returncode == 0


def test_load_beside_a_running_server_is_refused_with_a_hint(home: Path, server: str) -> None:
    refused = run(home, "load", str(TOWN))
    assert refused.returncode == 7
    assert "→" in refused.stderr


def test_a_port_in_use_is_refused_with_a_hint(home: Path, server: str) -> None:
    port = server.rpartition(":")[2]
    refused = run(home, "serve", "--port", port)
    assert refused.returncode == 7
    assert "--port" in refused.stderr


def test_an_endpoint_answers_a_client_that_others_wrote(server: str) -> None:
    from SPARQLWrapper import JSON, SPARQLWrapper

    client = SPARQLWrapper(f"{server}/sparql")
    client.setQuery("SELECT (COUNT(*) AS ?n) WHERE { ?s a ccg:Stakeholder }")
    client.setReturnFormat(JSON)
    for method in ("GET", "POST"):
        client.setMethod(method)
        assert client.query().convert()["results"]["bindings"][0]["n"]["value"] == "13"
