"""What fine-tuning costs, told before it starts."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ..backbones import Cut, Weights, cut_backbone, initial_weights
from ..backbones import head as make_head
from ..data import one_hot
from ..embedding import FeatureExtractor
from ..engines import Engine
from ..progress import Callbacks
from ..sentences import Sentence
from .attempt import TUNING_EPOCHS, Attempt
from .settings import TrainSettings

Result = TypeVar("Result")

_SLOTS = 5  # Numbers for each weight that is trained: itself, its gradient, two of Adam, and the best one so far.
_MOST_BYTES = 1 << 30  # Of what the lower part gives: WebAssembly has 4 GB in all.


@dataclass(frozen=True)
class FineTuningCost:
    """What fine-tuning would cost, before it starts.

    Parameters
    ----------
    n_photos : int
        Those that take part, changed copies included.
    n_blocks : int
        How many blocks would be trained.
    n_bytes : int
        Memory that it takes at most, for what is computed once of the photos, for weights with all that belongs to
        them, and for a step.
    seconds : float
        As long as it would take here, by a step that was tried.
    """

    n_photos: int
    n_blocks: int
    n_bytes: int
    seconds: float


def check_memory(cut: Cut, n_photos: int) -> None:
    """Raise ValueError where what the lower part gives of so many photos takes too much memory."""
    n_bytes = _bytes_of_photo(cut) * n_photos
    if n_bytes > _MOST_BYTES:
        raise ValueError(Sentence("many-to-fine-tune", most=_MOST_BYTES // _bytes_of_photo(cut), got=n_photos))


def _bytes_of_photo(cut: Cut) -> int:
    return 2 * math.prod(cut.shape)


def bytes_needed(cut: Cut, weights: Weights, n_photos: int, batch_size: int) -> int:
    """Memory that fine-tuning takes at most: photos, weights with all that belongs to them, a step."""
    n_trained: int = sum(array.size for array in cut.weights_above(weights).values())
    # Each value of a step is needed a second time on the way back.
    return _bytes_of_photo(cut) * n_photos + 4 * (_SLOTS * n_trained + 2 * batch_size * cut.n_values)


async def measure_fine_tuning(
    extractor: FeatureExtractor, engine: Engine, settings: TrainSettings, n_photos: int
) -> FineTuningCost:
    """Try a step of fine-tuning; see `pyclassifier.AsyncImageClassifier.measure_fine_tuning`."""
    cut = cut_backbone(extractor.model.topology, settings.fine_tune or True)
    n_photos *= 1 + (settings.augmentation.copies if settings.augmentation else 0)
    check_memory(cut, n_photos)
    weights, size = extractor.model.weights(), extractor.card.input_size
    top = make_head(cut.n_features, settings.hidden_units, 2)
    attempt = Attempt(cut, top, Callbacks())
    config = replace(attempt.config(settings), epochs=1)
    X = np.zeros((config.batch_size, size, size, 3), np.float32)
    lower = await engine.build(cut.lower, cut.weights_below(weights))
    try:
        maps, of_lower = await _timed_again(lambda: lower.predict(X))
    finally:
        lower.dispose()
    first = initial_weights(top, np.random.default_rng(settings.random_state))
    model = await engine.build(attempt.topology, {**cut.weights_above(weights), **first})
    try:
        targets = one_hot(np.arange(len(X)) % 2, 2)
        _, of_step = await _timed_again(lambda: model.fit(maps, targets, config))
    finally:
        model.dispose()
    n_steps = math.ceil(n_photos / config.batch_size)
    n_epochs = TUNING_EPOCHS * (2 if settings.refit else 1)
    seconds = n_steps * (of_lower + n_epochs * of_step)
    return FineTuningCost(n_photos, cut.n_blocks, bytes_needed(cut, weights, n_photos, config.batch_size), seconds)


async def _timed_again(work: Callable[[], Awaitable[Result]]) -> tuple[Result, float]:
    """What comes of a piece of work, and its seconds the second time: the first time, much is prepared."""
    await work()
    started = time.perf_counter()
    return await work(), time.perf_counter() - started
