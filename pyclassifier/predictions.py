"""Predictions of photos, to look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .datasets import Problem, Sample

_MAX_SHOWN = 24


@dataclass(frozen=True)
class Predictions:
    """Photos with their probabilities; a notebook shows them side by side.

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

    Examples
    --------
    >>> samples = tuple(Sample(f"{i}.jpg", read=None, label="cat") for i in range(2))
    >>> predictions = Predictions(samples, ("cat", "dog"), np.array([[0.9, 0.1], [0.2, 0.8]]))
    >>> predictions.y_pred, [sample.path for sample in predictions.mistakes().samples]
    (['cat', 'dog'], ['1.jpg'])
    """

    samples: tuple[Sample, ...]
    classes: tuple[str, ...]
    y_proba: NDArray[np.float32] = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def y_pred(self) -> list[str | None]:
        """The most probable label of each photo; None where it could not be read."""
        return [None if np.isnan(row).any() else self.classes[row.argmax()] for row in self.y_proba]

    def mistakes(self) -> Predictions:
        """Choose those that are wrong, the most confident first.

        Returns
        -------
        Predictions
        """
        wrong = [
            i
            for i, (sample, label) in enumerate(zip(self.samples, self.y_pred, strict=True))
            if label is not None and sample.label is not None and label != sample.label
        ]
        wrong.sort(key=lambda i: -self.y_proba[i].max())
        return replace(self, samples=tuple(self.samples[i] for i in wrong), y_proba=self.y_proba[wrong], problems=())

    def _repr_html_(self) -> str:
        from .display.photos import ShownPhoto, predictions_html

        rows = zip(self.samples[:_MAX_SHOWN], self.y_proba, strict=False)
        photos = [
            ShownPhoto(sample.path, sample.read, sample.label, None if np.isnan(row).any() else row.tolist())
            for sample, row in rows
        ]
        problems = [(problem.path, problem.reason) for problem in self.problems]
        return predictions_html(photos, self.classes, problems, max(len(self) - _MAX_SHOWN, 0))
