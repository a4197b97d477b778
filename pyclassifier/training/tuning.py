"""Fine-tuning: the last blocks of a backbone are trained further, together with a head that was trained before."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..backbones import Cut, Topology, Weights, cut_backbone, initial_weights
from ..backbones import head as make_head
from ..data import compute_class_weight, one_hot
from ..embedding import FeatureExtractor, Variation
from ..engines import Array, Engine, FitConfig, Model, Predictor
from ..errors import StoppedError
from ..history import History
from ..judging import Evaluation
from ..metrics import log_loss
from ..progress import Callbacks, Progress
from ..sentences import Sentence
from .below import Rows, embed_below
from .heads import TrainedHead
from .learned import FineTuning
from .material import Ints, Material
from .settings import TrainSettings

Result = TypeVar("Result")

TUNING_EPOCHS = 8
_PATIENCE = 3
_SHARE = 0.3  # Of the head's learning rate: what the backbone knows already is worth keeping.
_SLOTS = 5  # Numbers for each weight that is trained: itself, its gradient, two of Adam, and the best one so far.
_MOST_BYTES = 1 << 30  # Of what the lower part gives: WebAssembly has 4 GB in all.
_AT_ONCE = 32


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


@dataclass(frozen=True)
class Tuned:
    """A head whose backbone was trained further.

    Parameters
    ----------
    extractor : FeatureExtractor
        The backbone as it is now; the one from before where it was not kept.
    head : TrainedHead
        What belongs to it.
    told : FineTuning
    learned_from : ndarray of int64
        Rows of the material.
    """

    extractor: FeatureExtractor
    head: TrainedHead
    told: FineTuning
    learned_from: Ints

    def dispose(self) -> None:
        """Free what the engine holds of both."""
        self.extractor.model.dispose()
        self.head.model.dispose()


class _Stopped(Exception):
    """Somebody asked to stop in the middle of an epoch."""


async def fine_tune(
    material: Material,
    training: Ints,
    judged: Ints,
    head: TrainedHead,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
) -> Tuned:
    """Train the last blocks of a backbone together with a head, and keep what is better on the photos held out.

    What is kept is trained once more on these as well, where the settings ask for it: from the same start, for as many
    epochs as were the best.

    Parameters
    ----------
    material : Material
    training, judged : ndarray of int64
        Rows that the head was trained on, and rows that it was judged by.
    head : TrainedHead
        It stays as it is, and so does the extractor.
    extractor : FeatureExtractor
        What made the material's features.
    engine : Engine
    settings : TrainSettings
    callbacks : Callbacks
        Gets epochs as a history of its own, and progress of the stages "features", "fine-tuning" and "refitting", these
        in steps.

    Returns
    -------
    Tuned

    Raises
    ------
    ValueError
        A backbone that cannot be cut so, or more photos than there is memory for.
    EngineError
        The engine failed; nothing of this is left in it.
    """
    cut = cut_backbone(extractor.model.topology, settings.fine_tune or True)
    rows = _rows(material, training, judged, extractor, settings)
    check_memory(cut, len(rows))
    attempt = _Attempt(cut, head.model.topology, callbacks)
    try:
        maps = await embed_below(cut, rows, engine, callbacks)
    except StoppedError:
        return _without(cut, extractor, training, replace(head, stopped=True), attempt.history)
    start = {**cut.weights_above(extractor.model.weights()), **head.model.weights()}
    model = await engine.build(attempt.topology, start)
    try:
        stopped, interruption = await attempt.run(
            model, maps, _targets(material, training, judged, rows, settings), settings
        )
        y_proba = await _predict(model, maps[len(rows) - len(judged) :], len(material.classes))
        weights: Weights = model.weights()
    finally:
        model.dispose()
    before = replace(head, stopped=stopped, interruption=interruption)
    if not attempt.history:
        return _without(cut, extractor, training, before, attempt.history)
    y_true = material.y[judged]
    alone, tuned = (
        Evaluation.from_predictions(y_true, one.argmax(axis=1), material.classes) if len(judged) else None
        for one in (head.y_proba, y_proba)
    )
    kept = alone is None or tuned is None or _is_better(y_true, y_proba, head.y_proba)
    told = FineTuning(cut.n_blocks, cut.trained, alone, tuned, kept, attempt.history)
    if not kept:
        return Tuned(extractor, before, told, training)
    if settings.refit and len(judged) and not stopped:
        again = _Attempt(cut, head.model.topology, replace(callbacks, on_epoch=None), attempt.history.best_epoch)
        found, stopped, interruption = await _fit_again(
            again, start, maps, material, training, judged, extractor, engine, settings
        )
        before = replace(before, stopped=stopped, interruption=interruption)
        if not stopped:
            weights, training = found, np.sort(np.concatenate([training, judged]))
    trained = cut.weights_above(weights)
    own = await retrained(extractor, trained, engine)
    try:
        of_head = {name: array for name, array in weights.items() if name not in trained}
        own_head = await engine.build(head.model.topology, of_head)
    except BaseException:
        own.model.dispose()
        raise
    return Tuned(own, replace(before, model=own_head, history=attempt.history, y_proba=y_proba), told, training)


class _Attempt:
    """One training of the upper part and the head as one network; with a number of epochs, one on all photos."""

    def __init__(self, cut: Cut, head: Topology, callbacks: Callbacks, epochs: int | None = None) -> None:
        self.cut, self.topology = cut, cut.with_head(head)
        self._epochs, self._stage = epochs or TUNING_EPOCHS, "refitting" if epochs else "fine-tuning"
        self.history = History()
        self._slow = cut.trained
        self._callbacks = callbacks

    def config(self, settings: TrainSettings) -> FitConfig:
        return FitConfig(
            epochs=self._epochs,
            batch_size=settings.batch_size or FitConfig.batch_size,
            learning_rate=settings.learning_rate,
            random_state=settings.random_state,
            patience=_PATIENCE,
            rates=dict.fromkeys(self._slow, _SHARE * settings.learning_rate),
            schedule="linear",
        )

    async def run(
        self, model: Model, X: NDArray[np.float16], targets: tuple[Array, Array], settings: TrainSettings
    ) -> tuple[bool, BaseException | None]:
        """Train; whether it was stopped, and what interrupted it."""
        learned, held_out = targets
        n = len(learned)
        try:
            await model.fit(
                X[:n],
                learned,
                self.config(settings),
                validation=(X[n:], held_out) if len(held_out) else None,
                on_epoch=self._note,
                on_step=self._tell,
            )
        except _Stopped:
            return True, None
        except (KeyboardInterrupt, asyncio.CancelledError) as error:
            return True, error
        return False, None

    def _note(self, so_far: History) -> None:
        self.history.update(so_far)
        if self._callbacks.on_epoch:
            self._callbacks.on_epoch(so_far)

    def _tell(self, done: int, total: int) -> None:
        if self._callbacks.on_progress:
            self._callbacks.on_progress(Progress(self._stage, done, total))
        if self._callbacks.should_stop and self._callbacks.should_stop():
            raise _Stopped


async def _fit_again(
    attempt: _Attempt,
    start: Weights,
    maps: NDArray[np.float16],
    material: Material,
    training: Ints,
    judged: Ints,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
) -> tuple[Weights, bool, BaseException | None]:
    """Train on the photos to judge by as well; the weights, whether it was stopped, and what interrupted it.

    ``maps`` are of the photos to learn from, their changed copies, and the photos to judge by.
    """
    n_copies = (len(maps) - len(judged)) // len(training) - 1
    copies = _rows(material, judged, judged[:0], extractor, settings)[len(judged) :]
    if copies:
        maps = np.concatenate([maps, await embed_below(attempt.cut, copies, engine, Callbacks())])
    rows = np.concatenate([np.tile(training, 1 + n_copies), np.tile(judged, 1 + n_copies)])
    known = np.concatenate([training, judged])
    of_class = compute_class_weight(settings.class_weight, classes=material.classes, y=material.y[known])
    y = material.y[rows]
    targets = one_hot(y, len(material.classes)) * of_class[y].astype(np.float32)[:, None]
    model = await engine.build(attempt.topology, start)
    try:
        stopped, interruption = await attempt.run(model, maps, (targets, targets[:0]), settings)
        return model.weights(), stopped, interruption
    finally:
        model.dispose()


def _rows(
    material: Material, training: Ints, judged: Ints, extractor: FeatureExtractor, settings: TrainSettings
) -> Rows:
    """Photos to learn from, changed copies of them, photos to judge by."""
    augmentation = settings.augmentation
    varied = [
        extractor.varied(Variation(augmentation, settings.random_state, k))
        for k in range(augmentation.copies if augmentation else 0)
        if augmentation
    ]
    parts = [(extractor, training), *((one, training) for one in varied), (extractor, judged)]
    return [(how, material.samples[i], material.digests[i]) for how, rows in parts for i in rows]


def _targets(
    material: Material, training: Ints, judged: Ints, rows: Rows, settings: TrainSettings
) -> tuple[Array, Array]:
    """One-hot rows to learn from, times the weights of their classes, and those to judge by."""
    of_class = compute_class_weight(settings.class_weight, classes=material.classes, y=material.y[training])
    learned = np.tile(material.y[training], (len(rows) - len(judged)) // max(len(training), 1))
    n_classes = len(material.classes)
    return (
        one_hot(learned, n_classes) * of_class[learned].astype(np.float32)[:, None],
        one_hot(material.y[judged], n_classes),
    )


def _is_better(y_true: Ints, y_proba: Array, before: Array) -> bool:
    """Whether more photos are recognised, or as many more surely."""
    right, right_before = ((one.argmax(axis=1) == y_true).sum() for one in (y_proba, before))
    targets = one_hot(y_true, y_proba.shape[1])
    return bool(
        right > right_before or (right == right_before and log_loss(targets, y_proba) < log_loss(targets, before))
    )


def _without(cut: Cut, extractor: FeatureExtractor, rows: Ints, head: TrainedHead, history: History) -> Tuned:
    return Tuned(extractor, head, FineTuning(cut.n_blocks, cut.trained, None, None, False, history), rows)


async def _predict(model: Predictor, X: NDArray[np.float16], n_classes: int) -> Array:
    parts = [X[start : start + _AT_ONCE].astype(np.float32) for start in range(0, len(X), _AT_ONCE)]
    return np.concatenate([np.zeros((0, n_classes), np.float32), *[await model.predict(part) for part in parts]])


async def retrained(extractor: FeatureExtractor, trained: Weights, engine: Engine) -> FeatureExtractor:
    """Build a backbone of which some weights are others now.

    Parameters
    ----------
    extractor : FeatureExtractor
        The backbone with the other weights; it stays as it is.
    trained : mapping of str to ndarray
        Weights of the layers that were trained.
    engine : Engine

    Returns
    -------
    FeatureExtractor
        Its card claims neither the published files' hashes nor their source.
    """
    return FeatureExtractor(
        await engine.build(extractor.model.topology, {**extractor.model.weights(), **trained}),
        replace(extractor.card, source="", sha256=()),
        pooling=extractor.pooling,
        cache=extractor.cache,
        weights_id=_identify(extractor.weights_id, trained),
        max_pixels=extractor.max_pixels,
    )


def _identify(before: str, trained: Weights) -> str:
    found = sha256(before.encode())
    for name in sorted(trained):
        found.update(name.encode() + np.ascontiguousarray(trained[name], "<f4").tobytes())
    return found.hexdigest()


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
    attempt = _Attempt(cut, top, Callbacks())
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
