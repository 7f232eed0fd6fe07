"""The page for a city's IT: its units, its proxy, its tables and its commands are what the program and the tools take."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from servers import fetch, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph import City
    from cc_graph.settings import Settings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "how-to"
PAGE = (FOLDER / "run-it.md").read_text(encoding="utf-8")
PROGRAM = "/opt/cc-graph/bin/cc-graph"


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_file_the_page_links_to_is_there() -> None:
    linked = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert len(linked) >= 4
    assert [name for name in linked if not (FOLDER / name).is_file()] == []


def test_every_setting_is_in_the_table_and_no_other() -> None:
    named = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"CC_GRAPH_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }
    assert set(re.findall(r"^\| `(CC_GRAPH_[A-Z_]+)` \|", section("Settings"), re.MULTILINE)) == named


def test_every_command_on_the_page_is_one_of_ours() -> None:
    for arguments in re.findall(rf"(?:{PROGRAM}|\bcity|`cc-graph) ([a-z]+)", PAGE):
        shown = subprocess.run(
            [sys.executable, "-m", "cc_graph", arguments, "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.returncode == 0, arguments


# systemd


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """The unit files, with a program that is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    found = []
    for path in sorted(FOLDER.glob("cc-graph*")):
        text = path.read_text(encoding="utf-8")
        assert path.suffix == ".timer" or PROGRAM in text
        (tmp_path / path.name).write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
        found.append(tmp_path / path.name)
    return found


def test_systemd_understands_every_line_of_the_units(units: list[Path]) -> None:
    assert [unit.name for unit in units] == [
        "cc-graph-backup.service",
        "cc-graph-backup.timer",
        "cc-graph.service",
    ]
    checked = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    # It reads other units of this machine too and may complain about them.
    ours = [line for line in (checked.stdout + checked.stderr).splitlines() if "cc-graph" in line]
    assert (checked.returncode, ours) == (0, [])


def test_the_units_expose_little(units: list[Path]) -> None:
    services = [unit for unit in units if unit.suffix == ".service"]
    checked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", *services],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout.splitlines()[-1]


def test_the_unit_gives_the_server_time_to_answer_what_it_is_asked() -> None:
    unit = (FOLDER / "cc-graph.service").read_text(encoding="utf-8")
    seconds = int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0])
    assert seconds > 30 + 5
    assert "\nKillMode=mixed\n" in unit


# Reverse proxy

SITE = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
NGINX = """
daemon off;
user {user};
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def proxying(folder: Path, upstream: str) -> Iterator[tuple[str, str]]:
    """nginx as on the page, on ports of its own; yields its two addresses."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
         "-keyout", folder / "key", "-out", folder / "certificate"],
        capture_output=True, check=True,
    )  # fmt: skip
    plain, secure = free_port(), free_port()
    site = re.sub(r"\n *listen \[::\][^\n]*", "", SITE)
    for before, after in {
        "127.0.0.1:8000": upstream.removeprefix("http://"),
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
        "/etc/letsencrypt/live/graph.city.example/fullchain.pem": str(folder / "certificate"),
        "/etc/letsencrypt/live/graph.city.example/privkey.pem": str(folder / "key"),
    }.items():
        assert before in site
        site = site.replace(before, after)
    (folder / "site").write_text(site, encoding="utf-8")
    (folder / "conf").write_text(NGINX.format(folder=folder, user=getpass.getuser()), encoding="utf-8")
    command = [program, "-p", folder, "-c", folder / "conf"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as proxy:
        try:
            wait_for(secure)
            yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}"
        finally:
            proxy.terminate()


def wait_for(port: int) -> None:
    for _ in range(1000):
        with socket.socket() as connection:
            connection.settimeout(0.05)
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the proxy never listened")


def test_the_reverse_proxy_of_the_page_brings_tls_and_an_id_and_passes_all_else_on(
    town_settings: Settings, town: City, tmp_path: Path
) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    with serving(town_settings.home) as upstream, proxying(tmp_path, upstream) as (plain, secure):
        with urllib.request.urlopen(f"{secure}/health", context=trusting) as answer:
            told = json.loads(answer.read())
            headers = answer.headers
        long = f"{secure}/sparql?query=ASK%7B%7D%23{'x' * 60_000}"
        with urllib.request.urlopen(long, context=trusting) as answer:
            assert json.loads(answer.read())["boolean"] is True
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.build_opener(Stay).open(f"{plain}/questions?x=1")
        caught.value.close()

    assert told["revision"] == town.revision
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert (caught.value.code, caught.value.headers["Location"]) == (301, "https://127.0.0.1/questions?x=1")


# Monitoring


def test_the_page_names_every_number_the_service_tells_and_alerts_on_such_only(
    town_settings: Settings, town: City
) -> None:
    with serving(town_settings.home) as url:
        fetch(f"{url}/questions")
        families = list(text_string_to_metric_families(fetch(f"{url}/metrics")))
    told = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    table, alerts = section("Monitoring").split("```yaml")
    named = set(re.findall(r"`((?:cc_graph|process)_\w+)`", table))
    assert named - told == set()
    assert {name for name in told if name.startswith("cc_graph")} - named == set()
    assert {name.removesuffix("_bucket") for name in re.findall(r"cc_graph_\w+", alerts)} - told == set()
