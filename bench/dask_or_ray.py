"""Dask or Ray: what is lost where a worker, a machine or the command itself is killed, and what a photo costs.

    pip install dask==2026.8.0 distributed==2026.8.0
    python bench/dask_or_ray.py [--photos ../shared/data/flowers] [--n 480] [--only "dask machine" "ray machine"]

Two machines of one processor each, on two addresses of the loopback, compute the parts of `pyclassifier embed`, of 16
photos here; five photos are damaged. After ten parts one is killed (SIGKILL): the process that computes, all of the
second machine, or the command, which is then given again; "nobody" is how long it takes without. Both engines are asked
in the same way: the pool of Dask below does what that of `pyclassifier.scaling.ray_pool` does. Printed: rows that are
lost or there twice, damaged photos that are reported, how far the features are from those of a plain loop, seconds of
the command until it was done (both times, where it is given again), the time of processors for each photo, and the
memory of all processes at its peak (Pss).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from many_machines import Watch, copy_photos, listed
from testbed import shared_folder

from pyclassifier import Sample
from pyclassifier.data import FileSource
from pyclassifier.scaling import FeatureTable, TableSettings, embed_photos, embedding, read_table
from pyclassifier.scaling.tables import list_parts, read_part
from pyclassifier.scaling.work import Compute, Settings, digest_samples, start_work

ENGINES, KILLED = ("dask", "ray"), ("nobody", "worker", "machine", "command")
_PART, _BEFORE, _HASHED = 16, 10, 256
_started: dict[str, Compute] = {}  # Of a process that computes.
_SETTINGS = TableSettings(format="parquet")


class DaskPool:
    """What computes parts on a cluster of Dask."""

    def __init__(self, settings: Settings, backend: str, address: str) -> None:
        from distributed import Client

        self._client = Client(address)
        self._given = (settings, backend)
        self._most = 2 * sum(self._client.ncores().values())

    def compute(self, todo: Iterable[tuple[int, list[Sample]]]) -> Iterator[tuple[int, FeatureTable]]:
        """Yield the tables of parts as they are done."""
        from distributed import wait

        waiting, running = iter(todo), dict[Any, int]()
        while True:
            while len(running) < self._most and (one := next(waiting, None)):
                running[self._client.submit(compute_part, *self._given, one[1], retries=3, pure=False)] = one[0]
            if not running:
                return
            done = next(iter(wait([*running], return_when="FIRST_COMPLETED").done))
            yield running.pop(done), done.result()

    def digest(self, samples: Sequence[Sample]) -> Iterator[str]:
        """Yield the hashes of photos' contents, in their order."""
        running: deque[Any] = deque()
        for start in range(0, len(samples), _HASHED):
            some = samples[start : start + _HASHED]
            running.append(self._client.submit(hash_photos, some, retries=3, pure=False))
            if len(running) == self._most:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()


def compute_part(settings: Settings, backend: str, part: list[Sample]) -> FeatureTable:
    """The rows of a part, in whatever process this is."""
    if backend not in _started:
        _started[backend] = start_work(settings, backend)
    return _started[backend](part)


def hash_photos(samples: Sequence[Sample]) -> list[str]:
    """Hashes of photos' contents."""
    return [*digest_samples(samples)]


def command(engine: str, address: str, folder: str, target: str) -> None:
    """What is given, and may be killed: compute what is not there yet."""
    embedding.PART = _PART
    if engine == "dask":

        @contextlib.contextmanager
        def pool(
            settings: Settings, backend: str, processes: int, ray: str | None, gpus: float
        ) -> Iterator[embedding._Pool]:
            with contextlib.closing(DaskPool(settings, backend, address)) as made:
                yield made

        embedding._pool = pool
    embed_photos(samples_of(Path(folder)), target, _SETTINGS, ray=address)


def samples_of(folder: Path) -> list[Sample]:
    """All photos."""
    return [Sample(path.name, FileSource(path), path.parent.name) for path in listed(folder, 1 << 20)]


@contextlib.contextmanager
def dask_cluster() -> Iterator[tuple[str, dict[str, str], list[subprocess.Popen[bytes]]]]:
    """Two machines of one processor each; the first has the scheduler, too."""
    with socket.socket() as free:
        free.bind(("127.0.0.2", 0))
        address = f"tcp://127.0.0.2:{free.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    host, port = address.removeprefix("tcp://").split(":")
    nodes: list[subprocess.Popen[bytes]] = []
    places = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = {"PYTHONPATH": places, "OMP_NUM_THREADS": "1"}
    of_worker = ["worker", address, "--nthreads", "1", "--nworkers", "1", "--no-dashboard", "--host"]
    try:
        for words in (["scheduler", "--host", host, "--port", port, "--no-dashboard"], of_worker, of_worker):
            place = f"127.0.0.{len(nodes) + 1}"
            null = subprocess.DEVNULL
            nodes.append(
                subprocess.Popen(
                    [*dask, *words, *([place] if words is of_worker else [])],
                    env=os.environ | environment,
                    start_new_session=True,
                    stdout=null,
                    stderr=null,
                )
            )
        wait_for_workers(address, 2)
        yield address, environment, nodes
    finally:
        for node in nodes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(node.pid, signal.SIGKILL)
            node.wait()


