"""The figures behind the figures: what the model said of each photo that it was judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from exchange import Data, Emit, Stop

from pyclassifier import Predictions

if TYPE_CHECKING:
    from workbench import Workbench


async def results(bench: Workbench, *, emit: Emit, stop: Stop) -> Data | None:
    """Each photo of the validation with what the model said, the largest loss first; None without a validation."""
    if bench.outputs is None or bench.classifier.validation_ is None:
        return None
    return describe(bench, bench.classifier.validation_)


async def confirm(bench: Workbench, photos: Sequence[int], on: bool = True, *, emit: Emit, stop: Stop) -> Data | None:
    """Note that photos are in the right class whatever a model says, or take that back; the results."""
    chosen = {int(photo) for photo in photos}
    unknown = chosen - set(bench.album.samples)
    if unknown:
        raise ValueError(f"Expected ids of photos, got {sorted(unknown)[:5]}, which are none.")
    for photo in chosen:
        if on and photo in bench.album.now.photos:
            bench.confirmed[photo] = bench.album.now.photos[photo].key
        else:
            bench.confirmed.pop(photo, None)
    return await results(bench, emit=emit, stop=stop)


def describe(bench: Workbench, judged: Predictions) -> Data:
    """Each photo of a judgement with what a model said of it, the largest loss first."""
    ids = bench.album.ids()
    shown, losses = judged.y_true, judged.losses
    photos = []
    for i in np.argsort(-losses, kind="stable"):
        sample, y_proba = judged.samples[i], judged.y_proba[i]
        photo = ids.get(sample.read)
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
    return {"classes": bench.classifier.classes_.tolist(), "photos": photos}


def _place(bench: Workbench, photo: int) -> Data:
    """Where a photo is now."""
    place = bench.album.now.photos.get(photo)
    if place is None:
        return {"label": None, "confirmed": False}
    return {
        "label": bench.album.now.classes[place.key].label,
        "confirmed": bench.confirmed.get(photo) == place.key,
    }


METHODS: dict[str, Callable[..., Any]] = {"results": results, "confirm": confirm}
