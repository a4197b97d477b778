"""The figures behind the figures: what a model predicts of the photos that it is judged by, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

import pyclassifier
from pyclassifier.aio import cross_validate
from pyclassifier.judging import rejection_threshold, reliability_curve
from pyclassifier.progress import OnProgress, ShouldStop

from ..bridge import Evaluation, Problem, call, describe_evaluation, listed
from ..desk import Desk, Judgement
from ..options import TrainOptions, set_meanwhile

N_STEPS = 101  # thresholds to choose from: 0, 0.01, ... 1
N_FOLDS = 5
MOST_FOLDS = 20


class JudgedPhoto(TypedDict):
    """A photo that a model was judged by."""

    id: int
    path: str
    true: int  # its class when the model was judged, as an index into `classes`
    predicted: int  # the model's most probable class
    probability: float  # 0..1, of the predicted class
    probabilityTrue: float  # 0..1, of the true class
    loss: float  # cross-entropy, in nats
    label: str | None  # its class now; null: deleted since
    confirmed: bool  # somebody said that it is in the right class


class Judged(TypedDict):
    """Photos that a model was judged by."""

    classes: list[str]
    photos: list[JudgedPhoto]  # the largest loss first


class Bin(TypedDict):
    """Photos whose predicted class has about the same probability."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


class ThresholdStep(TypedDict):
    """What a threshold would do."""

    refused: int  # right answers
    passed: int  # wrong ones


class Calibration(TypedDict):
    """How sure a model is, against how often it is right, on its held-out photos."""

    bins: list[Bin]  # without the empty ones
    ece: float  # expected calibration error, 0..1
    confidence: float  # mean of the photos
    accuracy: float
    total: int
    right: int
    wrong: int
    threshold: float | None  # answers with less are "none of these"; null: there is no such answer
    suggested: float | None  # null: too few photos to say
    steps: list[ThresholdStep]  # at thresholds of 0, 0.01, ... 1


class CrossOptions(TrainOptions, total=False):
    """How to cross-validate."""

    folds: int


class CrossValidated(TypedDict):
    """What came of a cross-validation."""

    accuracies: list[float]  # of the folds
    mean: float
    evaluation: Evaluation  # of all photos, each judged by the fold that did not train on it
    judged: Judged
    problems: list[Problem]


@call("results")
async def results(desk: Desk, judgement: Literal["validation", "cross"] = "validation") -> Judged | None:
    """The photos of the model's validation, or of the last "cross" validation; null where there was none."""
    if judgement == "cross":
        return _describe(desk, desk.state.crossed) if desk.state.crossed else None
    trained, validation = desk.state.trained, desk.state.trained and desk.classifier.validation_
    return _describe(desk, Judgement(validation, trained.outputs or ())) if trained and validation else None


@call("confirm")
async def confirm(desk: Desk, photos: list[int], on: bool = True) -> None:
    """Photos are in the right class whatever a model predicts, or that is taken back."""
    chosen, now = desk.album.chosen(photos), desk.album.now
    others = {photo: key for photo, key in desk.state.confirmed.items() if photo not in chosen}
    desk.change(confirmed=others | ({photo: now.photos[photo].key for photo in chosen} if on else {}))


