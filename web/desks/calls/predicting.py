"""A desk's model at work: what it predicts of photos and of a camera's frames, and what speaks for that."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import pyclassifier
from pyclassifier import Dataset
from pyclassifier.judging import is_rejected
from pyclassifier.progress import ShouldStop

from ..bridge import (
    Emit,
    Evaluation,
    File,
    Problem,
    RankedShare,
    Reader,
    Recognised,
    Share,
    as_samples,
    call,
    describe_evaluation,
    listed,
    reporter,
    unread,
)
from ..desk import Desk

TOP = 5
MOST_TRIED, MOST_TRIED_BYTES = 24, 1 << 25  # Photos that were recognised are kept for a reload: so many, none larger.


class Frame(Share):
    """What a camera's picture shows."""

    rejected: bool  # too little for an answer: none of the classes
    shares: Sequence[Share]  # of all classes in their order, or of the likeliest 5


class EvaluatedFiles(Evaluation):
    """Figures on files, and those of them that were not used."""

    problems: list[Problem]


class ExplainOptions(TypedDict, total=False):
    """What to explain, and for which class."""

    photo: int  # id of a photo of the album; by default the file that was handed over
    label: str  # by default the most probable class


class Explained(TypedDict):
    """Where in a photo a model looked."""

    label: str  # for this class
    probability: float
    picture: bytes  # PNG: the photo as the model sees it, under a heat map


@call("predict")
async def predict(desk: Desk, *, files: Sequence[File], emit: Emit, should_stop: ShouldStop) -> list[Recognised]:
    """What photos show, in their order."""
    samples = as_samples(files)
    problems: list[pyclassifier.Problem] = []
    # `emit` itself: `on_progress` would tell the keeper of new features of the desk's photos, which these are not.
    y_proba = await desk.classifier.predict_proba(
        samples, problems=problems, on_progress=reporter(emit), should_stop=should_stop
    )
    unreadable = iter(problems)  # in the samples' order, one for each row of nan
    return [_recognised(desk, sample.path, row, unreadable) for sample, row in zip(samples, y_proba, strict=True)]


@call("keepTried")
async def keep_tried(desk: Desk, *, files: Sequence[File]) -> None:
    """The last photos that were recognised are kept with the project, beside those before; none: forget them all."""
    before = desk.state.tried if files else {}
    first = min(desk.state.tried, default=0) - 1
    new = {first - i: sample for i, sample in enumerate(as_samples(files)) if files[i].size <= MOST_TRIED_BYTES}
    every = {**before, **new}
    desk.change(tried={number: every[number] for number in sorted(every)[:MOST_TRIED]})


@call("predictFrame")
async def predict_frame(desk: Desk, width: int, height: int, rgba: bytes) -> Frame:
    """What one frame of a camera shows, by the way that photos go."""
    pixels = np.frombuffer(rgba, np.uint8).reshape(height, width, 4)[..., :3]
    (row,) = await desk.classifier.predict_proba([np.ascontiguousarray(pixels)], remember=False)
    ranked, labels = _rank(desk, row), desk.classifier.classes_.tolist()
    few = len(labels) <= TOP
    shares = sorted(ranked, key=lambda share: labels.index(share["label"])) if few else ranked[:TOP]
    return {
        "label": ranked[0]["label"],
        "probability": ranked[0]["probability"],
        "rejected": bool(is_rejected(row, desk.classifier.threshold_)),
        "shares": shares,
    }


@call("evaluate")
async def evaluate(desk: Desk, *, files: Sequence[File]) -> EvaluatedFiles:
    """Figures on labelled photos."""
    problems: list[pyclassifier.Problem] = []
    dataset = Dataset.from_files([(str(file.path), Reader(file)) for file in files])
    evaluation = await desk.classifier.evaluate(dataset, problems=problems)
    return {**describe_evaluation(evaluation), "problems": listed(problems)}


@call("explain")
async def explain(desk: Desk, options: ExplainOptions, *, files: Sequence[File]) -> Explained:
    """A picture of a photo, of the album by its id or a file, under the heat of a class."""
    photo = options.get("photo")
    sample = desk.album.sample(photo) if photo is not None else as_samples(files)[0]
    found = await desk.classifier.explain(sample, options.get("label"))
    buffer = io.BytesIO()
    Image.fromarray(found.overlay()).save(buffer, "PNG")
    return {"label": found.label, "probability": found.probability, "picture": buffer.getvalue()}


def _rank(desk: Desk, row: NDArray[np.float32]) -> list[RankedShare]:
    """All classes, the most probable one first."""
    labels = desk.classifier.classes_.tolist()
    return [{"label": labels[i], "probability": float(row[i])} for i in np.argsort(-row, kind="stable").tolist()]


def _recognised(
    desk: Desk, path: str, row: NDArray[np.float32], unreadable: Iterator[pyclassifier.Problem]
) -> Recognised:
    if np.isnan(row[0]):
        return unread(next(unreadable))
    ranked = _rank(desk, row)
    return {
        "path": path,
        "label": ranked[0]["label"],
        "probability": ranked[0]["probability"],
        "rejected": bool(is_rejected(row, desk.classifier.threshold_)),
        "top": ranked[:TOP],
    }
