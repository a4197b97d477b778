"""What learning from features costs that do not fit into memory: seconds and peak memory of `train features/`.

    python bench/many_features.py [--sizes 20000 100000] [--classes 10] [--dtype float16] [--folder DIR]

Features are drawn: a direction for each class, and noise around it, as many columns as MobileNet v1 has; every fiftieth
photo is nearly the same as another one. Each size is learned from in a process of its own, whose peak of memory (VmHWM,
so on Linux only) stands beside what the features take. The whole is what the command does: near-duplicates, split,
strength, head, fit on all, archive.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pyclassifier.scaling import FeatureTable, TableSettings
from pyclassifier.scaling.tables import Dtype, TableFolder

_PART = 256
# What a process tells of itself once it has done what it was asked for.
_RUN = """
import sys
from pathlib import Path
from pyclassifier.cli import main
code = main(sys.argv[1:])
peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print("peak", peak)
sys.exit(code)
"""


def write_features(folder: Path, n: int, n_classes: int, dtype: Dtype) -> None:
    """Write a table of drawn features."""
    settings = TableSettings(dtype=dtype, format="parquet")
    table = TableFolder(folder, settings)
    rng = np.random.default_rng(0)
    centres = rng.gamma(0.5, 1, (n_classes, settings.n_columns)).astype(np.float32)
    before = np.zeros(settings.n_columns, np.float32)
    for number, start in enumerate(range(0, n, _PART)):
        rows = range(start, min(start + _PART, n))
        y = rng.integers(n_classes, size=len(rows))
        X = centres[y] * 0.3 + rng.gamma(0.5, 1, (len(rows), settings.n_columns)).astype(np.float32)
        X[::50], before = np.concatenate([before[None], X[::50][:-1]]) * 1.01 if start else X[::50], X[0]
        digests = tuple(f"{rng.integers(1 << 62):064x}" for _ in rows)
        labels = tuple(f"class {k}" for k in y)
        table.write(number, FeatureTable(tuple(map(str, rows)), labels, ("",) * len(X), digests, ("",) * len(X), X))


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--dtype", choices=("float32", "float16"), default="float16")
    parser.add_argument("--folder", type=Path, help="on a disk, where temporary files are in memory")
    asked = parser.parse_args()
    print(f"{'photos':>9} {'features MB':>12} {'peak MB':>8} {'seconds':>8} {'accuracy':>9}")
    for n in asked.sizes:
        with tempfile.TemporaryDirectory(dir=asked.folder) as temporary:
            folder = Path(temporary) / "features"
            write_features(folder, n, asked.classes, asked.dtype)
            size = sum(path.stat().st_size for path in folder.iterdir())
            words = ["train", str(folder), "-o", str(Path(temporary) / "model.zip"), "--json"]
            began = time.perf_counter()
            out = subprocess.run([sys.executable, "-c", _RUN, *words], stdout=subprocess.PIPE, text=True, check=True)
            seconds = time.perf_counter() - began
            told, _, peak = out.stdout.rpartition("peak ")
            accuracy = json.loads(told)["evaluation"]["accuracy"]
            print(f"{n:9,} {size / 1e6:12.0f} {int(peak) / 1024:8.0f} {seconds:8.1f} {accuracy:9.3f}", flush=True)


if __name__ == "__main__":
    main()
