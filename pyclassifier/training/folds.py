"""Folds for cross-validation: every sample is judged once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..sentences import Sentence

Ints = NDArray[np.int64]


class _Folds:
    """What all folds have in common: how many there are, and how they are drawn."""

    def __init__(self, n_splits: int = 5, *, shuffle: bool = False, random_state: int = 0) -> None:
        if not isinstance(n_splits, int) or n_splits < 2:
            raise ValueError(f"Expected n_splits to be a whole number of at least 2, got {n_splits!r}.")
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state


class StratifiedKFold(_Folds):
    """Folds that keep each class's share, with the behaviour of `sklearn.model_selection.StratifiedKFold`.

    Parameters
    ----------
    n_splits : int
        Number of folds, at least 2.
    shuffle : bool
        Whether a class's samples are drawn into the folds at random, or in their order.
    random_state : int
        Seed of the draw.

    Examples
    --------
    >>> y = ["cat", "cat", "dog", "cat", "dog", "cat"]
    >>> for train, test in StratifiedKFold(2).split(y, y):
    ...     print(train.tolist(), test.tolist())
    [3, 4, 5] [0, 1, 2]
    [0, 1, 2] [3, 4, 5]
    """

    def split(self, X: Any, y: ArrayLike, groups: ArrayLike | None = None) -> Iterator[tuple[Ints, Ints]]:
        """Yield the indices of the samples to train on and of those to judge by, fold by fold.

        Parameters
        ----------
        X : array_like of shape (N, ...)
            Only its length counts.
        y : array_like of shape (N,)
            Labels or class indices.
        groups : array_like, optional
            Not used; there for all folds to be called alike.

        Yields
        ------
        train, test : ndarray of int64
            Sorted.

        Raises
        ------
        ValueError
            A class has fewer samples than there are folds, or ``X`` and ``y`` differ in length.
        """
        labels = np.asarray(y)
        _check_lengths(X, labels, "label")
        classes, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
        if len(counts) == 0 or counts.min() < self.n_splits:
            smallest = f"{counts.min()} of {classes[counts.argmin()]!s}" if len(counts) else "none"
            raise ValueError(
                f"Expected at least {self.n_splits} samples of each class for {self.n_splits} folds, got {smallest}."
            )
        # As scikit-learn does it: classes in the order in which they first appear, dealt out one after the other.
        y_encoded = first.argsort().argsort()[inverse]
        dealt = np.sort(y_encoded)
        shares = [np.bincount(dealt[i :: self.n_splits], minlength=len(classes)) for i in range(self.n_splits)]
        rng = np.random.default_rng(self.random_state)
        folds = np.empty(len(labels), np.int64)
        for k in range(len(classes)):
            of_class = np.arange(self.n_splits).repeat([share[k] for share in shares])
            folds[y_encoded == k] = rng.permutation(of_class) if self.shuffle else of_class
        for i in range(self.n_splits):
            yield np.flatnonzero(folds != i), np.flatnonzero(folds == i)


class StratifiedGroupKFold(_Folds):
    """Folds that never part a group and keep each class's share as well as the groups let them.

    With the behaviour of `sklearn.model_selection.StratifiedGroupKFold`: the groups, those whose samples are most
    unevenly spread over the classes first, go one after the other to the fold where they leave the classes' shares most
    alike.

    Parameters
    ----------
    n_splits : int
        Number of folds, at least 2.
    shuffle : bool
        Whether groups that are spread alike come in an order drawn at random, or in that of their names.
    random_state : int
        Seed of the draw.

    Examples
    --------
    >>> y, groups = ["cat", "cat", "dog", "dog", "cat", "dog"], [0, 0, 1, 1, 2, 3]
    >>> for train, test in StratifiedGroupKFold(2).split(y, y, groups):
    ...     print(train.tolist(), test.tolist())
    [2, 3, 4] [0, 1, 5]
    [0, 1, 5] [2, 3, 4]
    """

    def split(self, X: Any, y: ArrayLike, groups: ArrayLike) -> Iterator[tuple[Ints, Ints]]:
        """Yield the indices of the samples to train on and of those to judge by, fold by fold.

        Parameters
        ----------
        X : array_like of shape (N, ...)
            Only its length counts.
        y : array_like of shape (N,)
            Labels or class indices.
        groups : array_like of shape (N,)
            What each sample belongs to.

        Yields
        ------
        train, test : ndarray of int64
            Sorted.

        Raises
        ------
        ValueError
            Fewer groups, or fewer samples of every class, than there are folds; or lengths that differ.
        """
        _check_lengths(X, np.asarray(y), "label")
        _check_lengths(X, np.asarray(groups), "group")
        folds = self.deal(y, groups)
        for i in range(self.n_splits):
            yield np.flatnonzero(folds != i), np.flatnonzero(folds == i)

    def deal(self, y: ArrayLike, groups: ArrayLike, before: Mapping[Any, int] | None = None) -> Ints:
        """Deal samples to folds.

        Parameters
        ----------
        y, groups : array_like of shape (N,)
            As in `split`.
        before : mapping of group to int, optional
            Folds of groups that stay where they are; those of other numbers than the folds have are dealt.

        Returns
        -------
        ndarray of shape (N,), int64
            Number of each one's fold, from 0.

        Raises
        ------
        ValueError
            Fewer groups, or fewer samples of every class, than there are folds.
        """
        labels, names = np.asarray(y), np.asarray(groups)
        classes, y_encoded, per_class = np.unique(labels, return_inverse=True, return_counts=True)
        found, group = np.unique(names, return_inverse=True)
        if len(found) < self.n_splits or per_class.max() < self.n_splits:
            raise ValueError(Sentence("few-groups", folds=self.n_splits, groups=len(found), samples=len(labels)))
        counts = np.zeros((len(found), len(classes)))
        np.add.at(counts, (group, y_encoded), 1)
        known = before or {}
        kept = np.array([known.get(name, -1) for name in found.tolist()], np.int64)
        kept[kept >= self.n_splits] = -1
        return self._deal(counts, per_class, kept)[group]

    def _deal(self, counts: NDArray[np.float64], per_class: Ints, kept: Ints) -> Ints:
        """Deal the groups to folds, those whose fold is -1 yet: the number of each group's fold."""
        order = np.arange(len(counts))
        if self.shuffle:
            order = np.random.default_rng(self.random_state).permutation(order)
        order = order[np.argsort(-counts[order].std(axis=1), kind="stable")]
        in_fold = np.zeros((self.n_splits, counts.shape[1]))
        np.add.at(in_fold, kept[kept >= 0], counts[kept >= 0])
        each = np.arange(self.n_splits)
        folds = kept.copy()
        for group in order[kept[order] < 0].tolist():
            # Classes' shares of all folds (second axis), with the group in each of them (first axis).
            tried = np.repeat(in_fold[None], self.n_splits, axis=0)
            tried[each, each] += counts[group]
            spread = (tried / per_class).std(axis=1).mean(axis=1)
            folds[group] = best = _least(spread.tolist(), in_fold.sum(axis=1).tolist())
            in_fold[best] += counts[group]
        return folds


def _least(values: list[float], sizes: list[float]) -> int:
    """Index of the least value; among those that are all but equal, of the smallest size."""
    best = 0
    for i in range(1, len(values)):
        alike = abs(values[i] - values[best]) <= 1e-8 + 1e-5 * abs(values[best])
        if values[i] < values[best] or (alike and sizes[i] < sizes[best]):
            best = i
    return best


def _check_lengths(X: Any, values: NDArray[Any], what: str) -> None:
    if len(X) != len(values):
        raise ValueError(f"Expected a {what} per sample, got {len(values)} for {len(X)}.")
