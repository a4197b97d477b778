"""What heads lose on features: cross-entropy and a penalty, and their slopes; the large products are an engine's."""

from __future__ import annotations

import numpy as np

from ..engines import Array, Matrix
from .descent import Vector


class HeadLoss:
    """Loss of heads on the same features: of one, or of one without hidden layer for each of several targets.

    Parameters
    ----------
    X : Matrix
        (N, n_features).
    Y : ndarray of shape (N, n_heads, n_classes), float32
        One-hot, each head's own; rows times their weights, which are 0 for those that it is not to learn from.
    n : int
        Number of rows to learn from: losses are divided by it.
    penalty : float
        What the sum of the squared weights counts; of the first layer, where there is a hidden one.
    spread : float
        What the mean squared distance of the logits to their class's mean counts in the same sum.
    hidden_units : int
        Of the hidden layer with relu; 0 is none.
    last_penalty : float
        What the sum of the squared weights behind the hidden layer counts.

    Attributes
    ----------
    y_proba : ndarray of shape (N, n_heads, n_classes), float32
        Probabilities by the weights of the last call.
    """

    y_proba: Array

    def __init__(
        self,
        X: Matrix,
        Y: Array,
        n: int,
        penalty: float,
        *,
        spread: float = 0.0,
        hidden_units: int = 0,
        last_penalty: float = 0.0,
    ) -> None:
        self._X = X
        self._Y = Y
        self._n = n
        self._n_outputs = Y.shape[1] * Y.shape[2]
        self._weights = Y.sum(axis=2, keepdims=True)
        self._penalty = penalty
        self._spread = spread
        self._hidden_units = hidden_units
        self._last_penalty = last_penalty

    def start(self, n_features: int, rng: np.random.Generator) -> Vector:
        """Where to begin: at 0; a hidden layer, which would stay there, with normal weights."""
        if not self._hidden_units:
            return np.zeros((n_features + 1) * self._n_outputs)
        point: Vector = rng.standard_normal((n_features + 1 + self._n_outputs) * self._hidden_units)
        _, bias, last = self.parts(point)
        bias[:] = 0
        last /= np.sqrt(self._hidden_units)
        return point

    def parts(self, point: Vector) -> tuple[Vector, Vector, Vector]:
        """Kernel and bias of the first layer, and kernel of the second, which is empty where there is none."""
        n_first = len(point) - self._hidden_units * self._n_outputs
        first = point[:n_first].reshape(-1, self._hidden_units or self._n_outputs)
        return first[:-1], first[-1], point[n_first:].reshape(self._hidden_units, self._n_outputs)

    async def __call__(self, point: Vector) -> tuple[float, Vector]:
        """Value and slope at a point: all weights in the order of `parts`."""
        first, bias, last = self.parts(point)
        layer = await self._X.times(first.astype(np.float32)) + bias.astype(np.float32)
        hidden = np.maximum(layer, 0) if self._hidden_units else None
        logits = (layer if hidden is None else hidden @ last.astype(np.float32)).reshape(self._Y.shape)
        away = self._from_class_means(logits) if self._spread else None
        logits -= logits.max(axis=2, keepdims=True)
        y_proba = np.exp(logits)
        total = y_proba.sum(axis=2, keepdims=True)
        y_proba /= total
        losses = np.log(total) * self._weights
        value = (losses - (logits * self._Y).sum(axis=2, keepdims=True)).sum(dtype=np.float64) / self._n
        back = (y_proba * self._weights - self._Y) / self._n
        if away is not None:
            weighted = self._weights * (self._penalty * self._spread / self._n)
            value += (weighted * np.square(away)).sum(dtype=np.float64)
            back += 2 * weighted * away
        back = back.reshape(len(logits), -1)
        slope = np.empty_like(point)
        first_slope, bias_slope, last_slope = self.parts(slope)
        if hidden is not None:
            last_slope[:] = hidden.T @ back + 2 * self._last_penalty * last
            back = (back @ last.T.astype(np.float32)) * (hidden > 0)
            value += self._last_penalty * np.vdot(last, last)
        first_slope[:] = await self._X.transposed_times(back) + 2 * self._penalty * first
        bias_slope[:] = back.sum(axis=0)
        self.y_proba = y_proba
        return float(value + self._penalty * np.vdot(first, first)), slope

    def _from_class_means(self, logits: Array) -> Array:
        """How far each row to learn from is from the mean of its class's, by each head."""
        by_head = self._Y.transpose(1, 0, 2)
        shares = by_head / np.maximum(by_head.sum(axis=1, keepdims=True), np.float32(1e-30))
        logits = logits.transpose(1, 0, 2)
        means = np.matmul(shares.transpose(0, 2, 1), logits)
        away: Array = logits - np.matmul((by_head > 0).astype(np.float32), means)
        return away.transpose(1, 0, 2)
