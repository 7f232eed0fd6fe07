"""What reasoners say of the ontology: its OWL 2 profile, its consistency, and what follows from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from cc_graph.vocab import PREFIXES
from quality.vocabulary import TERM_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib.term import Node

ROOT: Final = Path(__file__).parents[1]
OWLRL_ERROR: Final = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
DECLARED: Final = tuple(PREFIXES[prefix] for prefix in ("ccg", "owl", "rdf", "rdfs", "xsd"))
"""Namespaces whose terms need no declaration, being ours or those of OWL itself."""


class Inconsistent(Exception):
    """Nothing can be as the ontology says."""


def missing_java() -> str:
    """Why the Java reasoners cannot run here; empty where they can."""
    if shutil.which("java") or os.environ.get("JAVA_HOME"):
        return ""
    return "Java is missing (Debian: apt-get install default-jre-headless)."


def with_declarations(graph: Graph) -> Graph:
    """The ontology as OWL tools want it: with what reused vocabularies would declare if we imported them.

    We do not declare foreign terms ourselves (OOPS! P40), and import none. The dates of the header are left out: xsd:date
    is no datatype of OWL 2, and they are about the file, not about the world.
    """
    complete = Graph()
    for triple in graph:
        if not (isinstance(triple[2], Literal) and triple[2].datatype == XSD.date):
            complete.add(triple)
    uses = (RDFS.subClassOf, RDFS.domain, RDF.type)
    for term in {term for use in uses for term in graph.objects(None, use)}:
        _declare(complete, term, OWL.Class)
    for lower, upper in graph.subject_objects(RDFS.subPropertyOf):
        for kind in set(graph.objects(lower, RDF.type)) & set(TERM_KINDS):
            _declare(complete, upper, kind)
    for predicate in set(graph.predicates()):
        _declare(complete, predicate, OWL.AnnotationProperty)
    return complete


def _declare(graph: Graph, term: Node, kind: Node) -> None:
    foreign = isinstance(term, URIRef) and not str(term).startswith(DECLARED)  # rdflib's own takes no tuple
    if foreign and (term, RDF.type, None) not in graph:
        graph.add((term, RDF.type, kind))


def outside_owl_2_rl(graph: Graph) -> list[str]:
    """What breaks the OWL 2 RL profile, in the words of OWLAPI."""
    return _in_java("profile", graph)


def unsatisfiable_classes(graph: Graph) -> list[str]:
    """The classes that can have no member, as HermiT finds them.

    Raises:
        Inconsistent: not even the whole can be.
    """
    found = _in_java("hermit", graph)
    if found == ["inconsistent"]:
        raise Inconsistent("HermiT finds the ontology inconsistent.")
    return found


def _in_java(task: str, graph: Graph) -> list[str]:
    """Ask `quality.java` in a process of its own: a Java machine, once started, never leaves."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology.owl"
        with_declarations(graph).serialize(path, format="xml", encoding="utf-8")
        asked = subprocess.run(
            [sys.executable, "-m", "quality.java", task, str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if asked.returncode != 0:
        raise RuntimeError(asked.stderr)
    found: list[str] = json.loads(asked.stdout.splitlines()[-1])
    return found


def contradictions(graphs: Iterable[Graph]) -> list[str]:
    """What the OWL 2 RL rules find wrong in the sum of some graphs: errors they state, and members of owl:Nothing.

    Texts are left out beforehand: no rule reads them, and each costs time.
    """
    import owlrl

    told = Graph()
    for graph in graphs:
        for triple in graph:
            if not (isinstance(triple[2], Literal) and triple[2].datatype in {None, XSD.string}):
                told.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(told)
    nothing = [f"<{member}> can be nothing." for member in told.subjects(RDF.type, OWL.Nothing)]
    return sorted([*map(str, told.objects(None, OWLRL_ERROR)), *nothing])
