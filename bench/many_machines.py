"""Photos per second and peak memory of `pyclassifier embed`: a plain loop, processes, a cluster of one and of two.

    python bench/many_machines.py [--photos ../shared/data/flowers] [--sizes 500 2000 8000] [--backend cuda]

Photos are those of a folder, again and again with some bytes behind the picture, so that each has a content of its own.
All compute MobileNet v1 1.0 at 224 pixels into Parquet, each in a process of its own with an empty folder, in this
order. "loop" is what one would write oneself: decode 16 photos, compute them, again, and one file in the end. "1" and
"2" are local processes. "ray 1" is a cluster of this machine alone with all of its processors, "ray 2" one of two
machines on the loopback with a processor each, started before the clock is. Seconds are those of the work, without
imports but with the backbone's loading; "start" are all others. Memory is the largest sum of what all processes of it
hold (Pss of /proc, so on Linux only), sampled each half second. "cpu ms" is the time of processors that a photo takes,
"start" included; where other work keeps the machine busy, only that compares: photos per second then say nothing.
With a graphics processor, such as by --backend cuda, all of them compute on it, and "ray 2" is not for that: it has no
second one.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from testbed import shared_folder

CONTESTANTS = ("loop", "1", "2", "ray 1", "ray 2")
_WORKERS = os.cpu_count() or 1


def copy_photos(source: Path, folder: Path, n: int) -> None:
    """Write n photos of different contents."""
    found = sorted(path for path in source.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    for i in range(n):
        path = found[i % len(found)]
        target = folder / path.parent.name / f"{i:06}.jpg"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes() + i.to_bytes(4, "big"))


def listed(folder: Path, n: int) -> list[Path]:
    """The first n photos that were written."""
    return sorted(folder.rglob("*.jpg"), key=lambda path: path.name)[:n]


def plain_loop(paths: list[Path], target: Path, backend: str) -> None:
    """Decode, compute, again; nothing is hashed, remembered or reported."""
    import numpy as np
    import pyarrow
    from pyarrow import parquet

    from pyclassifier.backbones import DEFAULT_BACKBONE, get_card, load_features
    from pyclassifier.blocking import run
    from pyclassifier.embedding import load_image, make_batch
    from pyclassifier.engines import Predictor, default_engine

    card, engine = get_card(DEFAULT_BACKBONE), default_engine(backend=backend)

    async def build() -> Predictor:
        return await engine.build(*await load_features(engine.store, card, "avg"))

    model = run(build())
    rows = []
    for start in range(0, len(paths), 16):
        batch = [load_image(path.read_bytes(), str(path), card.preprocessing) for path in paths[start : start + 16]]
        rows.append(run(model.predict(make_batch(batch, card.preprocessing))))
    X = np.concatenate(rows)
    target.mkdir()
    columns = {"path": [str(path) for path in paths], "features": list(X)}
    parquet.write_table(pyarrow.table(columns), target / "part-00000.parquet")


def compute(contestant: str, folder: Path, n: int, target: Path, backend: str, address: str) -> None:
    """Do the work in this process, and print its seconds."""
    from pyclassifier import Sample
    from pyclassifier.data import FileSource
    from pyclassifier.scaling import TableSettings, embed_photos

    paths = listed(folder, n)
    began = time.perf_counter()
    if contestant == "loop":
        plain_loop(paths, target, backend)
    else:
        samples = [Sample(str(path), FileSource(path), path.parent.name) for path in paths]
        ray = {"ray 1": "local", "ray 2": address}.get(contestant)
        processes = _WORKERS if ray else int(contestant)
        gpus = 0 if backend in ("auto", "cpu", "numpy") or not ray else 1 / processes
        settings = TableSettings(format="parquet")
        embed_photos(samples, target, settings, backend=backend, processes=processes, ray=ray, gpus=gpus)
    print(f"seconds {time.perf_counter() - began}")


class Watch:
    """What processes and all below them use: memory at its peak, and time of processors."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._ticks: dict[int, int] = {}
        self._before: dict[int, int] = {}

    @property
    def cpu_seconds(self) -> float:
        """Of all processors, since it began to look."""
        ticks = sum(now - self._before[pid] for pid, now in self._ticks.items())
        return ticks / os.sysconf("SC_CLK_TCK")

    def look(self, roots: list[int]) -> None:
        """Look at what there is now; what a process took before it was first seen is not counted."""
        parents = {}
        ticks = {}
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                told = (place / "stat").read_text().rpartition(")")[2].split()
                parents[int(place.name)], ticks[int(place.name)] = int(told[1]), int(told[11]) + int(told[12])
        mine, n_before = {*roots}, -1
        while len(mine) > n_before:
            n_before = len(mine)
            mine |= {pid for pid, parent in parents.items() if parent in mine}
        total = 0
        for pid in mine & ticks.keys():
            self._before.setdefault(pid, ticks[pid])
            self._ticks[pid] = ticks[pid]
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        self.peak_mb = max(self.peak_mb, total / 1024)


@contextlib.contextmanager
def machines(contestant: str, folder: Path) -> Iterator[tuple[str, dict[str, str], list[int]]]:
    """The cluster of two, where one is asked for."""
    if contestant != "ray 2":
        yield "", {}, []
        return
    from ray_cluster import cluster

    with cluster(folder) as made:
        yield made.address, made.environment, [node.pid for node in made.nodes]


def measure(contestant: str, folder: Path, n: int, backend: str) -> tuple[float, float, Watch]:
    """Seconds of the work, seconds before it, and what it used."""
    with tempfile.TemporaryDirectory() as temporary, machines(contestant, Path(temporary)) as cluster:
        address, environment, nodes = cluster
        target = Path(temporary) / "features"
        words = [sys.executable, __file__, "--one", contestant, str(folder), str(n), str(target), backend, address]
        began, watch = time.perf_counter(), Watch()
        job = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=os.environ | environment)
        while job.poll() is None:
            watch.look([job.pid, *nodes])
            time.sleep(0.5)
        whole = time.perf_counter() - began
        out = job.stdout.read() if job.stdout else ""
        if job.returncode:
            sys.exit(f"{contestant} did not work")
        seconds = float(out.split("seconds ")[1].split()[0])
        return seconds, whole - seconds, watch


def main() -> None:
    """Measure each size, or be one of those that are measured."""
    if sys.argv[1:2] == ["--one"]:
        name, photos, count, target, backend, address = sys.argv[2:8]
        compute(name, Path(photos), int(count), Path(target), backend, address)
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2000, 8000])
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=[*CONTESTANTS])
    parser.add_argument("--backend", default="auto", help="what computes, as pyclassifier embed takes it")
    asked = parser.parse_args()
    source = asked.photos or shared_folder("data/flowers")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "photos"
        print(
            f"{'photos':>7} {'':>6} {'photos/s':>9} {'cpu ms':>7} {'of loop':>8} {'start s':>8} {'peak MB':>8}",
            flush=True,
        )
        for n in asked.sizes:
            copy_photos(source, folder, n)
            of_loop = 0.0
            for contestant in asked.only:
                seconds, start, used = measure(contestant, folder, n, asked.backend)
                cost = 1000 * used.cpu_seconds / n
                of_loop = of_loop or cost
                figures = f"{n / seconds:9.1f} {cost:9.1f} {cost / of_loop:8.2f} {start:8.1f} {used.peak_mb:8.0f}"
                print(f"{n:7,} {contestant:>6} {figures}", flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
