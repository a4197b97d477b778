"""Features in a form that is quick to learn from: around their mean, of variance 1, no more columns than rows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engines import Array, Engine, Matrix, NumpyMatrix, StoredMatrix, StoredRows
from ..threads import in_thread

_ON_HOST = 2_000_000  # Multiplications that numpy does sooner than an engine gets the numbers.
_MOST_ROWS = 1500  # Of more, the products of all pairs would take longer than they save.
# Of the diagonal: what makes products with rounding errors a positive definite matrix; those of long rows need more.
_JITTERS = (1e-5, 1e-4)


async def hold(engine: Engine, X: Array | StoredRows, n_columns: int) -> Matrix:
    """Put a matrix where it is soonest multiplied with one of so many columns.

    Parameters
    ----------
    engine : Engine
    X : ndarray of shape (N, D), float32, or StoredRows
    n_columns : int

    Returns
    -------
    Matrix
    """
    if isinstance(X, StoredRows):
        return StoredMatrix(X)
    return NumpyMatrix(X) if X.size * n_columns <= _ON_HOST else await engine.load_matrix(X)


def _root(products: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Cholesky's triangle of products; None where there is none, as with an engine that computes with 16 bits."""
    # Photos that are all alike have products of 0.
    scale = max(products.diagonal().mean(), 1e-12)
    for jitter in _JITTERS:
        with suppress(np.linalg.LinAlgError):
            root: NDArray[np.float64] = np.linalg.cholesky(products + jitter * scale * np.eye(len(products)))
            if np.isfinite(root).all():  # Pyodide's numpy gives nan instead of an error.
                return root
    return None


@dataclass(frozen=True)
class Compact:
    """Rows whose scalar products are those of features around their mean, divided by their variance.

    A head with a bias and a penalty on its weights' squares learns the same of both.

    Parameters
    ----------
    X : ndarray of shape (N, n_columns), float32, or StoredRows
    n : int
        How many rows, the first ones, are to learn from.
    variance : float
        Mean squared distance of their features to the mean.
    """

    X: Array | StoredRows
    n: int
    variance: float
    _mean: NDArray[np.float64]
    _features: Array | StoredRows
    _root: NDArray[np.float64] | None

    @classmethod
    async def make(cls, engine: Engine, features: Array | StoredRows, n: int) -> Compact:
        """Of features (N, D), whose first ``n`` rows are those to learn from."""
        if isinstance(features, StoredRows):
            mean, variance = await in_thread(features[:n].moments)
            variance = variance or 1.0
            scaled = features.scaled(mean.astype(np.float32), variance**-0.5)
            return cls(scaled, n, variance, mean, scaled, None)
        mean = features[:n].mean(axis=0, dtype=np.float64)
        X = features - mean.astype(np.float32)
        variance = float(np.square(X[:n]).sum(dtype=np.float64) / n) or 1.0
        X /= np.float32(np.sqrt(variance))
        if len(X) > min(X.shape[1], _MOST_ROWS):
            return cls(X, n, variance, mean, X, None)
        matrix = await hold(engine, X, len(X))
        try:
            products = (await matrix.times(X.T)).astype(np.float64)
        finally:
            matrix.dispose()
        root = _root(products)
        return cls(X if root is None else root.astype(np.float32), n, variance, mean, X, root)

    @property
    def learned(self) -> Array | StoredRows:
        """The rows to learn from; a triangle has no others' columns."""
        if isinstance(self.X, StoredRows) or self._root is None:
            return self.X[: self.n]
        return np.ascontiguousarray(self.X[: self.n, : self.n])

    def restore(self, kernel: NDArray[np.float64], bias: NDArray[np.float64]) -> tuple[Array, Array]:
        """Kernel (D, n_units) and bias for the features themselves, of those for the rows."""
        if self._root is not None and not isinstance(self._features, StoredRows):
            kernel = (self._features.T @ np.linalg.solve(self._root.T, kernel).astype(np.float32)).astype(np.float64)
        kernel = kernel / np.sqrt(self.variance)
        return kernel.astype(np.float32), (bias - self._mean @ kernel).astype(np.float32)
