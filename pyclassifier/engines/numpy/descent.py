"""Adam, as TensorFlow.js computes it."""

from __future__ import annotations

import numpy as np

from ..base import Array

_BETA_1, _BETA_2, _EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-7)


class Adam:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980), with epsilon added after the bias correction, as tf.js's has it.

    Keras adds it before, by which histories come to differ in the second digit.

    Parameters
    ----------
    learning_rate : float
    """

    def __init__(self, learning_rate: float) -> None:
        self._learning_rate = np.float32(learning_rate)
        self._moments: dict[str, tuple[Array, Array]] = {}
        self._n_steps = 1

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
        mean = first / np.float32(1 - float(_BETA_1) ** self._n_steps)
        square = second / np.float32(1 - float(_BETA_2) ** self._n_steps)
        weights -= self._learning_rate * mean / (np.sqrt(square) + _EPSILON)

    def next_step(self) -> None:
        """Tell that all weights were moved once."""
        self._n_steps += 1
