"""What is computed of rows in a file: products, as a `Matrix` has them, and predictions."""

from __future__ import annotations

import numpy as np

from ..threads import in_thread
from .base import Array, Inputs, Predictor
from .stored_rows import StoredRows


class StoredMatrix:
    """Rows of a file as a matrix to multiply with, see `Matrix`: each product reads them once.

    Parameters
    ----------
    rows : StoredRows
    """

    def __init__(self, rows: StoredRows) -> None:
        self._rows = rows

    async def times(self, W: Array) -> Array:
        """X @ W."""
        return await in_thread(self._times, W)

    async def transposed_times(self, R: Array) -> Array:
        """X.T @ R."""
        return await in_thread(self._transposed_times, R)

    def _times(self, W: Array) -> Array:
        found = np.empty((len(self._rows), W.shape[1]), np.float32)
        for rows, X in self._rows.blocks():
            found[rows] = X @ W
        return found

    def _transposed_times(self, R: Array) -> Array:
        found = np.zeros((self._rows.shape[1], R.shape[1]))
        for rows, X in self._rows.blocks():
            found += X.T @ R[rows]
        return found.astype(np.float32)

    def dispose(self) -> None:
        """There is nothing to free."""


async def predict_rows(model: Predictor, X: Inputs) -> Array:
    """Predict rows, those of a file some at a time.

    Parameters
    ----------
    model : Predictor
        Of rows of features.
    X : ndarray of shape (N, n_features), float32 or float16, or StoredRows

    Returns
    -------
    ndarray of shape (N, n_outputs), float32
    """
    if not isinstance(X, StoredRows):
        return await model.predict(np.asarray(X, np.float32))
    found: Array | None = None
    for rows, block in X.blocks():
        y = await model.predict(block)
        found = np.empty((len(X), y.shape[1]), np.float32) if found is None else found
        found[rows] = y
    return await model.predict(np.zeros(X.shape, np.float32)) if found is None else found
