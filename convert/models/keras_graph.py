"""How a Keras configuration tells its graph: which layers are models, where each is, which tensors its calls take.

Keras 2 writes nested lists, Keras 3 arguments and keywords.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
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
    if layer["class_name"] in ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"):
        return True
    if "module" in layer:
        return str(layer["module"]).startswith("keras.src.ops")
    # HDF5 files do not say the module; every layer of Keras 3 writes whether it can be trained, or its dtype.
    kwargs = any(isinstance(node, Mapping) for node in layer.get("inbound_nodes") or [])
    typed = layer["config"].get("dtype") is not None and layer["class_name"] not in ("Cast", "OneHot")
    return kwargs and not typed and "trainable" not in layer["config"] and layer["class_name"] != "InputLayer"


def group_name(class_name: str) -> str:
    """Return what Keras 3 calls a layer of a class in its weights file: ``"ReLU"`` -> ``"re_lu"``."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def join_path(path: str, name: str) -> str:
    """Return the path of a layer in a model."""
    return f"{path}/{name}" if path else name


def nested_model(layer: Config) -> Config | None:
    """Return the model that a layer is or wraps."""
    inner = layer["config"].get("layer")
    return layer if is_model(layer) else inner if isinstance(inner, dict) and is_model(inner) else None


def leaves(model: Config, path: str) -> list[tuple[str, Config]]:
    """Return every layer that is no model and wraps none, with its path."""
    found: list[tuple[str, Config]] = []
    for layer in model["config"]["layers"]:
        at, nested = join_path(path, layer["name"]), nested_model(layer)
        found += [(at, layer)] if nested is None else leaves(nested, at)
    return found


def flat(value: Any) -> list[Any]:
    """Return what is in nested lists and dicts, in order of the dicts' keys."""
    if isinstance(value, Mapping):
        return [one for key in sorted(value) for one in flat(value[key])]
    return [one for item in value for one in flat(item)] if isinstance(value, list | tuple) else [value]


def input_shapes(model: Config) -> list[tuple[Config, tuple[int | None, ...]]]:
    """Return the layers that take the model's inputs, with the shape of each."""
    config = model["config"]
    if is_sequential(model):
        entries = config["layers"][:1]
    else:
        layers = {layer["name"]: layer for layer in config["layers"]}
        entries = [layers[ref.layer] for ref in _refs(config.get("input_layers")) if ref.layer in layers]
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
class _Ref:
    """A tensor in a Keras graph: which output of which call of which layer."""

    layer: str
    node: int
    index: int


def _refs(value: Any) -> list[_Ref]:
    """Return the tensors of input_layers or output_layers: one, a list, or a dict of them in order of its keys."""
    if isinstance(value, Mapping):
        return [ref for key in sorted(value) for ref in _refs(value[key])]
    if _is_ref(value):
        return [_Ref(value[0], value[1], value[2])]
    if isinstance(value, list):
        return [ref for item in value for ref in _refs(item)]
    return []


def _is_ref(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and all(type(n) is int for n in value[1:3])
    )


def _calls_of(layer: Config) -> list[tuple[Any, dict[str, Any]]]:
    """Return positional arguments and keywords of each call, tensors as _Ref."""
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
                args += _refs(item[:3]) if _is_ref(item) else _refs(item)
            if isinstance(item, list) and len(item) == 4 and isinstance(item[3], dict):
                kwargs.update(_parsed_old(item[3]))
        found.append((args, kwargs))
    return found


def _parsed(value: Any) -> Any:
    if isinstance(value, Mapping):
        config = value.get("config")
        if value.get("class_name") == "__keras_tensor__" and isinstance(config, Mapping):
            return _Ref(*config["keras_history"])
        if value.get("class_name") in ("__tuple__", "__list__"):
            return _parsed(list(value.get("items") or config or []))
        if value.get("class_name") in ("__numpy__", "__tensor__") and isinstance(config, Mapping):
            return config.get("value")
        return {key: _parsed(item) for key, item in value.items()}
    return [_parsed(item) for item in value] if isinstance(value, list) else value


def _parsed_old(value: Any) -> Any:
    if _is_ref(value) and len(value) == 3:
        return _Ref(value[0], value[1], value[2])
    if isinstance(value, Mapping):
        return {key: _parsed_old(item) for key, item in value.items()}
    return [_parsed_old(item) for item in value] if isinstance(value, list) else value


