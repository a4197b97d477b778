"""What a tensor engine offers: numpy in, numpy out; no tensor of its own ever leaves it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..backbones import ReadWeights, Topology, Weights, WeightStore
from ..errors import EngineError
from ..history import History
from ..progress import OnEpoch, ShouldStop
from .stored_rows import StoredRows

Array = NDArray[np.float32]
Inputs = Array | NDArray[np.float16] | StoredRows
OnStep = Callable[[int, int], None]
_WARM_UP = 20  # Steps in which a learning rate rises: Adam's first ones are of full size whatever the gradients say.


@dataclass(frozen=True)
class FitConfig:
    """How to train: Adam (Kingma & Ba 2015, arXiv:1412.6980) on categorical cross-entropy.

    Parameters
    ----------
    epochs : int
        Passes over the training set.
    batch_size : int
        Samples per step.
    learning_rate : float
        Adam's step size.
    random_state : int
        Seed of the order in which samples are seen.
    patience : int, optional
        Stop once ``val_loss`` has not got lower for so many epochs, as `keras.callbacks.EarlyStopping`; None goes on.
    l2 : float
        What the sum of all squared kernels, not of biases, counts in the loss, as `keras.regularizers.L2`.
    rates : mapping of str to float
        Learning rates of layers, by their names, that learn at another one.
    schedule : {"constant", "linear"}
        Whether the rates stay, or rise over the first 20 steps and go down evenly to 0 at the end.

    Raises
    ------
    ValueError
        A figure out of range.

    Examples
    --------
    >>> FitConfig(epochs=0)
    Traceback (most recent call last):
    ValueError: Expected epochs to be a whole number of at least 1, got 0.
    """

    epochs: int = 20
    batch_size: int = 16
    learning_rate: float = 1e-3
    random_state: int = 0
    patience: int | None = None
    l2: float = 0.0
    rates: Mapping[str, float] = field(default_factory=dict)
    schedule: Literal["constant", "linear"] = "constant"

    def count_steps(self, n_samples: int) -> int:
        """Count the steps that are planned.

        Parameters
        ----------
        n_samples : int

        Returns
        -------
        int
        """
        return self.epochs * math.ceil(n_samples / self.batch_size)

    def rate_of(self, weight: str) -> float:
        """Find the learning rate of a weight.

        Parameters
        ----------
        weight : str
            Its name, such as ``conv_1/kernel``.

        Returns
        -------
        float
        """
        return self.rates.get(weight.split("/")[0], self.learning_rate)

    def rate_share(self, step: int, n_steps: int) -> float:
        """What the learning rates of a step are multiplied by.

        Parameters
        ----------
        step, n_steps : int
            Its number, from 0, and how many are planned.

        Returns
        -------
        float
            In 0..1.
        """
        return 1.0 if self.schedule == "constant" else min(1.0, (step + 1) / _WARM_UP) * (1 - step / n_steps)

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience"):
            value = getattr(self, name)
            if (name, value) != ("patience", None) and (not isinstance(value, int) or value < 1):
                raise ValueError(f"Expected {name} to be a whole number of at least 1, got {value!r}.")
        for rate in (self.learning_rate, *self.rates.values()):
            if not 0 < rate < float("inf"):
                raise ValueError(f"Expected learning_rate to be above 0, got {rate!r}.")
        if not 0 <= self.l2 < float("inf"):
            raise ValueError(f"Expected l2 to be at least 0, got {self.l2!r}.")


class Predictor(Protocol):
    """A model of an engine that maps batches to outputs until it is disposed."""

    topology: Topology

    async def predict(self, X: Array) -> Array:
        """Map a batch (N, ...) float32 to the outputs (N, n_outputs) float32."""

    async def feature_map(self, X: Array) -> Array:
        """Map a batch to what the last layer gets: of an extractor, the maps (N, h, w, channels) that it pools."""

    def weights(self) -> dict[str, Array]:
        """Weights by name, such as ``head_hidden/kernel``."""

    def dispose(self) -> None:
        """Free what the engine holds for this model. Harmless when repeated."""


class Model(Predictor, Protocol):
    """A model that lives in an engine, and can be trained there."""

    async def fit(
        self,
        X: Inputs,
        Y: Array,
        config: FitConfig,
        *,
        validation: tuple[Inputs, Array] | None = None,
        on_epoch: OnEpoch | None = None,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
    ) -> History:
        """Train in place on X (N, n_features) and one-hot Y (N, n_classes), its rows times the weights of the samples.

        X, and that of the validation, may be of 16 bits, or in a file: no more of it than a batch need be of 32, or in
        memory.

        Returns one value per finished epoch under Keras's names: loss, accuracy and, with validation data,
        val_loss, val_accuracy. ``on_epoch`` gets the history so far after each epoch, ``on_step`` now and then the
        number of steps done, and of all that are planned; what they raise ends the training. Once ``should_stop()`` is
        true, or the patience at its end, no further epoch starts. With validation data the model keeps the weights of
        the history's ``best_epoch``, however the training ends.
        """


class Matrix(Protocol):
    """A matrix (N, D) float32 that lives in an engine, to be multiplied there again and again until it is disposed."""

    async def times(self, W: Array) -> Array:
        """Multiply with W (D, n) float32 from the right: (N, n) float32."""

    async def transposed_times(self, R: Array) -> Array:
        """Multiply the transposed one with R (N, n) float32 from the right: (D, n) float32."""

    def dispose(self) -> None:
        """Free what the engine holds of it. Harmless when repeated."""


@dataclass
class StoredModel:
    """A model outside of any engine, such as one on its way to another process: `Engine.build` makes it work again.

    Parameters
    ----------
    topology : dict
    stored : mapping of str to ndarray, float32
        Its weights.
    """

    topology: Topology
    stored: Weights

    async def predict(self, X: Array) -> Array:
        """Refuse: it is in no engine."""
        raise EngineError("stored-model")

    feature_map = predict

    async def fit(self, X: Inputs, Y: Array, config: FitConfig, **others: Any) -> History:
        """Refuse: it is in no engine."""
        raise EngineError("stored-model")

    def weights(self) -> dict[str, Array]:
        """Weights by name."""
        return dict(self.stored)

    def dispose(self) -> None:
        """There is nothing to free."""


class Engine(Protocol):
    """A library that does tensor arithmetic.

    Attributes
    ----------
    name : str
        Such as ``tfjs 4.22.0``, for the run record.
    backend : str
        What computes, such as ``webgl``.
    renderer : str
        What graphics processor that runs on, as far as it is known; "" where there is none.
    store : WeightStore
        Where published weights come from.
    """

    name: str
    renderer: str
    store: WeightStore

    @property
    def backend(self) -> str: ...

    async def build(self, topology: Topology, weights: Weights | ReadWeights) -> Model:
        """Build a model from a topology and all of its weights.

        Of what reads the weights nothing is kept; an engine that loses its memory reads them again.
        """

    async def load_matrix(self, X: Array) -> Matrix:
        """Take in a matrix (N, D) float32."""

    def memory(self) -> dict[str, int]:
        """``numTensors`` and ``numBytes`` that the engine holds now."""
