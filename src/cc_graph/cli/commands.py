"""The commands of `cc-graph`, each a thin call of `City`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cc_graph.cli.output import (
    default_language,
    destination,
    on_terminal,
    say,
    show,
    steps,
    write_stream,
    write_table,
)
from cc_graph.errors import BadParameter, NotFound
from cc_graph.settings import Settings
from cc_graph.table import Table, Term
from cc_graph.vocab import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cc_graph.contributions import Finding

app = typer.Typer(
    name="cc-graph",
    help="The knowledge graph of a circular city's ecosystem.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
vocab = typer.Typer(help="Official code lists.", no_args_is_help=True)
app.add_typer(vocab, name="vocab")

Format = Annotated[
    str | None, typer.Option("--format", "-f", help="table on a terminal, csv in a pipe, unless said here.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.")]
Lang = Annotated[str, typer.Option("--lang", help="it or en; that of the terminal unless said here.")]
LANGUAGE = default_language()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the API and the pages; loads Prato on first start."""
    from cc_graph.cli.server import run_server

    run_server(host, port, _load_with_progress)


@app.command()
def load(
    files: Annotated[
        list[Path] | None, typer.Argument(help="RDF files to load instead of a data set.")
    ] = None,
    city: Annotated[str, typer.Option(help="Which data set.")] = "prato",
) -> None:
    """Build the store from the data set, or from RDF files, and print what was loaded."""
    _load_with_progress(city, files or [])


@app.command()
def rebuild(city: Annotated[str, typer.Option(help="Which data set.")] = "prato") -> None:
    """Build the store anew from data and imported code lists."""
    _load_with_progress(city)


def _load_with_progress(city: str = "prato", files: Sequence[Path] = ()) -> None:
    from cc_graph.city import City

    settings = Settings.from_environment()
    with steps(20, "Loading") as step:
        report = City.load(settings, city, step, files)
    base = settings.base_iri
    for title, counts in (("per source", report.per_source), ("per class", report.per_class)):
        say(f"Loaded {title}:")
        for iri, number in counts.items():
            say(f"  {number:>7,}  {shorten(iri, base)}")
    say(f"{report.quads:,} statements in {len(report.per_source)} graphs, revision {report.revision}.")


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="Which question; none lists them.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="name=value; may be repeated.")
    ] = None,
    lang: Lang = LANGUAGE,
    format_: Format = None,
    output: Output = None,
) -> None:
    """Ask the graph a question, or list the questions."""
    from cc_graph.city import City
    from cc_graph.questions import questions

    if question is None:
        rows = tuple(
            (Term("literal", q.id), Term("literal", q.title["it"]), Term("literal", q.title["en"]))
            for q in questions()
        )
        write_table(Table(("question", "domanda", "title"), rows), format_, output)
        return
    with City.open() as city:
        answer = city.ask(question, lang, **_pairs(parameter or []))
    write_table(answer, format_, output)
    if not answer:
        say({"it": "Nessuna risposta.", "en": "No answer."}[lang])


def _pairs(parameters: list[str]) -> dict[str, str]:
    pairs = {}
    for text in parameters:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise BadParameter(f"«{text}» is no parameter.", hint="Write -p name=value.")
        pairs[name] = value
    return pairs


@app.command()
def sparql(
    query: Annotated[str, typer.Argument(help="A SPARQL query, a file that holds one, or - for stdin.")],
    format_: Format = None,
    output: Output = None,
) -> None:
    """Ask in SPARQL; the project's prefixes are declared."""
    from cc_graph.city import City

    text = _query_text(query)
    readable = format_ == "table" or (format_ is None and output is None and on_terminal())
    with City.open() as city, city.query(text, accept=_accept(format_, readable)) as answer:
        if readable and answer.kind != "graph":
            show(Table.from_sparql_json(answer.read()))
        else:
            write_stream(answer.body, output)


def _accept(format_: str | None, readable: bool) -> str:
    if format_ not in {None, "table"}:
        return str(format_)
    return "application/sparql-results+json, text/turtle" if readable else "text/csv, text/turtle;q=0.9"


