"""A city asked: questions and SPARQL."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from cc_graph import questions as files
from cc_graph.city.opened import Opened
from cc_graph.errors import NotFound
from cc_graph.linkeddata.graphs import Graphs
from cc_graph.linkeddata.lists import CHOICES
from cc_graph.linkeddata.service import service_query
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS, acceptable, by_name, negotiate
from cc_graph.store.reader import Answer, Query
from cc_graph.table import Table
from cc_graph.vocab import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cc_graph.questions import Question

    Progress = Callable[[str], None]


class Asking(Opened):
    """Questions and SPARQL."""

    @staticmethod
    def questions() -> list[Question]:
        """Every question one may ask."""
        return list(files.questions())

    @staticmethod
    def question(name: str) -> Question:
        """The question of that id.

        Raises:
            NotFound: there is none; the hint names the nearest.
        """
        return files.question(name)

    def ask(
        self, name: str, /, lang: str = "en", values: Mapping[str, str] | None = None, **named: str
    ) -> Table:
        """The answer to a question as a table, with headings and labels in `lang`.

        Args:
            name: id of the question.
            lang: it or en.
            values: parameter name → value; the same may be given by keyword.
            named: as `values`.

        Raises:
            NotFound: no such question, or a value names nothing in the graph.
            BadParameter: a value is missing, unknown or ill-typed.
        """
        given = {**(values or {}), **named}
        with self.answer(name, "json", lang, given) as answer:
            table = replace(Table.from_sparql_json(answer.read(), headings(lang)), language=lang)
        if not table:
            self._require_values(self.question(name), given)
        return table

    def _require_values(self, question: Question, values: Mapping[str, str]) -> None:
        """An empty answer may mean that a value names nothing: then say so."""
        for parameter in question.parameters:
            value = values.get(parameter.name, "").strip()
            if parameter.type == "iri" and value:
                term = parameter.term(value, self.settings.base_iri)
                if not self._is_known(term):
                    known = [
                        row["value"].rpartition("/")[2] for row in self.choices(question.id, parameter.name)
                    ]
                    near = difflib.get_close_matches(value.rpartition("/")[2], known, n=1)
                    raise NotFound(
                        f"«{value}» names nothing in this graph.",
                        hint=f"Did you mean {near[0]}?"
                        if near
                        else "Search by name for what it is called here.",
                    )

    def answer(
        self, name: str, format_name: str, lang: str = "en", values: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a question as SPARQL results in json, xml, csv or tsv."""
        query = self.prepared(name, format_name, lang, values)
        return self._reader.query(query.text, table_format=query.table_format, graph_format=None)

    def prepared(
        self, name: str, format_name: str, lang: str = "en", values: Mapping[str, str] | None = None
    ) -> Query:
        """A question with its values filled in, for who asks the reader."""
        text = self.question(name).sparql(values, lang=lang, base_iri=self.settings.base_iri)
        return Query(text, by_name(format_name, TABLE_FORMATS), None)

    def choices(self, question_id: str, parameter_name: str, lang: str = "en") -> Table:
        """The things a parameter may name: columns `value` (IRI) and `label`; empty where there is nothing to choose from."""
        parameter = self.question(question_id).parameter(parameter_name)
        if not parameter.class_name:
            return Table(("value", "label"), ())
        return self._filled(CHOICES, lang, {"class": files.iri_term(expand(parameter.class_name))})

    # SPARQL

    def query(
        self,
        text: str,
        *,
        accept: str = "*/*",
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """The answer to a SPARQL query, in the format that an Accept header or a format name asks for.

        Raises:
            BadQuery: a syntax error, or too deeply nested.
            Refused: SERVICE, LOAD or an update.
            NotAcceptable: nobody can serve that format.
            TooMuch: it ran too long or took too much memory.
        """
        table_format, graph_format = acceptable(accept)
        return self._reader.query(
            text,
            table_format=table_format,
            graph_format=graph_format,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
        )

    def sparql(self, text: str) -> Table:
        """The solutions of a SELECT, or the one cell of an ASK, as a table.

        Raises:
            BadQuery: as `query`; also for CONSTRUCT and DESCRIBE, which give a graph.
        """
        with self.query(text, accept="json") as answer:
            return Table.from_sparql_json(answer.read())

    def service_description(self, endpoint: str, accept: str = "*/*", encoding: str | None = None) -> Answer:
        """What the SPARQL service at an address can do (Service Description), and what the graph holds (VoID), as RDF.

        Raises:
            BadParameter: the address is not an absolute IRI.
            NotAcceptable: as `query`.
        """
        text = service_query(endpoint, self.settings.base_iri)
        chosen = negotiate(accept, GRAPH_FORMATS)
        return self._reader.query(text, table_format=None, graph_format=chosen, encoding=encoding)

    @property
    def graphs(self) -> Graphs:
        """The named graphs and their merge, each whole."""
        return Graphs(self._reader, self.sparql, self.settings.base_iri)

    def _is_known(self, term: str) -> bool:
        pattern = f"{{ {term} ?property ?value }} UNION {{ ?thing ?property {term} }}"
        return bool(self.sparql(f"ASK {{ {pattern} }}").column("boolean")[0])

    def _filled(self, text: str, lang: str, terms: dict[str, str]) -> Table:
        table = self.sparql(files.fill(text, {**terms, "lang": files.string_term(lang)}))
        return replace(table, headings=headings(lang), language=lang)


def headings(lang: str) -> dict[str, str]:
    """What columns are called in a language."""
    return {column: names[lang] for column, names in files.headings().items()}
