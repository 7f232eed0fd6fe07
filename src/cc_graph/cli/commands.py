"""The commands of `cc-graph`, each a thin call of `City`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from cc_graph import __version__
from cc_graph.cli.messages import SEVERITIES, message
from cc_graph.cli.options import (
    LANGUAGE,
    NETWORKS,
    AnyFormat,
    Format,
    Lang,
    NetworkFormat,
    Output,
    ReportFormat,
    pairs,
    query_text,
)
from cc_graph.cli.output import TABLES, chosen, destination, say, steps, write_stream, write_table
from cc_graph.cli.server import LAST_PORT
from cc_graph.cli.tables import edges, findings_table, titles
from cc_graph.errors import BadParameter, NotAcceptable
from cc_graph.settings import Settings
from cc_graph.table import Table, number_text
from cc_graph.vocab import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cc_graph.contributions import Finding
    from cc_graph.datasets import LoadReport

VIOLATION = 1
"""Exit code of a judgement that found a violation."""

app = typer.Typer(
    name="cc-graph",
    help="The knowledge graph of a circular city's ecosystem.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
vocab = typer.Typer(help="Official code lists.")
app.add_typer(vocab, name="vocab")
docs = typer.Typer(help="Pages to read.")
app.add_typer(docs, name="docs")


@app.callback(invoke_without_command=True)
def cc_graph(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which cc-graph this is.")] = False,
) -> None:
    """The knowledge graph of a circular city's ecosystem."""
    if version:
        with destination(None) as out:
            out.write(f"cc-graph {__version__}\n".encode())
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=LAST_PORT, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
) -> None:
    """Serve the API and the pages; loads Prato on first start."""
    from cc_graph.cli.server import run_server

    run_server(host, port, lambda: _load("prato", ()), rebuild)


@app.command()
def load(
    files: Annotated[
        list[Path] | None, typer.Argument(help="RDF files to load instead of a data set.")
    ] = None,
    city: Annotated[str, typer.Option(help="Which data set.")] = "prato",
) -> None:
    """Build the store from the data set, or from RDF files, and print what was loaded."""
    _load(city, files or ())


@app.command()
def rebuild() -> None:
    """Build the store anew from what it was loaded from, and the imported code lists."""
    from cc_graph.city import City

    settings = Settings.from_environment()
    with steps(None, message("loading")) as step:
        report = City.rebuild(settings, step)
    _say_loaded(report, settings.base_iri)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where the copy goes: a folder that is not there yet.")],
) -> None:
    """Copy the graph into a folder, whole or not at all; a server may go on running."""
    from cc_graph.city import City

    with steps(None, message("backing-up")) as step:
        made = City.backup(folder, progress=step)
    megabytes = number_text(round(made.size / 1e6, 1), LANGUAGE)
    counted = {"files": _number(len(made.files)), "size": megabytes}
    say(message("backed-up", revision=made.revision, folder=folder, **counted))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that cc-graph backup made.")],
) -> None:
    """Put a backup in the place of the graph, checked and in one step; stop the server first."""
    from cc_graph.city import City

    with steps(None, message("restoring")) as step:
        revision = City.restore(folder, progress=step)
    say(message("restored", folder=folder, revision=revision))


def _load(city: str, files: Sequence[Path]) -> None:
    from cc_graph.city import City

    settings = Settings.from_environment()
    with steps(City.load_steps(city, files), message("loading")) as step:
        report = City.load(settings, city, step, files)
    _say_loaded(report, settings.base_iri)


def _say_loaded(report: LoadReport, base: str) -> None:
    for title, counts in (
        ("loaded-per-source", report.per_source),
        ("loaded-per-class", report.per_class),
    ):
        say(message(title))
        for iri, number in counts.items():
            say(f"  {_number(number):>7}  {shorten(iri, base)}")
    graphs = _number(len(report.per_source))
    say(message("loaded", quads=_number(report.quads), graphs=graphs, revision=report.revision))


def _number(number: int, lang: str = LANGUAGE) -> str:
    return number_text(number, lang)


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

    values = pairs(parameter or [])
    if question is None:
        if values:
            raise BadParameter("-p needs a question.", hint="cc-graph ask lists the questions.")
        listed = titles(City.questions(), ("question", "domanda", "title"), lang)
        write_table(listed, format_, output)
        return
    with City.open() as city:
        answer = city.ask(question, lang, values)
    write_table(answer, format_, output)
    if not answer:
        say(message("no-answer", lang))


