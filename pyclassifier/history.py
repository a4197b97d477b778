"""The history of a training: one value per epoch of each figure."""

from __future__ import annotations

import math

from .notebook import Shown


class History(Shown, dict[str, list[float]]):
    """Figures of a training by epoch, under Keras's names: a dict that notebooks show as curves.

    Keys are ``loss`` and ``accuracy`` and, with validation photos, ``val_loss`` and ``val_accuracy``; losses are mean
    categorical cross-entropy in nats, accuracies shares in 0..1.

    Attributes
    ----------
    converging : bool
        Whether the training went on until it had converged: then an epoch is a step of the method, and the last is
        the one that counts.

    Examples
    --------
    >>> history = History(loss=[0.9, 0.4], accuracy=[0.6, 0.8])
    >>> history["loss"][-1]
    0.4
    """

    converging: bool = False

    @property
    def best_epoch(self) -> int:
        """Number of the epoch, from 1, with the lowest ``val_loss``; of the last one where that does not choose."""
        if self.converging:
            return len(self.get("loss", ()))
        losses = [math.inf if math.isnan(loss) else loss for loss in self.get("val_loss", ())]
        return losses.index(min(losses)) + 1 if losses else len(self.get("loss", ()))

    def is_stale(self, patience: int | None) -> bool:
        """Say whether it has not got better for some time.

        Parameters
        ----------
        patience : int or None
            Epochs to wait for a lower ``val_loss``; None waits for ever.

        Returns
        -------
        bool
        """
        return patience is not None and len(self.get("loss", ())) - self.best_epoch >= patience

    def append(self, logs: dict[str, float]) -> None:
        """Add the figures of one more epoch.

        Parameters
        ----------
        logs : dict of str to float
        """
        for name, value in logs.items():
            self.setdefault(name, []).append(value)

    def copy(self) -> History:
        """Copy the figures; neither changes with the other.

        Returns
        -------
        History
        """
        copied = History({name: list(values) for name, values in self.items()})
        copied.converging = self.converging
        return copied
