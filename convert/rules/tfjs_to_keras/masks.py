"""Where masks (Masking, Embedding with mask_zero) may go.

tf.js and Keras 3 agree on a mask that goes straight from its source, through layers that hand it on, into a recurrent
layer. Elsewhere they differ: tf.js keeps a mask for all later layers, drops it in pooling, and merges it wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import UnsupportedLayerError
from ...models import Config
from .call_order import MODELS, read_graph

_PASSES = (
    "Dropout", "SpatialDropout1D", "Dense", "Activation", "ReLU", "PReLU", "GaussianNoise", "GaussianDropout",
    "AlphaDropout", "BatchNormalization", "LayerNormalization", "TimeDistributed",
)  # fmt: skip
_TAKES = ("SimpleRNN", "GRU", "GRUResetAfter", "LSTM")
_DIFFERS = (
    *_TAKES, "RNN", "ConvLSTM2D", "Bidirectional", "GlobalAveragePooling1D", "Softmax", "TimeDistributed",
    "MultiHeadAttention", "EinsumDense",
)  # fmt: skip
_REMEDY = "Masks convert only in a chain from Masking or Embedding(mask_zero) to an LSTM, GRU or SimpleRNN."


def check_masks(topology: Config) -> None:
    """Refuse a model that Keras 3 would mask in another way than tf.js.

    Raises
    ------
    UnsupportedLayerError
    """
    config = topology["config"]
    config = {"layers": config} if isinstance(config, list) else config
    if not any(_makes_mask(layer) for layer in _leaves(config)):
        return
    layers = {str(layer.get("name", layer["config"].get("name"))): layer for layer in config["layers"]}
    masked: set[Any] = set()
    for key, name, inputs in _steps(topology["class_name"], config):
        layer = layers[name]
        has_mask = any(each in masked for each in inputs)
        if layer["class_name"] in MODELS:
            if has_mask or any(
                _makes_mask(leaf) or leaf["class_name"] in _DIFFERS for leaf in _leaves(layer["config"])
            ):
                raise UnsupportedLayerError(f"{layer['class_name']} beside a mask", name, _REMEDY)
        elif _hands_on(layer, has_mask, len(inputs), name):
            masked.add(key)


def _hands_on(layer: Config, has_mask: bool, n_inputs: int, path: str) -> bool:
    class_name, config = layer["class_name"], layer["config"]
    if _makes_mask(layer):
        return True
    inner = config.get("layer") or {}
    if class_name in _DIFFERS and not (class_name == "TimeDistributed" and inner.get("class_name") in _PASSES):
        plain = class_name in _TAKES and has_mask and n_inputs == 1 and not config.get("return_state")
        if not plain:
            raise UnsupportedLayerError(f"{class_name} beside a mask", path, _REMEDY)
        return bool(config.get("return_sequences"))
    return has_mask and n_inputs == 1 and class_name in _PASSES


def _makes_mask(layer: Config) -> bool:
    config = layer["config"]
    return layer["class_name"] == "Masking" or (layer["class_name"] == "Embedding" and bool(config.get("mask_zero")))


def _leaves(config: Any) -> Iterator[Config]:
    """All layers of a model that are no models, those in wrappers included."""
    for layer in config.get("layers") or []:
        inner = layer["config"].get("layer")
        if layer["class_name"] in MODELS:
            yield from _leaves(layer["config"])
        elif inner:
            yield layer
            yield from _leaves({"layers": [inner]})
        else:
            yield layer


def _steps(class_name: str, config: Any) -> Iterator[tuple[Any, str, list[Any]]]:
    """Calls in an order in which they can be made: key, layer's name, keys of what it is called on."""
    if class_name == "Sequential":
        before: list[Any] = []
        for layer in config["layers"]:
            name = str(layer.get("name", layer["config"].get("name")))
            yield name, name, before
            before = [name]
        return
    graph = read_graph(config, "")
    for call in graph.sequence:
        yield call, call.layer, [each for each, _ in call.inputs]