@app.command()
def sparql(
    query: Annotated[str, typer.Argument(help="A SPARQL query, a file that holds one, or - for stdin.")],
    format_: AnyFormat = None,
    output: Output = None,
) -> None:
    """Ask in SPARQL; the project's prefixes are declared."""
    from cc_graph.city import City

    text = query_text(query)
    name = format_ or chosen(None, output)
    liked = {"table": "application/sparql-results+json, text/turtle"}.get(name, name)
    if format_ is None and name == "csv":
        liked = "text/csv, text/turtle;q=0.9"
    with City.open() as city, city.query(text, accept=liked) as answer:
        if name == "table" and answer.kind != "graph":
            write_table(Table.from_sparql_json(answer.read()), name, output)
        elif format_ == "table":
            raise NotAcceptable(
                "This query gives triples, which are no table.", hint="Choose ttl, nt, jsonld or rdfxml."
            )
        else:
            write_stream(answer.body, output)


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="RDF files to judge.")],
    lang: Lang = LANGUAGE,
    format_: ReportFormat = None,
    output: Output = None,
) -> None:
    """Judge files by the shapes, in sentences; exit code 1 if there is a violation."""
    from cc_graph.city import City
    from cc_graph.contributions import has_violation

    verdict = City.validate(files)
    if format_ == "ttl":
        with destination(output) as out:
            out.write(verdict.report.encode())
    else:
        _write_findings(verdict.findings, lang, format_, output)
    if has_violation(verdict.findings):
        raise typer.Exit(VIOLATION)
    say(message("conform", lang))


@app.command()
def audit(lang: Lang = LANGUAGE, format_: Format = None, output: Output = None) -> None:
    """Judge the whole graph by shapes and checks; exit code 1 if there is a violation."""
    from cc_graph.city import City
    from cc_graph.contributions import has_violation

    with City.open() as city, steps(None, message("judging", lang)):
        findings = city.audit()
    _write_findings(findings, lang, format_, output)
    numbers = {
        severity: _number(sum(each.severity == severity for each in findings), lang)
        for severity in SEVERITIES
    }
    say(message("counts", lang, **numbers))
    if has_violation(findings):
        raise typer.Exit(VIOLATION)


def _write_findings(findings: Iterable[Finding], lang: str, format_: str | None, output: Path | None) -> None:
    name = chosen(format_, output)
    write_table(findings_table(findings, lang, name == "table"), name, output)


@app.command()
def network(
    layer: Annotated[str | None, typer.Argument(help="Which network; none lists them.")] = None,
    measure: Annotated[
        str | None, typer.Option(help="degree, betweenness, …; without it the network itself.")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Of a measure: only the first so many.")] = None,
    lang: Lang = LANGUAGE,
    format_: NetworkFormat = None,
    output: Output = None,
) -> None:
    """A network of stakeholders: its measures, or the network as a file."""
    from cc_graph.city import City

    if measure is None and top is not None:
        raise BadParameter("--top needs a measure to go by.", hint="Add one, such as --measure degree.")
    if layer is None:
        if measure is not None:
            raise BadParameter("--measure needs a network.", hint="cc-graph network lists them.")
        write_table(titles(City.layers(), ("layer", "rete", "title"), lang), format_, output)
        return
    name = chosen(format_, output, NETWORKS if measure is None else TABLES)
    with City.open() as city:
        graph = city.network(layer)
        if measure is not None:
            write_table(city.measure(layer, measure, top, lang), name, output)
        elif name == "table":
            write_table(edges(graph, lang), name, output)
        else:
            content = city.write_network(layer, name)
            with destination(output) as out:
                out.write(content)
    if note := graph.graph[f"note_{lang}"]:
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
        say(message("left-out", graphs=names))


@docs.command("ontology")
def docs_ontology(
    folder: Annotated[Path, typer.Argument(help="Where the pages go; made where it is missing.")],
) -> None:
    """Write a page per term, module and scheme as static HTML, in Italian and English."""
    from cc_graph.city import City

    with City.open() as city, steps(None, message("writing")) as step:
        number = city.write_glossary(folder, step)
    say(message("pages-written", number=_number(number), folder=folder))


@vocab.command("import")
def vocab_import(
    scheme: Annotated[str, typer.Argument(help="Which list: low.")],
    file: Annotated[Path, typer.Argument(help="The official list as CSV.")],
) -> None:
    """Take a full official code list from a file into the graph."""
    from cc_graph.city import City

    number = City.import_codes(scheme, file)
    say(message("codes-imported", number=_number(number), scheme=scheme))
