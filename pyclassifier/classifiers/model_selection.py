"""Cross-validation: every photo is judged once, by a head that was not trained on it or on one like it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset, Problem
from ..embedding import report
from ..errors import StoppedError
from ..history import History
from ..judging import Evaluation, Predictions
from ..progress import Callbacks, OnProgress, Progress, ShouldStop
from ..training import (
    Ints,
    StratifiedGroupKFold,
    StratifiedKFold,
    add_copies,
    gather,
    try_fold,
)
from .base import BaseImageClassifier


@dataclass(frozen=True)
class CrossValidation:
    """Predictions of every photo by a head that was not trained on it, as `cross_validate` finds them.

    Parameters
    ----------
    predictions : Predictions
        Of every readable photo, by the head that was not trained on it, in the dataset's order: see its ``mistakes()``.
    folds : ndarray of shape (N,), int64
        Number of the fold that each of these photos was in, from 0.

    Examples
    --------
    >>> found = await cross_validate(ImageClassifier(input_size=96), dataset)  # doctest: +SKIP
    >>> print(found.evaluation.accuracy, found.evaluation.interval, found.scores)  # doctest: +SKIP
    """

    predictions: Predictions
    folds: Ints

    @property
    def evaluation(self) -> Evaluation:
        """Figures of all photos together, with the interval of `pyclassifier.metrics.resampled_interval`."""
        return self.predictions.evaluation

    @property
    def scores(self) -> NDArray[np.float64]:
        """Accuracy of each fold in 0..1, shape (n_splits,)."""
        right = self.predictions.y_proba.argmax(axis=1) == self.predictions.y_true
        return np.array([right[self.folds == k].mean() for k in range(self.folds.max() + 1)])


async def cross_validate(
    classifier: BaseImageClassifier,
    dataset: Dataset,
    *,
    cv: int | StratifiedKFold | StratifiedGroupKFold = 5,
    problems: list[Problem] | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> CrossValidation:
    """Judge a classifier's parameters by cross-validation; features are computed once for all folds.

    In each fold a head is trained as `ImageClassifier.fit` does it. Where an epoch is to be chosen, some of its photos
    are set aside to choose by: the photos of the fold have no part in that.

    Parameters
    ----------
    classifier : ImageClassifier
        Its parameters count; what it learned stays as it is.
    dataset : Dataset
        All of its samples are used, whatever their split.
    cv : int, StratifiedKFold or StratifiedGroupKFold
        Number of folds, which are drawn by content and by the classifier's ``random_state``, with duplicates,
        near-duplicates and groups on one side; or how to make them. Rows come in the order of their contents.
    problems : list of Problem, optional
        Where given, unreadable photos are added to it and left out; else the first one raises.
    on_progress : callable, optional
        Gets `Progress` of the stages "decoding", "features", "augmenting" and "training", this one in epochs of all
        folds or, where heads are trained until they have converged, in folds.
    should_stop : callable, optional
        Once true, it raises.

    Returns
    -------
    CrossValidation

    Raises
    ------
    ValueError
        Too few photos or groups for the folds, or ``fine_tune``.
    DatasetError
        A class of which there is nothing left to learn from in a fold.
    ImageDecodeError
        A photo cannot be read, and no list for problems was given.
    StoppedError
        ``should_stop()`` was true; features are remembered.
    EngineError
        The engine failed.

    Examples
    --------
    >>> found = await cross_validate(classifier, dataset, cv=5)  # doctest: +SKIP
    >>> classifier.calibrate(found.predictions)  # doctest: +SKIP
    """
    settings = classifier.settings
    if settings.fine_tune:
        raise ValueError(
            "Expected a head alone: to fine-tune the backbone in each fold would take as many times as long as fit. "
            "Use set_params(fine_tune=None), and judge by the validation photos of fit."
        )
    if isinstance(cv, int):
        cv = StratifiedGroupKFold(cv, shuffle=True, random_state=settings.random_state)
    async with classifier._borrowed_extractor() as extractor:
        callbacks = Callbacks(on_progress, should_stop=should_stop)
        material = await gather(dataset, extractor, settings, callbacks)
        material = await add_copies(material, np.arange(len(material.y)), extractor, settings, callbacks)
    report(material.problems, problems)
    y_proba = np.full((len(material.y), len(material.classes)), np.nan, np.float32)
    folds = np.zeros(len(material.y), np.int64)
    for k, (rest, test) in enumerate(cv.split(material.X, material.y, material.groups)):
        callbacks = _fold_callbacks(k, cv.n_splits, settings.n_epochs, on_progress, should_stop)
        trial = await try_fold(material, (rest, test), classifier.engine_, settings, callbacks)
        trial.head.model.dispose()
        if trial.head.interruption:
            raise trial.head.interruption
        if should_stop and should_stop():
            raise StoppedError("stopped-folds")
        y_proba[test] = trial.y_proba
        folds[test] = k
        if on_progress and settings.n_epochs is None:
            on_progress(Progress("training", k + 1, cv.n_splits))
    positions = {id(sample): i for i, sample in enumerate(dataset.samples)}
    order = sorted(range(len(folds)), key=lambda i: positions[id(material.samples[i])])
    samples = tuple(material.samples[i] for i in order)
    predictions = Predictions(samples, material.classes, y_proba[order], n_splits=cv.n_splits)
    return CrossValidation(predictions, folds[order])


def _fold_callbacks(
    fold: int, n_folds: int, epochs: int | None, on_progress: OnProgress | None, should_stop: ShouldStop | None
) -> Callbacks:
    def on_epoch(history: History) -> None:
        if on_progress and epochs:
            on_progress(Progress("training", fold * epochs + len(history["loss"]), n_folds * epochs))

    return Callbacks(on_epoch=on_epoch, should_stop=should_stop)


async def cross_val_score(
    classifier: BaseImageClassifier,
    dataset: Dataset,
    *,
    cv: int | StratifiedKFold | StratifiedGroupKFold = 5,
    problems: list[Problem] | None = None,
    on_progress: OnProgress | None = None,
) -> NDArray[np.float64]:
    """Accuracy of a classifier's parameters in each fold of a cross-validation.

    Parameters
    ----------
    classifier, dataset, cv, problems, on_progress
        As in `cross_validate`.

    Returns
    -------
    ndarray of shape (n_splits,), float64
        In 0..1.

    Raises
    ------
    ValueError, DatasetError, ImageDecodeError
        As in `cross_validate`.

    Examples
    --------
    >>> scores = await cross_val_score(ImageClassifier(input_size=96), dataset)  # doctest: +SKIP
    >>> print(f"{scores.mean():.3f} ± {scores.std():.3f}")  # doctest: +SKIP
    """
    return (await cross_validate(classifier, dataset, cv=cv, problems=problems, on_progress=on_progress)).scores
