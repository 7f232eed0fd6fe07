"""How much memory a server takes, its worker processes among it; Linux only."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass
class Peak:
    """The most that was seen, in MB.

    Attributes:
        server: of the process itself.
        worker: of the largest of its descendants.
        family: of all of them together.
        processes: how many they were.
    """

    server: float = 0.0
    worker: float = 0.0
    family: float = 0.0
    processes: int = 0


class Watch:
    """Looks at a process ten times a second; a context manager."""

    def __init__(self, pid: int | None) -> None:
        """Watch a process; None watches nothing."""
        self.peak = Peak()
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        if self._pid is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._pid is not None:
            self._thread.join()

    def _look(self) -> None:
        assert self._pid is not None
        while not self._stop.wait(0.1):
            sizes = family(self._pid)
            self.peak.server = max(self.peak.server, sizes.get(self._pid, 0.0))
            workers = [size for pid, size in sizes.items() if pid != self._pid]
            self.peak.worker = max([self.peak.worker, *workers])
            self.peak.family = max(self.peak.family, sum(sizes.values()))
            self.peak.processes = max(self.peak.processes, len(sizes))


def family(pid: int) -> dict[int, float]:
    """The memory, in MB, of a process and its descendants; what other processes share is counted for each."""
    parents: dict[int, int] = {}
    sizes: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                status = (entry / "status").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
            told = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
            parents[int(entry.name)] = int(told["PPid"])
            sizes[int(entry.name)] = int(told.get("VmRSS", "0").split()[0]) / 1024
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {each: sizes[each] for each in found if each in sizes}
