"""One training of a backbone's last blocks together with a head."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray

from ..backbones import Cut, Topology
from ..engines import Array, FitConfig, Model
from ..history import History
from ..progress import Callbacks, Progress
from .settings import TrainSettings

TUNING_EPOCHS = 8
_PATIENCE = 3
_SHARE = 0.3  # Of the head's learning rate: what the backbone knows already is worth keeping.


class _Stopped(Exception):
    """Somebody asked to stop in the middle of an epoch."""


class Attempt:
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
