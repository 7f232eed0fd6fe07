"""The read pool: young queries come first, nothing outlives its limit, and a query's end is no other query's business."""

import asyncio
import errno
import os
import resource
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from cc_graph.errors import CityError, TooMuch, Unavailable
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.sandbox.process import Child
from cc_graph.store import pool
from cc_graph.store.layout import Layout
from cc_graph.store.publisher import Publisher
from cc_graph.store.reader import Query, Reader

BASE = "https://city.example/"
TOWN = b"".join(
    b'<https://city.example/id/%d> <a:p> "%d" <https://city.example/graph/a> .\n' % (n, n) for n in range(100)
)
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(?c + ?f + ?i < ?l) }"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "graphs.nq").write_bytes(TOWN)
    with Publisher(tmp_path / "home") as publisher:
        publisher.rebuild(tmp_path / "graphs.nq")
    return tmp_path / "home"


def open_reader(home, workers=2, waiting=200, seconds=20.0):
    return Reader(home, BASE, seconds, 256, workers, waiting)


def ask(reader, text, seconds=None):
    forms = {"table_format": TABLE_FORMATS["csv"], "graph_format": GRAPH_FORMATS["nt"]}
    return reader.query(text, **forms, seconds=seconds).read()


def as_query(text):
    return Query(text, TABLE_FORMATS["csv"], GRAPH_FORMATS["nt"])


def processes():
    """The children of this process."""
    return {
        int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()
    }


def until(condition):
    """Wait for what must come."""
    pause = threading.Event()
    for _ in range(400):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError("it never came")


def test_a_young_query_is_answered_while_as_many_old_ones_work_as_there_are_workers(home):
    with open_reader(home, workers=3) as reader, ThreadPoolExecutor(3) as threads:
        heavy = [threads.submit(ask, reader, f"{HEAVY} # {n}") for n in range(3)]
        until(lambda: reader.statistics.killed.get("preempted") == 1)

        assert [ask(reader, f"ASK {{ ?s ?p {n} }}") for n in range(5)] == [b"false"] * 5
        assert not any(one.done() for one in heavy)
        reader.close()
        for one in heavy:
            with pytest.raises(Unavailable):
                one.result()


def test_a_query_that_grew_old_once_does_not_take_the_place_of_young_ones_again(home):
    with open_reader(home, workers=2) as reader, ThreadPoolExecutor(2) as threads:
        for _ in range(2):
            heavy = [threads.submit(ask, reader, f"{HEAVY} # {n}", seconds=1.5) for n in range(2)]
            for one in heavy:
                with pytest.raises(TooMuch):
                    one.result()

        assert reader.statistics.killed["preempted"] == 1


def test_a_query_that_was_put_aside_is_answered_when_its_turn_comes(home):
    some_time = (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(?c, ?f, ?i, '%d') = '') }"
    )
    with open_reader(home, workers=2) as reader, ThreadPoolExecutor(4) as threads:
        answers = [*threads.map(lambda n: ask(reader, some_time % n), range(4))]

        assert answers == [b"n\r\n0\r\n"] * 4
        assert reader.statistics.answers == 4


def test_an_old_query_lets_the_others_go_first_and_its_worker_is_quick_again_afterwards(home):
    before = processes()
    with open_reader(home) as reader, ThreadPoolExecutor(1) as threads:
        ask(reader, COUNT)
        (worker,) = processes() - before
        heavy = threads.submit(ask, reader, HEAVY, seconds=1.5)
        until(lambda: os.getpriority(os.PRIO_PROCESS, worker) > 0)
        with pytest.raises(TooMuch):
            heavy.result()

        ask(reader, f"{COUNT} # again")
        assert all(os.getpriority(os.PRIO_PROCESS, pid) == 0 for pid in processes() - before)


