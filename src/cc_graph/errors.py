"""The error tree: every refusal the project can make, and nothing else.

    CityError                      exit 1   500   something of ours broke
    ├── NotFound                   exit 3   404   no such question, thing, graph, layer or file
    ├── BadRequest                 exit 2   400   the call cannot be understood
    │   ├── BadParameter           exit 2   400   a parameter is missing, unknown or ill-typed
    │   ├── BadQuery               exit 5   400   the SPARQL text is wrong
    │   ├── NotAcceptable          exit 2   406   nobody can serve the format asked for
    │   ├── TooSlow                exit 2   408   the body of a call did not come in time
    │   ├── TooLarge               exit 2   413   the body of a call is longer than we read
    │   └── UnsupportedMediaType   exit 2   415   the body of a call is of a kind that is not read here
    ├── Refused                    exit 5   403   understood, and not done on purpose
    ├── BadData                    exit 4   422   a file or a data set is malformed or does not conform
    ├── TooMuch                    exit 6   503   a limit was reached: time, memory or rows
    ├── Busy                       exit 7   409   another process holds what is needed
    └── Unavailable                exit 8   503   the store or its folder cannot be used

Each error is one sentence (`str(error)`) and a `hint` that says what to do next. The same error shows as an RFC 9457
problem in the API, as sentence, hint and exit code on the command line.
"""

from __future__ import annotations

from typing import ClassVar


class CityError(Exception):
    """The root: an error whose sentence and hint a user may read.

    Attributes:
        hint: what the user can do next, one sentence.
    """

    slug: ClassVar[str] = "broken"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    title_en: ClassVar[str] = "Something of ours broke"
    title_it: ClassVar[str] = "Si è verificato un nostro errore"

    def __init__(self, sentence: str, *, hint: str) -> None:
        """Keep the sentence as the message and the hint beside it."""
        super().__init__(sentence)
        self.hint = hint


class NotFound(CityError):
    """There is no such question, thing, graph, layer or file."""

    slug, status, exit_code = "not-found", 404, 3
    title_en, title_it = "Not found", "Non trovato"


class BadRequest(CityError):
    """The call cannot be understood."""

    slug, status, exit_code = "bad-request", 400, 2
    title_en, title_it = "Request not understood", "Richiesta non comprensibile"


class BadParameter(BadRequest):
    """A parameter is missing, unknown or ill-typed."""

    slug = "bad-parameter"
    title_en, title_it = "Parameter missing or ill-typed", "Parametro mancante o di tipo errato"


class BadQuery(BadRequest):
    """The SPARQL text has a syntax error or is nested too deeply."""

    slug, exit_code = "bad-query", 5
    title_en, title_it = "Query not understood", "Interrogazione non comprensibile"


class NotAcceptable(BadRequest):
    """None of the formats asked for can be served."""

    slug, status = "not-acceptable", 406
    title_en, title_it = "No such format", "Formato non disponibile"


class TooSlow(BadRequest):
    """The body of a call did not come in time."""

    slug, status = "request-timeout", 408
    title_en, title_it = "Call too slow", "Richiesta troppo lenta"


class TooLarge(BadRequest):
    """The body of a call is longer than we read."""

    slug, status = "content-too-large", 413
    title_en, title_it = "Call too long", "Richiesta troppo lunga"


class UnsupportedMediaType(BadRequest):
    """The body of a call is of a kind that is not read here."""

    slug, status = "unsupported-media-type", 415
    title_en, title_it = "Kind of content not understood", "Tipo di contenuto non riconosciuto"


class Refused(CityError):
    """The call is understood and not carried out, on purpose."""

    slug, status, exit_code = "refused", 403, 5
    title_en, title_it = "Refused", "Rifiutato"


class BadData(CityError):
    """A file or a data set is malformed or does not conform."""

    slug, status, exit_code = "bad-data", 422, 4
    title_en, title_it = "Data not accepted", "Dati non accettati"


class TooMuch(CityError):
    """A limit was reached: time, memory or rows."""

    slug, status, exit_code = "too-much", 503, 6
    title_en, title_it = "Limit reached", "Limite raggiunto"


class Busy(CityError):
    """Another process holds what is needed: a port, a lock."""

    slug, status, exit_code = "busy", 409, 7
    title_en, title_it = "In use", "Già in uso"


class Unavailable(CityError):
    """The store or its folder cannot be used."""

    slug, status, exit_code = "unavailable", 503, 8
    title_en, title_it = "Store unavailable", "Archivio non disponibile"
