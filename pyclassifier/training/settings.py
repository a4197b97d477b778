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
    hidden_units, epochs, batch_size, learning_rate, patience, class_weight, validation_split, duplicate_threshold
        As in `pyclassifier.ImageClassifier`.
    random_state, augmentation, topology
        As in `pyclassifier.ImageClassifier`.

    Examples
    --------
    >>> TrainSettings(epochs=5).fit_config(n_training=1600).batch_size
    32
    """

    hidden_units: int = 100
    epochs: int = 20
    batch_size: int | None = None
    learning_rate: float = 1e-3
    patience: int | None = None
    class_weight: ClassWeight | None = None
    validation_split: float = 0.2
    duplicate_threshold: float | Literal["auto"] | None = "auto"
    random_state: int = 0
    augmentation: Augmentation | None = None
    topology: Topology | None = None

    def fit_config(self, n_training: int) -> FitConfig:
        """Settings for an engine, which trains on so many photos.

        Parameters
        ----------
        n_training : int

        Returns
        -------
        FitConfig
            Its ``batch_size`` is 16 where none is given, or the power of two with which an epoch has at most 50 steps.
        """
        chosen = {field.name: getattr(self, field.name) for field in fields(FitConfig)}
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
