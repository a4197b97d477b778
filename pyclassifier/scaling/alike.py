"""Near-duplicates among many photos: above some number by an index of neighbours, which finds nearly all of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from ..embedding import draw_directions, join_pairs, near_duplicates, unit_rows
from ..engines import StoredRows
from ..progress import OnProgress, Progress

Ints = NDArray[np.int64]

MOST_EXACT = 20_000  # Photos: of more, comparing each with each takes longer than all the rest.
_AT_ONCE = 4096
_NEIGHBOURS = 16
_DIRECTIONS, _SLACK = 128, 1.5
_ROUNDING = 1e-4
# Of the graph that HNSW makes, and how widely it is searched: bench/approximate_index.py tells what they find.
_CONNECTIVITY, _EXPANSION_ADD, _EXPANSION_SEARCH = 16, 128, 64


def find_alike(X: NDArray[np.float32] | StoredRows, threshold: float, on_progress: OnProgress | None = None) -> Ints:
    """Put photos together that are nearly the same.

    Parameters
    ----------
    X : ndarray of shape (N, n_features), float32, or StoredRows
        A backbone's features, pooled ("avg").
    threshold : float
        As in `pyclassifier.embedding.near_duplicates`.
    on_progress : callable, optional
        Gets `Progress` of the stage "comparing".

    Returns
    -------
    ndarray of shape (N,), int64
        Number of the group of each photo, from 0, in the order of their first photos.

    Notes
    -----
    Up to 20,000 photos are compared each with each. Of more, each one's 16 nearest neighbours are found by the package
    usearch: Y. A. Malkov and D. A. Yashunin (2020), "Efficient and robust approximate nearest neighbor search using
    Hierarchical Navigable Small World graphs", IEEE TPAMI 42(4) (arXiv:1603.09320). Neighbours are then compared in
    full, so that no pair is found that is none; a few are missed. bench/approximate_index.py measures how many.
    """
    if len(X) > MOST_EXACT and find_spec("usearch") is None:
        warnings.warn(
            f"Comparing {len(X):,} photos each with each, which takes long. "
            'An index of neighbours is quicker: pip install "pyclassifier[scale]"',
            stacklevel=2,
        )
    elif len(X) > MOST_EXACT:
        return join_pairs(near_pairs(X, threshold, on_progress), len(X))
    return near_duplicates(np.asarray(X, np.float32), threshold).groups if len(X) else np.zeros(0, np.int64)


def near_pairs(X: NDArray[np.float32] | StoredRows, threshold: float, on_progress: OnProgress | None = None) -> Ints:
    """Find pairs of photos that are nearly the same among each one's nearest neighbours.

    Parameters
    ----------
    X, threshold, on_progress
        As in `find_alike`.

    Returns
    -------
    ndarray of shape (n_pairs, 2), int64
    """
    from usearch.index import Index

    directions = draw_directions(X.shape[1], _DIRECTIONS)
    # Lengths along some of all directions are shorter by their share, and differ from that by an eighth.
    share = len(directions) / X.shape[1]
    bound = (2 - 2 * threshold) * (1 if share == 1 else _SLACK * share) + _ROUNDING
    index = Index(
        ndim=len(directions),
        metric="l2sq",
        dtype="f16",
        connectivity=_CONNECTIVITY,
        expansion_add=_EXPANSION_ADD,
        expansion_search=_EXPANSION_SEARCH,
    )
    done, found = 0, [np.zeros((0, 2), np.int64)]
    for rows, block in _blocks(X):
        points = unit_rows(block) @ directions.T
        index.add(rows, points, threads=1)  # Several ones would make another graph each time.
        matches = index.search(points, _NEIGHBOURS)
        there = np.arange(matches.keys.shape[1]) < matches.counts[:, None]
        i, k = np.nonzero(there & (matches.distances <= bound))
        pairs = np.sort(np.stack([rows[i], matches.keys[i, k].astype(np.int64)], axis=1), axis=1)
        found.append(_alike(X, np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0), threshold))
        done += len(rows)
        if on_progress:
            on_progress(Progress("comparing", done, len(X)))
    return np.unique(np.concatenate(found), axis=0)


def _blocks(X: NDArray[np.float32] | StoredRows) -> Iterator[tuple[Ints, NDArray[np.float32]]]:
    if isinstance(X, StoredRows):
        yield from X.blocks()
        return
    for start in range(0, len(X), _AT_ONCE):
        yield np.arange(start, min(start + _AT_ONCE, len(X))), X[start : start + _AT_ONCE]


def _alike(X: NDArray[np.float32] | StoredRows, pairs: Ints, threshold: float) -> Ints:
    """Those of the pairs that are near-duplicates by all of their features."""
    kept = [pairs[:0]]
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        left, right = (unit_rows(np.asarray(X[some[:, side]], np.float32)) for side in (0, 1))
        kept.append(some[np.einsum("ij,ij->i", left, right) >= threshold - 1e-6])
    return np.concatenate(kept)
