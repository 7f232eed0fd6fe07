"""The house keeps its rules: floors, names, sizes, and what may never be in a tracked file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_imports_only_go_downstairs() -> None:
    checked = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_no_module_is_named_after_nothing() -> None:
    inside = [path.relative_to(ROOT / "src").with_suffix("") for path in SOURCES]
    assert [path for path in inside if FORBIDDEN_NAMES & {*path.parts}] == []


def test_files_stay_readable() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n") for path in SOURCES
    }
    assert {name: number for name, number in lines.items() if number > 400} == {}


def test_functions_stay_readable() -> None:
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                documented = ast.get_docstring(node, clean=False) or ""
                body = (node.end_lineno or 0) - node.body[0].lineno - documented.count("\n")
                if body > 40:
                    long.append(f"{path.name}:{node.name}")
    assert long == []


def test_only_the_top_doors_catch_everything() -> None:
    catching = {
        path.relative_to(ROOT / "src" / "cc_graph").as_posix()
        for path in SOURCES
        if "except Exception" in path.read_text(encoding="utf-8")
    }
    assert catching <= {"cli/door.py", "app.py", "api/problems.py"}


def test_no_page_or_program_loads_code_from_elsewhere() -> None:
    pages = [path for path in (ROOT / "src").rglob("*") if path.suffix in {".html", ".css", ".js"}]
    assert pages
    for page in pages:
        assert not re.search(
            r"(src|href|url|import)\s*[=(]\s*[\"']?https?://[^\"')]*\.(js|css|woff2?)",
            page.read_text(encoding="utf-8"),
        ), page


def test_no_tracked_file_names_a_machine() -> None:
    places = re.compile(
        rb"(^|[^A-Za-z0-9_.-])/(" + b"|".join([b"wor" + b"k", b"roo" + b"t", b"hom" + b"e/"]) + rb")[/A-Za-z]"
    )
    suspects = [
        path.relative_to(ROOT).as_posix() for path in tracked_files() if places.search(path.read_bytes())
    ]
    assert suspects == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"polars", "sklearn", "scipy", "pyshacl", "networkx", "fastapi", "rich"}
    script = f"import sys, cc_graph; from cc_graph import City; print(sorted({heavy!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_every_error_says_what_to_do_in_both_faces() -> None:
    from cc_graph import errors

    classes = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.CityError)
    ]
    assert len(classes) == 14
    assert all(each.__name__ in (errors.__doc__ or "") for each in classes)
    assert len({each.slug for each in classes}) == len(classes)
    assert all(each.title_it and each.title_en for each in classes)


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs" / "decisions" / "0003-dependencies.md").read_text(encoding="utf-8")
    names = [re.split(r"[<>=!~\[ ]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name not in reasons] == []
