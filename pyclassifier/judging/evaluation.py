"""How good a classifier is on labelled photos: counts, and the figures that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..data import without_nan
from ..metrics import confusion_matrix, precision_recall_f1, resampled_interval, wilson_interval
from ..notebook import Shown, make_table


@dataclass(frozen=True)
class Evaluation(Shown):
    """The figures of one set of labelled photos.

    Parameters
    ----------
    labels : tuple of str
        Class order of the matrix and of the per-class figures.
    matrix : ndarray of shape (n_classes, n_classes), int64
        Rows are true classes, columns predicted ones.
    n_splits : int, optional
        Folds of a cross-validation whose predictions are pooled; by default all come from one model.
    n_learned : int, optional
        Photos that this model had learned from, where another one that is fitted on more takes its place: the interval
        is then for that one.

    Examples
    --------
    >>> evaluation = Evaluation.from_predictions([0, 0, 1], [0, 1, 1], ["cat", "dog"])
    >>> f"{evaluation.n_correct} of {evaluation.n_samples}"
    '2 of 3'
    """

    labels: tuple[str, ...]
    matrix: NDArray[np.int64]
    n_splits: int | None = None
    n_learned: int | None = None

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        labels: Sequence[str],
        n_splits: int | None = None,
        n_learned: int | None = None,
    ) -> Evaluation:
        """Make an evaluation by counting right and wrong predictions.

        Parameters
        ----------
        y_true, y_pred : array_like of int, shape (N,)
            Class indices.
        labels : sequence of str
            Names of the classes, in the order of their indices.
        n_splits, n_learned : int, optional

        Returns
        -------
        Evaluation
        """
        return cls(tuple(labels), confusion_matrix(y_true, y_pred, len(labels)), n_splits, n_learned)

    @property
    def n_correct(self) -> int:
        """Number of right predictions."""
        return int(np.trace(self.matrix))

    @property
    def n_samples(self) -> int:
        """Number of predictions."""
        return int(self.matrix.sum())

    @property
    def accuracy(self) -> float:
        """Share of right predictions in 0..1; nan where there are none."""
        return self.n_correct / self.n_samples if self.n_samples else float("nan")

    @property
    def unjudged(self) -> tuple[str, ...]:
        """Labels of the classes of which there was no photo: how well these are recognised, nobody knows."""
        return tuple(label for label, n in zip(self.labels, self.matrix.sum(axis=1).tolist(), strict=True) if n == 0)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the accuracy, in 0..1: Wilson's, or `pyclassifier.metrics.resampled_interval`."""
        return self._interval(self.n_correct, self.n_samples)

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data for JSON.

        Returns
        -------
        dict
            ``correct``, ``total``, ``accuracy``, ``interval``, ``folds``, ``learned``, ``labels``, ``unjudged``,
            ``confusion`` and ``perClass``, where ``recallInterval`` is the 95 % interval of the recall; undefined
            figures are None.
        """
        precision, recall, f1 = (shares.tolist() for shares in precision_recall_f1(self.matrix))
        hits, support = np.diag(self.matrix).tolist(), self.matrix.sum(axis=1).tolist()
        figures = {
            "correct": self.n_correct,
            "total": self.n_samples,
            "accuracy": self.accuracy,
            "interval": self.interval,
            "folds": self.n_splits,
            "learned": self.n_learned,
            "labels": self.labels,
            "unjudged": self.unjudged,
            "confusion": self.matrix.tolist(),
            "perClass": [
                {
                    "label": label,
                    "precision": precision[i],
                    "recall": recall[i],
                    "recallInterval": self._interval(hits[i], support[i]),
                    "f1": f1[i],
                    "support": support[i],
                }
                for i, label in enumerate(self.labels)
            ],
        }
        return without_nan(figures)

    def to_pandas(self) -> Any:
        """Make a table of the figures of each class, one row a class.

        Returns
        -------
        pandas.DataFrame
            Columns ``label``, ``precision``, ``recall``, ``recall_low`` and ``recall_high`` (its 95 % interval), ``f1``
            and ``support``; undefined figures are nan. The confusion matrix is ``matrix``.

        Raises
        ------
        ImportError
            pandas is not installed.

        Examples
        --------
        >>> classifier.evaluation_.to_pandas().sort_values("recall")  # doctest: +SKIP
        """
        precision, recall, f1 = precision_recall_f1(self.matrix)
        hits, support = np.diag(self.matrix), self.matrix.sum(axis=1)
        low, high = np.array([*map(self._interval, hits.tolist(), support.tolist())]).reshape(-1, 2).T
        figures = {"precision": precision, "recall": recall, "recall_low": low, "recall_high": high, "f1": f1}
        return make_table({"label": self.labels, **figures, "support": support})

    def _interval(self, n_correct: int, n_samples: int) -> tuple[float, float]:
        if self.n_splits:
            return resampled_interval(n_correct, n_samples, self.n_splits, 1 / (self.n_splits - 1))
        if self.n_learned:
            return resampled_interval(n_correct, n_samples, 1, self.n_samples / self.n_learned)
        return wilson_interval(n_correct, n_samples)
