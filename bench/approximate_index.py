"""Near-duplicates by an index of neighbours against comparing each photo with each: what is missed, and what it takes.

    python bench/approximate_index.py [--photos ../shared/data/flowers] [--sizes 5000 20000] [--threshold 0.97]

Features are those of real photos, and as many made from them as it takes: a mixture of two, as far from others as
photos are, and for every tenth of these a copy that is about as near as the threshold. Pairs that the exact way finds
link groups; recall is the share of these links whose photos the index put into one group, too. "wrong" are pairs that
are none: there must be none. Seconds are on the clock, memory is what the process grew by at most.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from testbed import shared_folder

from pyclassifier import Dataset, ImageClassifier
from pyclassifier.embedding import join_pairs, near_duplicates, unit_rows
from pyclassifier.scaling import near_pairs


def make_rows(real: NDArray[np.float32], n: int, threshold: float) -> NDArray[np.float32]:
    """Return n rows: mixtures of real ones, and copies of every tenth of them."""
    rng = np.random.default_rng(0)
    n_own = n - n // 11
    first, second = rng.integers(len(real), size=(2, n_own))
    share = rng.uniform(0.3, 0.7, (n_own, 1)).astype(np.float32)
    own = share * real[first] + (1 - share) * real[second][:, rng.permutation(real.shape[1])]
    copied = unit_rows(own[rng.choice(n_own, n - n_own, replace=False)])
    noise = unit_rows(rng.standard_normal(copied.shape).astype(np.float32))
    # A cosine of c is a step of sqrt(1/c^2 - 1) to the side: from nearly none to somewhat more than the threshold's.
    cosine = rng.uniform(threshold - 0.01, 1, (len(copied), 1)).astype(np.float32)
    return np.concatenate([own, copied + noise * np.sqrt(1 / cosine**2 - 1)])[rng.permutation(n)].astype(np.float32)


def peak() -> float:
    """Return the peak of this process's memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5000, 20000])
    parser.add_argument("--threshold", type=float, default=0.97)
    asked = parser.parse_args()
    photos = asked.photos or shared_folder("data/flowers")
    real = ImageClassifier().extract_features(Dataset.from_folder(photos), problems=[])
    real = real[~np.isnan(real).any(axis=1)]
    print(f"{'photos':>8} {'exact s':>8} {'index s':>8} {'links':>7} {'recall':>8} {'wrong':>6} {'index MB':>9}")
    for n in asked.sizes:
        X = make_rows(real, n, asked.threshold)
        before, began = peak(), time.perf_counter()
        pairs = near_pairs(X, asked.threshold)
        by_index, grown = time.perf_counter() - began, peak() - before
        began = time.perf_counter()
        exact = near_duplicates(X, asked.threshold)
        by_all = time.perf_counter() - began
        groups = join_pairs(pairs, n)
        met = (groups[exact.pairs[:, 0]] == groups[exact.pairs[:, 1]]).mean() if len(exact.pairs) else 1.0
        wrong = int((exact.groups[pairs[:, 0]] != exact.groups[pairs[:, 1]]).sum())
        print(f"{n:8,} {by_all:8.1f} {by_index:8.1f} {len(exact.pairs):7,} {met:8.4f} {wrong:6} {grown:9.0f}")


if __name__ == "__main__":
    main()
