"""The history of a training: one value per epoch of each figure."""

from __future__ import annotations


class History(dict[str, list[float]]):
    """Figures of a training by epoch, under Keras's names: a dict that notebooks show as curves.

    Keys are ``loss`` and ``accuracy`` and, with validation photos, ``val_loss`` and ``val_accuracy``; losses are mean
    categorical cross-entropy in nats, accuracies shares in 0..1.

    Examples
    --------
    >>> history = History(loss=[0.9, 0.4], accuracy=[0.6, 0.8])
    >>> history["loss"][-1]
    0.4
    """

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
        return History({name: list(values) for name, values in self.items()})

    def _repr_html_(self) -> str:
        from .display.charts import history_html

        return history_html(self)
