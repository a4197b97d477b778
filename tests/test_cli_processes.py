"""Processes that compute parts of a table: whichever of them ends, and whenever, nobody waits for ever."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from embed_jobs import assert_all_there, finish, many_photos, processes, start, wait_for_parts
from photos import encode, noisy

from pyclassifier import Sample
from pyclassifier.data import BytesSource
from pyclassifier.errors import ArchiveError, EngineError
from pyclassifier.scaling import PredictionSettings, TableSettings, local_pool
from pyclassifier.scaling.local_pool import LocalPool, _work

SETTINGS = TableSettings(input_size=32)
PARTS = [(n, [Sample(f"{n}.png", BytesSource(encode(noisy((40, 80, 120), n))))]) for n in range(3)]
needs_ps = pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps here, to find processes by")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def pool():
    """Makes a pool that is closed afterwards."""
    made: list[LocalPool] = []

    def make(settings=SETTINGS, processes=2):
        made.append(LocalPool(settings, "auto", processes))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ends_once_in_its_answer(connection, *how):
    """Ends, the first time, where half of an answer is written."""
    try:
        Path("ended").touch(exist_ok=False)
    except FileExistsError:
        return _work(connection, *how)
    connection.recv()
    os.write(connection.fileno(), (1 << 20).to_bytes(4, "big") + bytes(1 << 10))
    os.kill(os.getpid(), signal.SIGKILL)


def ends_once_before_it_is_asked(connection, *how):
    """Ends, the first time, before it takes its part."""
    try:
        Path("ended").touch(exist_ok=False)
    except FileExistsError:
        return _work(connection, *how)
    os.kill(os.getpid(), signal.SIGKILL)


def always_ends(connection, *how):
    """Ends at each part, as where there is too little memory for it."""
    connection.recv()
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("work", [ends_once_in_its_answer, ends_once_before_it_is_asked])
def test_a_process_that_ends_is_replaced(work, pool, monkeypatch):
    expected = dict(pool().compute(PARTS))
    monkeypatch.setattr(local_pool, "_work", work)
    tables = dict(pool().compute(PARTS))
    assert Path("ended").exists()
    assert {n: table.digests for n, table in tables.items()} == {n: table.digests for n, table in expected.items()}
    assert all((tables[n].X == expected[n].X).all() for n in tables)


def test_processes_that_always_end_are_given_up(pool, monkeypatch):
    monkeypatch.setattr(local_pool, "_work", always_ends)
    with pytest.raises(EngineError, match="too little memory"):
        list(pool().compute(PARTS))


def test_an_error_of_a_process_is_raised_here(pool):
    settings = PredictionSettings(b"no model", ("a", "b"))
    with pytest.raises(ArchiveError, match="zip"):
        list(pool(settings).compute(PARTS))


def test_no_process_is_left(pool):
    one = pool()
    next(one.compute(PARTS))
    started = [*one._started]
    assert started
    one.close()
    assert not any(process.is_alive() for process in started)


@needs_ps
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_with_the_command(how):
    many_photos(400)
    job = start("--processes", "2")
    wait_for_parts(job, 2)
    started = {pid for pid, parent in processes("spawn_main").items() if parent == job.pid}
    assert len(started) == 2
    job.send_signal(how)
    job.wait(timeout=60)
    until = time.monotonic() + 30
    while started & {*processes("spawn_main")}:
        assert time.monotonic() < until, "they compute on for nobody"
        time.sleep(0.05)
    finish(start("--processes", "2"))
    assert_all_there(400)
