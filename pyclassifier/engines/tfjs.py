"""TensorFlow.js as an engine, driven from Pyodide. The only file that imports js and pyodide.

Whatever tf.js allocates for a call is disposed of in that call, or in `TfjsModel.dispose`: Python's garbage collector
never frees a tensor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import js
import numpy as np
from pyodide.ffi import JsException, to_js

from ..catalog import ModelCard
from ..errors import EngineError
from ..labels import one_hot
from ..metrics import accuracy_score, log_loss
from ..summary import NetworkSummary
from ..topology import (
    Pooling,
    Topology,
    Weights,
    classification_network,
    feature_extractor,
    head,
    initial_weights,
    model_config,
)
from ..weights import encode_weights
from .base import Array, FitConfig, History, Network, OnEpoch, ShouldStop


class TfjsEngine:
    """Engine on the `tf` object of TensorFlow.js 4.

    Parameters
    ----------
    tf : JsProxy, optional
        The library; by default the global ``tf``.
    models_url : str
        Where the folders of the backbones are, as on a built site.

    Raises
    ------
    EngineError
        There is no TensorFlow.js.
    """

    def __init__(self, tf: Any = None, models_url: str = "models/") -> None:
        self._tf: Any = tf if tf is not None else getattr(js, "tf", None)
        if self._tf is None:
            raise EngineError(
                "Expected TensorFlow.js as the global `tf`, got none. "
                "Load @tensorflow/tfjs 4.22.0 before you make the engine."
            )
        self._models_url = models_url
        self.name = f"tfjs {self._tf.version_core}"

    @property
    def backend(self) -> str:
        """Name of the backend in use: webgl, wasm or cpu."""
        return str(self._tf.getBackend())

    async def set_backend(self, name: str) -> None:
        """Compute on another backend from now on; models must be built anew.

        Raises `EngineError` where the backend does not start on this machine.
        """
        with _engine_errors(f"start the backend {name!r}"):
            if not await self._tf.setBackend(name):
                raise EngineError(f"Expected a backend that works here, got {name!r}. Choose another one.")
            await self._tf.ready()

    async def load_backbone(self, card: ModelCard, pooling: Pooling) -> TfjsModel:
        """Load the features part of a backbone from the site's ``models/`` folder."""
        backbone, entries, data = await self._fetch_part(card, "features")
        return await self._load(feature_extractor(backbone, card.input_size, pooling), entries, data)

    async def load_network(self, card: ModelCard) -> Network:
        """Load both parts of a backbone, and the names of its classes, from the site's ``models/`` folder."""
        parts = [await self._fetch_part(card, part) for part in ("features", "classification")]
        classes = json.loads(await _fetch(f"{self._models_url}imagenet_classes.json", "string"))
        summary = json.loads(await _fetch(f"{self._models_url}{card.name}/summary.json", "string"))
        topology = classification_network(card, *(layers for layers, _, _ in parts))
        data = await js.Blob.new(to_js([data for _, _, data in parts])).arrayBuffer()
        model = await self._load(topology, [entry for _, entries, _ in parts for entry in entries], data)
        return Network(model, tuple((id, name) for id, name in classes), NetworkSummary.from_dict(summary))

    async def _fetch_part(self, card: ModelCard, part: str) -> tuple[Topology, list[dict[str, Any]], Any]:
        """Layers, manifest entries and weights (ArrayBuffer) of a part of a backbone."""
        folder = f"{self._models_url}{card.name}/{part}/"
        model = json.loads(await _fetch(folder + "model.json", "string"))
        (group,) = model["weightsManifest"]
        return model_config(model), group["weights"], await _fetch(folder + group["paths"][0], "arrayBuffer")

    async def build(self, topology: Topology, weights: Weights) -> TfjsModel:
        """Build a model from a topology and all of its weights."""
        entries, data = encode_weights(weights)
        return await self._load(topology, entries, to_js(data).buffer)

    async def _load(self, topology: Topology, entries: list[dict[str, Any]], data: Any) -> TfjsModel:
        # Not modelFromJSON: only this way tf.js knows that it need not draw random weights first.
        artifacts = _to_object({"modelTopology": topology, "weightSpecs": entries})
        artifacts.weightData = data
        with _engine_errors("build the model"):
            model = await self._tf.loadLayersModel(self._tf.io.fromMemory(artifacts))
            # The site's tf.js brings it (web/fuse.js): nested models, such as a backbone, with fewer kernels.
            for layer in model.layers if hasattr(self._tf, "fuseRelu6") else ():
                if layer.getClassName() == "Model" or layer.getClassName() == "Functional":
                    self._tf.fuseRelu6(layer)
        return TfjsModel(self._tf, model, topology)

    async def warm_up(self) -> None:
        """Compile what the training of any head runs on, so that the first one need not wait for it."""
        if self.backend != "webgl":
            return
        # Sizes of a usual head, with a last batch that is not full: some shaders depend on how tensors are laid out.
        topology = head(256, 100, 3)
        model = await self.build(topology, initial_weights(topology, np.random.default_rng(0)))
        X, Y = np.zeros((60, 256), np.float32), one_hot([0] * 60, 3)
        try:
            await model.fit(X, Y, FitConfig(epochs=1), validation=(X[:30], Y[:30]))
        finally:
            model.dispose()

    def memory(self) -> dict[str, int]:
        """``numTensors`` and ``numBytes`` that tf.js holds now."""
        memory = self._tf.memory()
        return {"numTensors": int(memory.numTensors), "numBytes": int(memory.numBytes)}


