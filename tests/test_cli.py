"""The command line as a person or a script meets it: `python -m cc_graph …` in a process of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cc_graph import __version__
from cc_graph.cli.output import destination
from cc_graph.errors import Unavailable
from servers import fetch, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph import City
    from cc_graph.settings import Settings

TOWN = Path(__file__).parent / "town" / "town.trig"
PROGRAM = [sys.executable, "-m", "cc_graph"]
ITALIAN = "it_IT.UTF-8"


def surroundings(home: Path, locale: str = "C.UTF-8") -> dict[str, str]:
    return os.environ | {
        "CC_GRAPH_HOME": str(home),
        "LC_ALL": locale,
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }


def run(
    home: Path, *arguments: str, stdin: str = "", locale: str = "C.UTF-8"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=surroundings(home, locale),
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
    assert shown.returncode == 0
    for command in (
        "serve",
        "load",
        "rebuild",
        "backup",
        "restore",
        "ask",
        "sparql",
        "validate",
        "audit",
        "export",
        "network",
        "vocab",
    ):
        assert command in shown.stdout


def test_help_and_version_go_to_stdout(tmp_path: Path) -> None:
    assert "--parameter" in run(tmp_path, "ask", "--help").stdout
    assert run(tmp_path, "--version").stdout == f"cc-graph {__version__}\n"


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


def test_a_parameter_without_a_value_is_not_given(home: Path) -> None:
    everybody = run(home, "ask", "who-takes-part")
    assert run(home, "ask", "who-takes-part", "-p", "initiative=").stdout == everybody.stdout


def test_an_empty_answer_is_told_in_the_readers_language(home: Path) -> None:
    # Nobody publishes who took part in Borgolana's listening phase.
    call = ["ask", "who-takes-part", "-p", "initiative=fase-ascolto", "--lang"]
    assert run(home, *call, "en").stderr == "No answer.\n"
    assert run(home, *call, "it").stderr == "Nessuna risposta.\n"


def test_a_value_that_names_nothing_is_refused(home: Path) -> None:
    refused = run(home, "ask", "who-takes-part", "-p", "initiative=tavolo-di-nessuno")
    assert refused.returncode == 3
    assert "tavolo-di-nessuno" in refused.stderr


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


def test_sparql_takes_a_pipe_and_a_file_without_ending(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "query"
    file.write_text("ASK { ?s a ccg:Stakeholder }", encoding="utf-8")
    assert "true" in run(home, "sparql", str(file)).stdout
    assert "true" in run(home, "sparql", "/dev/stdin", stdin="ASK { ?s a ccg:Stakeholder }").stdout


def test_a_table_of_sparql_shows_every_column_as_it_is(home: Path) -> None:
    query = """SELECT ?thing ?thingLabel ?nothing ?amount ?unit WHERE {
        VALUES (?thing ?thingLabel ?amount ?unit) { (ccg:a "a :smile:" 1000 "t") (ccg:b "b [red]" 1000 "t") } }"""
    shown = run(home, "sparql", query, "--format", "table").stdout
    assert [line.rstrip() for line in shown.splitlines()] == [
        "thing                      thingLabel  nothing  amount  unit",
        "https://w3id.org/ccg/ns#a  a :smile:            1000    t",
        "https://w3id.org/ccg/ns#b  b [red]              1000    t",
    ]


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


def test_a_network_without_a_measure_is_its_ties_in_every_format(home: Path) -> None:
    answers = {
        name: run(home, "network", "shared-table", "--format", name)
        for name in ("table", "csv", "json", "graphml", "gexf")
    }
    ties = rows(answers["csv"].stdout)
    assert len(ties) == 4
    assert rows(run(home, "network", "shared-table").stdout) == ties  # csv in a pipe
    assert len(answers["table"].stdout.splitlines()) == 1 + len(ties)
    assert answers["table"].stdout.split()[:3] == ["Stakeholder", "With", "Weight"]
    assert len(json.loads(answers["json"].stdout)["links"]) == len(ties)
    for name in ("graphml", "gexf"):
        assert answers[name].stdout.count("<edge ") == len(ties)
    for answer in answers.values():
        assert "table" in answer.stderr  # the note on what the sources leave out


def test_a_directed_network_says_from_whom_to_whom(home: Path) -> None:
    shown = run(home, "network", "material-flow", "--format", "table", "--lang", "it")
    assert shown.stdout.splitlines()[0] == "Peso: 1"  # the same for every tie
    assert shown.stdout.splitlines()[1].split() == ["Da", "A"]


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
        (0, []) if name == "good" else (1, ["ccg:material"])
    )


def test_validate_names_the_nearest_term(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "slip.ttl"
    file.write_text('<https://example.org/x> <https://w3id.org/ccg/ns#destinaton> "x"@en .', encoding="utf-8")
    judged = run(home, "validate", str(file))
    assert judged.returncode == 1
    assert "ccg:destinaton; the nearest is ccg:destination" in judged.stdout


BAD = {
    "an unknown question": (["ask", "who-take-part"], 3, "who-takes-part"),
    "no such command": (["asc"], 2, "cc-graph --help"),
    "no such option": (["ask", "--frmat", "csv"], 2, "cc-graph ask --help"),
    "a missing argument": (["validate"], 2, "cc-graph validate --help"),
    "a missing subcommand": (["vocab"], 2, "cc-graph vocab --help"),
    "a number that is none": (
        ["network", "shared-table", "--measure", "degree", "--top", "x"],
        2,
        "cc-graph network --help",
    ),
    "a number that is too small": (
        ["network", "shared-table", "--measure", "degree", "--top", "0"],
        2,
        "cc-graph network --help",
    ),
    "a top of nothing": (["network", "shared-table", "--top", "3"], 2, "--measure"),
    "a measure as a network": (
        ["network", "shared-table", "--measure", "degree", "--format", "gexf"],
        2,
        "table, csv, json",
    ),
    "a list as a network": (["network", "--format", "gexf"], 2, "table, csv, json"),
    "a network in no format": (["network", "shared-table", "--format", "docx"], 2, "graphml"),
    "an answer in no format": (["ask", "who-takes-part", "--format", "xml"], 2, "table, csv, json"),
    "a list in no format": (["ask", "--format", "xml"], 2, "table, csv, json"),
    "findings in no format": (["audit", "--format", "ttl"], 2, "table, csv, json"),
    "results in no format": (["sparql", "ASK {}", "--format", "ttl"], 2, "csv (text/csv)"),
    "triples as a table": (["sparql", "CONSTRUCT WHERE { ?s a ?c }", "--format", "table"], 2, "ttl"),
    "an empty format": (["sparql", "ASK {}", "--format", ""], 2, "csv"),
    "an unknown language": (["ask", "who-takes-part", "--lang", "de"], 2, "it or en"),
    "a list in an unknown language": (["network", "--lang", "de"], 2, "it or en"),
    "findings in an unknown language": (["audit", "--lang", "IT"], 2, "it or en"),
    "a parameter given twice": (
        ["ask", "who-takes-part", "-p", "initiative=a", "-p", "initiative=b"],
        2,
        "-p initiative=",
    ),
    "a parameter without a question": (["ask", "-p", "initiative=a"], 2, "lists the questions"),
    "the language as a parameter": (["ask", "who-takes-part", "-p", "lang=it"], 2, "--lang it"),
    "a parameter with a name of ours": (["ask", "who-takes-part", "-p", "name=x"], 2, "initiative"),
    "an output without a name": (["export", "-o", ""], 2, "Name a file"),
    "a folder as output": (["export", "-o", "."], 2, "Name a file"),
    "a folder to be as output": (["export", "-o", "new/"], 2, "Name a file"),
    "a port that is none": (["serve", "--port", "70000"], 2, "cc-graph serve --help"),
    "an address that is not ours": (["serve", "--host", "192.0.2.1"], 8, "--host"),
    "an ill-typed parameter": (["ask", "who-takes-part", "-p", "initiative=a b"], 2, "initiative"),
    "an unknown parameter": (["ask", "who-takes-part", "-p", "table=x"], 2, "initiative"),
    "a parameter without a value": (["ask", "who-takes-part", "-p", "initiative"], 2, "-p name=value"),
    "a missing parameter": (["ask", "how-are-they-connected"], 2, "For example"),
    "a syntax error": (["sparql", "SELECT * WHERE { ?s ?p }"], 5, "Look just before that place"),
    "a file that is not there": (["sparql", "nowhere.rq"], 3, "a file that holds one"),
    "a word that is no query": (["sparql", "nowhere"], 3, "a file that holds one"),
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
    assert hint in told


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


# Where output goes


def test_an_answer_goes_to_a_file_with_the_rights_the_umask_leaves(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"
    before = os.umask(0o027)
    try:
        said = run(home, "ask", "who-takes-part", "-o", str(target))
    finally:
        os.umask(before)
    assert said.stdout == ""
    assert len(rows(target.read_text(encoding="utf-8"))) > 0
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_was_there_keeps_its_rights_and_a_link_stays_a_link(home: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "kept" / "answer.csv", tmp_path / "link.csv"
    target.parent.mkdir()
    target.write_text("old", encoding="utf-8")
    target.chmod(0o604)
    link.symlink_to(target)
    run(home, "ask", "who-takes-part", "-o", str(link))
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("initiative,")
    assert target.stat().st_mode & 0o777 == 0o604
    assert list(target.parent.iterdir()) == [target]


def test_a_device_or_pipe_is_written_into_and_never_replaced(home: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [*PROGRAM, "ask", "who-takes-part", "-o", str(pipe)], env=surroundings(home)
    ) as writer:
        assert len(rows(pipe.read_text(encoding="utf-8"))) > 0
        assert writer.wait() == 0
    assert pipe.is_fifo()
    assert run(home, "ask", "-o", os.devnull).returncode == 0
    assert Path(os.devnull).is_char_device()


def test_a_file_that_cannot_be_written_leaves_nothing_behind(home: Path, tmp_path: Path) -> None:
    refused = run(home, "export", "-o", str(tmp_path / "missing" / "graph.trig"))
    assert refused.returncode == 8
    assert "-o FILE" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_put_in_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "answer.csv"

    def write() -> None:
        with destination(target) as out:
            out.write(b"complete")
            target.mkdir()  # somebody was faster

    with pytest.raises(Unavailable, match="cannot be written"):
        write()
    assert list(tmp_path.iterdir()) == [target]
    assert target.is_dir()


@pytest.mark.parametrize("name", ["csv", "table"])
def test_a_full_disk_or_a_closed_output_is_told(home: Path, name: str) -> None:
    for place in (">/dev/full", ">&-"):
        refused = subprocess.run(
            ["sh", "-c", f'exec "$@" {place}', "sh", *PROGRAM, "ask", "who-takes-part", "--format", name],
            env=surroundings(home),
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        sentence, told = refused.stderr.strip().split("\n→ ")
        assert (refused.returncode, sentence.partition(":")[0]) == (
            8,
            "The standard output cannot be written",
        )
        assert "-o FILE" in told


def test_who_writes_no_data_needs_no_output(tmp_path: Path) -> None:
    loaded = subprocess.run(
        ["sh", "-c", 'exec "$@" >&- 2>&- <&-', "sh", *PROGRAM, "load", str(TOWN)],
        env=surroundings(tmp_path),
        check=False,
    )
    assert loaded.returncode == 0


@pytest.mark.parametrize(
    "command",
    [["export", "--format", "nq"], ["sparql", "SELECT * { ?s ?p ?o } LIMIT 2000", "--format", "table"]],
    ids=["a stream", "a table"],
)
def test_a_reader_that_leaves_early_is_no_error(home: Path, command: list[str]) -> None:
    with subprocess.Popen(
        [*PROGRAM, *command],
        env=surroundings(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.readline()
        writer.stdout.close()
        assert writer.stderr.read() == b""
        assert writer.wait() == 0


# At a terminal


def on_terminal(home: Path, *arguments: str, locale: str = "C.UTF-8") -> list[str]:
    """The lines a person sees on stdout."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *arguments],
        env=surroundings(home, locale) | {"TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ):
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 65536):
                seen += chunk
        except OSError as error:
            assert error.errno == 5  # noqa: PT017 - how a terminal says that nobody writes to it any more
        os.close(ours)
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in seen.decode().splitlines()]


