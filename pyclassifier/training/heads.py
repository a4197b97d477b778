"""Features and class indices -> a trained head."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..backbones import head, initial_weights
from ..engines import Array, Engine, FitConfig, Model, StoredRows, predict_rows
from ..history import History
from ..progress import Callbacks
from .compact import Compact, hold
from .descent import Vector, descend
from .lesson import Lesson
from .loss import HeadLoss
from .settings import TrainSettings
from .strength import Strength, choose_strength

_MOST_TO_CHOOSE_BY = 20_000  # Rows of a file: each strength that is tried goes through them some fifty times.
_TOLERANCE = 1e-6  # In nats: predictions that are nearer to the best ones do not differ.


@dataclass(frozen=True)
class Chosen:
    """What one training chose, for another one on more photos.

    Parameters
    ----------
    strength : Strength or None
        None lets the other one choose for itself.
    n_epochs : int or None
        Epochs to go through; None where there are as many as it takes.
    batch_size : int
        Photos of a step, where photos are not learned from all at once.
    """

    strength: Strength | None
    n_epochs: int | None
    batch_size: int


@dataclass(frozen=True)
class TrainedHead:
    """A trained head with its history and what it says of the photos that it was judged by.

    Parameters
    ----------
    model : Model
    history : History
    y_proba : ndarray of shape (n_held_out, n_classes), float32
        Its probabilities of the rows that it was judged by.
    l2 : float
        The penalty on its weights, given or chosen.
    spread : float
        What the mean squared distance of its logits to their class's mean counts beside the squares of its weights.
    stopped : bool
        Whether its training was ended early, otherwise than by its patience.
    interruption : KeyboardInterrupt or asyncio.CancelledError, optional
        What ended the training early. It is for the caller to raise once the head is in a safe place.
    strength : Strength, optional
        What the penalty was chosen as.
    """

    model: Model
    history: History
    y_proba: Array
    l2: float
    spread: float
    stopped: bool
    interruption: BaseException | None = None
    strength: Strength | None = None


async def train_head(
    engine: Engine, lesson: Lesson, settings: TrainSettings, callbacks: Callbacks, chosen: Chosen | None = None
) -> TrainedHead:
    """Train a new head.

    Parameters
    ----------
    engine : Engine
    lesson : Lesson
    settings : TrainSettings
    callbacks : Callbacks
    chosen : Chosen, optional
        What another training chose, instead of choosing.

    Returns
    -------
    TrainedHead
        An interruption after the first epoch is noted in it; before, it raises.

    Raises
    ------
    EngineError
        The engine failed; nothing of the head is left in it.
    """
    config = settings.fit_config(lesson.n_photos)
    if settings.by_descent:
        return await _train_by_descent(engine, lesson, settings, callbacks, chosen)
    if chosen:
        config = replace(config, batch_size=chosen.batch_size, epochs=chosen.n_epochs or config.epochs, patience=None)
    return await _train_by_adam(engine, lesson, settings, config, callbacks)


async def _train_by_adam(
    engine: Engine, lesson: Lesson, settings: TrainSettings, config: FitConfig, callbacks: Callbacks
) -> TrainedHead:
    topology = settings.topology or head(lesson.X.shape[1], settings.hidden_units, lesson.n_classes)
    model = await engine.build(topology, initial_weights(topology, np.random.default_rng(config.random_state)))
    history = History()

    def note(so_far: History) -> None:
        history.update(so_far)
        if callbacks.on_epoch:
            callbacks.on_epoch(so_far)

    try:
        training = model.fit(
            lesson.X[: lesson.n],
            lesson.targets[: lesson.n],
            config,
            validation=lesson.held_out,
            on_epoch=note,
            should_stop=callbacks.should_stop,
        )
        interruption = await _interruption(training, history)
        y_proba = await _judge(model, lesson)
    except BaseException:
        model.dispose()
        raise
    stopped = len(history["loss"]) < config.epochs and not history.is_stale(config.patience)
    return TrainedHead(model, history, y_proba, config.l2, 0.0, stopped, interruption)


async def _train_by_descent(
    engine: Engine, lesson: Lesson, settings: TrainSettings, callbacks: Callbacks, chosen: Chosen | None
) -> TrainedHead:
    topology = head(lesson.X.shape[1], settings.hidden_units, lesson.n_classes)
    compact = await Compact.make(engine, lesson.X, lesson.n)
    strength = chosen.strength if chosen else None
    if settings.l2 is None and strength is None:
        strength = await _choose_strength(engine, compact, lesson, settings, callbacks)
    l2, spread = _penalty(strength, compact, lesson, settings)
    matrix = await hold(engine, compact.X, settings.hidden_units or lesson.n_classes)
    loss = HeadLoss(
        matrix,
        lesson.targets[:, None],
        lesson.n,
        l2 / compact.variance,
        spread=spread * compact.variance,
        hidden_units=settings.hidden_units,
        last_penalty=l2,
    )
    descent = _Descent(settings, chosen.n_epochs if chosen else settings.epochs, callbacks)
    start = loss.start(compact.X.shape[1], np.random.default_rng(settings.random_state))
    try:
        interruption = await _interruption(descent.run(loss, start, lesson), descent.history)
    finally:
        matrix.dispose()
    first, bias, last = loss.parts(descent.best)
    names = [layer["config"]["name"] for layer in topology["config"]["layers"]]
    weights = dict(zip((f"{names[0]}/kernel", f"{names[0]}/bias"), compact.restore(first, bias), strict=True))
    if len(last):
        weights[f"{names[1]}/kernel"] = last.astype(np.float32)
    model = await engine.build(topology, weights)
    try:
        y_proba = await _judge(model, lesson)
    except BaseException:
        model.dispose()
        raise
    stopped = descent.stopped or interruption is not None
    return TrainedHead(model, descent.history, y_proba, l2, spread, stopped, interruption, strength)


async def _choose_strength(
    engine: Engine, compact: Compact, lesson: Lesson, settings: TrainSettings, callbacks: Callbacks
) -> Strength:
    X = compact.learned
    if isinstance(X, StoredRows):  # They are in the order of their contents: the first ones are as good as drawn.
        lesson = lesson.beginning(min(lesson.n, _MOST_TO_CHOOSE_BY))
        X = np.asarray(X[: lesson.n], np.float32)
    return await choose_strength(engine, X, lesson, settings.random_state, callbacks.should_stop)


def _penalty(
    strength: Strength | None, compact: Compact, lesson: Lesson, settings: TrainSettings
) -> tuple[float, float]:
    """What the squares of the weights count, and beside them the spread within classes."""
    if strength is None:
        return settings.l2 or 0.0, 0.0
    penalty = 0.5 / (strength.inverse * lesson.n)
    if settings.hidden_units:
        # Two layers can pass a factor to each other, so that only the product of their penalties counts.
        return penalty * compact.variance**0.5, 0.0
    return penalty * compact.variance, strength.spread / compact.variance


class _Descent:
    """A training whose epochs are the steps of a method, and what it has come to so far."""

    def __init__(self, settings: TrainSettings, n_epochs: int | None, callbacks: Callbacks) -> None:
        self.history = History()
        self.history.converging = not settings.chooses_epoch
        self.best: Vector = np.zeros(0)
        self.stopped = False
        self._n_epochs, self._patience, self._callbacks = n_epochs, settings.patience, callbacks

    async def run(self, loss: HeadLoss, start: Vector, lesson: Lesson) -> None:
        """Go on until it has converged or, where epochs are asked for, for so many."""
        async for point in descend(loss, start, _TOLERANCE):
            figures = _figures(loss.y_proba[:, 0], lesson)
            if not await self._goes_on(point, figures):
                return
        while self._n_epochs and await self._goes_on(point, figures):
            pass  # There is nothing left to learn.

    async def _goes_on(self, point: Vector, figures: dict[str, float]) -> bool:
        """Note an epoch; whether another one follows."""
        history, callbacks = self.history, self._callbacks
        history.append(figures)
        n_done = len(history["loss"])
        if history.best_epoch == n_done:
            self.best = point
        if callbacks.on_epoch:
            callbacks.on_epoch(history.copy())
        await asyncio.sleep(0)  # A page's word to stop comes while Python waits.
        if n_done == self._n_epochs or history.is_stale(self._patience):
            return False
        self.stopped = bool(callbacks.should_stop and callbacks.should_stop())
        return not self.stopped


def _figures(y_proba: Array, lesson: Lesson) -> dict[str, float]:
    """What a step came to: mean cross-entropy and accuracy of the rows to learn from and of those to judge by."""
    n = lesson.n
    of_true = np.maximum(y_proba[np.arange(len(y_proba)), lesson.y], 1e-7)
    losses, right = -np.log(of_true), y_proba.argmax(axis=1) == lesson.y
    figures = {"loss": float((losses[:n] * lesson.weights).mean()), "accuracy": float(right[:n].mean())}
    if n < len(right):
        figures |= {"val_loss": float(losses[n:].mean()), "val_accuracy": float(right[n:].mean())}
    return figures


async def _judge(model: Model, lesson: Lesson) -> Array:
    held_out = lesson.held_out
    return await predict_rows(model, held_out[0]) if held_out else np.zeros((0, lesson.n_classes), np.float32)


async def _interruption(training: Coroutine[Any, Any, object], history: History) -> BaseException | None:
    """Wait for a training; what interrupted it after its first epoch. Before, it raises."""
    try:
        await training
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        if not history:
            raise
        return error
    return None
