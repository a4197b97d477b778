"""The figures behind the figures: what the model said of each photo that it was judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from exchange import Data, Emit, Stop
from numpy.typing import NDArray

from pyclassifier import Predictions
from pyclassifier.judging import rejection_threshold, reliability_curve

if TYPE_CHECKING:
    from workbench import Workbench

N_STEPS = 101  # Thresholds to choose from: 0, 0.01, ... 1.


async def results(bench: Workbench, judgement: str = "validation", *, emit: Emit, stop: Stop) -> Data | None:
    """What was said of each photo of the model's validation, or of the last "cross" validation; the worst first."""
    if judgement == "cross":
        return describe(bench, *bench.crossed) if bench.crossed else None
    if bench.outputs is None or bench.classifier.validation_ is None:
        return None
    return describe(bench, bench.classifier.validation_, bench.outputs)


async def confirm(bench: Workbench, photos: Sequence[int], on: bool = True, *, emit: Emit, stop: Stop) -> None:
    """Note that photos are in the right class whatever a model says, or take that back."""
    chosen = bench.album.check(photos)
    others = {photo: key for photo, key in bench.confirmed.items() if photo not in chosen}
    bench.confirmed = others | ({photo: bench.album.now.photos[photo].key for photo in chosen} if on else {})


def describe(bench: Workbench, judged: Predictions, outputs: Sequence[int]) -> Data:
    """Each photo of a judgement with what a model said of it, the largest loss first.

    Parameters
    ----------
    bench : Workbench
    judged : Predictions
    outputs : sequence of int
        Keys of the model's classes.
    """
    ids = bench.album.ids()
    shown, losses = judged.y_true, judged.losses
    photos = []
    for i in np.argsort(-losses, kind="stable"):
        sample, y_proba = judged.samples[i], judged.y_proba[i]
        photo = ids.get(sample.id)
        if photo is None:
            continue  # All photos were removed.
        said = int(y_proba.argmax())
        photos.append(
            {
                "id": photo,
                "path": sample.path,
                "shown": int(shown[i]),
                "said": said,
                "probability": float(y_proba[said]),
                "probabilityShown": float(y_proba[shown[i]]),
                "loss": float(losses[i]),
                **_place(bench, photo),
            }
        )
    return {"classes": bench.album.now.names(outputs, judged.classes), "photos": photos}


def _place(bench: Workbench, photo: int) -> Data:
    """Where a photo is now."""
    place = bench.album.now.photos.get(photo)
    if place is None:
        return {"label": None, "confirmed": False}
    return {
        "label": bench.album.now.classes[place.key].label,
        "confirmed": bench.confirmed.get(photo) == place.key,
    }


async def calibration(bench: Workbench, *, emit: Emit, stop: Stop) -> Data | None:
    """How far the model's certainty can be trusted, and what thresholds would do; None without held-out photos."""
    validation = bench.classifier.validation_ if bench.outputs is not None else None
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
        "threshold": bench.classifier.threshold_,
        "suggested": _suggest(bench, y_true, y_proba),
        "steps": [
            {"refused": int((sure[right] < step).sum()), "passed": int((sure[~right] >= step).sum())} for step in steps
        ],
    }


def _suggest(bench: Workbench, y_true: NDArray[np.int64], y_proba: NDArray[np.float32]) -> float | None:
    """A threshold by the held-out photos, or by those of a cross-validation where these are too few."""
    suggested = rejection_threshold(y_true, y_proba)
    if suggested is None and bench.crossed and bench.crossed[1] == bench.outputs:
        every = bench.crossed[0]
        return rejection_threshold(every.y_true, every.y_proba)
    return suggested


async def set_threshold(bench: Workbench, threshold: float | None, *, emit: Emit, stop: Stop) -> Data | None:
    """From which probability on answers count; None: always. It is kept in the model."""
    bench.classifier.set_threshold(threshold)
    bench.rejects = threshold is not None
    bench.shown = {**(bench.shown or {})}  # Another one, so that a project is kept with the model as it is now.
    return await calibration(bench, emit=emit, stop=stop)


METHODS: dict[str, Callable[..., Any]] = {
    "results": results,
    "confirm": confirm,
    "calibration": calibration,
    "setThreshold": set_threshold,
}