def test_a_terminal_gets_tables_in_its_language(home: Path, tmp_path: Path) -> None:
    listed = on_terminal(home, "network", locale=ITALIAN)
    assert listed[0].split() == ["Rete", "In", "italiano", "In", "inglese"]
    assert on_terminal(home, "network", "shared-table", locale=ITALIAN)[0].split() == [
        "Soggetto",
        "Con",
        "Peso",
    ]
    file = tmp_path / "slip.ttl"
    file.write_text('<https://example.org/x> <https://w3id.org/ccg/ns#destinaton> "x"@en .', encoding="utf-8")
    judged = on_terminal(home, "validate", str(file), locale=ITALIAN)
    assert judged[0].startswith("Gravità")
    assert judged[1].startswith("violazione")


def test_what_is_said_follows_the_terminal(tmp_path: Path) -> None:
    loaded = run(tmp_path, "load", str(TOWN), locale=ITALIAN)
    assert loaded.stderr.startswith("Caricato per fonte:\n")
    assert " affermazioni in " in loaded.stderr
    exported = run(tmp_path, "export", "--format", "nt", locale=ITALIAN)
    assert exported.stderr.startswith("Tralasciati, per via della loro licenza: ")
    assert run(tmp_path, "audit", "--lang", "it").stderr.startswith("Violazioni: ")
    assert run(tmp_path, "ask", "tutto", locale=ITALIAN).stderr.startswith("Non trovato: There is no ")