def test_beyond_the_limit_of_waiting_queries_one_is_turned_away_at_once(home):
    with open_reader(home, workers=1, waiting=2) as reader, ThreadPoolExecutor(3) as threads:
        ask(reader, COUNT)
        busy = threads.submit(ask, reader, HEAVY, seconds=3)
        until(lambda: reader.statistics.busy == 1)
        waiting = [threads.submit(ask, reader, f"{COUNT} # {n}") for n in range(2)]
        until(lambda: reader.statistics.waiting == 2)

        with pytest.raises(TooMuch, match="2 queries are waiting already"):
            ask(reader, f"{COUNT} # one too many")
        with pytest.raises(TooMuch, match="longer than 3 seconds"):
            busy.result()
        assert [one.result() for one in waiting] == [b"n\r\n100\r\n"] * 2
        assert reader.statistics.refused == 1


def test_waiting_counts_as_time(home):
    with open_reader(home, workers=1) as reader, ThreadPoolExecutor(1) as threads:
        ask(reader, COUNT)
        busy = threads.submit(ask, reader, HEAVY, seconds=2)
        until(lambda: reader.statistics.busy == 1)

        with pytest.raises(TooMuch, match=r"All 1 workers were busy for 0\.2 seconds"):
            ask(reader, f"{COUNT} # impatient", seconds=0.2)
        assert not busy.done()
        with pytest.raises(TooMuch):
            busy.result()


def test_the_death_of_a_worker_costs_the_query_it_had_and_no_other(home):
    before = processes()
    with open_reader(home) as reader, ThreadPoolExecutor(8) as threads:
        ask(reader, COUNT)
        (worker,) = processes() - before
        victim = threads.submit(ask, reader, HEAVY)
        until(lambda: reader.statistics.busy == 1)
        others = [threads.submit(ask, reader, f"{COUNT} # {n}") for n in range(30)]
        os.kill(worker, signal.SIGSEGV)

        with pytest.raises(TooMuch, match="nested too deeply"):
            victim.result()
        assert [one.result() for one in others] == [b"n\r\n100\r\n"] * 30
        assert reader.statistics.killed == {"crash": 1}


def test_a_worker_that_died_while_idle_is_replaced(home):
    before = processes()
    with open_reader(home) as reader:
        ask(reader, COUNT)
        (worker,) = processes() - before
        os.kill(worker, signal.SIGKILL)
        until(lambda: reader.statistics.alive == 0)

        assert ask(reader, f"{COUNT} # again") == b"n\r\n100\r\n"


def test_whoever_goes_away_ends_the_query(home):
    async def hang_up(reader):
        reader.attach()
        answer = asyncio.create_task(reader.answer(as_query(HEAVY)))
        while not reader.statistics.busy:
            await asyncio.sleep(0.02)
        answer.cancel()
        while reader.statistics.busy:
            await asyncio.sleep(0.02)
        found = await reader.answer(as_query(COUNT))
        statistics = reader.statistics
        reader.close()
        return found.read(), statistics

    found, statistics = asyncio.run(hang_up(open_reader(home)))

    assert found == b"n\r\n100\r\n"
    assert statistics.killed == {"hangup": 1}


def test_the_same_query_on_the_same_revision_in_the_same_form_is_answered_once(home):
    with open_reader(home) as reader:
        first, second = (ask(reader, COUNT) for _ in range(2))
        json = reader.query(COUNT, table_format=TABLE_FORMATS["json"], graph_format=None).read()

        assert first == second == b"n\r\n100\r\n"
        assert json != first
        assert (reader.statistics.answers, reader.statistics.cache_hits) == (2, 1)


def test_what_changes_from_call_to_call_is_not_kept(home):
    with open_reader(home) as reader:
        ids = {ask(reader, "SELECT (STRUUID() AS ?id) {}") for _ in range(5)}

    assert len(ids) == 5


def test_a_new_revision_forgets_what_was_kept(home):
    with open_reader(home) as reader, Publisher(home) as publisher:
        assert ask(reader, COUNT) == b"n\r\n100\r\n"
        publisher.publish(b'<a:s> <a:p> "new" <https://city.example/graph/b> .\n', b"")

        assert ask(reader, COUNT) == b"n\r\n101\r\n"
        assert reader.statistics.cache_hits == 0


