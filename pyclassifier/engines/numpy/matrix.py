"""A matrix that numpy multiplies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..base import Array


class NumpyMatrix:
    """A matrix to multiply with.

    Parameters
    ----------
    X : ndarray of shape (N, D), float32
    on_dispose : callable
        Called with it when it is disposed of.
    """

    n_weights = 1

    def __init__(self, X: Array, on_dispose: Callable[[NumpyMatrix], object] = lambda matrix: None) -> None:
        self._X, self._transposed = X, np.ascontiguousarray(X.T)
        self._on_dispose = on_dispose

    async def times(self, W: Array) -> Array:
        """X @ W."""
        return self._X @ np.ascontiguousarray(W.T).T  # The order in which numpy without BLAS, as Pyodide's, is quick.

    async def transposed_times(self, R: Array) -> Array:
        """X.T @ R."""
        return self._transposed @ np.ascontiguousarray(R.T).T

    @property
    def n_bytes(self) -> int:
        """What it takes."""
        return self._X.nbytes

    def dispose(self) -> None:
        """Let go of it. Harmless when repeated."""
        self._X = self._transposed = np.zeros((0, 0), np.float32)
        self._on_dispose(self)
