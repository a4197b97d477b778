"""Trainings of a desk: their settings, their figures, and the way back to their models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, cast

import numpy as np

from pyclassifier import training
from pyclassifier.judging import compare_right
from pyclassifier.training import Snapshot

from .album import Placement
from .bridge import Evaluation, History, Problem
from .unjudged import Unjudged

MOST = 10


class Seconds(TypedDict):
    """How long a training took."""

    features: float
    training: float
    total: float


class FineTuned(TypedDict):
    """What came of training the last layers of the backbone as well: accuracies on the validation photos, in 0..1."""

    alone: float | None  # null where there were no such photos, or it was stopped before
    tuned: float | None
    kept: bool


class ViewsEffect(TypedDict):
    """What views made of the figures: the same held-out photos with them and without."""

    accuracy: float  # 0..1
    plain: float  # without them
    total: int
    only: int  # photos that were recognised only with them
    onlyPlain: int
    pValue: float  # of McNemar's exact test


class Trained(TypedDict):
    """What came of a training."""

    classes: list[str]
    epochs: int  # finished ones
    bestEpoch: int | None  # the one, from 1, whose weights were kept; null: it was trained until it had converged
    stopped: bool
    history: History
    nTraining: int  # photos that it learned from in the end
    evaluation: Evaluation | None  # on photos that it had not learned from when it was judged
    refit: bool  # it learned from these, too, after that
    test: Evaluation | None  # on photos that are for nothing else
    seconds: Seconds
    problems: list[Problem]
    views: NotRequired[ViewsEffect | None]  # null where none were asked for, or nothing was judged; older have none
    fineTuning: NotRequired[FineTuned | None]  # null where it was not asked for; older trainings have none
    unjudged: NotRequired[list[Unjudged]]  # classes that nothing tells much of, and why; older trainings do not tell
    backbones: NotRequired[list[BackboneScore]]  # empty where the photos were not to choose; older trainings have none


class BackboneScore(TypedDict):
    """What a backbone, or several side by side, came to on the photos that were learned from, in folds."""

    name: str
    title: str
    correct: int
    total: int
    accuracy: float | None  # 0..1
    interval: tuple[float, float]  # 95 % Wilson interval of the accuracy
    logLoss: float | None
    secondsPerPhoto: float
    bytes: int
    chosen: bool


class Versus(TypedDict):
    """Two trainings on the photos that both were judged by."""

    other: int  # number of the other training
    total: int
    correct: int
    correctOther: int
    added: int  # photos that judged this training alone
    gone: int  # and the other one alone
    moved: int  # of those that judged both, in another class now
    only: int  # of the rest, photos that only this training got right
    onlyOther: int
    pValue: float | None  # of McNemar's exact test on the rest; null where there is none


class TrainingOverview(TypedDict):
    """A training among the others."""

    number: int
    settings: dict[str, Any]  # those that are not the same in all trainings
    nClasses: int
    nTraining: int
    evaluation: Evaluation | None
    inUse: bool
    versus: Versus | None  # the training in use; null for itself, or where no photo judged both
    before: Versus | None  # of the one in use: the training before it; else null


@dataclass(frozen=True)
class Training:
    """One training of a desk.

    Parameters
    ----------
    number : int
    settings : mapping of str to value
        What it was trained with, under the page's names.
    trained : dict
        What the page got in the end.
    snapshot : Snapshot
    outputs : list of int
        Keys of the model's classes.
    photos : mapping of int to Placement
        The photos that took part.
    right : mapping of int to (int, bool)
        Of each photo that it was judged by: the key of its class then, and whether the model predicted it.
    """

    number: int
    settings: Mapping[str, Any]
    trained: Trained
    snapshot: Snapshot
    outputs: Sequence[int]
    photos: Mapping[int, Placement]
    right: Mapping[int, tuple[int, bool]]


def describe_scores(scores: Sequence[training.BackboneScore]) -> list[BackboneScore]:
    """What photos said of each backbone, for the page."""
    return [cast(BackboneScore, one.to_dict()) for one in scores]


def overview(trainings: Sequence[Training], in_use: Training | None) -> list[TrainingOverview]:
    """The trainings for the page, the last one first, each against the one whose model is in use."""
    names = sorted({name for training in trainings for name in training.settings})
    differing = [name for name in names if len({repr(training.settings.get(name)) for training in trainings}) > 1]
    return [
        {
            "number": training.number,
            "settings": {name: training.settings.get(name) for name in differing},
            "nClasses": len(training.outputs),
            "nTraining": training.trained["nTraining"],
            "evaluation": training.trained["evaluation"],
            "inUse": training is in_use,
            "versus": compare(training, in_use) if in_use and training is not in_use else None,
            "before": compare(training, before) if before and training is in_use else None,
        }
        for training, before in reversed(list(zip(trainings, [None, *trainings], strict=False)))
    ]


def compare(training: Training, other: Training) -> Versus | None:
    """Two trainings on the photos that both were judged by; None where there are none."""
    both = [photo for photo in training.right if photo in other.right]
    if not both:
        return None
    here, there = ({photo: one.right[photo] for photo in both} for one in (training, other))
    rest = [(here[photo][1], there[photo][1]) for photo in both if here[photo][0] == there[photo][0]]
    found = compare_right(*np.array(rest, dtype=np.bool_).reshape(-1, 2).T)
    return {
        "other": other.number,
        "total": len(both),
        "correct": sum(right for _, right in here.values()),
        "correctOther": sum(right for _, right in there.values()),
        "added": len(training.right) - len(both),
        "gone": len(other.right) - len(both),
        "moved": len(both) - len(rest),
        "only": found.n_only_first,
        "onlyOther": found.n_only_second,
        "pValue": found.p_value if rest else None,
    }
