"""How a head is trained: every figure that a training hangs on, once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from ..backbones import Topology
from ..embedding import Augmentation
from ..engines import FitConfig

_MOST_STEPS = 50

ClassWeight = Literal["balanced"] | Mapping[str, float]


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training on features; `pyclassifier.ImageClassifier` tells what each of them does.

    Parameters
    ----------
    hidden_units, l2, epochs, batch_size, learning_rate, patience, class_weight, validation_split, split_recordings
        As in `pyclassifier.ImageClassifier`.
    cv, refit, duplicate_threshold, random_state, augmentation, topology, fine_tune
        As in `pyclassifier.ImageClassifier`.

    Examples
    --------
    >>> TrainSettings(epochs=5).fit_config(n_training=1600).batch_size
    32
    """

    hidden_units: int = 0
    l2: float | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float = 1e-3
    patience: int | None = None
    class_weight: ClassWeight | None = None
    validation_split: float = 0.2
    split_recordings: bool = False
    cv: int | Literal["auto"] = "auto"
    refit: bool = True
    duplicate_threshold: float | Literal["auto"] | None = "auto"
    random_state: int = 0
    augmentation: Augmentation | None = None
    topology: Topology | None = None
    fine_tune: int | bool | None = None

    @property
    def by_descent(self) -> bool:
        """Whether all photos are learned from at once, in steps of a method that converges; else by Adam in batches."""
        return self.topology is None and (self.epochs is None or not self.hidden_units)

    @property
    def n_epochs(self) -> int | None:
        """How many epochs are planned; None where there are as many as it takes."""
        return FitConfig.epochs if self.epochs is None and not self.by_descent else self.epochs

    @property
    def chooses_epoch(self) -> bool:
        """Whether validation photos choose the epoch whose weights are kept; else it is the last one."""
        return self.n_epochs is not None or self.patience is not None

    def fit_config(self, n_training: int) -> FitConfig:
        """Settings for an engine, which trains on so many photos.

        Parameters
        ----------
        n_training : int

        Returns
        -------
        FitConfig
            Where they are not given, its ``batch_size`` is 16, or the power of two with which an epoch has at most 50
            steps, its ``epochs`` are 20, and its ``l2`` is 0.
        """
        chosen = {field.name: getattr(self, field.name) for field in fields(FitConfig) if hasattr(self, field.name)}
        for name in ("epochs", "l2"):
            if chosen[name] is None:
                del chosen[name]
        if self.batch_size is None:
            # Each step costs an engine some milliseconds whatever its size: 5,000 photos in steps of 16 take minutes.
            chosen["batch_size"] = 1 << max(4, math.ceil(math.log2(n_training / _MOST_STEPS)))
        return FitConfig(**chosen)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain data for JSON.

        Returns
        -------
        dict
            By the names of the fields.
        """
        return asdict(self)
