"""What a camera sees, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..bridge.exchange import Data, Emit, Stop, as_bytes
from .answers import answer

if TYPE_CHECKING:
    from ..desk import Workbench

MOST = 5


async def predict_frame(bench: Workbench, width: int, height: int, rgba: Any, *, emit: Emit, stop: Stop) -> Data:
    """Recognise one frame, by the way that photos go: all classes in their order, or the likeliest of many."""
    pixels = np.frombuffer(as_bytes(rgba), np.uint8).reshape(height, width, 4)[..., :3]
    (row,) = await bench.classifier.predict_proba([np.ascontiguousarray(pixels)], remember=False)
    labels = bench.classifier.classes_.tolist()
    best, ranked = answer(row, labels, bench.classifier.threshold_)
    few = len(ranked) <= MOST
    return {**best, "shares": sorted(ranked, key=lambda one: labels.index(one["label"])) if few else ranked[:MOST]}


METHODS: dict[str, Callable[..., Any]] = {"predictFrame": predict_frame}
