"""The 44 rows of the checklist of attacks, and where each of them is tried."""

from __future__ import annotations

from typing import Final

KIT: Final = "kit"
"""Here: inputs whose ids begin with the row's."""

ROWS: Final[dict[str, tuple[str, str]]] = {
    "S1": ("SERVICE with a constant address", KIT),
    "S2": ("SERVICE in disguise", KIT),
    "S3": ("LOAD", KIT),
    "S4": ("FROM makes no request", KIT),
    "S5": (
        "names that point to two addresses, redirects",
        "nothing here fetches: the canary counts for all rows",
    ),
    "S6": ("an endpoint that calls itself", KIT),
    "S7": ("products that only compute", KIT),
    "S8": ("products that fill memory", KIT),
    "S9": ("strings that double", KIT),
    "S10": ("regular expressions in queries", KIT),
    "S11": ("regular expressions in shapes", KIT),
    "S12": ("nesting in queries", KIT),
    "S13": ("nesting in documents", KIT),
    "S14": ("entities that grow", KIT),
    "S15": ("entities from elsewhere", KIT),
    "S16": ("nesting and crowding in RDF/XML", KIT),
    "S17": ("JSON-LD contexts", KIT),
    "S18": ("owl:imports", KIT),
    "S19": ("programs in shapes", KIT),
    "S20": ("documents that change what words mean", KIT),
    "S21": ("values that break out of a question", "tests/test_question_values.py"),
    "S22": ("what is no IRI", KIT),
    "S23": ("relative IRIs and foreign bases", KIT),
    "S24": ("addresses that are programs", KIT),
    "S25": ("names that look like others", KIT),
    "S26": ("blank nodes of two documents", "tests/test_rdfio.py"),
    "S27": ("graphs that poison canonicalisation", KIT),
    "S28": ("huge tokens", KIT),
    "S29": ("packed documents", KIT),
    "S30": ("slow and long calls", KIT),
    "S31": ("huge answers and slow readers", KIT),
    "S32": ("updates", KIT),
    "S33": ("updates by GET", KIT),
    "S34": ("content that is not what it says", KIT),
    "S35": ("formulas in CSV", KIT),
    "S36": ("scripts in values", KIT),
    "S37": ("updates that are lost", "tests/durability"),
    "S38": (
        "two contributions that are wrong only together",
        "with contributions: nothing is contributed yet",
    ),
    "S39": ("findings that tell what is private", KIT),
    "S40": ("caches that mix answers", KIT),
    "S41": ("line breaks in headers and logs", KIT),
    "S42": ("instructions in labels", "with the assistants' server: there is none yet"),
    "S43": ("errors that tell of the inside", KIT),
    "S44": ("results read in another thread", "tests/test_store.py"),
}
