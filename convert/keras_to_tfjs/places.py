"""Where layers are in a model, and which of them take its inputs."""

from __future__ import annotations

from typing import Any

from ..errors import ConvertError
from ..keras_weights import is_model
from ..model import Config
from .builder import Shape
from .calls import is_sequential, refs


def join(path: str, name: str) -> str:
    """Return the path of a layer in a model."""
    return f"{path}/{name}" if path else name


def paths(model: Config, path: str) -> list[str]:
    """Return the path of every layer that is not a model."""
    found = []
    for layer in model["config"]["layers"]:
        at, inner = join(path, layer["name"]), layer["config"].get("layer")
        nested = layer if is_model(layer) else inner if isinstance(inner, dict) and is_model(inner) else None
        if nested is not None:
            found += paths(nested, at)
        elif layer["class_name"] != "InputLayer" or not path:
            found.append(at)
    return found


def input_shapes(model: Config) -> list[tuple[Config, Shape]]:
    """Return the layers that take the model's inputs, with the shape of each."""
    config = model["config"]
    if is_sequential(model):
        entries = config["layers"][:1]
    else:
        layers = {layer["name"]: layer for layer in config["layers"]}
        entries = [layers[ref.layer] for ref in refs(config.get("input_layers")) if ref.layer in layers]
    found = []
    for layer in entries:
        shape = (
            _shape_of(layer) or config.get("build_input_shape") or (model.get("build_config") or {}).get("input_shape")
        )
        if not isinstance(shape, list | tuple) or not all(n is None or type(n) is int for n in shape):
            raise ConvertError(
                f"Expected a model that knows its input's shape, got none at {layer['name']!r}. "
                "Add keras.Input(shape=...) as its first layer, or call the model once before saving."
            )
        found.append((layer, tuple(shape)))
    if not found:
        raise ConvertError("Expected a model with layers and inputs, got an empty one. Build it before saving.")
    return found


def _shape_of(layer: Config) -> Any:
    """Return the batch shape that a first layer was given; that of a nested model is its own first layer's."""
    config = layer["config"]
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if shape or not is_model(layer):
        return shape
    return input_shapes(layer)[0][1] if config["layers"] else None
