"""A matrix in TensorFlow.js, driven from Pyodide."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Array
from .graphics import Held, ResetError, answered, noticing_resets
from .model import engine_errors, shared_shaders, to_tensor


class TfjsMatrix:
    """A matrix to multiply with; made by `TfjsEngine`.

    Parameters
    ----------
    tf : JsProxy
    X : ndarray of shape (N, D), float32
    """

    def __init__(self, tf: Any, X: Array) -> None:
        self._tf = tf
        self._X = X
        self._tensor: Any = None
        self._held = Held(tf)

    async def times(self, W: Array) -> Array:
        """X @ W."""
        return await self._multiply(W, transposed=False)

    async def transposed_times(self, R: Array) -> Array:
        """X.T @ R."""
        return await self._multiply(R, transposed=True)

    async def _multiply(self, other: Array, transposed: bool) -> Array:
        try:
            return await self._multiply_once(other, transposed)
        except ResetError:
            return await self._multiply_once(other, transposed)

    async def _multiply_once(self, other: Array, transposed: bool) -> Array:
        if await self._held.is_gone():
            self.dispose()
            self._held = Held(self._tf)
        async with noticing_resets(self._tf):
            return await self._product(other, transposed)

    async def _product(self, other: Array, transposed: bool) -> Array:
        with engine_errors("train-failed"), shared_shaders(self._tf):
            if self._tensor is None:
                self._tensor = to_tensor(self._tf, self._X)
            right = to_tensor(self._tf, other)
            product = None
            try:
                product = self._tf.matMul(self._tensor, right, transposed, False)
                values = await answered(self._tf, product.data())
                return np.asarray(values.to_py(), np.float32).reshape(tuple(product.shape))
            finally:
                right.dispose()
                if product is not None:
                    product.dispose()

    def dispose(self) -> None:
        """Free the tensor. Harmless when repeated."""
        if self._tensor is not None:
            self._tensor.dispose()
            self._tensor = None
