"""A backup is whole or is none, and comes back in one step or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backup_deaths import contents
from cc_graph import City
from cc_graph.errors import BadData, BadParameter, Busy, NotFound, Unavailable
from cc_graph.settings import Settings
from cc_graph.store.layout import FORM, Layout
from cc_graph.store.publisher import Publisher
from servers import serving

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "https://w3id.org/ccg/"
CODES = """code,parent,hazardous,entry_type,label_en
04,,,,"WASTES FROM THE LEATHER, FUR AND TEXTILE INDUSTRIES"
04 02,04,,,wastes from the textile industry
04 02 22,04 02,false,AN,wastes from processed textile fibres
"""


def settings_of(home: Path, base: str = BASE) -> Settings:
    return Settings(home=home, base_iri=base)


def quad(number: int) -> bytes:
    return f'<a:s> <a:p> "{number}" <{BASE}graph/a> .\n'.encode()


def numbers(home: Path) -> list[int]:
    with City.open(settings_of(home)) as city:
        found = city.sparql("SELECT ?n WHERE { <a:s> <a:p> ?o BIND(xsd:integer(?o) AS ?n) } ORDER BY ?n")
    return [int(number) for number in found.column("n")]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the numbers 1 to 3, loaded from a file, and a code list."""
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "numbers.nq").write_bytes(quad(1) + quad(2) + quad(3))
    (folder / "low.csv").write_text(CODES, encoding="utf-8")
    City.load(settings_of(folder / "home"), files=[folder / "numbers.nq"])
    City.import_codes("low", folder / "low.csv", settings_of(folder / "home"))
    return folder / "home"


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """Such a home of one's own."""
    shutil.copytree(loaded, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def backup(home: Path, tmp_path: Path) -> Path:
    """A backup of that home."""
    City.backup(tmp_path / "backup", settings_of(home))
    return tmp_path / "backup"


def exported(home: Path) -> list[bytes]:
    with City.open(settings_of(home)) as city, city.export("nq").answer as answer:
        return sorted(answer.read().splitlines())


def test_a_backup_comes_back_in_a_new_home_with_all_its_graphs_and_all_a_rebuild_needs(
    home: Path, backup: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"

    revision = City.restore(backup, settings_of(other))

    assert exported(other) == exported(home)
    assert Layout(other).revision() == revision != Layout(home).revision()
    for name in ("loaded.json", "vocabularies/low.csv"):
        assert (other / name).read_bytes() == (home / name).read_bytes()
    City.rebuild(settings_of(other))
    assert exported(other) == exported(home)


def test_a_restored_graph_has_a_revision_no_answer_was_ever_tagged_with(home: Path, backup: Path) -> None:
    seen = {Layout(home).revision()}
    for _ in range(3):
        seen.add(City.restore(backup, settings_of(home)))
    assert len(seen) == 4


def test_the_manifest_tells_every_file_with_its_size_and_digest(home: Path, backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_bytes())

    assert (manifest["form"], manifest["base_iri"]) == (FORM, BASE)
    assert manifest["revision"] == Layout(home).revision()
    files = [path for path in backup.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert manifest["files"] == {
        path.relative_to(backup).as_posix(): [path.stat().st_size, sha256(path.read_bytes()).hexdigest()]
        for path in files
    }
    assert {"loaded.json", "vocabularies/low.csv", "store/CURRENT"} <= set(manifest["files"])


def test_a_backup_is_a_copy_and_shares_no_file_with_the_home(home: Path, backup: Path) -> None:
    def inodes(folder: Path) -> set[int]:
        return {path.stat().st_ino for path in folder.rglob("*") if path.is_file()}

    assert not inodes(backup) & inodes(home)


def test_a_backup_holds_the_state_it_began_with_whatever_is_published_meanwhile(
    home: Path, tmp_path: Path
) -> None:
    with City.publishing(settings_of(home)) as publisher:
        City.backup(
            tmp_path / "backup",
            settings_of(home),
            progress=lambda name: publisher.publish(quad(sum(name.encode())), b"") and None,
        )
    City.restore(tmp_path / "backup", settings_of(tmp_path / "other"))

    assert len(numbers(home)) > 3
    assert numbers(tmp_path / "other") == [1, 2, 3]


def test_a_restore_takes_back_what_was_published_since(home: Path, backup: Path) -> None:
    with Publisher(home) as publisher:
        publisher.publish(quad(4), quad(1))
    assert numbers(home) == [2, 3, 4]

    City.restore(backup, settings_of(home))

    assert numbers(home) == [1, 2, 3]
    with Publisher(home) as publisher:
        publisher.publish(quad(5), b"")
    assert numbers(home) == [1, 2, 3, 5]


def test_who_reads_the_home_sees_what_is_restored_at_once(home: Path, backup: Path) -> None:
    with City.open(settings_of(home)) as city:
        with Publisher(home) as publisher:
            publisher.publish(quad(4), b"")
        assert city.sparql("ASK { <a:s> <a:p> '4' }").column("boolean") == [True]
        City.restore(backup, settings_of(home))
        assert city.sparql("ASK { <a:s> <a:p> '4' }").column("boolean") == [False]


# Where a backup goes


def test_a_backup_may_take_the_place_of_an_empty_folder(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    City.backup(tmp_path / "empty", settings_of(home))
    assert (tmp_path / "empty" / "manifest.json").is_file()


@pytest.mark.parametrize("there", ["a file", "a backup", "a link to nowhere"])
def test_a_backup_never_replaces_what_is_there(home: Path, backup: Path, tmp_path: Path, there: str) -> None:
    target = {"a file": tmp_path / "file", "a backup": backup, "a link to nowhere": tmp_path / "link"}[there]
    if there == "a file":
        target.write_text("mine", encoding="utf-8")
    if there == "a link to nowhere":
        target.symlink_to(tmp_path / "nowhere")
    before = contents(tmp_path)

    with pytest.raises(BadParameter, match="is there already"):
        City.backup(target, settings_of(home))

    assert contents(tmp_path) == before


def test_a_backup_that_fails_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "backups").mkdir()
    with pytest.raises(Unavailable, match="No space left"):
        City.backup(tmp_path / "backups" / "new", settings_of(home))
    assert list((tmp_path / "backups").iterdir()) == []


def test_only_one_backup_is_made_in_a_place_at_a_time(home: Path, tmp_path: Path) -> None:
    def another(_: str) -> None:
        with pytest.raises(Busy, match="Another backup"):
            City.backup(tmp_path / "backup", settings_of(home))

    City.backup(tmp_path / "backup", settings_of(home), progress=another)
    assert (tmp_path / "backup" / "manifest.json").is_file()


def test_there_is_no_backup_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no graph"):
        City.backup(tmp_path / "backup", settings_of(tmp_path / "home"))
    assert list(tmp_path.iterdir()) == []


# What is not restored


def grow(backup: Path) -> None:
    (backup / "store" / "999999.sst").write_bytes(b"more")


def lose(backup: Path) -> None:
    (backup / "loaded.json").unlink()


def cut(backup: Path) -> None:
    longest = max((backup / "store").iterdir(), key=lambda path: path.stat().st_size)
    longest.write_bytes(longest.read_bytes()[:-1])


def alter(backup: Path) -> None:
    longest = max((backup / "store").iterdir(), key=lambda path: path.stat().st_size)
    bytes_ = bytearray(longest.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    longest.write_bytes(bytes_)


def link(backup: Path) -> None:
    (backup / "store" / "passwords").symlink_to("/etc/passwd")


def tear(backup: Path) -> None:
    text = (backup / "manifest.json").read_text(encoding="utf-8")
    (backup / "manifest.json").write_text(text[: len(text) // 2], encoding="utf-8")


def misplace(backup: Path) -> None:
    rewrite(backup, lambda manifest: manifest["files"].update({"extra": [4, sha256(b"more").hexdigest()]}))
    (backup / "extra").write_bytes(b"more")


def empty(backup: Path) -> None:
    rewrite(backup, lambda manifest: manifest.update(files=[]))


def age(backup: Path) -> None:
    rewrite(backup, lambda manifest: manifest.update(form="layout 0, oxigraph 0.4"))


def rewrite(backup: Path, change: Callable[[dict[str, object]], None]) -> None:
    manifest = json.loads((backup / "manifest.json").read_bytes())
    change(manifest)
    (backup / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (grow, "store/999999.sst does not belong there"),
        (lose, "loaded.json is missing"),
        (cut, "has changed"),
        (alter, "has changed"),
        (link, "store/passwords does not belong there"),
        (tear, "manifest.json is unreadable"),
        (misplace, "extra does not belong there"),
        (empty, "manifest.json is unreadable"),
        (age, "another form"),
    ],
)
def test_a_backup_that_is_not_as_it_was_made_is_refused_and_nothing_is_touched(
    home: Path, backup: Path, harm: Callable[[Path], None], sentence: str
) -> None:
    harm(backup)
    before = contents(home)

    with pytest.raises(BadData, match=sentence) as caught:
        City.restore(backup, settings_of(home))

    assert caught.value.hint
    assert contents(home) == before
    assert numbers(home) == [1, 2, 3]


def test_a_folder_without_a_manifest_is_no_backup(home: Path, backup: Path, tmp_path: Path) -> None:
    (backup / "manifest.json").unlink()
    for folder in (backup, tmp_path / "nowhere"):
        with pytest.raises(NotFound, match="no backup") as caught:
            City.restore(folder, settings_of(home))
        assert "cc-graph backup" in caught.value.hint


def test_a_backup_of_another_base_is_refused(home: Path, backup: Path, tmp_path: Path) -> None:
    other = settings_of(tmp_path / "other", "https://city.example/")
    with pytest.raises(BadParameter, match=r"under https://w3id\.org/ccg/") as caught:
        City.restore(backup, other)
    assert "CC_GRAPH_BASE_IRI" in caught.value.hint
    assert not other.home.exists()

    rewrite(backup, lambda manifest: manifest.update(base_iri="https://city.example/"))
    with pytest.raises(BadParameter, match=r"under https://city\.example/"):
        City.restore(backup, settings_of(home))


def test_nothing_is_restored_while_another_process_publishes(home: Path, backup: Path) -> None:
    with Publisher(home):
        before = contents(home)
        with pytest.raises(Busy, match="Another process is publishing") as caught:
            City.restore(backup, settings_of(home))
    assert "serve" in caught.value.hint
    assert contents(home) == before


def test_a_restore_that_fails_leaves_the_home_as_it_was(
    home: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(home)
    left = iter(range(5))
    real = os.fsync

    def full(fd: int) -> None:
        if next(left, None) is None:
            raise OSError(28, "No space left on device")
        real(fd)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        City.restore(backup, settings_of(home))
    assert contents(home) == before
    assert numbers(home) == [1, 2, 3]


# Killed in the midst of it


def died(kind: str, home: Path, folder: Path) -> int:
    """How many times a backup or a restore was killed, each time at a later step, before one lived through."""
    program = [
        sys.executable,
        str(Path(__file__).with_name("backup_deaths.py")),
        kind,
        str(home),
        str(folder),
        BASE,
    ]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_backup_killed_at_any_step_is_none_and_harms_neither_the_home_nor_earlier_backups(
    home: Path, backup: Path, tmp_path: Path
) -> None:
    earlier = contents(backup)
    assert died("backup", home, tmp_path / "next") > 10
    assert contents(backup) == earlier


def test_a_restore_killed_at_any_step_leaves_the_graph_that_was_or_the_one_that_came_whole(
    home: Path, backup: Path
) -> None:
    with Publisher(home) as publisher:
        publisher.publish(quad(4), b"")
    (home / "loaded.json").write_text(
        json.dumps({"base_iri": BASE, "city": "elsewhere", "files": []}), encoding="utf-8"
    )
    earlier = contents(backup)
    assert died("restore", home, backup) > 20
    assert contents(backup) == earlier


def test_who_publishes_next_ends_a_restore_that_was_killed(home: Path, backup: Path) -> None:
    revision = Layout(home).revision()
    arriving = home / "arriving" / revision
    arriving.mkdir(parents=True)
    (arriving / "loaded.json").write_bytes((home / "loaded.json").read_bytes())
    (home / "loaded.json").write_text('{"base_iri": "https://w3id.org/ccg/", "city": "x", "files": []}')
    with City.open(settings_of(home)) as city:
        assert city.health()["unfinished"] == [revision]

        City.rebuild(settings_of(home))

        assert city.health()["unfinished"] == []
    assert numbers(home) == [1, 2, 3]


# From the command line


def run(home: Path, *arguments: str, locale: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cc_graph", *arguments],
        env=os.environ | {"CC_GRAPH_HOME": str(home), "LC_ALL": locale, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_backs_up_beside_a_server_and_restores_when_it_has_stopped(
    home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    with serving(home):
        made = run(home, "backup", str(copy))
        refused = run(home, "restore", str(copy))
    restored = run(home, "restore", str(copy), locale="it_IT.UTF-8")

    assert made.returncode == 0
    assert made.stderr.startswith(
        f"Revision {json.loads((copy / 'manifest.json').read_bytes())['revision']} is backed up in {copy}: "
    )
    assert refused.returncode == 7
    assert "stop `cc-graph serve`" in refused.stderr
    assert restored.stderr == f"Ripristinato da {copy}: è ora la revisione {Layout(home).revision()}.\n"
    assert made.stdout == restored.stdout == ""
