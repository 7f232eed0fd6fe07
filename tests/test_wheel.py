"""The wheel carries the knowledge: an installed cc-graph works outside a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_four_knowledge_folders(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for expected in (
        "ontology/ccg.ttl",
        "shapes/agent.ttl",
        "queries/who-takes-part.rq",
        "data/prato/tables/flows.csv",
    ):
        assert f"cc_graph/_knowledge/{expected}" in names
    assert not [name for name in names if name.startswith("tests/") or "codelists/low_ewc" in name]


def test_an_installed_program_loads_prato_and_answers(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    inside = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(inside / "python"),
        "install",
        "--quiet",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True)
    # What it depends on comes from here; the program itself from the wheel (a path file is not read from PYTHONPATH).
    environment = os.environ | {
        "CC_GRAPH_HOME": str(tmp_path / "home"),
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }
    where = subprocess.run(
        [inside / "python", "-c", "import cc_graph; print(cc_graph.__file__)"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(tmp_path) in where.stdout
    for arguments in (
        ["load"],
        ["ask"],
        ["ask", "who-takes-part", "-p", "initiative=tavolo-agricoltura-urbana"],
    ):
        answer = subprocess.run(
            [inside / "cc-graph", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "Coldiretti" in answer.stdout
