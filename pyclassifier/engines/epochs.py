"""What the epochs of a training have in common, whatever engine takes their steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..history import History
from ..metrics import accuracy_score, log_loss
from ..progress import OnEpoch, ShouldStop
from .base import Array, FitConfig, Inputs


async def run_epochs(
    config: FitConfig,
    learn: Callable[[], Awaitable[dict[str, float]]],
    predict: Callable[[Inputs], Awaitable[Array]],
    keep: Callable[[], object],
    *,
    validation: tuple[Inputs, Array] | None,
    on_epoch: OnEpoch | None,
    should_stop: ShouldStop | None,
) -> History:
    """Go through epochs until they are done, nothing gets better, or somebody stops.

    Parameters
    ----------
    config : FitConfig
    learn : callable
        Goes through one epoch; gives its ``loss`` and ``accuracy``.
    predict : callable
        Inputs -> probabilities, by the weights of now.
    keep : callable
        Called after an epoch that is the best one so far on the validation data, to keep the weights of then.
    validation, on_epoch, should_stop
        As in `Model.fit`.

    Returns
    -------
    History
    """
    history = History()
    for _ in range(config.epochs):
        logs = await learn()
        if validation:
            X, Y = validation
            y_proba = await predict(X)
            logs["val_loss"] = log_loss(Y, y_proba)
            logs["val_accuracy"] = accuracy_score(Y.argmax(axis=1), y_proba.argmax(axis=1))
        history.append(logs)
        if validation and history.best_epoch == len(history["loss"]):
            keep()
        if on_epoch:
            on_epoch(history.copy())
        if (should_stop and should_stop()) or history.is_stale(config.patience):
            break
    return history
