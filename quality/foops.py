"""The points of FOOPS! (https://foops.linkeddata.es) that need no network: 31, of which one needs a registered DOI.

The rows are the checks of https://github.com/oeg-upm/fair_ontologies at b78f2a0, in its order. Left out because they ask
the network: URI1, VER2, FIND2, CN1, DOC1, OM4.2; FIND_3_BIS repeats FIND3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rdflib import Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, RDFS, SKOS, VANN

from quality.vocabulary import CCG, ONTOLOGY, SCHEMA, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

BIBO: Final = Namespace("http://purl.org/ontology/bibo/")
PERSISTENT: Final = re.compile(
    r"w3id\.org|doi\.org|purl\.\w*|linked\.data\.gov\.au|dbpedia\.org|perma\.cc|data\.europa\.eu|www\.w3\.org"
)
METADATA_VOCABULARIES: Final = tuple(map(str, (DCTERMS._NS, VANN._NS, BIBO, FOAF._NS)))


@dataclass(frozen=True)
class Row:
    """One check.

    Attributes:
        check: its id.
        of: how many points there are.
        points: how many of them we have.
        missing: what the others need.
    """

    check: str
    of: int
    points: float
    missing: tuple[str, ...] = ()


def _row(check: str, **passed: bool) -> Row:
    missing = tuple(name for name, holds in passed.items() if not holds)
    return Row(check, len(passed), len(passed) - len(missing), missing)


def _share(check: str, vocabulary: Vocabulary, predicates: Sequence[URIRef]) -> Row:
    """A check that is scored by the share of terms that pass it."""
    terms = vocabulary.declared
    without = [term for term in terms if not any((term, way, None) in vocabulary.terms for way in predicates)]
    share = (len(terms) - len(without)) / len(terms) if terms else 0.0
    return Row(check, 1, share, tuple(term.removeprefix(CCG) for term in without))


def points(vocabulary: Vocabulary) -> list[Row]:
    """Every check with its points."""
    graph = vocabulary.terms
    given = set(graph.predicates(ONTOLOGY))
    version = graph.value(ONTOLOGY, OWL.versionIRI)
    prefix, namespace = VANN.preferredNamespacePrefix in given, VANN.preferredNamespaceUri in given
    creator, publisher = DCTERMS.creator in given, DCTERMS.publisher in given
    created, issued = DCTERMS.created in given, DCTERMS.issued in given
    licence, doi = DCTERMS.license in given, BIBO.doi in given
    foreign = {node for node in graph.objects(None, RDFS.subClassOf) if not str(node).startswith(CCG)}
    return [
        _row("PURL1", persistent_iri=bool(PERSISTENT.search(str(ONTOLOGY)))),
        _row("URI2", iri_is_the_identifier=bool(given)),
        _row("VER1", version_iri=version is not None, other_than_the_iri=version not in {None, ONTOLOGY}),
        _row(
            "OM1",
            title=DCTERMS.title in given,
            description=DCTERMS.description in given,
            license=licence,
            version_iri=version is not None,
            author=creator,
            namespace=namespace,
        ),
        _row("FIND1", prefix=prefix),
        _row("FIND3", catalogue=SCHEMA.includedInDataCatalog in given),
        _row("RDF1", parses_as_rdf=len(graph) > 0),
        _row("HTTP1", http_iri=bool(re.match("https?://", str(ONTOLOGY)))),
        _row(
            "OM2",
            prefix=prefix,
            version_info=OWL.versionInfo in given,
            created=created,
            citation=DCTERMS.bibliographicCitation in given,
        ),
        _row(
            "OM3",
            doi=doi,
            publisher=publisher,
            logo=FOAF.logo in given,
            status=BIBO.status in given,
            source=DCTERMS.source in given,
            issued=issued,
        ),
        _row("OM4.1", license=licence or DCTERMS.rights in given),
        _row("OM5.1", created_by_whom_and_when=created and creator),
        _row("OM5.2", issued_by_whom_and_when=issued and publisher),
        _row("VOC1", metadata_vocabularies=any(str(p).startswith(METADATA_VOCABULARIES) for p in given)),
        _row("VOC2", foreign_terms=bool(foreign) or OWL.imports in given),
        _share("VOC3", vocabulary, [RDFS.label, SKOS.prefLabel]),
        _share("VOC4", vocabulary, [RDFS.comment, SKOS.definition]),
    ]
