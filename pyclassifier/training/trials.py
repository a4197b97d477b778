"""Heads judged by photos that they were not trained on, and the head that is then fitted again on all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median_low

import numpy as np

from ..engines import Array, Engine, predict_rows
from ..errors import DatasetError
from ..progress import Callbacks, Progress
from .folds import Ints
from .heads import Chosen, TrainedHead
from .material import Material, train_on
from .parts import Fold, Parts
from .settings import TrainSettings
from .strength import Strength


@dataclass(frozen=True)
class Trial:
    """A head, and what heads that were trained as it was say of photos that they did not learn from.

    Parameters
    ----------
    head : TrainedHead
        The first one: its history is the one to show.
    training : ndarray of int64
        Rows that it learned from.
    judged : ndarray of int64
        Rows that were judged.
    y_proba : ndarray of shape (len(judged), n_classes), float32
    chosen : Chosen
        With what to fit a head again, on all rows.
    n_splits : int or None
        Folds whose predictions are pooled; None where all come from the head.
    """

    head: TrainedHead
    training: Ints
    judged: Ints
    y_proba: Array
    chosen: Chosen
    n_splits: int | None = None

    def ended(self, interruption: BaseException | None = None) -> Trial:
        """The same, ended before it was complete."""
        return replace(self, head=replace(self.head, stopped=True, interruption=interruption))


async def try_fold(
    material: Material,
    fold: Fold,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
    strength: Strength | None = None,
) -> Trial:
    """Train a head on the rest and judge it by the fold.

    Where an epoch is to be chosen, some of the rest are set aside to choose by: the fold has no part in that.

    Parameters
    ----------
    material : Material
    fold : (ndarray, ndarray)
    engine : Engine
    settings : TrainSettings
    callbacks : Callbacks
    strength : Strength, optional
        How strongly to hold its weights down, where another fold's head has chosen that already.

    Returns
    -------
    Trial

    Raises
    ------
    DatasetError
        A class of which there is nothing to learn from.
    """
    rest, test = fold
    missing = [label for i, label in enumerate(material.classes) if not (material.y[rest] == i).any()]
    if missing:
        raise DatasetError("one-group", label=missing[0])
    if not settings.chooses_epoch:
        return await _try(material, rest, test, engine, settings, callbacks, strength)
    training, aside = material.draw(rest, settings)
    trial = await _try(material, training, aside, engine, settings, callbacks, strength)
    try:
        y_proba = await predict_rows(trial.head.model, material.X[test])
    except BaseException:
        trial.head.model.dispose()
        raise
    return replace(trial, judged=test, y_proba=y_proba)


async def _try(
    material: Material,
    training: Ints,
    judged: Ints,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
    strength: Strength | None = None,
) -> Trial:
    batch_size = settings.fit_config(len(training)).batch_size
    chosen = Chosen(strength, settings.epochs, batch_size) if strength else None
    head = await train_on(material, training, judged, engine, settings, callbacks, chosen)
    n_epochs = head.history.best_epoch if settings.chooses_epoch else None
    return Trial(head, training, judged, head.y_proba, Chosen(head.strength, n_epochs, batch_size))


async def try_out(
    material: Material, parts: Parts, engine: Engine, settings: TrainSettings, callbacks: Callbacks
) -> Trial:
    """Train a head and judge it by the validation rows or, where there are folds, one head for each of them.

    Parameters
    ----------
    material : Material
    parts : Parts
    engine, settings, callbacks
        As in `try_fold`. Epochs of the first head are told; that others are done, as `Progress` of the stage "judging".

    Returns
    -------
    Trial
        Of the first head alone, where it was ended before the others were done.
    """
    if not parts.folds:
        return await _try(material, parts.training, parts.validation, engine, settings, callbacks)
    first = await try_fold(material, parts.folds[0], engine, settings, callbacks)
    try:
        return await _try_others(first, material, parts.folds[1:], engine, settings, callbacks)
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        return first.ended(error)
    except BaseException:
        first.head.model.dispose()
        raise


async def _try_others(
    first: Trial,
    material: Material,
    folds: Sequence[Fold],
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
) -> Trial:
    # Each fold's choice of its own would be much the same, and take as long as all the rest.
    trials, n_splits, strength = [first], len(folds) + 1, first.chosen.strength
    for fold in folds:
        if first.head.stopped or first.head.interruption:
            return first
        quiet = Callbacks(should_stop=callbacks.should_stop)
        trial = await try_fold(material, fold, engine, settings, quiet, strength)
        trial.head.model.dispose()
        if trial.head.stopped or trial.head.interruption:
            return first.ended(trial.head.interruption)
        trials.append(trial)
        if callbacks.on_progress:
            callbacks.on_progress(Progress("judging", len(trials), n_splits))
    epochs = [trial.chosen.n_epochs for trial in trials if trial.chosen.n_epochs is not None]
    return replace(
        first,
        judged=np.concatenate([trial.judged for trial in trials]),
        y_proba=np.concatenate([trial.y_proba for trial in trials]),
        chosen=replace(first.chosen, n_epochs=median_low(epochs) if epochs else None),
        n_splits=n_splits,
    )


async def fit_again(
    material: Material, rows: Ints, trial: Trial, engine: Engine, settings: TrainSettings, callbacks: Callbacks
) -> TrainedHead:
    """Fit a head on all rows, as its trial chose; the trial's head is disposed of.

    Parameters
    ----------
    material : Material
    rows : ndarray of int64
    trial : Trial
    engine, settings, callbacks
        As in `try_fold`; epochs are told as `Progress` of the stage "refitting".

    Returns
    -------
    TrainedHead
        With the history of the trial's head; that head itself, ended early, where this was stopped or interrupted.
    """
    before = trial.head

    def on_epoch(so_far: dict[str, list[float]]) -> None:
        if callbacks.on_progress:
            total = trial.chosen.n_epochs or settings.n_epochs or 0
            callbacks.on_progress(Progress("refitting", len(so_far["loss"]), total))

    told = Callbacks(on_epoch=on_epoch, should_stop=callbacks.should_stop)
    try:
        head = await train_on(material, rows, rows[:0], engine, settings, told, trial.chosen)
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        return trial.ended(error).head
    except BaseException:
        before.model.dispose()
        raise
    if head.stopped or head.interruption:
        head.model.dispose()
        return trial.ended(head.interruption).head
    before.model.dispose()
    return replace(head, history=before.history)
