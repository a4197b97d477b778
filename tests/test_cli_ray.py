"""The same rows on a cluster of Ray, on this machine's loopback; whoever is killed, nothing is lost, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from embed_jobs import PART, SMALL, assert_all_there, finish, many_photos, n_parts, processes, start, wait_for_parts
from photos import write_shapes
from ray_cluster import cluster

from pyclassifier import ImageClassifier
from pyclassifier.cli import main
from pyclassifier.scaling import read_table

ray = pytest.importorskip("ray", reason="the extra ray is not installed")
pytestmark = pytest.mark.full

N = 480
# Both ways into a cluster: as one of its machines, and as a guest of its head.
WAYS = pytest.mark.parametrize("way", ["address", "client"])


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))  # Processes of a cluster are not this test's own.
    return tmp_path


def run(capsys, *words) -> dict:
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def same_rows(one: str, two: str) -> None:
    a, b = read_table(one), read_table(two)
    assert (a.paths, a.labels, a.splits, a.digests, a.problems) == (b.paths, b.labels, b.splits, b.digests, b.problems)
    assert np.array_equal(a.X, b.X, equal_nan=True)


def test_a_cluster_computes_the_same_rows(here, capsys, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # As Ray has it: other numbers of threads may add up in another order.
    write_shapes(Path("photos"), 12)
    Path("photos/stripes/broken.png").write_bytes(b"no picture")
    Path("photos/discs/copy.png").write_bytes(Path("photos/discs/0.png").read_bytes())
    assert main(["train", "photos", "-o", "model.zip", *SMALL]) == 0
    capsys.readouterr()
    for name, words in (("f", ["embed", "photos", *SMALL]), ("p", ["predict", "model.zip", "photos"])):
        alone = run(capsys, *words, "-o", f"{name}1")
        several = run(capsys, *words, "-o", f"{name}2", "--ray", "local")
        assert alone["n_computed"] == several["n_computed"] == 37, "the copy is not computed"
        same_rows(f"{name}1", f"{name}2")
        assert run(capsys, *words, "-o", f"{name}2", "--ray", "local")["n_computed"] == 0
    table = read_table("p2")
    told = dict(zip(table.paths, table.labels, strict=True))
    assert told["photos/stripes/broken.png"] == ""
    some = sorted(Path("photos/discs").glob("*.png"))
    assert [told[str(path)] for path in some] == ImageClassifier.load("model.zip").predict(some).tolist()


@pytest.mark.parametrize("address", ["127.0.0.2:9", "ray://127.0.0.2:9"])
def test_no_cluster_is_one_line(address, here):
    """Of an address where nothing listens; Ray would try twenty times, a second or more each."""
    write_shapes(Path("many"), 1)
    job = start("--ray", address, RAY_NUM_REDIS_GET_RETRIES="1")
    out, _ = job.communicate(timeout=180)
    assert job.returncode == 1 and "ray start --head" in json.loads(out)["error"]


def test_a_killed_worker_is_replaced(here):
    many_photos(N)
    before = processes("ray::")
    job = start("--ray", "local")
    wait_for_parts(job, 2)
    while not (mine := processes("ray::_embed").keys() - before.keys()):
        time.sleep(0.01)
    os.kill(mine.pop(), signal.SIGKILL)
    assert finish(job) == N
    assert_all_there(N)


@WAYS
def test_a_killed_machine_loses_nothing(way, here):
    many_photos(N)
    with cluster(here) as made:
        job = start("--ray", getattr(made, way), **made.environment)
        wait_for_parts(job, 3)
        port = made.address.split(":")[1]
        there = processes("127.0.0.3").keys() & processes(port).keys()
        assert there, "a machine to kill, which has its share of the work"
        os.killpg(made.nodes[1].pid, signal.SIGKILL)
        while there & processes(port).keys():
            assert job.poll() is None, "it was killed in the middle"
            time.sleep(0.05)
        assert finish(job) == N
    assert_all_there(N)


@WAYS
def test_a_killed_driver_goes_on_from_there(way, here):
    many_photos(N)
    with cluster(here) as made:
        first = start("--ray", getattr(made, way), **made.environment)
        wait_for_parts(first, 3)
        first.kill()
        assert first.wait(timeout=60) == -signal.SIGKILL
        done = n_parts()
        assert 3 <= done < N // PART
        assert finish(start("--ray", getattr(made, way), **made.environment)) == N - PART * done
    assert_all_there(N)
