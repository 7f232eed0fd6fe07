"""A sandbox does a child's work for us and survives whatever the child does."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading

import pytest

from cc_graph.errors import BadData, CityError, TooMuch
from cc_graph.sandbox import Sandbox

CHILD = """
    import os, signal, socket, tempfile
    from cc_graph.errors import BadData
    from cc_graph.sandbox import serve

    def connect(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            return False
        return True

    def handler(header, fds):
        match header["do"]:
            case "echo":
                return header, None
            case "copy":
                body = tempfile.TemporaryFile()
                with open(fds[0], "rb", closefd=False) as file:
                    body.write(file.read() * 2)
                return {}, body
            case "say":
                return {}, header["text"].encode()
            case "refuse":
                raise BadData("Line 3 is wrong.", hint="Mend it.")
            case "loop":
                while True:
                    pass
            case "grow":
                return {"size": len(bytearray(header["mb"] << 20))}, None
            case "keep":
                globals()["kept"] = bytearray(header["mb"] << 20)
                return {}, None
            case "signal":
                os.kill(os.getpid(), header["number"])
            case "break":
                raise KeyError("who knows")
            case "connect":
                return {"connected": connect(header["port"])}, None

    def prepare(arguments):
        if arguments == ["bad"]:
            raise BadData("There is nothing to open.", hint="Make it.")
        return handler

    serve(prepare)
"""


@pytest.fixture(autouse=True)
def child_module(tmp_path, monkeypatch):
    (tmp_path / "child_of_test.py").write_text(textwrap.dedent(CHILD))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.fixture
def sandbox():
    sandbox = Sandbox("child_of_test", memory_mb=64)
    yield sandbox
    sandbox.close()


def test_a_request_is_answered_by_another_process(sandbox):
    long_text = "è" * 1_000_000

    answer, body = sandbox.request({"do": "echo", "text": long_text}, seconds=10)

    assert answer["text"] == long_text
    assert body == b""
    assert sandbox.pid != os.getpid()


def test_files_go_in_and_come_out_as_descriptors(sandbox):
    with tempfile.TemporaryFile() as file:
        file.write(b"filo ")
        file.flush()
        file.seek(0)
        _, fd = sandbox.request({"do": "copy"}, [file.fileno()], seconds=10)

    with os.fdopen(fd, "rb") as body:
        assert body.read() == b"filo filo "


def test_a_small_body_comes_as_bytes(sandbox):
    _, body = sandbox.request({"do": "say", "text": "filo" * 16_000}, seconds=10)

    assert body == b"filo" * 16_000


def test_an_error_of_the_child_arrives_with_its_class_and_hint(sandbox):
    with pytest.raises(BadData, match=r"^Line 3 is wrong\.$") as caught:
        sandbox.request({"do": "refuse"}, seconds=10)

    assert caught.value.hint == "Mend it."
    assert sandbox.request({"do": "echo"}, seconds=10)[0]["do"] == "echo"


def test_an_error_while_the_child_prepares_is_raised_at_the_start():
    with pytest.raises(BadData, match="nothing to open"):
        Sandbox("child_of_test", "bad", memory_mb=64)


def test_a_child_that_takes_too_long_is_killed(sandbox):
    with pytest.raises(TooMuch, match=r"longer than 0\.2 seconds"):
        sandbox.request({"do": "loop"}, seconds=0.2)

    assert not sandbox.alive
    with pytest.raises(ProcessLookupError):
        os.kill(sandbox.pid, 0)


def test_a_child_gets_no_more_memory_than_its_budget(sandbox):
    assert sandbox.request({"do": "grow", "mb": 8}, seconds=10)[0]["size"] == 8 << 20

    with pytest.raises(TooMuch, match="more than 64 MB"):
        sandbox.request({"do": "grow", "mb": 80}, seconds=10)


def test_a_child_that_keeps_half_its_budget_is_not_used_again(sandbox):
    sandbox.request({"do": "keep", "mb": 40}, seconds=10)

    assert not sandbox.alive


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(signal.SIGSEGV, "nested too deeply"), (signal.SIGABRT, "memory"), (signal.SIGKILL, "memory")],
)
def test_the_death_of_a_child_is_a_limit_that_was_reached(sandbox, number, sentence):
    with pytest.raises(TooMuch, match=sentence):
        sandbox.request({"do": "signal", "number": number}, seconds=10)


def test_a_mistake_in_the_child_is_told_by_its_last_words(sandbox):
    with pytest.raises(CityError, match="KeyError: 'who knows'") as caught:
        sandbox.request({"do": "break"}, seconds=10)

    assert type(caught.value) is CityError


def test_a_child_reaches_the_network_only_where_the_host_cannot_take_it_away(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer, _ = sandbox.request({"do": "connect", "port": port}, seconds=10)

    assert answer["connected"] is not sandbox.network_isolated


def test_a_child_outlives_the_thread_that_started_it():
    made = []
    thread = threading.Thread(target=lambda: made.append(Sandbox("child_of_test", memory_mb=64)))
    thread.start()
    thread.join()

    answer, _ = made[0].request({"do": "echo", "still": "here"}, seconds=10)
    made[0].close()

    assert answer["still"] == "here"


def test_a_child_dies_with_its_parent_even_while_it_works():
    program = textwrap.dedent("""
        import threading
        from cc_graph.sandbox import Sandbox
        sandbox = Sandbox("child_of_test", memory_mb=64)
        print(sandbox.pid, flush=True)
        sandbox.request({"do": "loop"}, seconds=60)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()

    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)

    assert ended == [child]


def test_closing_twice_is_closing_once(sandbox):
    sandbox.close()
    sandbox.close()

    assert not sandbox.alive


def test_frames_are_plain_json(sandbox):
    answer, _ = sandbox.request({"do": "echo", "null": None, "list": [1, "due"]}, seconds=10)

    assert json.dumps(answer) == '{"do": "echo", "null": null, "list": [1, "due"]}'