def _resolve(value: Any, done: Mapping[_Ref, Any]) -> Any:
    """Return nested arguments with their tensors in place."""
    if isinstance(value, _Ref):
        return done[value]
    if isinstance(value, Mapping):
        return {key: _resolve(item, done) for key, item in value.items()}
    return [_resolve(item, done) for item in value] if isinstance(value, list) else value


def _own_numbering(ref: _Ref, layers: Mapping[str, Config]) -> _Ref:
    """Keras 3 counts calls of a Functional model from 1 among a model's outputs, from 0 elsewhere."""
    layer = layers.get(ref.layer)
    if layer is None or not is_model(layer) or is_sequential(layer) or ref.node == 0:
        return ref
    keras3 = any(isinstance(node, Mapping) for node in layer.get("inbound_nodes") or [])
    return _Ref(ref.layer, ref.node - 1, ref.index) if keras3 else ref


def _nodes(layer: Config, n_calls: int, used: list[int]) -> Sequence[int]:
    """Return the numbers by which a graph refers to the calls of a layer: not every version counts from 0."""
    if is_model(layer):  # Some count a nested model's own making as its call 0.
        first = used[0] if used else 0
        return range(first, first + n_calls)
    # Keras 3.0 counts calls in other models, too.
    return used if used and used[-1] >= n_calls == len(used) else range(n_calls)


def run_graph(
    config: Config, path: str, inputs: Sequence[Any], call: Callable[[Config, int, list[Any], Config], Sequence[Any]]
) -> list[Any]:
    """Run the graph of a Functional model: make every call as soon as its inputs are there.

    Parameters
    ----------
    config : dict
        Of the model.
    path : str
        Where it is, for errors.
    inputs : sequence
        What it is called on.
    call : callable
        Takes a layer, which call of it this is, arguments and keywords; returns the layer's outputs.

    Returns
    -------
    list
        The model's outputs.

    Raises
    ------
    ConvertError
        The graph does not fit together.
    """
    name = path or config.get("name")
    layers = {layer["name"]: layer for layer in config["layers"]}
    entries = _refs(config.get("input_layers"))
    if len(entries) != len(inputs) or any(ref.layer not in layers for ref in entries):
        raise ConvertError(f"Expected {len(entries)} inputs for the model {name!r}, got {len(inputs)}.")
    done: dict[_Ref, Any] = dict(zip(entries, inputs, strict=True))
    calls = {name: _calls_of(layer) for name, layer in layers.items()}
    outputs = [_own_numbering(ref, layers) for ref in _refs(config.get("output_layers"))]
    used: dict[str, set[int]] = {}
    for ref in [*(ref for ref in flat(calls) if isinstance(ref, _Ref)), *outputs]:
        used.setdefault(ref.layer, set()).add(ref.node)
    nodes = {layer: _nodes(layers[layer], len(made), sorted(used.get(layer, ()))) for layer, made in calls.items()}
    for layer, numbers in nodes.items():
        unused = [number for number, node in enumerate(numbers, 1) if node not in used.get(layer, ())]
        if unused and len(numbers) > 1:
            raise ConvertError(
                f"Expected a graph whose calls of layers lead to an output, got call {unused[0]} of {layer!r}, which "
                "leads to none. Keras 3.2 wrote such graphs by mistake: save the model again with another version."
            )
    waiting = [(n, i) for n in layers for i in range(len(calls[n])) if layers[n]["class_name"] != "InputLayer"]
    while waiting:
        later = []
        for layer, number in waiting:
            args, kwargs = calls[layer][number]
            if any(isinstance(ref, _Ref) and ref not in done for ref in flat([args, kwargs])):
                later.append((layer, number))
                continue
            results = call(layers[layer], number, _resolve(args, done), _resolve(kwargs, done))
            for index, result in enumerate(results):
                done[_Ref(layer, nodes[layer][number], index)] = result
        if len(later) == len(waiting):
            names = ", ".join(layer for layer, _ in later[:5])
            raise ConvertError(
                f"Expected a graph without gaps, got layers whose inputs are missing: {names}. Save it again."
            )
        waiting = later
    missing = [ref for ref in outputs if ref not in done]
    if missing or not outputs:
        raise ConvertError(f"Expected the outputs of {name!r} in its graph, got {missing[:3]}.")
    return [done[ref] for ref in outputs]