@call("calibration")
async def calibration(desk: Desk) -> Calibration | None:
    """How far the model's certainty can be trusted, and what thresholds would do; null without held-out photos."""
    validation = desk.classifier.validation_ if desk.state.trained else None
    if validation is None:
        return None
    y_true, y_proba = validation.y_true, validation.y_proba
    curve = reliability_curve(y_true, y_proba)
    bins = zip(curve.counts.tolist(), curve.confidence.tolist(), curve.accuracy.tolist(), strict=True)
    width = 1 / len(curve.counts)
    sure, right = y_proba.max(axis=1), y_proba.argmax(axis=1) == y_true
    steps = np.linspace(0, 1, N_STEPS).astype(np.float32)
    return {
        "bins": [
            {"low": i * width, "high": (i + 1) * width, "count": n, "confidence": confidence, "accuracy": accuracy}
            for i, (n, confidence, accuracy) in enumerate(bins)
            if n > 0
        ],
        "ece": curve.ece,
        "confidence": float(sure.mean()),
        "accuracy": float(right.mean()),
        "total": len(right),
        "right": int(right.sum()),
        "wrong": int((~right).sum()),
        "threshold": desk.classifier.threshold_,
        "suggested": _suggest(desk, y_true, y_proba),
        "steps": [
            {"refused": int((sure[right] < step).sum()), "passed": int((sure[~right] >= step).sum())} for step in steps
        ],
    }


@call("setThreshold")
async def set_threshold(desk: Desk, threshold: float | None) -> Calibration | None:
    """Answers count from this probability on; null: always. It is kept in the model."""
    desk.classifier.set_threshold(threshold)
    # Another model for the browser's storage, which has one without this threshold.
    model = desk.state.model and replace(desk.state.model)
    desk.change(model=model, rejects=threshold is not None)
    return await calibration(desk)


@call("crossValidate")
async def cross(
    desk: Desk, options: CrossOptions, *, on_progress: OnProgress, should_stop: ShouldStop
) -> CrossValidated:
    """Every photo is judged once by a model that was not trained on it; the trained model stays."""
    given = dict(options)
    folds = given.pop("folds", None) or N_FOLDS
    if not isinstance(folds, int) or not 2 <= folds <= MOST_FOLDS:
        raise ValueError(f"Expected 2 to {MOST_FOLDS} folds, got {folds!r}.")
    problems: list[pyclassifier.Problem] = []
    with set_meanwhile(given, desk) as classifier:
        found = await cross_validate(
            classifier,
            desk.album.dataset(),
            cv=folds,
            problems=problems,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    judgement = Judgement(found.predictions, [desk.album.now.key(label) for label in found.predictions.classes])
    desk.change(crossed=judgement)
    return {
        "accuracies": found.scores.tolist(),
        "mean": float(found.scores.mean()),
        "evaluation": describe_evaluation(found.evaluation),
        "judged": _describe(desk, judgement),
        "problems": listed(problems),
    }


def _describe(desk: Desk, judgement: Judgement) -> Judged:
    """Each photo of a judgement with what the model predicted, the largest loss first."""
    judged, now, ids = judgement.predictions, desk.album.now, desk.album.ids()
    true, losses = judged.y_true, judged.losses
    photos: list[JudgedPhoto] = []
    for i in np.argsort(-losses, kind="stable").tolist():
        sample, y_proba = judged.samples[i], judged.y_proba[i]
        photo = ids.get(sample.id)
        if photo is None:
            continue  # All photos were removed.
        predicted, place = int(y_proba.argmax()), now.photos.get(photo)
        photos.append(
            {
                "id": photo,
                "path": sample.path,
                "true": int(true[i]),
                "predicted": predicted,
                "probability": float(y_proba[predicted]),
                "probabilityTrue": float(y_proba[true[i]]),
                "loss": float(losses[i]),
                "label": now.classes[place.key].label if place else None,
                "confirmed": place is not None and desk.state.confirmed.get(photo) == place.key,
            }
        )
    return {"classes": now.names(judgement.outputs, judged.classes), "photos": photos}


def _suggest(desk: Desk, y_true: NDArray[np.int64], y_proba: NDArray[np.float32]) -> float | None:
    """A threshold by the held-out photos, or by those of a cross-validation where these are too few."""
    suggested, crossed, trained = rejection_threshold(y_true, y_proba), desk.state.crossed, desk.state.trained
    if suggested is None and crossed and trained and crossed.outputs == trained.outputs:
        return rejection_threshold(crossed.predictions.y_true, crossed.predictions.y_proba)
    return suggested
