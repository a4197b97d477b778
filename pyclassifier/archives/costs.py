"""What it costs to store a classifier's weights with fewer bits, measured on photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import Sample
from ..engines import Engine
from ..judging import Evaluation
from ..progress import Callbacks, Progress
from ..training import Learned
from .packing import pack, predict_pictures, restored
from .quantization import StoredAs
from .self_check import draw_patterns


@dataclass(frozen=True)
class StorageCost:
    """What an archive with weights of a dtype weighs, and what it gives.

    Parameters
    ----------
    dtype : {"float32", "float16", "uint16", "uint8"}
    n_bytes : int
        Of the archive.
    evaluation : Evaluation or None
        Figures on the photos, computed with the weights as a reader gets them back; None where there were no photos.
    largest_change : float
        Of a probability against float32, in 0..1: over the photos, or over the pictures of the self-check where there
        were none.

    Examples
    --------
    >>> StorageCost("float16", n_bytes=7_300_000, evaluation=None, largest_change=0.004).dtype
    'float16'
    """

    dtype: StoredAs
    n_bytes: int
    evaluation: Evaluation | None
    largest_change: float


async def measure_costs(
    learned: Learned, engine: Engine, samples: Sequence[Sample], dtypes: Sequence[StoredAs], callbacks: Callbacks
) -> list[StorageCost]:
    """Measure what archives of each dtype cost; see `pyclassifier.ImageClassifier.measure_storage`."""
    exact, _ = await _predict(learned, samples, callbacks, 0, len(dtypes) + 1)
    costs = []
    for i, dtype in enumerate(dtypes):
        async with restored(learned, engine, dtype) as reader:
            rows, labels = await _predict(reader, samples, callbacks, i + 1, len(dtypes) + 1)
        evaluation = None
        if labels:
            classes = learned.classes.tolist()
            y_true = np.array([classes.index(label) for label in labels])
            evaluation = Evaluation.from_predictions(y_true, rows.argmax(axis=1), classes)
        n_bytes = len(await pack(learned, learned.name, engine, dtype))
        costs.append(StorageCost(dtype, n_bytes, evaluation, float(np.abs(rows - exact).max())))
    return costs


async def _predict(
    learned: Learned, samples: Sequence[Sample], callbacks: Callbacks, done: int, rounds: int
) -> tuple[NDArray[np.float32], list[str]]:
    """Probabilities of the readable photos, and their labels; of the self-check's pictures where there are none."""

    def on_progress(progress: Progress) -> None:
        if callbacks.on_progress and progress.stage == "features":
            total = len(samples)
            callbacks.on_progress(Progress("measuring", done * total + progress.done, rounds * total))

    features = await learned.extractor.extract(samples, on_progress=on_progress, should_stop=callbacks.should_stop)
    if not features.kept:
        return await predict_pictures(learned, draw_patterns(learned.extractor.card.input_size)), []
    return await learned.head.predict(features.X), [str(samples[i].label) for i in features.kept]
