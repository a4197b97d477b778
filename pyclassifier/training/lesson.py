"""What a head learns from, and what it is judged by, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..data import one_hot
from ..engines import Array, StoredRows
from .folds import Ints


@dataclass(frozen=True)
class Lesson:
    """Rows of features: first those to learn from, then those to judge by.

    Parameters
    ----------
    X : ndarray of shape (N, n_features), float32, or StoredRows
        Or whatever a topology takes.
    y : ndarray of shape (N,), int64
        Class indices; all classes are among the rows to learn from.
    weights : ndarray of shape (n,), float32
        What the loss of each row to learn from is multiplied by, as Keras does; rows to judge by count once.
    groups : ndarray of shape (n,), int64
        Which rows to learn from belong together.
    n_photos : int
        How many of these, the first ones, are photos as they are; the others are changed copies.
    """

    X: Array | StoredRows
    y: Ints
    weights: Array
    groups: Ints
    n_photos: int

    @property
    def n(self) -> int:
        """How many rows there are to learn from."""
        return len(self.weights)

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return int(self.y.max()) + 1

    @property
    def targets(self) -> Array:
        """One-hot rows (N, n_classes), times their weights, which are 0 for those to judge by."""
        weights = np.zeros(len(self.X), np.float32)
        weights[: self.n] = self.weights
        return one_hot(self.y, self.n_classes) * weights[:, None]

    @property
    def held_out(self) -> tuple[Array | StoredRows, Array] | None:
        """Features and one-hot rows to judge by, if there are any."""
        return (self.X[self.n :], one_hot(self.y[self.n :], self.n_classes)) if self.n < len(self.X) else None

    def beginning(self, n: int) -> Lesson:
        """The first rows alone, all of them to learn from."""
        some = replace(self, y=self.y[:n], weights=self.weights[:n], groups=self.groups[:n])
        return replace(some, X=self.X[:n], n_photos=min(self.n_photos, n))