def wait_for_workers(address: str, n: int) -> None:
    """Wait until so many processes have come together."""
    from distributed import Client

    with Client(address, timeout=60) as client:
        client.wait_for_workers(n, timeout=60)


@contextlib.contextmanager
def started(engine: str, folder: Path) -> Iterator[tuple[str, dict[str, str], list[subprocess.Popen[bytes]]]]:
    """A cluster: its address, what enters it, and the processes that started its machines, the second one last."""
    if engine == "dask":
        with dask_cluster() as made:
            yield made
        return
    from ray_cluster import cluster

    with cluster(folder) as found:
        yield found.address, found.environment, found.nodes


def worker_below(node: int, engine: str) -> int:
    """A process that computes, of those that a machine has started."""
    sign = "ray::compute_part" if engine == "ray" else "spawn_main"
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,sid=,args="], capture_output=True, text=True).stdout
    for pid, session, words in (line.split(maxsplit=2) for line in listing.splitlines() if len(line.split()) > 2):
        if int(session) == node and (sign in words or "ray::_embed" in words):
            return int(pid)
    raise LookupError(f"no process of {engine} computes")


def measure(engine: str, killed: str, folder: Path, n: int, plain: FeatureTable) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as temporary, started(engine, Path(temporary)) as (address, more, nodes):
        target, watch, seconds = Path(temporary) / "features", Watch(), 0.0
        words = [sys.executable, __file__, "--one", engine, address, str(folder), str(target)]
        left = killed != "nobody"
        while True:
            began = time.perf_counter()
            job = subprocess.Popen(words, env=os.environ | more)
            while job.poll() is None:
                watch.look([job.pid, *(node.pid for node in nodes)])
                if left and len(list_parts(target)) >= _BEFORE:
                    left = False
                    if killed == "worker":
                        os.kill(worker_below(nodes[-1].pid, engine), signal.SIGKILL)
                    elif killed == "machine":
                        os.killpg(nodes[-1].pid, signal.SIGKILL)
                    else:
                        job.kill()
                time.sleep(0.2)
            seconds += time.perf_counter() - began
            if job.returncode != -signal.SIGKILL:
                break
        if job.returncode:
            return f"{engine:5} {killed:8} ended with {job.returncode}, {rows(target)} rows of {n}"
        return f"{engine:5} {killed:8} {figures(target, n, plain)} {seconds:8.1f} " + (
            f"{1000 * watch.cpu_seconds / n:9.1f} {watch.peak_mb:8.0f}"
        )


def rows(target: Path) -> int:
    """How many rows there are."""
    return sum(len(read_part(part)) for part in list_parts(target))


def figures(target: Path, n: int, plain: FeatureTable) -> str:
    """What is lost, twice, reported and different."""
    held = read_table(target)
    row_of = dict(zip(plain.paths, plain.X, strict=True))
    away = float(np.nanmax(np.abs(held.X - np.stack([row_of[path] for path in held.paths]))))
    reported = sum(map(bool, held.problems))
    return f"{n - len({*held.paths}):5} {rows(target) - len(held):6} {reported:9} {away:9.1g}"


def main() -> None:
    """Measure each, or be the command."""
    if sys.argv[1:2] == ["--one"]:
        import dask_or_ray  # By its name, so that other processes find what is in it, too.

        dask_or_ray.command(*sys.argv[2:6])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--n", type=int, default=480)
    ways = [f"{engine} {killed}" for killed in KILLED for engine in ENGINES]
    parser.add_argument("--only", nargs="+", choices=ways, default=ways)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "photos"
        copy_photos(asked.photos or shared_folder("data/flowers"), folder, asked.n)
        for path in listed(folder, asked.n)[:: asked.n // 5][:5]:
            path.write_bytes(path.name.encode())  # No picture, and each another.
        embed_photos(samples_of(folder), Path(temporary) / "features", _SETTINGS)
        plain = read_table(Path(temporary) / "features")
        print(
            f"{'':14} {'lost':>5} {'twice':>6} {'damaged':>9} {'away':>9} {'seconds':>8} {'cpu ms':>9} {'peak MB':>8}"
        )
        for way in asked.only:
            engine, killed = way.split()
            print(measure(engine, killed, folder, asked.n, plain), flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
