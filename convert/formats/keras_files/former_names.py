"""Layers by the names and with the weights that earlier versions of Keras and TensorFlow gave them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...models import Array, Config, KerasModel, leaves

# Of TensorFlow 1.13 to 2.0, whose classes of two generations had names of their own.
_NAMES = {
    "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
    "CuDNNGRU": "GRU", "CuDNNLSTM": "LSTM", "GRUV1": "GRU", "GRUV2": "GRU", "LSTMV1": "LSTM", "LSTMV2": "LSTM",
    "UnifiedGRU": "GRU", "UnifiedLSTM": "LSTM",
}  # fmt: skip
# What those always do, and therefore do not write down.
_ALWAYS: dict[str, Config] = {
    "CuDNNGRU": {"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True},
    "CuDNNLSTM": {"activation": "tanh", "recurrent_activation": "sigmoid"},
}
_GATES = {"GRU": 3, "LSTM": 4}


def renamed(class_name: str, config: Config) -> tuple[str, Config]:
    """Return a layer's class and settings as later versions have them."""
    return _NAMES.get(class_name, class_name), {**config, **_ALWAYS.get(class_name, {})}


def with_later_weights(model: KerasModel) -> KerasModel:
    """Return a model whose CuDNN layers have the weights of the layers that later versions read them into."""
    weights = dict(model.weights)
    for path, layer in leaves(model.config, ""):
        inner = layer["config"]["layer"] if layer["class_name"] == "Bidirectional" else layer
        gates, arrays = _GATES.get(inner["class_name"]), weights.get(path, [])
        if gates and len(arrays) in (3, 6):
            halves = [arrays[:3], arrays[3:]] if len(arrays) == 6 else [arrays]
            weights[path] = [array for half in halves for array in _from_cudnn(half, gates)]
    return KerasModel(model.config, weights, model.keras_version, model.source_format)


def _from_cudnn(arrays: list[Array], gates: int) -> list[Array]:
    """Rearrange the weights of a CuDNN layer, known as in Keras by their two biases; others stay.

    Source: `_convert_rnn_weights` in keras/saving/hdf5_format.py of Keras 2.
    """
    kernel, recurrent, bias = arrays
    if recurrent.ndim != 2 or bias.shape != (2 * gates * recurrent.shape[0],):
        return arrays
    kernel = _each(kernel, gates, lambda part: part.T.reshape(part.shape, order="F"))
    recurrent = _each(recurrent, gates, lambda part: part.T)
    biases = bias.reshape(2, -1)
    return [kernel, recurrent, biases if gates == _GATES["GRU"] else biases.sum(0)]


def _each(matrix: Array, gates: int, change: Callable[[Array], Array]) -> Array:
    return np.hstack([change(part) for part in np.hsplit(matrix, gates)])
