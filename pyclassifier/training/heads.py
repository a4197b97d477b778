"""Features and class indices -> a trained head."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..backbones import Topology, head, initial_weights
from ..data import one_hot
from ..engines import Array, Engine, FitConfig, Model
from ..history import History
from ..progress import OnEpoch, ShouldStop


@dataclass(frozen=True)
class TrainedHead:
    """A trained head with its history and what it says of the photos that it was judged by.

    Parameters
    ----------
    model : Model
    history : History
    y_proba : ndarray of shape (n_held_out, n_classes), float32
        Its probabilities of the rows that it was judged by.
    interruption : KeyboardInterrupt or asyncio.CancelledError, optional
        What ended the training early. It is for the caller to raise once the head is in a safe place.
    """

    model: Model
    history: History
    y_proba: Array
    interruption: BaseException | None = None


async def train_head(
    engine: Engine,
    X: Array,
    y: NDArray[np.int64],
    n_training: int,
    config: FitConfig,
    *,
    hidden_units: int = 100,
    topology: Topology | None = None,
    class_weight: NDArray[np.float64] | None = None,
    on_epoch: OnEpoch | None = None,
    should_stop: ShouldStop | None = None,
) -> TrainedHead:
    """Train a new head on the first rows, judged after each epoch by the others.

    Parameters
    ----------
    engine : Engine
    X : ndarray of shape (N, n_features), float32
        Or whatever the topology takes.
    y : ndarray of shape (N,), int64
        Class indices; all classes are among the first ``n_training``.
    n_training : int
        Rows to train on, in 1..N.
    config : FitConfig
    hidden_units : int
        Of the usual head.
    topology : dict, optional
        What to train instead, with an output for each class.
    class_weight : ndarray of shape (n_classes,), float64, optional
        What the loss of a training row of each class is multiplied by, as Keras does; validation rows count once.
    on_epoch, should_stop : callable, optional
        As in `Model.fit`.

    Returns
    -------
    TrainedHead
        An interruption after the first epoch is noted in it; before, it raises.

    Raises
    ------
    EngineError
        The engine failed; nothing of the head is left in it.
    """
    n_classes = int(y.max()) + 1
    Y = one_hot(y, n_classes)
    topology = topology or head(X.shape[1], hidden_units, n_classes)
    model = await engine.build(topology, initial_weights(topology, np.random.default_rng(config.random_state)))
    Y_training = Y[:n_training]
    if class_weight is not None:
        Y_training = Y_training * class_weight[y[:n_training], None].astype(np.float32)
    held_out = (X[n_training:], Y[n_training:]) if n_training < len(X) else None
    history = History()
    interruption: BaseException | None = None

    def note(so_far: History) -> None:
        history.update(so_far)
        if on_epoch:
            on_epoch(so_far)

    try:
        try:
            await model.fit(
                X[:n_training], Y_training, config, validation=held_out, on_epoch=note, should_stop=should_stop
            )
        except (KeyboardInterrupt, asyncio.CancelledError) as error:
            if not history:
                raise
            interruption = error
        y_proba = await model.predict(held_out[0]) if held_out else np.zeros((0, n_classes), np.float32)
    except BaseException:
        model.dispose()
        raise
    return TrainedHead(model, history, y_proba, interruption)
