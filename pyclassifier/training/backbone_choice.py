"""Which of several backbones, or whether all of them side by side: chosen by what folds of the photos say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backbones import ModelCard, views_of
from ..data import Dataset, without_nan
from ..embedding import FeatureExtractor, SideBySide
from ..engines import Array, Engine, Predictor
from ..errors import StoppedError
from ..metrics import wilson_interval
from ..progress import Callbacks, Progress
from .compact import Compact
from .drawn import DrawnSplit
from .folds import Ints
from .lesson import Lesson
from .material import gather
from .parts import part
from .settings import TrainSettings
from .splitting import check_splittable
from .strength import predict_folds

# Of the standard error of a difference in loss: what is better by less is not worth what it costs. Breiman's rule takes
# a whole one, which few photos make large: on 10 hand signs a class it gave 84.4 % where a quarter gives 85.5 and the
# least loss 86.4; on 30, and on flowers, they are within half a point (bench/heads.py, 10 draws).
_ERRORS = 0.25

_MOST, _LONGEST = 16, 200  # Of the scores that somebody else's archive tells, and of their names.


@dataclass(frozen=True)
class BackboneScore:
    """What a backbone, or several side by side, came to on the photos that a classifier learns from.

    Parameters
    ----------
    name, title : str
        Of its card.
    n_correct, n_samples : int
        How many photos a head recognised that had not learned from them, and of how many.
    log_loss : float
        Mean cross-entropy of the same photos: by that the choice was made.
    seconds_per_photo : float
        What its features of a photo cost here.
    n_bytes : int
        Of the weights, as the site has them.
    chosen : bool

    Examples
    --------
    >>> score = BackboneScore("mobilenet_v1_1.0_224", "MobileNet v1 1.0", 45, 50, 0.4, 0.02, 6_500_000, True)
    >>> score.accuracy, [round(limit, 3) for limit in score.interval]
    (0.9, [0.786, 0.957])
    """

    name: str
    title: str
    n_correct: int
    n_samples: int
    log_loss: float
    seconds_per_photo: float
    n_bytes: int
    chosen: bool = False

    @property
    def accuracy(self) -> float:
        """Share of photos that were recognised, in 0..1; nan where none was judged."""
        return self.n_correct / self.n_samples if self.n_samples else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy, in 0..1; it takes the folds for independent."""
        return wilson_interval(self.n_correct, self.n_samples)

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data for JSON."""
        figures = {
            "name": self.name,
            "title": self.title,
            "correct": self.n_correct,
            "total": self.n_samples,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "logLoss": self.log_loss,
            "secondsPerPhoto": self.seconds_per_photo,
            "bytes": self.n_bytes,
            "chosen": self.chosen,
        }
        return without_nan(figures)


def read_scores(record: Mapping[str, Any]) -> tuple[BackboneScore, ...]:
    """The scores in a record; none where there are none that make sense."""
    try:
        return tuple(_read_score(one) for one in record["backbones"][:_MOST])
    except (KeyError, TypeError, ValueError, OverflowError):
        return ()


def _read_score(one: Mapping[str, Any]) -> BackboneScore:
    return BackboneScore(
        name=str(one["name"])[:_LONGEST],
        title=str(one["title"])[:_LONGEST],
        n_correct=max(0, int(one["correct"])),
        n_samples=max(0, int(one["total"])),
        log_loss=float("nan" if one["logLoss"] is None else one["logLoss"]),
        seconds_per_photo=float(one["secondsPerPhoto"]),
        n_bytes=max(0, int(one["bytes"])),
        chosen=one["chosen"] is True,
    )


async def choose_backbone(
    dataset: Dataset,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
    before: Sequence[DrawnSplit] = (),
) -> tuple[ModelCard, tuple[BackboneScore, ...], dict[str, int]]:
    """Choose among backbones by the photos to learn from; those that one draw, or their marks, judge by have no part.

    Where folds judge each photo, most of these have had a part in the choice: the figures are then a little too good.

    Heads without hidden layer learn in folds, whatever the head that is trained in the end. The cheapest is chosen
    whose log loss is not larger than the least by more than a quarter of the standard error of that difference, photo
    by photo: after the one-standard-error rule of L. Breiman, J. Friedman, R. Olshen and C. Stone (1984),
    "Classification and regression trees", section 3.4.3.

    Parameters
    ----------
    dataset : Dataset
    extractor : FeatureExtractor
        On a `SideBySide` of all of them, from the cheapest on.
    engine, settings, callbacks, before
        As in `pyclassifier.training.learn`.

    Returns
    -------
    card : ModelCard
        One of the extractor's parts, or its own.
    scores : tuple of BackboneScore
    groups : dict of str to int
        What was not parted, by the hash of each photo's content: `learn` takes them, so that the photos that decided
        here are not drawn to judge by, whatever the features that were chosen take for near-duplicates.

    Raises
    ------
    DatasetError, StoppedError, EngineError
        As `pyclassifier.ImageClassifier.fit` says.
    """
    check_splittable(dataset, settings.validation_split)
    material = await gather(dataset, extractor, settings, callbacks)
    rows = part(dataset, material, settings, before).training
    candidates = [*extractor.parts(), extractor]
    samples = [material.samples[i] for i in rows]
    X = [(await candidate.extract(samples)).X for candidate in candidates]
    best, y, y_proba = await choose_features(engine, X, material.y[rows], material.groups[rows], settings, callbacks)
    losses = _log_losses(y, y_proba)
    n_views = len(views_of(extractor.views))
    costs = [(n_views * seconds, n_bytes) for seconds, n_bytes in await _costs(extractor.model)]
    scores = tuple(
        BackboneScore(
            name=one.card.name,
            title=one.card.title,
            n_correct=int((y_proba[k].argmax(axis=1) == y).sum()),
            n_samples=len(y),
            log_loss=float(losses[k].mean()) if len(y) else math.nan,
            seconds_per_photo=costs[k][0],
            n_bytes=costs[k][1],
            chosen=k == best,
        )
        for k, one in enumerate(candidates)
    )
    return candidates[best].card, scores, material.group_of


async def choose_features(
    engine: Engine, candidates: Sequence[Array], y: Ints, groups: Ints, settings: TrainSettings, callbacks: Callbacks
) -> tuple[int, Ints, Array]:
    """Choose among features of the same photos, as `choose_backbone` says.

    Parameters
    ----------
    engine : Engine
    candidates : sequence of ndarray of shape (N, n_features), float32
        From the cheapest on.
    y, groups : ndarray of shape (N,), int64
        Class indices, and what must not be parted.
    settings, callbacks
        As in `choose_backbone`.

    Returns
    -------
    best : int
        Number of the candidate that is chosen.
    y_true : ndarray of shape (n_judged,), int64
        Of the photos that were judged; of many, folds judge a part.
    y_proba : ndarray of shape (n_candidates, n_judged, n_classes), float32
    """
    predicted = []
    for k, X in enumerate(candidates):
        if callbacks.on_progress:
            callbacks.on_progress(Progress("choosing", k, len(candidates)))
        lesson = Lesson(X, y, np.ones(len(y), np.float32), groups, len(y))
        learned = np.asarray((await Compact.make(engine, X, lesson.n)).learned, np.float32)
        predicted.append(await predict_folds(engine, learned, lesson, settings.random_state, callbacks.should_stop))
        if callbacks.should_stop and callbacks.should_stop():
            raise StoppedError("stopped-choosing")
    y_proba = np.array(predicted)
    judged = ~np.isnan(y_proba).any(axis=(0, 2))
    return _cheapest_of_the_best(_log_losses(y[judged], y_proba[:, judged])), y[judged], y_proba[:, judged]


def _log_losses(y: Ints, y_proba: Array) -> NDArray[np.float64]:
    """Of each photo (second axis) by each candidate."""
    of_true = y_proba[:, np.arange(len(y)), y].astype(np.float64)
    return -np.log(np.maximum(of_true, 1e-7))


def _cheapest_of_the_best(losses: NDArray[np.float64]) -> int:
    """The first row that is not worse than the best one by more than chance; the first one where nothing was judged."""
    n = losses.shape[1]
    if n < 2:
        return 0
    more = losses - losses[losses.mean(axis=1).argmin()]
    chance = _ERRORS * more.std(axis=1, ddof=1) / np.sqrt(n)
    return int((more.mean(axis=1) <= chance).argmax())


async def _costs(model: Predictor) -> list[tuple[float, int]]:
    """Seconds for a photo and bytes of each backbone, and of all of them."""
    if not isinstance(model, SideBySide):
        raise TypeError(f"Expected backbones side by side, got {type(model).__name__}.")
    seconds = [await model.seconds_per_photo(k) for k in range(len(model.parts))]
    return [*zip(seconds, model.n_bytes, strict=True), (sum(seconds), sum(model.n_bytes))]