def test_a_query_goes_on_with_the_revision_it_began_with_and_its_checkpoint_stays_so_long(home):
    with open_reader(home) as reader, Publisher(home) as publisher, ThreadPoolExecutor(1) as threads:
        ask(reader, COUNT)
        old = Layout(home).revision()
        slow = threads.submit(ask, reader, HEAVY, seconds=2)
        until(lambda: reader.statistics.busy == 1)
        publisher.publish(b'<a:s> <a:p> "new" <https://city.example/graph/b> .\n', b"")
        assert ask(reader, COUNT) == b"n\r\n101\r\n"
        publisher.publish(b'<a:s> <a:p> "newer" <https://city.example/graph/b> .\n', b"")
        assert (home / "checkpoints" / old).exists()

        with pytest.raises(TooMuch):
            slow.result()
        assert ask(reader, COUNT) == b"n\r\n102\r\n"
        publisher.publish(b'<a:s> <a:p> "newest" <https://city.example/graph/b> .\n', b"")
        assert not (home / "checkpoints" / old).exists()


def test_no_process_is_left_when_a_reader_closes(home):
    before = processes()
    with open_reader(home, workers=3) as reader, ThreadPoolExecutor(3) as threads:
        heavy = [threads.submit(ask, reader, f"{HEAVY} # {n}") for n in range(3)]
        until(lambda: reader.statistics.busy == 3)
        reader.close()
        for one in heavy:
            with suppress(CityError):
                one.result()

    assert processes() == before


def test_an_answer_of_a_million_rows_does_not_grow_this_process(home):
    numbers = "VALUES ?{} {{ {} }}".format
    million = " ".join(numbers(name, " ".join(map(str, range(100)))) for name in "abc")

    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    with open_reader(home) as reader:
        ask(reader, COUNT)
        before = resident()
        form = {"table_format": TABLE_FORMATS["csv"], "graph_format": None}
        with reader.query(f"SELECT * {{ {million} }}", **form) as answer:
            lines = sum(1 for _ in answer.body)
        grown_mb = (resident() - before) / 2**20

    assert lines == 1_000_001
    assert grown_mb < 16


def test_large_answers_that_are_being_fetched_take_so_much_room_and_no_more(home, monkeypatch):
    monkeypatch.setattr("cc_graph.store.reader.MOST_SPOOLED_BYTES", 1_000_000)
    forms = {"table_format": TABLE_FORMATS["csv"], "graph_format": None}
    with open_reader(home) as reader:
        with reader.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", **forms) as first:
            assert 500_000 < first.size < 1_000_000
            with pytest.raises(TooMuch, match="take all the room"):
                reader.query("SELECT * { ?s ?p ?o . ?d ?e ?f }", **forms)

        assert len(reader.query("SELECT * { ?s ?p ?o . ?d ?e ?f }", **forms).read()) > 500_000


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_large_answer_is_compressed_if_asked(home, coding):
    import gzip

    import zstandard

    inflate = {
        "gzip": gzip.GzipFile,
        "zstd": lambda fileobj: zstandard.ZstdDecompressor().stream_reader(fileobj),
    }
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    with open_reader(home) as reader:
        plain = ask(reader, text)
        forms = {"table_format": TABLE_FORMATS["csv"], "graph_format": None}
        with reader.query(text, **forms, encoding=coding) as answer:
            assert (answer.encoding, answer.size < len(plain) / 4) == (coding, True)
            assert inflate[coding](fileobj=answer.body).read() == plain
        assert reader.query(COUNT, **forms, encoding=coding).encoding is None


def test_time_is_bounded_even_for_a_text_that_takes_long_to_look_at(home):
    with open_reader(home) as reader:
        begun = time.monotonic()
        with pytest.raises(CityError):
            ask(reader, "SELECT * { " + "(" * 500_000, seconds=5)
        with pytest.raises(TooMuch):
            ask(reader, "SELECT * { ?s ?p " + "1," * 400_000 + "1 }", seconds=0.3)
        assert time.monotonic() - begun < 60  # it ended at all