# Interrupted


def test_an_interrupt_ends_without_a_traceback(home: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "query.rq"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [*PROGRAM, "sparql", str(pipe)], env=surroundings(home), stderr=subprocess.PIPE, text=True
    ) as asking:
        with pipe.open("w"):  # open at the other end: the command is reading
            asking.send_signal(signal.SIGINT)
            assert asking.communicate()[1] == ""
        assert asking.returncode == 130


# Make


@pytest.mark.parametrize(
    ("age", "said"),
    [("none", ["load"]), ("old", ["load"]), ("new", [])],
    ids=["nothing loaded", "older than the data", "newer than the data"],
)
def test_make_run_loads_when_the_data_are_newer_than_the_store(
    tmp_path: Path, age: str, said: list[str]
) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    home, tools = tmp_path / "a home", tmp_path / "venv"
    home.mkdir()
    (tools / "bin").mkdir(parents=True)
    (tools / "bin" / "cc-graph").write_text('#!/bin/sh\necho "$1"\n')
    (tools / "bin" / "cc-graph").chmod(0o755)
    (tools / ".python").touch()
    (tools / ".run").touch()
    if age != "none":
        (home / "current").touch()
    if age == "old":
        os.utime(home / "current", (0, 0))
    made = subprocess.run(
        ["make", "--silent", "run", f"VENV={tools}", f"CC_GRAPH_HOME={home}"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.split() == [*said, "ask", "serve"]
    assert ("has changed" in made.stderr) == (age == "old")


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
    assert f"--port {int(port) + 1}" in refused.stderr or port == "65535"


def test_the_last_port_in_use_names_one_that_exists(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65535))
        taken.listen()
        assert "--port 65534." in run(home, "serve", "--port", "65535").stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_second_server_on_any_free_port_reads_and_stops_when_interrupted(
    home: Path, server: str, host: str
) -> None:
    if host == "::1" and not _has_ipv6():
        pytest.skip("this machine has no IPv6")
    with subprocess.Popen(
        [*PROGRAM, "serve", "--host", host, "--port", "0"],
        env=surroundings(home),
        stderr=subprocess.PIPE,
        text=True,
    ) as second:
        assert second.stderr is not None
        first_line, address = second.stderr.readline(), second.stderr.readline().split()[2]
        assert first_line == (
            "Another process publishes to this store: this server only reads it. "
            "Restarted after the other has ended, it can publish.\n"
        )
        assert address.startswith("http://[::1]:" if host == "::1" else "http://127.0.0.1:")
        assert json.loads(fetch(f"{address}health"))["status"] == "ok"
        second.send_signal(signal.SIGINT)
        assert second.communicate()[1] == ""
        assert second.returncode == 130


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_an_endpoint_answers_a_client_that_others_wrote(server: str) -> None:
    from SPARQLWrapper import JSON, SPARQLWrapper

    client = SPARQLWrapper(f"{server}/sparql")
    client.setQuery("SELECT (COUNT(*) AS ?n) WHERE { ?s a ccg:Stakeholder }")
    client.setReturnFormat(JSON)
    for method in ("GET", "POST"):
        client.setMethod(method)
        assert client.query().convert()["results"]["bindings"][0]["n"]["value"] == "13"


def test_the_ontology_is_written_as_pages(home: Path, tmp_path: Path) -> None:
    written = run(home, "docs", "ontology", str(tmp_path / "pages"))
    assert written.returncode == 0
    assert (tmp_path / "pages" / "it" / "index.html").is_file()
    assert "pages written to" in written.stderr
