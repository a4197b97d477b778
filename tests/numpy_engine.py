"""A real, small tensor engine in numpy: what most tests run on, so that they need no browser.

It implements the same contract as the tf.js engine (tests/test_engines.py holds both to it): heads and small networks
are really trained with Adam on cross-entropy. Only its backbone is a stand-in: colour and texture figures per cell.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from numpy_layers import Backward, run_layer

from pyclassifier.backbones import (
    CATALOG,
    DEFAULT_BACKBONE,
    LayerSummary,
    ModelCard,
    NetworkSummary,
    ReadWeights,
    Topology,
    Weights,
    encode_weights,
    feature_extractor,
    head,
    initial_weights,
    sequential,
)
from pyclassifier.engines import Array, FitConfig
from pyclassifier.history import History

EPSILON = 1e-7  # Keras's
N_CLASSES = 1000  # ImageNet's
N_FEATURES = 25


class NumpyEngine:
    name = "numpy-double"
    backend = "numpy"
    backends = ("numpy",)
    renderer = ""
    software = False

    def __init__(self) -> None:
        self.store = StandInStore()
        self.live: set[NumpyModel | NumpyMatrix] = set()
        self.n_predicted = 0

    async def load(self) -> NumpyEngine:
        return self

    async def set_backend(self, name: str) -> None:
        self.backend = name

    async def warm_up(self) -> None:
        pass

    async def load_matrix(self, X: Array) -> NumpyMatrix:
        matrix = NumpyMatrix(self, X.copy())
        self.live.add(matrix)
        return matrix

    async def build(self, topology: Topology, weights: Weights | ReadWeights) -> NumpyModel:
        weights = await weights() if callable(weights) else weights
        model = NumpyModel(self, topology, {name: array.copy() for name, array in weights.items()})
        self.live.add(model)
        return model

    def memory(self) -> dict[str, int]:
        arrays = [array for model in self.live for array in model._weights.values()]
        return {"numTensors": len(arrays), "numBytes": sum(array.nbytes for array in arrays)}


class StandInStore:
    """Backbones of colour and texture figures; networks of these, and random weights from there to 1000 classes."""

    async def read(self, path: str) -> bytes:
        name, *part = path.split("/")
        card = CATALOG.get(name) or replace(CATALOG[DEFAULT_BACKBONE], name=name)
        features, weights = _backbone(card), {"conv1/kernel": np.ones((1,), np.float32)}
        if name == "imagenet_classes.json":
            return json.dumps([(f"n{i:08}", f"class {i}") for i in range(N_CLASSES)]).encode()
        if part == ["summary.json"]:
            layers = _flat(feature_extractor(features, card.input_size, "avg"))
            counts = zip(layers, (0, N_FEATURES, 0), strict=True)
            summary = [LayerSummary(one["config"]["name"], one["class_name"], None, n, n) for one, n in counts]
            return json.dumps(NetworkSummary(name, tuple(summary), card.feature_layer).to_dict()).encode()
        topology = features
        if part[0] == "classification":
            topology = sequential("classes", [_POOLING, *head(N_FEATURES, 16, N_CLASSES)["config"]["layers"]])
            weights = initial_weights(head(N_FEATURES, 16, N_CLASSES), np.random.default_rng(0))
        entries, data = encode_weights(weights)
        manifest = [{"paths": ["weights.bin"], "weights": entries}]
        model = json.dumps({"modelTopology": topology, "weightsManifest": manifest}).encode()
        return data if part[1] == "weights.bin" else model


_POOLING = {"class_name": "GlobalAveragePooling2D", "config": {"name": "pooling"}}


def _backbone(card: ModelCard) -> Topology:
    return {
        "class_name": "Model",
        "config": {
            "name": card.name,
            "layers": [
                {
                    "class_name": "InputLayer",
                    "name": "input_1",
                    "config": {"name": "input_1", "batch_input_shape": [None, 224, 224, 3], "dtype": "float32"},
                    "inbound_nodes": [],
                },
                {
                    "class_name": "Cells",
                    "name": card.feature_layer,
                    "config": {"name": card.feature_layer, "stride": card.stride},
                    "inbound_nodes": [[["input_1", 0, 0, {}]]],
                },
            ],
            "input_layers": [["input_1", 0, 0]],
            "output_layers": [[card.feature_layer, 0, 0]],
        },
    }


class NumpyModel:
    def __init__(self, engine: NumpyEngine, topology: Topology, weights: dict[str, Array]) -> None:
        self.engine = engine
        self.topology = topology
        self._weights = weights

    async def predict(self, X: Array) -> Array:
        assert X.dtype == np.float32 and X.flags.c_contiguous
        self.engine.n_predicted += len(X)
        return self._forward(X)[0].astype(np.float32)

    async def feature_map(self, X: Array) -> Array:
        return self._run(_flat(self.topology)[:-1], X, None)[0].astype(np.float32)

    def _forward(self, X: Array, rng: np.random.Generator | None = None) -> tuple[Array, list[Backward]]:
        """Output, and what undoes each layer; with `rng`, as in training."""
        return self._run(_flat(self.topology), X, rng)

    def _run(self, layers: list[Topology], X: Array, rng: np.random.Generator | None) -> tuple[Array, list[Backward]]:
        undo, outputs = [], {}
        for layer in layers:
            (nodes,) = layer.get("inbound_nodes") or [[]]
            x = [outputs[name] for name, *_ in nodes] or [X]  # Of a layer that names none: what came last.
            X, backward = run_layer(layer, x if layer["class_name"] == "Concatenate" else x[0], self._weights, rng)
            outputs[layer["config"]["name"]] = X
            undo.append(backward)
        return X, undo

    async def fit(self, X, Y, config: FitConfig, *, validation=None, on_epoch=None, should_stop=None) -> History:
        rng = np.random.default_rng(config.random_state)
        moments = {name: (np.zeros_like(w), np.zeros_like(w)) for name, w in self._weights.items()}
        history = History()
        best: dict[str, Array] = {}
        step = 0
        try:
            for _ in range(config.epochs):
                step = self._fit_epoch(X, Y, config, moments, step, rng, validation, history)
                if validation and history.best_epoch == len(history["loss"]):
                    best = self.weights()
                if on_epoch:
                    on_epoch(history.copy())
                if (should_stop and should_stop()) or history.is_stale(config.patience):
                    break
        finally:
            self._weights.update(best)
        return history

    def _fit_epoch(self, X, Y, config, moments, step, rng, validation, history) -> int:
        order = rng.permutation(len(X))
        losses, hits = [], []
        for start in range(0, len(X), config.batch_size):
            batch = order[start : start + config.batch_size]
            step += 1
            penalty = config.l2 * sum((w**2).sum() for name, w in self._weights.items() if name.endswith("/kernel"))
            p = self._step(X[batch], Y[batch], config, moments, step, rng)
            losses += (_cross_entropy(Y[batch], p) + penalty).tolist()
            hits += (p.argmax(1) == Y[batch].argmax(1)).tolist()
        logs = {"loss": np.mean(losses), "accuracy": np.mean(hits)}
        if validation:
            p = self._forward(validation[0])[0]
            logs["val_loss"] = _cross_entropy(validation[1], p).mean()
            logs["val_accuracy"] = (p.argmax(1) == validation[1].argmax(1)).mean()
        history.append({name: float(value) for name, value in logs.items()})
        return step

    def _step(self, X, Y, config, moments, step, rng) -> Array:
        p, undo = self._forward(X, rng)
        delta = (p * Y.sum(axis=1, keepdims=True) - Y) / len(X)
        gradients: dict[str, Array] = {}
        for backward in reversed(undo):
            delta, own = backward(delta)
            gradients |= own
        for name, gradient in gradients.items():
            if name.endswith("/kernel"):
                gradient = gradient + 2 * config.l2 * self._weights[name]
            m, v = moments[name]
            m += 0.1 * (gradient - m)
            v += 0.001 * (gradient**2 - v)
            change = (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + EPSILON)
            self._weights[name] -= (config.learning_rate * change).astype(np.float32)
        return p

    def weights(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self._weights.items()}

    def dispose(self) -> None:
        self.engine.live.discard(self)


class NumpyMatrix:
    def __init__(self, engine: NumpyEngine, X: Array) -> None:
        self.engine = engine
        self._weights = {"matrix": X}

    async def times(self, W: Array) -> Array:
        assert W.dtype == np.float32
        return self._weights["matrix"] @ W

    async def transposed_times(self, R: Array) -> Array:
        assert R.dtype == np.float32
        return self._weights["matrix"].T @ R

    def dispose(self) -> None:
        self.engine.live.discard(self)


def _flat(topology: Topology) -> list[Topology]:
    layers = topology["config"].get("layers")
    return [topology] if layers is None else [leaf for layer in layers for leaf in _flat(layer)]


def _cross_entropy(Y: Array, p: Array) -> Array:
    return -(Y * np.log(np.clip(p, EPSILON, 1))).sum(axis=1)
