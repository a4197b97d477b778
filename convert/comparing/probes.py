"""Made-up inputs that show whether two models compute the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ConvertError
from ..models import Array, Graph, LayersModel, flatten

_FREE_SIDE = 64  # Pixels of images of any size.
_FREE_LENGTH = 12  # Of sequences of any length.
_MAX_PROBE_VALUES = 1 << 26


def probe_inputs(model: LayersModel, *, seed: int = 0, n_samples: int = 2) -> list[Array]:
    """Make up inputs for a model, the same ones for the same seed.

    Parameters
    ----------
    model : LayersModel
    seed : int
    n_samples : int
        Rows, where the model takes any number of them.

    Returns
    -------
    list of ndarray
        One per input: whole numbers for an Embedding, else float32 in [-1, 1] (0..255 before a Rescaling), half of
        each image noise and half of it large patches of colour.
    """
    graph = flatten(model.topology, model.weights)
    layers = graph.by_name()
    rng = np.random.default_rng(seed)
    return [probe_input(layers[ref[0]]["config"], _takers(graph, ref[0]), n_samples, rng) for ref in graph.inputs]


def _takers(graph: Graph, name: str) -> list[dict[str, Any]]:
    return [layer for layer in graph.layers if any(ref[0] == name for node in layer["inbound_nodes"] for ref in node)]


def probe_input(
    config: dict[str, Any], takers: list[dict[str, Any]], n_samples: int, rng: np.random.Generator
) -> Array:
    """Make up one input, by an InputLayer's config (batch_input_shape, dtype) and the layers that take it."""
    stated = config.get("batch_input_shape")
    if not isinstance(stated, list) or not all(n is None or (type(n) is int and n > 0) for n in stated):
        raise ConvertError(f"Expected the input {config.get('name')!r} to state its shape, got {stated!r:.100}.")
    free = _FREE_SIDE if len(stated) == 4 else _FREE_LENGTH
    shape = [n or (free if i else n_samples) for i, n in enumerate(stated)]
    if np.prod([float(n) for n in shape]) > _MAX_PROBE_VALUES:
        raise ConvertError(f"Expected an input of at most {_MAX_PROBE_VALUES:,} values to try a model on, got {shape}.")
    sizes = [layer["config"].get("input_dim") for layer in takers if layer["class_name"] == "Embedding"]
    if sizes:
        return rng.integers(0, max(1, min(int(size) for size in sizes if size)), shape).astype(np.int32)
    if config.get("dtype") in ("int32", "int64"):
        return rng.integers(0, 5, shape).astype(np.int32)
    values = rng.uniform(-1, 1, shape)
    if len(shape) == 4 and min(shape[1:3]) >= 16:
        coarse = rng.uniform(-1, 1, (shape[0], -(-shape[1] // 16), -(-shape[2] // 16), shape[3]))
        patches = coarse.repeat(16, 1).repeat(16, 2)[:, : shape[1], : shape[2]]
        values = (values + patches) / 2
    if any(layer["class_name"] in ("Rescaling", "Normalization") for layer in takers):
        values = (values + 1) * 127.5
    return values.astype(np.float32)
