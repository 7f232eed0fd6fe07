"""Every block of the README does what it says: commands are run and their output compared, Python is a doctest."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cc_graph import City
    from cc_graph.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    (command, output)
    for language, block in BLOCKS
    if language == "console"
    for command, output in re.findall(r"^\$ ([^\n]+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]


def test_every_block_is_of_a_kind_that_is_run() -> None:
    assert {language for language, _block in BLOCKS} == {"sh", "console", "pycon"}
    assert sum(command.startswith("cc-graph ask") for command, _output in COMMANDS) >= 5


@pytest.mark.parametrize(
    "command",
    re.findall(r"^(make \w+)", "\n".join(b for language, b in BLOCKS if language == "sh"), re.MULTILINE),
)
def test_the_make_commands_exist(command: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    planned = subprocess.run(
        [*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize(
    ("command", "output"), [entry for entry in COMMANDS if entry[0].startswith("cc-graph")]
)
def test_a_command_prints_what_the_readme_shows(
    prato_settings: Settings, prato: City, tmp_path: Path, command: str, output: str
) -> None:
    environment = os.environ | {
        "CC_GRAPH_HOME": str(prato_settings.home),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "110",
    }
    arguments = shlex.split(command)[1:]
    shown = subprocess.run(
        [sys.executable, "-m", "cc_graph", *arguments],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.rstrip() for line in shown.stdout.splitlines()]
    expected = [line.rstrip() for line in output.splitlines()]
    if "…" in expected:  # the README shows the first lines only
        expected = expected[: expected.index("…")]
        lines = lines[: len(expected)]
    assert lines == expected
    assert all((tmp_path / name).stat().st_size > 0 for name in re.findall(r"-o (\S+)", command))


@pytest.mark.parametrize("command", [command for command, _output in COMMANDS if command.startswith("curl")])
def test_the_curl_commands_are_answered(prato_server: str, command: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    output = dict(COMMANDS)[command]
    arguments = [
        word.replace("localhost:8000", prato_server.removeprefix("http://")) for word in shlex.split(command)
    ]
    shown = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert shown.stdout.replace("\r", "").rstrip() == output.rstrip()


def test_the_python_blocks_run(
    prato_settings: Settings, prato: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC_GRAPH_HOME", str(prato_settings.home))
    session = "\n".join(block for language, block in BLOCKS if language == "pycon")
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    outcome = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
    assert outcome.attempted > 0
    assert outcome.failed == 0