class TfjsModel:
    """A tf.js `LayersModel`; made by `TfjsEngine`."""

    def __init__(self, tf: Any, model: Any, topology: Topology) -> None:
        self._tf = tf
        self._model = model
        self._batch_sizes: set[int] = set()
        self.topology = topology

    async def predict(self, X: Array) -> Array:
        """Map a batch (N, ...) float32 to the outputs (N, n_outputs) float32."""
        n_samples = len(X)
        is_head = X.ndim == 2
        with _engine_errors("predict"), self._shared_shaders(is_head):
            x = self._tensor(self._padded(X))
            try:
                return (await self._predict(x))[:n_samples]
            finally:
                x.dispose()

    async def _predict(self, x: Any) -> Array:
        y = self._model.predictOnBatch(x)
        try:
            values = await y.data()
            return np.asarray(values.to_py(), np.float32).reshape(tuple(y.shape))
        finally:
            y.dispose()

    async def fit(
        self,
        X: Array,
        Y: Array,
        config: FitConfig,
        *,
        validation: tuple[Array, Array] | None = None,
        on_epoch: OnEpoch | None = None,
        should_stop: ShouldStop | None = None,
    ) -> History:
        """Train in place; see `Model.fit`."""
        rng = np.random.default_rng(config.random_state)
        history: History = {}
        x, y = self._tensor(X), self._tensor(Y)
        held_out = self._tensor(validation[0]) if validation else None
        optimizer = self._tf.train.adam(config.learning_rate)
        try:
            with _engine_errors("train"), self._shared_shaders(True):
                self._model.compile(
                    _to_object({"loss": "categoricalCrossentropy", "metrics": ["accuracy"]}, optimizer=optimizer)
                )
                for _ in range(config.epochs):
                    # tf.js shuffles without a seed, so the order comes from here, one `fit` per epoch.
                    logs = await self._fit_epoch(x, y, rng.permutation(len(X)), config.batch_size)
                    if validation:
                        y_proba = await self._predict(held_out)
                        logs["val_loss"] = log_loss(validation[1], y_proba)
                        logs["val_accuracy"] = accuracy_score(validation[1].argmax(axis=1), y_proba.argmax(axis=1))
                    for name, value in logs.items():
                        history.setdefault(name, []).append(value)
                    if on_epoch:
                        on_epoch({name: list(values) for name, values in history.items()})
                    if should_stop and should_stop():
                        break
        finally:
            for tensor in (x, y, held_out, optimizer):
                if tensor is not None:
                    tensor.dispose()
        return history

    async def _fit_epoch(self, x: Any, y: Any, order: np.ndarray, batch_size: int) -> dict[str, float]:
        index = self._tf.tensor1d(to_js(order.astype(np.int32)), "int32")
        shuffled = [self._tf.gather(x, index), self._tf.gather(y, index)]
        # yieldEvery "never": its default waits for animation frames, which do not come in a hidden tab.
        args = {"epochs": 1, "batchSize": batch_size, "shuffle": False, "yieldEvery": "never", "verbose": 0}
        try:
            run = await self._model.fit(*shuffled, _to_object(args))
        finally:
            for tensor in (index, *shuffled):
                tensor.dispose()
        logs = run.history.to_py()
        # A mean of float32 accuracies can exceed 1 by a rounding error.
        return {"loss": float(logs["loss"][0]), "accuracy": min(float(logs["acc"][0]), 1.0)}

    @contextmanager
    def _shared_shaders(self, shared: bool) -> Iterator[None]:
        """Let batches of different sizes share shaders for a while, by a flag of tf.js's WebGL backend.

        A head's shaders are many, small and seldom run, so compiling them is most of the time it takes; a
        backbone's run faster with fixed shapes.
        """
        env = self._tf.env()
        before = env.get("WEBGL_USE_SHAPES_UNIFORMS")
        env.set("WEBGL_USE_SHAPES_UNIFORMS", shared or before)
        try:
            yield
        finally:
            env.set("WEBGL_USE_SHAPES_UNIFORMS", before)

    def weights(self) -> dict[str, Array]:
        """Weights by name, such as ``head_hidden/kernel``."""
        named: dict[str, Array] = {}
        with _engine_errors("read the weights"):
            for weight in self._model.weights:
                tensor = weight.read()
                values = np.asarray(tensor.dataSync().to_py(), np.float32)
                named[str(weight.originalName)] = values.reshape(tuple(tensor.shape))
        return named

    def dispose(self) -> None:
        """Free the weights. Harmless when repeated."""
        if self._model is not None:
            self._model.dispose()
            self._model = None

    def _padded(self, X: Array) -> Array:
        """On WebGL each new batch size costs a compilation of all shaders: fill up to one that was seen before."""
        if self._tf.getBackend() != "webgl":
            return X
        n_samples = len(X)
        seen = [size for size in self._batch_sizes if n_samples <= size <= 2 * n_samples]
        # A small batch that is new goes up to a power of two, which the next ones can share.
        size = min(seen, default=n_samples if n_samples > 8 else 1 << (n_samples - 1).bit_length())
        self._batch_sizes.add(size)
        return np.concatenate([X, np.zeros((size - n_samples, *X.shape[1:]), X.dtype)])

    def _tensor(self, array: Array) -> Any:
        array = np.ascontiguousarray(array, np.float32)
        # tf.js keeps the typed array until the upload: it must be a copy of its own, not a view of wasm memory.
        values = js.Float32Array.new(array.size)
        values.assign(array.reshape(-1))
        return self._tf.tensor(values, to_js(list(array.shape)), "float32")


def _to_object(data: dict[str, Any], **proxies: Any) -> Any:
    # By way of JSON: `to_js` would make undefined of None, where tf.js's layer configs want null.
    converted = js.JSON.parse(json.dumps(data))
    for name, value in proxies.items():
        setattr(converted, name, value)
    return converted


async def _fetch(url: str, kind: str) -> Any:
    remedy = "Check the connection, or rebuild the site with this backbone (web/build.py --backbone)."
    try:
        response = await js.fetch(url)
    except JsException as error:
        raise EngineError(f"Expected {url} to load; the request failed ({error}). {remedy}") from error
    if not response.ok:
        raise EngineError(f"Expected {url} to load, got HTTP status {response.status}. {remedy}")
    return await (response.text() if kind == "string" else response.arrayBuffer())


@contextmanager
def _engine_errors(doing: str) -> Iterator[None]:
    try:
        yield
    except JsException as error:
        raise EngineError(f"TensorFlow.js could not {doing}: {error}") from error
