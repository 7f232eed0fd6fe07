"""Where answers are written: a disk that is full is an error of one answer, and no end of a worker."""

import os

import pytest

from cc_graph.store import spool
from cc_graph.store.spool import ENCODINGS, Spool


def fill(body):
    for _ in range(200):
        body.write(os.urandom(7000))
    body.finish()


@pytest.mark.parametrize("encoding", [None, *ENCODINGS])
def test_an_answer_that_did_not_fit_the_disk_is_forgotten_without_another_error(monkeypatch, encoding):
    monkeypatch.setattr(spool.tempfile, "TemporaryFile", lambda: open("/dev/full", "wb"))  # noqa: PTH123, SIM115
    body = Spool(encoding)
    with pytest.raises(OSError, match="No space left"):
        fill(body)

    body.discard()
