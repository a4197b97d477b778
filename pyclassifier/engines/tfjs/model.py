"""A model in TensorFlow.js, driven from Pyodide."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import js
import numpy as np
from numpy.typing import NDArray
from pyodide.ffi import JsException, to_js

from ...backbones import Topology, Weights
from ...errors import EngineError
from ...history import History
from ...progress import OnEpoch, ShouldStop
from ...sentences import Value
from ..base import Array, FitConfig, Inputs, OnStep
from ..epochs import run_epochs
from .backends import backend_of
from .graphics import Held, ResetError, answered, noticing_resets
from .steps import Steps

_FEW = 64  # Pictures to judge by at a time: as quick as all of them, and no more memory than training takes.


class TfjsModel:
    """A tf.js `LayersModel`; made by `TfjsEngine`.

    Parameters
    ----------
    tf : JsProxy
    model : JsProxy
    topology : dict
    weights : dict of str to ndarray
        Its weights.
    renew : callable
        Makes the `LayersModel` again, with other weights where it gets some, and gives the weights that it has.
    """

    def __init__(
        self,
        tf: Any,
        model: Any,
        topology: Topology,
        weights: Weights,
        renew: Callable[[Weights | None], Awaitable[tuple[Any, Weights]]],
    ) -> None:
        self._tf = tf
        self._renew = renew
        self._trained: Weights | None = None
        self._take_in(model, weights)
        self._batch_sizes: set[int] = set()
        self.topology = topology

    def _take_in(self, model: Any, weights: Weights) -> None:
        self._model = model
        self._held = Held(self._tf)
        # Where tensors cannot be read at once, what they hold is known here as well: when it is made, and after each
        # epoch.
        if not self._held.at_once:
            self._trained = weights

    async def predict(self, X: Array) -> Array:
        """Map a batch (N, ...) float32 to the outputs (N, n_outputs) float32."""
        return await self._map(lambda: self._model, X)

    async def feature_map(self, X: Array) -> Array:
        """Map a batch to what the last layer gets; see `Predictor.feature_map`."""
        layers = self._model.layers
        if len(layers) != 2 or not hasattr(layers[0], "predictOnBatch"):
            raise EngineError("no-feature-extractor")
        return await self._map(lambda: self._model.layers[0], X)

    async def _map(self, choose: Callable[[], Any], X: Array) -> Array:
        await self._revive()
        try:
            return await self._map_once(choose(), X)
        except ResetError:
            await self._revive()
            return await self._map_once(choose(), X)

    async def _map_once(self, model: Any, X: Array) -> Array:
        async with noticing_resets(self._tf):
            return await self._map_batch(model, X)

    async def _map_batch(self, model: Any, X: Array) -> Array:
        with engine_errors("predict-failed"), shared_shaders(self._tf, X.ndim == 2):
            x = self._tensor(self._padded(X))
            try:
                return (await self._predict(x, model))[: len(X)]
            finally:
                x.dispose()

    async def _revive(self) -> None:
        """Have the weights in place, also after a reset, and where tf.js cannot move them to another backend."""
        if await self._held.is_gone():
            self._model.dispose()
            self._take_in(*await self._renew(self._trained))

    async def _predict(self, x: Any, model: Any) -> Array:
        y = model.predictOnBatch(x)
        try:
            return await self._read(y)
        finally:
            y.dispose()

    async def _read(self, tensor: Any) -> Array:
        values = await answered(self._tf, tensor.data())
        return np.asarray(values.to_py(), np.float32).reshape(tuple(tensor.shape))

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
        """Train in place; see `Model.fit`."""
        await self._revive()
        rng = np.random.default_rng(config.random_state)
        _tell_precision(self._tf)
        steps = Steps(self._tf, self._model, config, config.count_steps(len(X)), on_step)
        best: list[Any] = []
        best_known = None

        def keep() -> None:
            nonlocal best_known
            _dispose(best)
            best[:] = [weight.clone() for weight in self._model.getWeights()]
            best_known = self._trained

        try:
            async with noticing_resets(self._tf):
                with engine_errors("train-failed"), shared_shaders(self._tf, X.ndim == 2):
                    history = await run_epochs(
                        config,
                        lambda: self._fit_epoch(steps, X, Y, rng.permutation(len(X)), config.batch_size),
                        lambda inputs: self._predict_in_batches(inputs, max(config.batch_size, _FEW)),
                        keep,
                        validation=validation,
                        on_epoch=on_epoch,
                        should_stop=should_stop,
                    )
        except BaseException:
            if not self._held.at_once:
                self._held.let_go()  # It goes on with what is known, not with the half of an epoch.
            raise
        finally:
            if best:
                self._model.setWeights(to_js(best))
                self._trained = best_known
            _dispose(best)
            steps.dispose()
        if self._held.at_once:
            self._trained = self.weights()
        return history

    async def _fit_epoch(
        self, steps: Steps, X: Inputs, Y: Array, order: NDArray[np.int64], batch_size: int
    ) -> dict[str, float]:
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            x, y = self._tensor(X[rows]), self._tensor(Y[rows])
            try:
                await steps.take(x, y)
            finally:
                _dispose((x, y))
        logs = await steps.end_epoch(len(X))
        if not self._held.at_once:
            tensors = {str(weight.originalName): weight.read() for weight in self._model.weights}
            self._trained = {name: await self._read(tensor) for name, tensor in tensors.items()}
        return logs

    async def _predict_in_batches(self, X: Inputs, size: int) -> Array:
        rows = []
        for start in range(0, len(X), size):
            x = self._tensor(X[start : start + size])
            try:
                rows.append(await self._predict(x, self._model))
            finally:
                x.dispose()
        return np.concatenate(rows)

    def weights(self) -> dict[str, Array]:
        """Weights by name, such as ``head_hidden/kernel``."""
        if not self._held.at_once and self._trained is not None:
            known = self._trained
            names = [str(weight.originalName) for weight in self._model.weights]
            return {name: np.array(known[name], np.float32) for name in names}
        named: dict[str, Array] = {}
        with engine_errors("weights-failed"):
            for weight in self._model.weights:
                tensor = weight.read()
                values = np.asarray(tensor.dataSync().to_py(), np.float32)
                named[str(weight.originalName)] = values.reshape(tuple(tensor.shape))
        if self._held.is_lost:
            raise ResetError  # What was read are zeros.
        return named

    def dispose(self) -> None:
        """Free the weights. Harmless when repeated."""
        if self._model is not None:
            self._model.dispose()
            self._model = None

    def _padded(self, X: Array) -> Array:
        """Where each new batch size costs a compilation of all shaders, fill up to one that was seen before."""
        if not backend_of(self._tf).pads_batches:
            return X
        n_samples = len(X)
        seen = [size for size in self._batch_sizes if n_samples <= size <= 2 * n_samples]
        # A small batch that is new goes up to a power of two, which the next ones can share.
        size = min(seen, default=n_samples if n_samples > 8 else 1 << (n_samples - 1).bit_length())
        self._batch_sizes.add(size)
        return np.concatenate([X, np.zeros((size - n_samples, *X.shape[1:]), X.dtype)])

    def _tensor(self, array: Inputs) -> Any:
        return to_tensor(self._tf, array)


def to_tensor(tf: Any, array: Inputs) -> Any:
    """An array as a tensor, to be disposed of."""
    array = np.ascontiguousarray(array, np.float32)
    # tf.js keeps the typed array until the upload: it must be a copy of its own, not a view of wasm memory.
    values = js.Float32Array.new(array.size)
    values.assign(array.reshape(-1))
    return tf.tensor(values, to_js(list(array.shape)), "float32")


@contextmanager
def shared_shaders(tf: Any, shared: bool = True) -> Iterator[None]:
    """Let batches of different sizes share shaders for a while, by a flag of the backend, where it has one.

    Not for convolutions: with WebGL's flag their gradients come out wrong in tf.js 4.22 (tests/test_engines.py).
    A head's shaders are many, small and seldom run, so compiling them is most of the time it takes; a
    backbone's run faster with fixed shapes.
    """
    flag = backend_of(tf).shapes_flag
    if not flag:
        yield
        return
    env = tf.env()
    before = env.get(flag)
    env.set(flag, shared or before)
    try:
        yield
    finally:
        env.set(flag, before)


def _tell_precision(tf: Any) -> None:
    """Tell tf.js that it computes with 32 bits, where it does and takes them for 16.

    Its Adam and its loss then have an epsilon of 1e-4 instead of 1e-7, and a training gives something else than on the
    other backends, and than Keras's (tf.js 4.22 on WebGL, https://github.com/tensorflow/tfjs/issues/6980).
    """
    flag = backend_of(tf).float32_flag
    if flag and tf.env().getBool(flag):
        tf.backend().floatPrecisionValue = 32


def _dispose(tensors: Iterable[Any]) -> None:
    for tensor in tensors:
        if tensor is not None:
            tensor.dispose()


def to_object(data: dict[str, Any], **proxies: Any) -> Any:
    """Plain data as a JavaScript object, proxies among its values."""
    # By way of JSON: `to_js` would make undefined of None, where tf.js's layer configs want null.
    converted = js.JSON.parse(json.dumps(data))
    for name, value in proxies.items():
        setattr(converted, name, value)
    return converted


@contextmanager
def engine_errors(code: str, **values: Value) -> Iterator[None]:
    """Turn errors of TensorFlow.js into an `EngineError` that says what it was doing."""
    try:
        yield
    except JsException as error:
        raise EngineError(code, **values, error=str(error)) from error
