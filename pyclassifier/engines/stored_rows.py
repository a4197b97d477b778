"""Rows of numbers that lie in a file, read some at a time: for more of them than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from io import RawIOBase
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_AT_ONCE = 1 << 22  # Numbers that are in memory together: 16 MB.
_WASTE = 4  # So many times as much is read at once as is wanted, rather than each row by itself.


class StoredRows:
    """Rows of a file, of which a part can be taken without reading any; numpy makes an array of those it is given.

    Parameters
    ----------
    file : binary file
        Open, unbuffered, for as long as rows are read. Rows lie in it one after the other.
    dtype : dtype
        Of the numbers in it.
    n_columns : int
    index : ndarray of shape (N,), int64
        Which rows of the file these are.
    mean : ndarray of shape (n_columns,), float32, optional
        What is taken off each row as it is read.
    factor : float
        What it is multiplied by then.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO(np.arange(6, dtype=np.float32).tobytes())
    >>> rows = StoredRows(file, np.dtype(np.float32), 2, np.arange(3))
    >>> np.asarray(rows[1:]).tolist()
    [[2.0, 3.0], [4.0, 5.0]]
    """

    ndim = 2

    def __init__(
        self,
        file: RawIOBase,
        dtype: np.dtype[Any],
        n_columns: int,
        index: NDArray[np.int64],
        mean: Array | None = None,
        factor: float = 1.0,
    ) -> None:
        self.shape = (len(index), n_columns)
        self._file, self._dtype, self._index = file, dtype, index
        self._mean, self._factor = mean, factor

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.shape[0] * self.shape[1]

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, key: slice | NDArray[np.integer[Any]]) -> StoredRows:
        return StoredRows(self._file, self._dtype, self.shape[1], self._index[key], self._mean, self._factor)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        X = np.empty(self.shape, np.float32)
        for rows, block in self.blocks():
            X[rows] = block
        return X if dtype is None else X.astype(dtype, copy=False)

    def scaled(self, mean: Array, factor: float) -> StoredRows:
        """The same rows around a mean, times a factor."""
        return StoredRows(self._file, self._dtype, self.shape[1], self._index, mean, factor)

    def blocks(self) -> Iterator[tuple[NDArray[np.int64], Array]]:
        """Yield all rows, some at a time, in the order of the file: which ones, and the rows themselves."""
        n = max(1, _AT_ONCE // max(self.shape[1], 1))
        for start in range(0, len(self), n):
            rows = self._order[start : start + n]
            X = self._read(self._index[rows])
            if self._mean is not None:
                X -= self._mean
                X *= np.float32(self._factor)
            yield rows, X

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self._index, kind="stable")

    def _read(self, index: NDArray[np.int64]) -> Array:
        """Read rows of the file whose numbers go up."""
        first, n = int(index[0]), int(index[-1] - index[0]) + 1
        if n <= _WASTE * len(index):
            X: Array = self._span(first, n)[index - first].astype(np.float32)
            return X
        return np.concatenate([self._span(row, 1) for row in index.tolist()]).astype(np.float32)

    def _span(self, first: int, n: int) -> NDArray[Any]:
        X = np.empty((n, self.shape[1]), self._dtype)
        self._file.seek(first * self.shape[1] * self._dtype.itemsize)
        left = X.reshape(-1).view(np.uint8).data
        while len(left):
            n_read = self._file.readinto(left)
            if not n_read:
                raise OSError("the file of features ends too early")
            left = left[n_read:]
        return X

    def moments(self) -> tuple[NDArray[np.float64], float]:
        """The mean of the rows, and the mean squared distance to it."""
        total = np.zeros(self.shape[1])
        for _, X in self.blocks():
            total += X.sum(axis=0, dtype=np.float64)
        mean = total / len(self)
        around = self.scaled(mean.astype(np.float32), 1.0)
        squares = sum(float(np.square(X).sum(dtype=np.float64)) for _, X in around.blocks())
        return mean, squares / len(self)
