"""The same rows on a cluster of Ray, on this machine's loopback; whoever is killed, nothing is lost, nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from photos import noisy, write_shapes
from PIL import Image
from ray_cluster import cluster

from pyclassifier import ImageClassifier
from pyclassifier.cli import main
from pyclassifier.scaling import read_table
from pyclassifier.scaling.tables import list_parts, read_part

ray = pytest.importorskip("ray", reason="the extra ray is not installed")
pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[1]
SMALL = ["--input-size", "32"]
N = 480


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
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
        cluster = run(capsys, *words, "-o", f"{name}2", "--ray", "local")
        assert alone["n_computed"] == cluster["n_computed"] == 37, "the copy is not computed"
        same_rows(f"{name}1", f"{name}2")
        assert run(capsys, *words, "-o", f"{name}2", "--ray", "local")["n_computed"] == 0
    table = read_table("p2")
    told = dict(zip(table.paths, table.labels, strict=True))
    assert told["photos/stripes/broken.png"] == ""
    some = sorted(Path("photos/discs").glob("*.png"))
    assert [told[str(path)] for path in some] == ImageClassifier.load("model.zip").predict(some).tolist()


def test_no_cluster_is_one_line(here):
    """Of an address where nothing listens; Ray would try twenty times, a second or more each."""
    write_shapes(Path("many"), 1)
    job = start("127.0.0.2:9", RAY_NUM_REDIS_GET_RETRIES="1")
    out, _ = job.communicate(timeout=180)
    assert job.returncode == 1 and "ray start --head" in json.loads(out)["error"]


def many_photos() -> None:
    Path("many").mkdir()
    for i in range(N):
        Image.fromarray(noisy((40, 80, 120), i, (32, 32))).save(f"many/{i:04}.png")


def start(address: str, **environment: str) -> subprocess.Popen:
    # Small parts, so that there is something to kill in the middle.
    code = "import sys; from pyclassifier.scaling import embedding; embedding.PART = 16\n"
    code += "from pyclassifier.cli import main\nif __name__ == '__main__': sys.exit(main(sys.argv[1:]))"
    words = ["embed", "many", "-o", "features", *SMALL, "--ray", address, "--json"]
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        env=os.environ | environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_parts(job: subprocess.Popen, n: int) -> None:
    until = time.monotonic() + 180
    while len(list_parts(Path("features"))) < n:
        assert job.poll() is None and time.monotonic() < until
        time.sleep(0.02)


def finish(job: subprocess.Popen) -> int:
    out, _ = job.communicate(timeout=300)
    assert job.returncode == 0
    return json.loads(out)["n_computed"]


def assert_all_there() -> None:
    held = [path for part in list_parts(Path("features")) for path in read_part(part).paths]
    assert sorted(held) == [f"{i:04}.png" for i in range(N)], "none lost, none twice"


def processes(words: str) -> list[int]:
    """Those below this test whose command line has these words."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True).stdout
    rows = [line.split(maxsplit=1) for line in listed.splitlines()]
    return [int(pid) for pid, *args in rows if args and words in args[0]]


def test_a_killed_worker_is_replaced(here):
    many_photos()
    before = {*processes("ray::")}
    job = start("local")
    wait_for_parts(job, 2)
    while not (mine := [pid for pid in processes("ray::_embed") if pid not in before]):
        time.sleep(0.01)
    os.kill(mine[0], signal.SIGKILL)
    assert finish(job) == N
    assert_all_there()


def test_a_killed_machine_loses_nothing(here):
    many_photos()
    with cluster(here) as (address, environment, nodes):
        job = start(address, **environment)
        wait_for_parts(job, 3)
        port = address.split(":")[1]
        there = {*processes("127.0.0.3")} & {*processes(port)}
        assert there, "a machine to kill, which has its share of the work"
        os.killpg(nodes[1].pid, signal.SIGKILL)
        while there & {*processes(port)}:
            assert job.poll() is None, "it was killed in the middle"
            time.sleep(0.05)
        assert finish(job) == N
    assert_all_there()


def test_a_killed_driver_goes_on_from_there(here):
    many_photos()
    with cluster(here) as (address, environment, _):
        first = start(address, **environment)
        wait_for_parts(first, 3)
        first.kill()
        assert first.wait(timeout=60) == -signal.SIGKILL
        n_parts = len(list_parts(Path("features")))
        assert 3 <= n_parts < N // 16
        assert finish(start(address, **environment)) == N - 16 * n_parts
    assert_all_there()
