"""How strongly to hold a head's weights down: chosen on the photos that it learns from, by folds among them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engines import Array, Engine, Matrix, NumpyMatrix
from ..progress import ShouldStop
from .compact import hold
from .descent import Vector, descend
from .folds import Ints, StratifiedGroupKFold
from .lesson import Lesson
from .loss import HeadLoss

# For MobileNet's features, whose variance is some hundreds, they are 0.002 to 10 of scikit-learn's C. Finer steps gave
# the same accuracies to 0.3 points (bench/heads.py).
_INVERSES = tuple(0.5 * 4.0**k for k in range(7))
_SPREADS = (100.0, 400.0)
_WEAKER = 4.0  # So much less must the weights' squares count where the spread holds them down as well.
_ALIKE = 1.01  # Losses that differ by less are the folds' chance: the weaker strength finds more of small classes.
_TOLERANCE = 1e-4
_N_FOLDS = 5
_MULTIPLICATIONS = 40_000_000  # Of all folds together: what takes an engine some hundredths of a second.


@dataclass(frozen=True)
class Strength:
    """How strongly a head's weights are held down, for features of variance 1.

    Parameters
    ----------
    inverse : float
        As scikit-learn's C.
    spread : float
        As in `HeadLoss`.
    """

    inverse: float = 128.0
    spread: float = 0.0


async def choose_strength(
    engine: Engine, X: Array, lesson: Lesson, random_state: int, should_stop: ShouldStop | None
) -> Strength:
    """Choose the strength with which a head without hidden layer loses least on photos of other groups.

    First how much the weights' squares count, from much to little, then how much it counts that the logits of a class's
    photos differ: what differs within classes does not tell them apart. All folds are learned at once, each from where
    the strength before left it.

    Parameters
    ----------
    engine : Engine
    X : ndarray of shape (n, n_columns), float32
        The rows to learn from, as `Compact` has them.
    lesson : Lesson
    random_state : int
        Seed of the folds.
    should_stop : callable, optional
        Once true, the best so far is taken.

    Returns
    -------
    Strength
        The usual one where there are no folds to choose by.
    """
    _, search = await _search(engine, X, lesson, random_state, should_stop)
    return search.best


async def predict_folds(
    engine: Engine, X: Array, lesson: Lesson, random_state: int, should_stop: ShouldStop | None
) -> Array:
    """Predict photos that a head without hidden layer learns from by heads that did not, of the strength that is best.

    Parameters
    ----------
    engine, X, lesson, random_state, should_stop
        As in `choose_strength`.

    Returns
    -------
    ndarray of shape (n, n_classes), float32
        Probabilities; nan in rows that no fold judges.
    """
    judged, search = await _search(engine, X, lesson, random_state, should_stop)
    y_proba = np.full((lesson.n, lesson.n_classes), np.nan, np.float32)
    for fold, rows in enumerate(judged):
        y_proba[rows] = search.y_proba[rows, fold]
    return y_proba


async def _search(
    engine: Engine, X: Array, lesson: Lesson, random_state: int, should_stop: ShouldStop | None
) -> tuple[NDArray[np.bool_], _Search]:
    """Which rows each fold judges, and what was found."""
    in_training, judged = _draw_folds(lesson, X.size * lesson.n_classes, random_state)
    weights = lesson.weights * judged
    targets = lesson.targets[: lesson.n, None] * in_training.T[:, :, None]
    if not weights.any():
        return judged[:0], _Search(NumpyMatrix(X), 0, targets, lesson.y[: lesson.n], weights, should_stop)
    matrix = await hold(engine, X, len(weights) * lesson.n_classes)
    search = _Search(matrix, X.shape[1], targets, lesson.y[: lesson.n], weights, should_stop)
    try:
        await search.improve([Strength(inverse) for inverse in _INVERSES], patience=2)
        await search.improve([Strength(search.best.inverse * _WEAKER, spread) for spread in _SPREADS], patience=1)
    finally:
        matrix.dispose()
    return judged, search


class _Search:
    """The best strength so far, by the loss of all folds together."""

    def __init__(
        self, X: Matrix, n_columns: int, targets: Array, y: Ints, weights: Array, should_stop: ShouldStop | None
    ) -> None:
        self.best = Strength()
        self.y_proba: Array = np.full(targets.shape, np.nan, np.float32)  # By the best, of each row by each fold.
        self._least = math.inf
        self._point: Vector = np.zeros((n_columns + 1) * targets.shape[1] * targets.shape[2])
        self._X, self._targets, self._y, self._weights, self._should_stop = X, targets, y, weights, should_stop

    async def improve(self, strengths: Sequence[Strength], patience: int) -> None:
        """Try strengths one after the other, until so many in a row are no better."""
        n, n_folds, _ = self._targets.shape
        point, n_worse = self._point, 0
        for strength in strengths:
            loss = HeadLoss(self._X, self._targets, n, 0.5 / (strength.inverse * n), spread=strength.spread)
            async for reached in descend(loss, point, _TOLERANCE * n_folds):
                point, y_proba = reached, loss.y_proba
                if self._should_stop and self._should_stop():
                    return
            of_true = np.maximum(y_proba[np.arange(n), :, self._y], 1e-7)
            lost = -float((np.log(of_true).T * self._weights).sum())
            if lost < self._least * _ALIKE:
                self.best, self._least, self._point, n_worse = strength, min(lost, self._least), point, 0
                self.y_proba = y_proba
            else:
                n_worse += 1
            if n_worse == patience:
                break


def _draw_folds(
    lesson: Lesson, n_multiplications: int, random_state: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows each fold (first axis) learns from, and by which it is judged; no folds where none can be drawn."""
    y = lesson.y[: lesson.n]
    n_splits = min(_N_FOLDS, len(np.unique(lesson.groups)), int(np.unique(y, return_counts=True)[1].max()))
    n_folds = max(1, min(n_splits, _MULTIPLICATIONS // n_multiplications)) if n_splits > 1 else 0
    in_training = np.ones((n_folds, len(y)), np.bool_)
    if n_folds:
        folds = StratifiedGroupKFold(n_splits, shuffle=True, random_state=random_state).split(y, y, lesson.groups)
        for learned, (_, test) in zip(in_training, folds, strict=False):
            learned[test] = False
    # A fold has nothing to say of a class that it does not know, and copies are not what is to be recognised.
    known = np.array([np.isin(y, y[learned]) for learned in in_training], np.bool_).reshape(in_training.shape)
    return in_training, ~in_training & known & (np.arange(len(y)) < lesson.n_photos)
