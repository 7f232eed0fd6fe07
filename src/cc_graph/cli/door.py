"""The top door of the command line: every error leaves as one sentence, a hint and an exit code."""

from __future__ import annotations

import logging
import os
import sys

from cc_graph.errors import BadParameter, BadRequest, CityError, Unavailable

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells give it."""


def main() -> None:
    """Run `cc-graph` and exit."""
    try:
        _fill_standard_streams()
        from cc_graph.cli.commands import app

        # Without its own way of leaving, typer gives the code of an Exit and raises what it cannot make sense of.
        sys.exit(int(app(prog_name="cc-graph", standalone_mode=False) or 0))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        told = _as_ours(error)
        if os.environ.get("CC_GRAPH_DEBUG") and not isinstance(error, CityError) and not _is_usage(error):
            raise
        logging.getLogger("cc_graph").debug("unexpected", exc_info=True)
        _complain(told)
        sys.exit(told.exit_code)


def _is_usage(error: Exception) -> bool:
    """Whether typer could make no sense of the words given: what it raises then, it does not export."""
    return hasattr(error, "format_message")


def _usage(error: Exception) -> BadRequest:
    import typer

    kind = BadParameter if isinstance(error, typer.BadParameter) else BadRequest
    words = " ".join(error.format_message().split())  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "cc-graph"
    return kind(
        words if words.endswith((".", "?")) else f"{words}.", hint=f"{command} --help says what may be given."
    )


def _as_ours(error: Exception) -> CityError:
    if isinstance(error, CityError):
        return error
    if _is_usage(error):
        return _usage(error)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return Unavailable(
            f"The system refused: {error.strerror or error}{where}.",
            hint="Make room, or give the right to do it; CC_GRAPH_DEBUG=1 shows where it happened.",
        )
    return CityError(
        f"Something of ours broke: {error!r}.", hint="Set CC_GRAPH_DEBUG=1 to see where, and tell us."
    )


def _complain(error: CityError) -> None:
    from cc_graph.cli.messages import complaint
    from cc_graph.cli.output import discard, say

    say(complaint(error))
    if isinstance(error, Unavailable):
        discard(sys.stdout)  # what could not be written must not be tried again at the end of the process


def _fill_standard_streams() -> None:
    """Put /dev/null where a standard stream is closed: no file of ours may take its number.

    `sys.stdout` stays None: who has something to write there learns that it cannot be written.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
