"""How often a test that waits for bad luck repeats itself: a few times wherever tests run, in full by `make soak`.

Such a test is marked `soak`, asks `rounds` for its number, and prints what it did: `make soak` shows it.
"""

from __future__ import annotations

import os
import sys


def rounds(few: int, full: int) -> int:
    """How often to repeat: the full number where CC_GRAPH_SOAK=1 is set."""
    return full if os.environ.get("CC_GRAPH_SOAK") == "1" else few


def tell(what_happened: str) -> None:
    """Say it where pytest keeps what tests say; `make soak` shows it."""
    sys.stderr.write(f"{what_happened}\n")
