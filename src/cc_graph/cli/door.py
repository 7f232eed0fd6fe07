"""The top door of the command line: every error leaves as one sentence, a hint and an exit code."""

from __future__ import annotations

import logging
import os
import sys

from cc_graph.errors import CityError


def main() -> None:
    """Run `cc-graph` and exit."""
    from cc_graph.cli.commands import app

    try:
        app()
    except CityError as error:
        _complain(str(error), error.hint)
        sys.exit(error.exit_code)
    except Exception:
        if os.environ.get("CC_GRAPH_DEBUG"):
            raise
        logging.getLogger("cc_graph").debug("unexpected", exc_info=True)
        _complain(
            f"Something of ours broke: {sys.exc_info()[1]!r}.",
            "Set CC_GRAPH_DEBUG=1 to see where, and tell us.",
        )
        sys.exit(CityError.exit_code)


def _complain(sentence: str, hint: str) -> None:
    sys.stderr.write(f"{sentence}\n→ {hint}\n")
