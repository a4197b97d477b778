"""Photos that are nearly the same, found by their features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..backbones import CATALOG, DEFAULT_BACKBONE

Ints = NDArray[np.int64]

_ROWS = 64  # At a time, against all others.
_CHECKED = 4096  # Pairs at a time.
_DIRECTIONS = 32
_ROUNDING = 1e-5


@dataclass(frozen=True)
class NearDuplicates:
    """Which of a number of photos are nearly the same.

    Parameters
    ----------
    groups : ndarray of shape (N,), int64
        Number of the group of each photo, from 0, in the order of their first photos; what is like nothing else is a
        group of one. A photo that is like two others puts them into one group, however different they are.
    pairs : ndarray of shape (n_pairs, 2), int64
        Rows of photos that are alike, the first one smaller: as many as it takes to link each group, so one less than
        it has photos.
    similarity : ndarray of shape (n_pairs,), float32
        Cosine of each pair's features.

    Examples
    --------
    >>> found = near_duplicates([[1, 0], [0, 1], [0.99, 0.05]])
    >>> f"rows {found.pairs[0].tolist()} are alike: {found.similarity[0]:.3f}"
    'rows [0, 2] are alike: 0.999'
    """

    groups: Ints
    pairs: Ints
    similarity: NDArray[np.float32]


def near_duplicates(X: ArrayLike, threshold: float = CATALOG[DEFAULT_BACKBONE].near_duplicate) -> NearDuplicates:
    """Find photos that are nearly the same: encoded anew, resized, slightly cropped, darker.

    Parameters
    ----------
    X : array_like of shape (N, n_features), float32
        A backbone's features, pooled ("avg").
    threshold : float
        Cosine similarity of the features from which on two photos are the same, in 0..1 (0 excluded). The default is
        MobileNet's, measured: different photos of one class stay apart, crops of more than some 5 % are missed.

    Returns
    -------
    NearDuplicates

    Raises
    ------
    ValueError
        Features that are no finite numbers, or a threshold out of range.

    Notes
    -----
    In bounded memory: most pairs are ruled out by their distance along 32 random directions (W. B. Johnson and
    J. Lindenstrauss (1984), "Extensions of Lipschitz mappings into a Hilbert space"), the others are compared in full.
    That misses less than one in a thousand of the pairs that lie right at the threshold.

    Examples
    --------
    >>> found = near_duplicates([[1, 0], [0, 1], [0.99, 0.05]])
    >>> found.groups.tolist(), found.pairs.tolist()
    ([0, 1, 0], [[0, 2]])
    """
    X = np.asarray(X, np.float32)
    if not 0 < threshold <= 1:
        raise ValueError(f"Expected a threshold in 0..1 (0 excluded), got {threshold!r}.")
    if X.ndim != 2 or not np.isfinite(X).all():
        raise ValueError(f"Expected a row of finite features per photo, got an array of shape {X.shape}.")
    rows = unit_rows(X)
    labels = np.arange(len(X))
    pairs: list[tuple[int, int]] = []
    similarity: list[float] = []
    for first, second in _candidates(rows, 2 - 2 * threshold):
        apart = labels[first] != labels[second]
        for start in range(0, int(apart.sum()), _CHECKED):
            i, j = (side[apart][start : start + _CHECKED] for side in (first, second))
            cosine = np.einsum("ij,ij->i", rows[i], rows[j])
            for k in np.flatnonzero(cosine >= threshold - 1e-6).tolist():
                if labels[i[k]] != labels[j[k]]:
                    labels[labels == labels[j[k]]] = labels[i[k]]
                    pairs.append((int(i[k]), int(j[k])))
                    similarity.append(float(cosine[k]))
    return NearDuplicates(
        numbered(labels), np.array(pairs, np.int64).reshape(-1, 2), np.array(similarity, np.float32).clip(0, 1)
    )


def _candidates(rows: NDArray[np.float32], farthest: float) -> Iterator[tuple[Ints, Ints]]:
    """Indices of pairs whose squared distance may be at most ``farthest``, some rows at a time."""
    n_features = rows.shape[1]
    directions = draw_directions(n_features, _DIRECTIONS)
    n_directions = len(directions)
    # Transposed on the right, where both are read along their rows: numpy without BLAS, as in Pyodide, needs that.
    points = rows @ directions.T
    lengths = np.einsum("ij,ij->i", points, points)[:, None]
    ones = np.ones_like(lengths)
    left, right = np.hstack([-2 * points, lengths, ones]), np.hstack([points, ones, lengths])
    # Along some of all directions two points are nearer, on average by their share; 32 of them give twice that average
    # with a probability of 0.0007 (chi-squared).
    bound = farthest * min(2 * n_directions / n_features, 1) + _ROUNDING
    for start in range(0, len(rows), _ROWS):
        i, j = np.nonzero(left[start : start + _ROWS] @ right[start:].T <= bound)
        later = j > i
        yield i[later] + start, j[later] + start


def unit_rows(X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1, or 0 where they were: their products are cosines."""
    norms = np.sqrt(np.einsum("ij,ij->i", X, X))
    return np.divide(X, np.where(norms > 0, norms, 1)[:, None], dtype=np.float32)


def draw_directions(n_features: int, n: int) -> NDArray[np.float32]:
    """Draw directions, (n, n_features), at right angles to each other; the same ones each time."""
    drawn = np.random.default_rng(0).normal(size=(n_features, min(n, n_features)))
    return np.ascontiguousarray(np.linalg.qr(drawn)[0].T, np.float32)


def join_pairs(pairs: Ints, n: int) -> Ints:
    """Put samples together that pairs link, perhaps by way of others.

    Parameters
    ----------
    pairs : ndarray of shape (n_pairs, 2), int64
    n : int
        How many samples there are.

    Returns
    -------
    ndarray of shape (n,), int64
        Number of the group of each sample, from 0, in the order of their first samples.

    Examples
    --------
    >>> join_pairs(np.array([[1, 3], [3, 4]]), 5).tolist()
    [0, 1, 2, 1, 1]
    """
    labels = np.arange(n)
    while True:
        before = labels.copy()
        smaller = labels[pairs].min(axis=1)
        for side in (0, 1):
            np.minimum.at(labels, pairs[:, side], smaller)
        labels = labels[labels]
        if np.array_equal(before, labels):
            return numbered(labels)


def join_groups(*partitions: Sequence[object] | Ints) -> Ints:
    """Put samples together that any of several partitions puts together.

    Parameters
    ----------
    *partitions : sequence of length N
        What each sample belongs to; None says nothing.

    Returns
    -------
    ndarray of shape (N,), int64
        Number of the group of each sample, from 0, in the order of their first samples.

    Examples
    --------
    >>> join_groups(["a", "b", "a", "c"], [None, "x", "x", None]).tolist()
    [0, 0, 0, 1]
    """
    labels = np.arange(len(partitions[0]))
    parts = []
    for partition in partitions:
        numbers: dict[object, int] = {}
        keys = [i if value is None else ("group", value) for i, value in enumerate(partition)]
        parts.append(np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64))
    while True:
        before = labels
        for part in parts:
            smallest = np.full(len(labels), len(labels))
            np.minimum.at(smallest, part, labels)
            labels = smallest[part]
        if np.array_equal(before, labels):
            return numbered(labels)


def numbered(labels: Ints) -> Ints:
    """Labels -> 0, 1, 2 ... in the order in which they first appear."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return first.argsort().argsort()[inverse].astype(np.int64)
