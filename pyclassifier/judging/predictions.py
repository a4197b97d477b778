"""What a classifier says of photos, one by one, and how two classifiers compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Problem, Sample
from ..metrics import mcnemar_test
from ..notebook import Brief, Shown, make_table
from .evaluation import Evaluation


@dataclass(frozen=True)
class Comparison:
    """How two classifiers did on the same photos.

    Parameters
    ----------
    n_samples : int
        Photos.
    n_first, n_second : int
        How many the first one and the second one got right.
    n_only_first : int
        How many the first one got right and the second one did not.

    Examples
    --------
    >>> comparison = Comparison(n_samples=50, n_first=40, n_second=48, n_only_first=1)
    >>> comparison.n_only_second, round(comparison.p_value, 3)
    (9, 0.021)
    """

    n_samples: int
    n_first: int
    n_second: int
    n_only_first: int

    @property
    def n_only_second(self) -> int:
        """How many the second one got right and the first one did not."""
        return self.n_second - self.n_first + self.n_only_first

    @property
    def accuracies(self) -> tuple[float, float]:
        """Accuracy of the first one and of the second one, in 0..1."""
        return self.n_first / self.n_samples, self.n_second / self.n_samples

    @property
    def p_value(self) -> float:
        """How easily chance alone makes them differ as much, in 0..1: McNemar's exact test."""
        return mcnemar_test(self.n_only_first, self.n_only_second)


