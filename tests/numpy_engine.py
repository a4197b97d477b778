"""The package's own engine on numpy, over a backbone that needs no weights: colour and texture figures of cells.

What most tests run on. It counts what is predicted, and knows which of its models are still held.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from pyclassifier.backbones import (
    CATALOG,
    DEFAULT_BACKBONE,
    LayerSummary,
    ModelCard,
    NetworkSummary,
    Topology,
    encode_weights,
    feature_extractor,
    head,
    initial_weights,
    leaf_layers,
    sequential,
)
from pyclassifier.engines.numpy import RULES
from pyclassifier.engines.numpy import NumpyEngine as OwnEngine

N_CLASSES = 1000  # ImageNet's
N_FEATURES = 25


def _cells(config, parts, inputs, free):
    (x,), stride = inputs, config["stride"]
    n, size, _, channels = x.shape
    cells = x.reshape(n, size // stride, stride, size // stride, stride, channels)
    figures = [cells.mean(axis=(2, 4)), cells.std(axis=(2, 4)), np.abs(np.diff(cells, axis=2)).mean(axis=(2, 4))]
    return np.concatenate([*figures, _layout(cells)], -1)


def _layout(cells):
    """What is where in a cell, coarsely: by it two photos of one colour are told apart, and near-duplicates are not."""
    n, rows, stride, columns, _, _ = cells.shape
    k = min(4, stride)
    grey = cells.mean(axis=-1)[:, :, : stride // k * k, :, : stride // k * k]
    coarse = grey.reshape(n, rows, k, stride // k, columns, k, stride // k).mean(axis=(3, 6)).transpose(0, 1, 3, 2, 4)
    flat = coarse.reshape(n, rows, columns, k * k)
    flat = flat - flat.mean(axis=-1, keepdims=True)
    return flat / (np.linalg.norm(flat, axis=-1, keepdims=True) + 1e-3) * 0.5


class NumpyEngine(OwnEngine):
    backends = ("numpy",)
    kind = "compiled"
    software = False
    n_threads = 1
    thread_locks = ()
    rules = RULES | {"Cells": _cells}

    def __init__(self) -> None:
        super().__init__(StandInStore())
        self.n_predicted = 0

    @property
    def live(self):
        return self._held

    async def load(self) -> NumpyEngine:
        return self

    async def set_backend(self, name: str) -> None:
        self.backend = name

    async def warm_up(self) -> None:
        pass

    async def build(self, topology, weights):
        model = await super().build(topology, weights)
        predict = model.predict

        async def counted(X):
            self.n_predicted += len(X)
            return await predict(X)

        model.predict = counted
        return model


class StandInStore:
    """Backbones of colour and texture figures; networks of these, and random weights from there to 1000 classes."""

    async def read(self, path: str) -> bytes:
        name, *part = path.split("/")
        card = CATALOG.get(name) or replace(CATALOG[DEFAULT_BACKBONE], name=name)
        features, weights = _backbone(card), {"conv1/kernel": np.ones((1,), np.float32)}
        if name == "imagenet_classes.json":
            return json.dumps([(f"n{i:08}", f"class {i}") for i in range(N_CLASSES)]).encode()
        if part == ["summary.json"]:
            layers = leaf_layers(feature_extractor(features, card.input_size, "avg"))
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
