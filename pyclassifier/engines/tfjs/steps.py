"""The steps of a training in TensorFlow.js: gradients, optimizers, and what each step came to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import create_proxy, to_js

from ..base import FitConfig
from .graphics import answered

_SECONDS = 0.1  # So long at most until what was asked for is waited for: then a page's word to stop gets through.


class Steps:
    """Steps of Adam on a `LayersModel`.

    Parameters
    ----------
    tf, model : JsProxy
    config : FitConfig
    n_steps : int
        How many are planned.
    on_step : callable, optional
    """

    def __init__(
        self, tf: Any, model: Any, config: FitConfig, n_steps: int, on_step: Callable[[int, int], None] | None
    ) -> None:
        self._tf, self._model, self._config = tf, model, config
        self._n_steps, self._on_step, self._n_done = n_steps, on_step, 0
        weights = list(model.trainableWeights)
        self._variables = to_js([weight.read() for weight in weights])
        self._kernels = [weight.read() for weight in weights if str(weight.originalName).endswith("/kernel")]
        names: dict[float, list[str]] = {}
        for weight in weights:
            names.setdefault(config.rate_of(str(weight.originalName)), []).append(str(weight.read().name))
        self._optimizers = [(tf.train.adam(rate), rate, those) for rate, those in names.items()]
        self._batch: Any = None
        self._compute = create_proxy(self._loss)
        self._found: list[tuple[int, Any]] = []  # Of each step since the last wait: how many samples, and figures.
        self._sums = [0.0, 0.0]
        self._waited = time.monotonic()

    def _loss(self) -> Any:
        """What the step is to make less: mean cross-entropy, and what the kernels' squares count."""
        tf, (x, y, keep) = self._tf, self._batch
        y_pred = self._model.apply(x, to_js({"training": True}, dict_converter=js.Object.fromEntries))
        # The mean as tf.js's own `fit` takes it.
        loss = tf.mean(tf.metrics.categoricalCrossentropy(y, y_pred))
        if self._config.l2:
            squares = to_js([tf.sum(tf.square(kernel)) for kernel in self._kernels])
            loss = tf.add(loss, tf.mul(tf.addN(squares), tf.scalar(self._config.l2)))
        right = tf.sum(tf.cast(tf.equal(tf.argMax(y, -1), tf.argMax(y_pred, -1)), "float32"))
        keep.append(tf.keep(tf.stack(to_js([loss, right]))))
        return loss

    async def take(self, x: Any, y: Any) -> None:
        """Take a step on a batch of tensors."""
        tf, keep = self._tf, list[Any]()
        self._batch = x, y, keep
        n = int(x.shape[0])
        try:
            found = tf.variableGrads(self._compute, self._variables)
        finally:
            self._batch = None
            self._found += [(n, figures) for figures in keep]
        share = self._config.rate_share(self._n_done, self._n_steps)
        try:
            for optimizer, rate, names in self._optimizers:
                optimizer.learningRate = rate * share
                gradients = [[name, js.Reflect.get(found.grads, name)] for name in names]
                optimizer.applyGradients(js.Object.fromEntries(to_js(gradients)))
        finally:
            tf.dispose(found.grads)
            tf.dispose(found.value)
        self._n_done += 1
        if time.monotonic() - self._waited > _SECONDS:
            await self._wait()

    async def _wait(self) -> None:
        while self._found:
            n, figures = self._found[0]
            loss, right = (await answered(self._tf, figures.data())).to_py()
            self._found.pop(0)
            figures.dispose()
            self._sums[0] += n * float(loss)
            self._sums[1] += float(right)
        self._waited = time.monotonic()
        if self._on_step:
            self._on_step(self._n_done, self._n_steps)

    async def end_epoch(self, n: int) -> dict[str, float]:
        """Mean loss and accuracy of the ``n`` samples since the epoch before."""
        await self._wait()
        loss, right = self._sums
        self._sums = [0.0, 0.0]
        return {"loss": loss / n, "accuracy": right / n}

    def dispose(self) -> None:
        """Free what the optimizers hold."""
        for _, figures in self._found:
            figures.dispose()
        for optimizer, _, _ in self._optimizers:
            optimizer.dispose()
        self._compute.destroy()