def has_ended(process):
    """Whether the last of its threads is gone, and what they had open with it."""
    threads = [thread.name for thread in Path(f"/proc/{process}/task").iterdir()]
    return threads == [str(process)] and Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"


def test_a_worker_that_dies_at_rest_takes_no_query_with_it(home):
    async def ask_before_it_is_noticed():
        reader.attach()
        await reader.answer(as_query(COUNT))
        (worker,) = processes() - before
        os.kill(worker, signal.SIGKILL)
        until(lambda: has_ended(worker))  # and the loop does nothing
        return (await reader.answer(as_query(f"{COUNT} # again"))).read()

    before = processes()
    with open_reader(home, workers=1) as reader:
        assert asyncio.run(ask_before_it_is_noticed()) == b"n\r\n100\r\n"


def test_workers_that_cannot_start_are_not_started_again_and_again(home, monkeypatch):
    child = pool.Child
    monkeypatch.setattr(pool, "Child", lambda _, *rest: child("cc_graph.not_there", *rest))
    with open_reader(home) as reader:
        with pytest.raises(CityError, match="not_there"):
            ask(reader, COUNT)

        assert reader.statistics.started == 1


@pytest.mark.parametrize("trouble", ["the home is gone", "no descriptors", "no right to slow down"])
def test_limits_hold_whatever_goes_wrong_around_the_pool(home, monkeypatch, trouble):
    def refuse(*_):
        raise PermissionError(errno.EMFILE, trouble)

    with open_reader(home) as reader, ThreadPoolExecutor(4) as threads:
        ask(reader, COUNT)
        heavy = [threads.submit(ask, reader, HEAVY, seconds=2)]
        until(lambda: reader.statistics.busy)
        if trouble == "the home is gone":
            home.rename(home.with_name("elsewhere"))
        elif trouble == "no descriptors":
            monkeypatch.setattr("socket.socketpair", refuse)
        else:
            monkeypatch.setattr("os.setpriority", refuse)
        heavy += [threads.submit(ask, reader, f"{HEAVY} # {n}", seconds=2) for n in range(1, 4)]

        for one in heavy:
            with pytest.raises(CityError):
                one.result(timeout=30)


def test_a_large_answer_that_finds_no_room_for_its_descriptor_is_an_error_and_not_an_empty_answer(home):
    large = as_query("SELECT * { ?s ?p ?o . ?a ?b ?c } # large")
    room = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def ask_without_room():
        reader.attach()
        await reader.answer(as_query(COUNT))
        lowest = os.open(os.devnull, os.O_RDONLY)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 1, room[1]))
        try:
            with pytest.raises(Unavailable):
                await reader.answer(large)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, room)
            os.close(lowest)
        with await reader.answer(large) as answer:
            return answer.size

    with open_reader(home, workers=1) as reader:
        assert asyncio.run(ask_without_room()) > 500_000


def test_who_waits_while_the_reader_is_closed_is_told_so(home, monkeypatch):
    death = Child.death

    def slow_death(child):
        dying.set()
        closing.wait(10)
        return death(child)

    dying, closing = threading.Event(), threading.Event()
    monkeypatch.setattr(Child, "death", slow_death)
    before = processes()
    reader = open_reader(home, workers=1)
    with ThreadPoolExecutor(2) as threads:
        ask(reader, COUNT)
        waiting = threads.submit(ask, reader, HEAVY)
        until(lambda: reader.statistics.busy)
        os.kill(*(processes() - before), signal.SIGKILL)
        assert dying.wait(10)
        closed = threads.submit(reader.close)
        until(lambda: reader._closed)
        closing.set()
        closed.result(timeout=30)
        with pytest.raises(CityError):
            waiting.result(timeout=30)
