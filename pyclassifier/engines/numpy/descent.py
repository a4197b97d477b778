"""Adam, as TensorFlow.js computes it."""

from __future__ import annotations

import numpy as np

from ..base import Array, FitConfig

_BETA_1, _BETA_2, _EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-7)


class Adam:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980), with epsilon added after the bias correction, as tf.js's has it.

    Keras adds it before, by which histories come to differ in the second digit.

    Parameters
    ----------
    config : FitConfig
    n_steps : int
        How many are planned.

    Attributes
    ----------
    n_done : int
        Steps so far.
    """

    def __init__(self, config: FitConfig, n_steps: int) -> None:
        self._config, self._n_planned = config, n_steps
        self._moments: dict[str, tuple[Array, Array]] = {}
        self.n_done = 0

    def move(self, name: str, weights: Array, gradient: Array) -> None:
        """Move an array of weights, in place, down its gradient.

        Parameters
        ----------
        name : str
            By which its moments are remembered.
        weights, gradient : ndarray, float32
        """
        if name not in self._moments:
            self._moments[name] = np.zeros_like(weights), np.zeros_like(weights)
        first, second = self._moments[name]
        first += (1 - _BETA_1) * (gradient - first)
        second += (1 - _BETA_2) * (np.square(gradient) - second)
        mean = first / np.float32(1 - float(_BETA_1) ** (self.n_done + 1))
        square = second / np.float32(1 - float(_BETA_2) ** (self.n_done + 1))
        rate = self._config.rate_of(name) * self._config.rate_share(self.n_done, self._n_planned)
        weights -= np.float32(rate) * mean / (np.sqrt(square) + _EPSILON)

    def next_step(self) -> None:
        """Tell that all weights were moved once."""
        self.n_done += 1
