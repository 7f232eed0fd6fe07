"""Runs a backup or a restore over and over, each time killed one step later, until it lives through; looks around after each death.

A program of its own, because it forks, which a process with threads should not.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from cc_graph.store.backup import back_up, finish, restore
from cc_graph.store.layout import RECORD, VOCABULARIES, Layout

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = ("fsync", "replace", "mkdir", "rmdir", "unlink")
"""The calls of the system that change what is on the disk, those that write bytes aside."""


def lives(action: Callable[[], object], steps: int) -> bool:
    """Whether an action ends before it has made so many steps; else it is killed there."""
    child = os.fork()
    if not child:
        number = count()
        for name in STEPS:
            setattr(os, name, partial(_step, getattr(os, name), number, steps))
        action()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in {0, signal.SIGKILL}
    return status == 0


def _step(
    real: Callable[..., object], number: count[int], steps: int, *arguments: object, **named: object
) -> object:
    if next(number) == steps:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder and its digest."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def is_whole(folder: Path) -> bool:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    found = contents(folder)
    del found["manifest.json"]
    return found == {name: digest for name, (_, digest) in manifest["files"].items()}


def dying_backups(home: Path, folder: Path, base: str) -> int:
    """Gives the number of deaths."""
    before = contents(home)
    for deaths in count():
        survived = lives(lambda: back_up(home, folder, base), deaths)
        assert contents(home) == before
        if folder.exists():
            assert is_whole(folder)
            shutil.rmtree(folder)
        if survived:
            assert not list(folder.parent.glob("*.partial"))
            return deaths
    raise AssertionError


def dying_restores(home: Path, folder: Path, base: str) -> int:
    """Gives the number of deaths."""
    backup = {
        part: {name: digest for name, digest in contents(folder).items() if name.startswith(part)}
        for part in ("store/", RECORD, VOCABULARIES)
    }
    for deaths in count():
        city = home.with_name(f"home-{deaths}")
        shutil.copytree(home, city)
        layout = Layout(city)
        before, old = layout.revision(), contents(city)
        survived = lives(lambda to=city: restore(to, folder, base), deaths)

        now = layout.revision()
        graph = {f"store/{name}": digest for name, digest in contents(layout.checkpoints / now).items()}
        if now == before:
            assert graph == {
                f"store/{Path(name).name}": digest
                for name, digest in old.items()
                if name.startswith(f"checkpoints/{now}/")
            }
        else:
            assert graph == backup["store/"]
        finish(layout)  # as the next publisher does
        beside = contents(city)
        for part in (RECORD, VOCABULARIES):
            found = {name: digest for name, digest in beside.items() if name.startswith(part)}
            expected = backup[part] if now != before else {n: d for n, d in old.items() if n.startswith(part)}
            assert found == expected, (deaths, part)
        assert layout.unfinished() == []
        layout.remove_unused()
        assert [path.name for path in layout.checkpoints.iterdir()] == [now]
        shutil.rmtree(city)
        if survived:
            assert now != before
            return deaths
    raise AssertionError


if __name__ == "__main__":
    kind, home, folder, base = sys.argv[1:]
    dying = {"backup": dying_backups, "restore": dying_restores}[kind]
    sys.stdout.write(str(dying(Path(home), Path(folder), base)))
