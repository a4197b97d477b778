"""What Dask does where a worker is killed: the photos and parts of `pyclassifier embed`, for the choice of Ray.

    pip install dask==2026.8.0 distributed==2026.8.0
    python bench/dask_kill.py [--photos ../shared/data/flowers] [--n 1000]

Two workers on the loopback compute parts of 16 photos, five of which are damaged; one is killed (SIGKILL) after ten
parts. Printed: rows, rows that are lost or there twice, damaged ones that are reported, how far the features are from
those of a plain loop, seconds, and the time of processors for each photo. tests/test_cli_ray.py does the same with Ray.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from many_machines import Watch, copy_photos, listed
from testbed import shared_folder

from pyclassifier import Sample
from pyclassifier.data import FileSource
from pyclassifier.scaling import FeatureTable, TableSettings, embed_photos, read_table
from pyclassifier.scaling.work import start_work

_PART, _BEFORE = 16, 10
_started: list[Any] = []  # Of a process that computes.


def embed(part: list[Sample]) -> FeatureTable:
    """The rows of a part, in whatever process this is."""
    if not _started:
        _started.append(start_work(TableSettings(), "auto"))
    table: FeatureTable = _started[0](part)
    return table


def main() -> None:
    """Kill a worker, and count."""
    from distributed import Client, LocalCluster, as_completed

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--n", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "photos"
        copy_photos(asked.photos or shared_folder("data/flowers"), folder, asked.n)
        paths = listed(folder, asked.n)
        for path in paths[:: asked.n // 5][:5]:
            path.write_bytes(b"no picture")
        samples = [Sample(path.name, FileSource(path)) for path in paths]
        watch, began, tables = Watch(), time.perf_counter(), []
        cluster = LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
        with cluster, Client(cluster) as client:
            parts = [samples[start : start + _PART] for start in range(0, len(samples), _PART)]
            for k, future in enumerate(as_completed([client.submit(embed, part, retries=3) for part in parts])):
                tables.append(future.result())
                watch.look([os.getpid()])
                if k == _BEFORE:
                    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        seconds = time.perf_counter() - began
        paths_of = [path for table in tables for path in table.paths]
        damaged = sum(bool(problem) for table in tables for problem in table.problems)
        embed_photos(samples, Path(temporary) / "features", TableSettings())
        plain = read_table(Path(temporary) / "features")
        row_of = dict(zip(plain.paths, plain.X, strict=True))
        away = max(float(np.nanmax(np.abs(t.X - np.stack([row_of[p] for p in t.paths])))) for t in tables)
    print(f"rows {len(paths_of)}, lost {asked.n - len({*paths_of})}, twice {len(paths_of) - len({*paths_of})}")
    print(f"damaged {damaged} of 5, features differ by {away:.2g}")
    print(f"{seconds:.1f} s, {1000 * watch.cpu_seconds / asked.n:.1f} ms of processors for each photo")


if __name__ == "__main__":
    main()