def compare_right(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Comparison:
    """Compare two classifiers by whether each got each of the same photos right; shapes (N,)."""
    return Comparison(len(first), int(first.sum()), int(second.sum()), int((first & ~second).sum()))


def is_rejected(y_proba: NDArray[np.float32], threshold: float | None) -> NDArray[np.bool_]:
    """Whether photos are none of the classes: rows (..., n_classes) whose highest probability misses a threshold."""
    # As float64: a threshold is the float32 probability of a photo, which reaches it.
    best = y_proba.max(axis=-1).astype(np.float64)
    return np.asarray(best < (0 if threshold is None else threshold), dtype=np.bool_)


@dataclass(frozen=True, repr=False)
class Predictions(Brief, Shown):
    """What a classifier says of photos: their probabilities, which a notebook shows beside them.

    Parameters
    ----------
    samples : tuple of Sample
        The photos, with their true labels where these are known.
    classes : tuple of str
        Labels in the order of the columns.
    y_proba : ndarray of shape (N, n_classes), float32
        Probabilities in 0..1; rows of unreadable photos are nan.
    problems : tuple of Problem
        The unreadable photos.
    threshold : float, optional
        What the highest probability has to reach for a photo not to be called none of the classes.
    n_splits : int, optional
        Folds of a cross-validation, each of which judged its part of the photos; by default one model judged all.
    n_learned : int, optional
        As in `Evaluation`.

    Examples
    --------
    >>> from pyclassifier.data import BytesSource
    >>> samples = tuple(Sample(f"{i}.jpg", BytesSource(b""), "cat") for i in range(2))
    >>> predictions = Predictions(samples, ("cat", "dog"), np.array([[0.9, 0.1], [0.2, 0.8]]))
    >>> predictions.y_pred, [sample.path for sample in predictions.mistakes().samples]
    (['cat', 'dog'], ['1.jpg'])
    """

    samples: tuple[Sample, ...]
    classes: tuple[str, ...]
    y_proba: NDArray[np.float32] = field(repr=False)
    problems: tuple[Problem, ...] = ()
    threshold: float | None = None
    n_splits: int | None = None
    n_learned: int | None = None

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def y_pred(self) -> list[str | None]:
        """The most probable label of each photo; None where it could not be read."""
        return [None if np.isnan(row).any() else self.classes[row.argmax()] for row in self.y_proba]

    @property
    def rejected(self) -> NDArray[np.bool_]:
        """Whether each photo is none of the classes, by the threshold; shape (N,)."""
        return is_rejected(self.y_proba, self.threshold)

    @property
    def y_true(self) -> NDArray[np.int64]:
        """Class index of each photo's own label; -1 where it has none, or one that is no class here. Shape (N,)."""
        index = {label: i for i, label in enumerate(self.classes)}
        return np.array([index.get(str(sample.label), -1) for sample in self.samples], dtype=np.int64)

    @property
    def is_judged(self) -> NDArray[np.bool_]:
        """Whether each photo could be read and its label is a class; shape (N,)."""
        judged: NDArray[np.bool_] = (self.y_true >= 0) & ~np.isnan(self.y_proba).any(axis=1)
        return judged

    @property
    def losses(self) -> NDArray[np.float64]:
        """Cross-entropy of each photo in nats, shape (N,): the larger, the worse; nan where it is unknown."""
        y_true = self.y_true
        losses = np.full(len(self), np.nan)
        known = y_true >= 0
        losses[known] = -np.log(np.clip(self.y_proba[known, y_true[known]].astype(np.float64), 1e-7, 1))
        return losses

    @property
    def evaluation(self) -> Evaluation:
        """The figures of those photos that could be read and whose label is a class."""
        used = self.is_judged
        y_pred = self.y_proba[used].argmax(axis=1)
        return Evaluation.from_predictions(self.y_true[used], y_pred, self.classes, self.n_splits, self.n_learned)

    def mistakes(self) -> Predictions:
        """Choose the photos that were named wrong, the worst first: by their loss.

        Returns
        -------
        Predictions
        """
        return self._worst_first(
            [
                label is not None and sample.label is not None and label != sample.label
                for sample, label in zip(self.samples, self.y_pred, strict=True)
            ]
        )

    def select(self, true_label: str, predicted_label: str) -> Predictions:
        """Choose the photos of a cell of the confusion matrix, the worst first.

        Parameters
        ----------
        true_label, predicted_label : str
            What they are, and what they were taken for.

        Returns
        -------
        Predictions
        """
        return self._worst_first(
            [
                (sample.label, label) == (true_label, predicted_label)
                for sample, label in zip(self.samples, self.y_pred, strict=True)
            ]
        )

    def compare(self, other: Predictions) -> Comparison:
        """Compare these predictions with those of another classifier for the same photos.

        Parameters
        ----------
        other : Predictions

        Returns
        -------
        Comparison

        Raises
        ------
        ValueError
            Other photos, or none of known classes.
        """
        theirs = {sample.id: i for i, sample in enumerate(other.samples)}
        pairs = [(i, theirs[sample.id]) for i, sample in enumerate(self.samples) if sample.id in theirs]
        if not len(pairs) == len(self) == len(other):
            raise ValueError(
                f"Expected predictions of the same photos, got {len(self)} and {len(other)}, {len(pairs)} in both. "
                "Train the one with fit(dataset, split=other.split_), or predict the same photos."
            )
        mine, others = self.is_judged, other.is_judged
        judged = [(i, j) for i, j in pairs if mine[i] and others[j]]
        if not judged:
            raise ValueError("Expected photos of the classes that can be read, got none.")
        here, there = np.array(judged).T
        return compare_right(
            self.y_proba[here].argmax(axis=1) == self.y_true[here],
            other.y_proba[there].argmax(axis=1) == other.y_true[there],
        )

    def to_pandas(self) -> Any:
        """Make a table of them, one row a photo.

        Returns
        -------
        pandas.DataFrame
            Columns ``path``, ``true`` (the photo's own label), ``predicted``, ``probability`` (of that), ``rejected``
            (whether it is none of the classes, by the threshold), ``problem`` (why it could not be read), and for each
            class ``probability of LABEL``.

        Raises
        ------
        ImportError
            pandas is not installed.

        Examples
        --------
        >>> classifier.predict_photos("photos").to_pandas().sort_values("probability")  # doctest: +SKIP
        """
        readable = ~np.asarray(np.isnan(self.y_proba).any(axis=1))
        reasons = {problem.path: str(problem.reason) for problem in self.problems}
        columns: dict[str, Any] = {
            "path": [sample.path for sample in self.samples],
            "true": [sample.label for sample in self.samples],
            "predicted": self.y_pred,
            "probability": np.where(readable, self.y_proba.max(axis=1, initial=0), np.nan),
            "rejected": self.rejected,
            "problem": [None if ok else reasons.get(one.path) for one, ok in zip(self.samples, readable, strict=True)],
        }
        columns |= {f"probability of {label}": self.y_proba[:, i] for i, label in enumerate(self.classes)}
        return make_table(columns)

    def rename_classes(self, names: Sequence[str]) -> Predictions:
        """Call the classes otherwise, the labels of the photos too.

        Parameters
        ----------
        names : sequence of str
            A new name for each of ``classes``, in their order.

        Returns
        -------
        Predictions
        """
        renamed = dict(zip(self.classes, names, strict=True))
        samples = (
            sample if sample.label is None else replace(sample, label=renamed.get(sample.label, sample.label))
            for sample in self.samples
        )
        return replace(self, samples=tuple(samples), classes=tuple(names))

    def _worst_first(self, chosen: Sequence[bool]) -> Predictions:
        losses = np.nan_to_num(self.losses, nan=np.inf)  # A label that is no class here could not be more wrong.
        rows = sorted(np.flatnonzero(chosen).tolist(), key=lambda i: -losses[i])
        return replace(self, samples=tuple(self.samples[i] for i in rows), y_proba=self.y_proba[rows], problems=())
