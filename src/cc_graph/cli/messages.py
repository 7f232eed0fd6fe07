"""What the command line says to the person at the terminal, in both languages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cc_graph.errors import CityError

MESSAGES: dict[str, dict[str, str]] = {
    "loading": {"it": "Caricamento", "en": "Loading"},
    "loaded-per-source": {"it": "Caricato per fonte:", "en": "Loaded per source:"},
    "loaded-per-class": {"it": "Caricato per classe:", "en": "Loaded per class:"},
    "loaded": {
        "it": "{quads} affermazioni in {graphs} grafi, revisione {revision}.",
        "en": "{quads} statements in {graphs} graphs, revision {revision}.",
    },
    "codes-imported": {
        "it": "Importati {number} codici di {scheme}.",
        "en": "{number} codes of {scheme} imported.",
    },
    "writing": {"it": "Scrittura delle pagine", "en": "Writing pages"},
    "pages-written": {
        "it": "{number} pagine scritte in {folder}.",
        "en": "{number} pages written to {folder}.",
    },
    "backing-up": {"it": "Copia di sicurezza", "en": "Backing up"},
    "backed-up": {
        "it": "Copia di sicurezza della revisione {revision} in {folder}: {files} file, {size} MB.",
        "en": "Revision {revision} is backed up in {folder}: {files} files, {size} MB.",
    },
    "restoring": {"it": "Ripristino", "en": "Restoring"},
    "restored": {
        "it": "Ripristinato da {folder}: è ora la revisione {revision}.",
        "en": "Restored from {folder}: it is revision {revision} now.",
    },
    "other-form": {
        "it": "Questo archivio è di un'altra versione di cc-graph: viene ricostruito.",
        "en": "This store is of another version of cc-graph: it is built anew.",
    },
    "no-answer": {"it": "Nessuna risposta.", "en": "No answer."},
    "judging": {"it": "Controllo", "en": "Judging"},
    "conform": {"it": "I dati sono conformi.", "en": "The data conform."},
    "counts": {
        "it": "Violazioni: {violation}; avvisi: {warning}; informazioni: {info}.",
        "en": "Violations: {violation}; warnings: {warning}; information: {info}.",
    },
    "left-out": {
        "it": "Tralasciati, per via della loro licenza: {graphs}.",
        "en": "Left out, because of their licence: {graphs}.",
    },
    "serving": {
        "it": "In ascolto su {url} (Ctrl-C per fermare)",
        "en": "Serving on {url} (stop with Ctrl-C)",
    },
    "only-reading": {
        "it": "Un altro processo pubblica in questo archivio: questo server lo legge soltanto. "
        "Riavviato dopo la fine dell'altro, potrà pubblicare.",
        "en": "Another process publishes to this store: this server only reads it. "
        "Restarted after the other has ended, it can publish.",
    },
}
"""What is said, by name and language; `{…}` is filled in."""

HEADINGS: dict[str, dict[str, str]] = {
    "question": {"it": "Domanda", "en": "Question"},
    "layer": {"it": "Rete", "en": "Network"},
    "domanda": {"it": "In italiano", "en": "In Italian"},
    "rete": {"it": "In italiano", "en": "In Italian"},
    "title": {"it": "In inglese", "en": "In English"},
    "severity": {"it": "Gravità", "en": "Severity"},
    "focus": {"it": "Su che cosa", "en": "About"},
    "path": {"it": "Proprietà", "en": "Property"},
    "value": {"it": "Valore", "en": "Value"},
    "sentence": {"it": "Che cosa non va", "en": "What is wrong"},
    "one": {"it": "Soggetto", "en": "Stakeholder"},
    "other": {"it": "Con", "en": "With"},
    "from": {"it": "Da", "en": "From"},
    "to": {"it": "A", "en": "To"},
    "weight": {"it": "Peso", "en": "Weight"},
}
"""What to call a column of a table that is no answer to a question."""

SEVERITIES: dict[str, dict[str, str]] = {
    "violation": {"it": "violazione", "en": "violation"},
    "warning": {"it": "avviso", "en": "warning"},
    "info": {"it": "informazione", "en": "information"},
}
"""What to call the severity of a finding."""


def terminal_language() -> str:
    """The language of this terminal if it is one of ours, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "it" if value.lower().startswith("it") else "en"
    return "en"


def message(name: str, lang: str | None = None, **parts: object) -> str:
    """One of `MESSAGES`, in the language given or else in that of the terminal."""
    return MESSAGES[name][lang or terminal_language()].format(**parts)


def headings(lang: str) -> dict[str, str]:
    """`HEADINGS` in one language."""
    return {column: names[lang] for column, names in HEADINGS.items()}


def complaint(error: CityError) -> str:
    """An error as a line with its sentence, which is English, and a line with its hint."""
    title = f"{error.title_it}: " if terminal_language() == "it" else ""
    return f"{title}{error}\n→ {error.hint}"