def _query_text(query: str) -> str:
    if query == "-":
        return sys.stdin.read()
    if "{" in query or not Path(query).suffix:
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(
            f"The file {query} cannot be read.", hint="Give a query, or a file in UTF-8 that holds one."
        ) from error


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="RDF files to judge.")],
    lang: Lang = LANGUAGE,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", help="table, csv, json, or ttl for the SHACL report.")
    ] = None,
    output: Output = None,
) -> None:
    """Judge files by the shapes, in sentences; exit code 4 if there is a violation."""
    from cc_graph.city import City
    from cc_graph.contributions import has_violation

    verdict = City.validate(files)
    if format_ == "ttl":
        with destination(output) as out:
            out.write(verdict.report.encode())
    else:
        write_table(_findings(verdict.findings, lang), format_, output)
    if has_violation(verdict.findings):
        raise typer.Exit(4)
    say({"it": "I dati sono conformi.", "en": "The data conform."}[lang])


@app.command()
def audit(lang: Lang = LANGUAGE, format_: Format = None, output: Output = None) -> None:
    """Judge the whole graph by shapes and checks; exit code 4 if there is a violation."""
    from cc_graph.city import City
    from cc_graph.contributions import has_violation

    with City.open() as city, steps(1, "Validating"):
        findings = city.audit()
    write_table(_findings(findings, lang), format_, output)
    numbers = {
        severity: sum(f.severity == severity for f in findings)
        for severity in ("violation", "warning", "info")
    }
    say(", ".join(f"{severity}: {number}" for severity, number in numbers.items()))
    if has_violation(findings):
        raise typer.Exit(4)


def _findings(findings: Iterable[Finding], lang: str) -> Table:
    names = ("severity", "focus", "path", "value", "sentence")
    rows = tuple(
        tuple(
            Term("literal", text)
            for text in (f.severity, shorten(f.focus), shorten(f.path), f.value, f.sentence(lang))
        )
        for f in findings
    )
    return Table(names, rows)


@app.command()
def network(
    layer: Annotated[str | None, typer.Argument(help="Which network; none lists them.")] = None,
    measure: Annotated[
        str | None, typer.Option(help="degree, betweenness, …; without it the network itself.")
    ] = None,
    top: Annotated[int | None, typer.Option(help="Only the first so many.")] = None,
    lang: Lang = LANGUAGE,
    format_: Annotated[
        str | None,
        typer.Option("--format", "-f", help="table, csv, json; without a measure also graphml, gexf."),
    ] = None,
    output: Output = None,
) -> None:
    """A network of stakeholders: its measures, or the network as a file."""
    from cc_graph.city import City
    from cc_graph.questions import projections

    if layer is None:
        rows = tuple(
            (Term("literal", p.id), Term("literal", p.title["it"]), Term("literal", p.title["en"]))
            for p in projections()
        )
        write_table(Table(("layer", "rete", "title"), rows), format_, output)
        return
    with City.open() as city:
        if measure is None and format_ not in {None, "table"}:
            with destination(output) as out:
                out.write(city.write_network(layer, str(format_)))
            return
        answer = city.measure(layer, measure or "degree", top, lang)
        note = city.network(layer).graph[f"note_{lang}"]
    write_table(answer, format_, output)
    if note:
        say(note)


@app.command()
def export(
    format_: Annotated[
        str, typer.Option("--format", "-f", help="trig, nq, jsonld (all graphs); ttl, nt, rdfxml (CC BY).")
    ] = "trig",
    licence: Annotated[str | None, typer.Option(help="CC-BY-4.0: only graphs under it; all.")] = None,
    output: Output = None,
) -> None:
    """Take the graph away as linked open data."""
    from cc_graph.city import City

    with City.open() as city:
        taken = city.export(format_, licence)
        with taken.answer as answer:
            write_stream(answer.body, output)
    if taken.left_out:
        names = ", ".join(shorten(graph, city.settings.base_iri) for graph in taken.left_out)
        say(f"Left out, because of their licence: {names}.")


@vocab.command("import")
def vocab_import(
    scheme: Annotated[str, typer.Argument(help="Which list: low.")],
    file: Annotated[Path, typer.Argument(help="The official list as CSV.")],
) -> None:
    """Take a full official code list from a file into the graph."""
    from cc_graph.city import City

    say(f"{City.import_codes(scheme, file):,} codes of {scheme} imported.")
