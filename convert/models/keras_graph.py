"""How a Keras configuration tells its graph: which layers are models, where each is, which tensors its calls take.

Keras 2 writes nested lists, Keras 3 arguments and keywords.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ConvertError
from .dialects import Config


def is_model(layer: Config) -> bool:
    """Whether a layer's configuration is that of a nested model."""
    return isinstance(layer["config"].get("layers"), list) and layer["class_name"] != "StackedRNNCells"


def is_sequential(model: Config) -> bool:
    """Whether a model is layers one after another."""
    return model["class_name"].rsplit(">", 1)[-1] == "Sequential" or "output_layers" not in model["config"]


def is_operation(layer: Config) -> bool:
    """Whether this is an operation in a graph, not a layer."""
    if layer["class_name"] in ("TFOpLambda", "SlicingOpLambda"):
        return True
    if "module" in layer:
        return str(layer["module"]).startswith("keras.src.ops")
    # HDF5 files do not say the module; every layer of Keras 3 writes whether it can be trained, or its dtype.
    kwargs = any(isinstance(node, Mapping) for node in layer.get("inbound_nodes") or [])
    typed = layer["config"].get("dtype") is not None and layer["class_name"] not in ("Cast", "OneHot")
    return kwargs and not typed and "trainable" not in layer["config"] and layer["class_name"] != "InputLayer"


def join_path(path: str, name: str) -> str:
    """Return the path of a layer in a model."""
    return f"{path}/{name}" if path else name


def layer_paths(model: Config, path: str) -> list[str]:
    """Return the path of every layer that is not a model."""
    found = []
    for layer in model["config"]["layers"]:
        at, inner = join_path(path, layer["name"]), layer["config"].get("layer")
        nested = layer if is_model(layer) else inner if isinstance(inner, dict) and is_model(inner) else None
        if nested is not None:
            found += layer_paths(nested, at)
        elif layer["class_name"] != "InputLayer" or not path:
            found.append(at)
    return found


def input_shapes(model: Config) -> list[tuple[Config, tuple[int | None, ...]]]:
    """Return the layers that take the model's inputs, with the shape of each."""
    config = model["config"]
    if is_sequential(model):
        entries = config["layers"][:1]
    else:
        layers = {layer["name"]: layer for layer in config["layers"]}
        entries = [layers[ref.layer] for ref in refs_of_ends(config.get("input_layers")) if ref.layer in layers]
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


@dataclass(frozen=True)
class KerasRef:
    """A tensor in a Keras graph: which output of which call of which layer."""

    layer: str
    node: int
    index: int


def refs_of_ends(value: Any) -> list[KerasRef]:
    """Return the tensors of input_layers or output_layers: one, a list, or a dict of them in order of its keys."""
    if isinstance(value, Mapping):
        return [ref for key in sorted(value) for ref in refs_of_ends(value[key])]
    if _is_ref(value):
        return [KerasRef(value[0], value[1], value[2])]
    if isinstance(value, list):
        return [ref for item in value for ref in refs_of_ends(item)]
    return []


def _is_ref(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and all(type(n) is int for n in value[1:3])
    )


def calls_of(layer: Config) -> list[tuple[Any, dict[str, Any]]]:
    """Return positional arguments and keywords of each call, tensors as KerasRef."""
    found = []
    for node in layer.get("inbound_nodes") or []:
        if isinstance(node, Mapping):
            found.append((_parsed(node.get("args", [])), _parsed(node.get("kwargs", {}))))
            continue
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        single = _is_ref(node) or (isinstance(node, list) and node[:1] == ["_CONSTANT_VALUE"])
        for item in [node] if single else node if isinstance(node, list) else []:
            if isinstance(item, list) and item and item[0] == "_CONSTANT_VALUE":
                args.append(item[2])
            else:
                args += refs_of_ends(item[:3]) if _is_ref(item) else refs_of_ends(item)
            if isinstance(item, list) and len(item) == 4 and isinstance(item[3], dict):
                kwargs.update(_parsed_old(item[3]))
        found.append((args, kwargs))
    return found


def _parsed(value: Any) -> Any:
    if isinstance(value, Mapping):
        config = value.get("config")
        if value.get("class_name") == "__keras_tensor__" and isinstance(config, Mapping):
            return KerasRef(*config["keras_history"])
        if value.get("class_name") in ("__tuple__", "__list__"):
            return _parsed(list(value.get("items") or config or []))
        if value.get("class_name") in ("__numpy__", "__tensor__") and isinstance(config, Mapping):
            return config.get("value")
        return {key: _parsed(item) for key, item in value.items()}
    return [_parsed(item) for item in value] if isinstance(value, list) else value


def _parsed_old(value: Any) -> Any:
    if _is_ref(value) and len(value) == 3:
        return KerasRef(value[0], value[1], value[2])
    if isinstance(value, Mapping):
        return {key: _parsed_old(item) for key, item in value.items()}
    return [_parsed_old(item) for item in value] if isinstance(value, list) else value


def flat_refs(value: Any) -> list[KerasRef]:
    """Return the tensors named in nested arguments."""
    if isinstance(value, KerasRef):
        return [value]
    if isinstance(value, Mapping):
        return [ref for key in sorted(value) for ref in flat_refs(value[key])]
    return [ref for item in value for ref in flat_refs(item)] if isinstance(value, list) else []


def resolve(value: Any, done: Mapping[KerasRef, Any]) -> Any:
    """Return nested arguments with their tensors in place."""
    if isinstance(value, KerasRef):
        return done[value]
    if isinstance(value, Mapping):
        return {key: resolve(item, done) for key, item in value.items()}
    return [resolve(item, done) for item in value] if isinstance(value, list) else value


def own_numbering(ref: KerasRef, layers: Mapping[str, Config]) -> KerasRef:
    """Keras 3 counts calls of a Functional model from 1 among a model's outputs, from 0 elsewhere."""
    layer = layers.get(ref.layer)
    if layer is None or not is_model(layer) or is_sequential(layer) or ref.node == 0:
        return ref
    keras3 = any(isinstance(node, Mapping) for node in layer.get("inbound_nodes") or [])
    return KerasRef(ref.layer, ref.node - 1, ref.index) if keras3 else ref


def first_calls(
    layers: Mapping[str, Config], calls: Mapping[str, list[tuple[Any, dict[str, Any]]]], outputs: list[KerasRef]
) -> dict[str, int]:
    """Return the number of each nested model's first call: some versions count the model's own making as 0."""
    used = flat_refs([[list(call) for call in many] for many in calls.values()]) + outputs
    return {
        name: min((ref.node for ref in used if ref.layer == name), default=0)
        for name, layer in layers.items()
        if is_model(layer)
    }
