"""Models, nested ones included: Sequential and Functional."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...errors import ConvertError
from ...models import Config
from .call_order import MODELS, Call, Graph, read_graph
from .layer import Context, KerasLayer, TfjsLayer, Variable, group_names, keras_name
from .layers import convert_leaf
from .layers.customs import attention_call, operation_call, operation_name, with_casts
from .layers.recurrent import time_distributed
from .ranks import graph_ranks, output_rank

_RECURRENT = ("SimpleRNN", "GRU", "GRUResetAfter", "LSTM", "RNN", "ConvLSTM2D", "Bidirectional")
_INPUT_DTYPES = ("float32", "int32", "bool")


def convert_any(layer: TfjsLayer) -> KerasLayer:
    """Convert a layer, a wrapper or a model."""
    if layer.class_name in MODELS:
        return convert_model(layer)
    if layer.class_name == "TimeDistributed":
        return time_distributed(layer, convert_any)
    return convert_leaf(layer)


def convert_model(model: TfjsLayer) -> KerasLayer:
    """Convert a model and all that is in it."""
    if model.class_name == "Sequential":
        return _sequential(model)
    return _functional(model)


def _child(model: TfjsLayer, layer: Any) -> TfjsLayer:
    if not isinstance(layer, dict) or not isinstance(layer.get("config"), (dict, list)):
        raise ConvertError(f"Expected layers with class_name and config in {model.path or 'the model'!r}.")
    class_name, config = str(layer["class_name"]), layer["config"]
    if isinstance(config, list):  # A Sequential as Keras 1 and early tf.js wrote it.
        config = {"name": str(layer.get("name", "sequential")), "layers": config}
    name = str(config.get("name", layer.get("name", class_name)))
    return TfjsLayer(class_name, config | {"name": name}, f"{model.path}/{name}".lstrip("/"), name, model.context)


def _container(model: TfjsLayer, class_name: str, config: Config, layers: list[KerasLayer]) -> KerasLayer:
    """`layers` in Keras's order of ``model.layers``."""
    layers = [layer for layer in layers if not layer.is_operation]
    names = group_names([layer.class_name for layer in layers])
    variables: list[Variable] = []
    for name, layer in zip(names, layers, strict=True):
        variables += [variable.inside(f"layers/{name}") for variable in layer.variables]
    taken = [layer.config["name"] for layer in layers]
    if len(set(taken)) < len(taken):
        raise ConvertError(f"Expected layers of different names in {model.path or 'the model'!r}, got {taken!s:.200}.")
    if class_name == "Sequential":
        return KerasLayer(class_name, config, tuple(variables), "keras", None, tuple(layers))
    module = "keras.src.models.functional"
    return KerasLayer(class_name, config, tuple(variables), module, "Functional", tuple(layers))


def _sequential(model: TfjsLayer) -> KerasLayer:
    children = [_child(model, layer) for layer in model.config.get("layers") or []]
    if not children:
        raise ConvertError(f"Expected layers in {model.path or 'the model'!r}, got none.")
    shape, dtype = _input_of(children[0])
    stated = children[0].class_name == "InputLayer"
    first = children.pop(0).name if stated else f"{children[0].name}_input"
    layers = []
    rank: int | None = len(shape)
    for child in children:
        layers.append(convert_any(dataclasses.replace(child, rank=rank)))
        if layers[-1].is_operation:
            child.refuse("", "Keras holds operations in models with a graph only: make it a Model.")
        rank = output_rank(child.class_name, child.config, [rank])
    source = _input_layer(first, shape, dtype)
    config = {"name": model.name, "layers": [layer.serialized() for layer in (source, *layers)]}
    return _container(model, "Sequential", config, layers)


def _input_layer(name: str, shape: list[int | None], dtype: str) -> KerasLayer:
    return KerasLayer("InputLayer", {"name": keras_name(name), "batch_shape": shape, "dtype": dtype, "sparse": False})


def _input_of(layer: TfjsLayer) -> tuple[list[int | None], str]:
    """Shape and dtype of the input that the first layer of a Sequential states."""
    if layer.class_name in MODELS:
        layers = layer.config.get("layers") or [{}]
        if layer.class_name == "Sequential":
            return _input_of(_child(layer, layers[0]))
        ends = layer.config.get("input_layers") or [[]]
        name = ends[0] if isinstance(ends[0], str) else ends[0][0]
        return _input_of(_child(layer, next(each for each in layers if each.get("name") == name)))
    shape = layer.get("batch_input_shape")
    if shape is None and isinstance(layer.get("input_shape"), list):
        shape = [layer.get("batch_size"), *layer.get("input_shape")]
    elif shape is None and layer.class_name == "Dense" and layer.get("input_dim") is not None:
        shape = [layer.get("batch_size"), layer.integer("input_dim")]
    elif shape is None and layer.class_name == "Embedding":
        length = layer.get("input_length")
        shape = [layer.get("batch_size"), *(length if isinstance(length, list) else [length])]
    if not isinstance(shape, list) or not all(side is None or type(side) is int for side in shape):
        raise ConvertError(f"Expected {layer.path!r} to state the shape of its input, got {shape!r}.")
    dtype = layer.get("dtype", layer.get("input_dtype", "float32"))
    if dtype not in _INPUT_DTYPES:
        layer.refuse(f"dtype={dtype!r}", f"What converts is {' or '.join(_INPUT_DTYPES)}.")
    return shape, dtype


def _functional(model: TfjsLayer) -> KerasLayer:
    listed = with_casts(model.config["layers"])
    graph = read_graph(model.config | {"layers": listed}, model.path)
    children = {layer["name"]: _child(model, layer) for layer in listed}
    ranks = graph_ranks(graph, listed)
    layers: dict[str, KerasLayer] = {}
    for name in graph.order:
        child = children[name]
        if child.class_name == "InputLayer":
            layers[name] = _input_layer(name, *_input_of(child))
        else:
            layers[name] = convert_any(dataclasses.replace(child, rank=ranks.get(graph.calls[name][0].inputs[0])))
    serialized = []
    for name, layer in layers.items():
        is_input = children[name].class_name == "InputLayer"
        nodes = [] if is_input else [_node(call, children[name], graph) for call in graph.calls[name]]
        serialized.append(layer.serialized() | {"name": keras_name(name), "inbound_nodes": nodes})
    config = {
        "name": model.name,
        "layers": serialized,
        "input_layers": _ends(graph.inputs, graph, layers),
        "output_layers": _ends(graph.outputs, graph, layers),
    }
    return _container(model, "Functional", config, list(layers.values()))


def _tensor(name: str, index: int, output: int) -> Config:
    """A tensor in Keras 3's form; shapes are stand-ins, which Keras does not read."""
    config = {"shape": [None], "dtype": "float32", "keras_history": [name, index, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def _history(end: tuple[Call, int], graph: Graph) -> tuple[str, int, int]:
    call, output = end
    return keras_name(call.layer), graph.calls[call.layer].index(call), output


def _node(call: Call, layer: TfjsLayer, graph: Graph) -> Config:
    """One call in Keras 3's form."""
    tensors = [_tensor(*_history(end, graph)) for end in call.inputs]
    if layer.class_name == "Operation" and operation_name(layer) != "digitize":
        return operation_call(layer, tensors)
    if layer.class_name == "MultiHeadAttention":
        return attention_call(layer, tensors)
    if layer.class_name in _RECURRENT and len(tensors) > 1:
        return {"args": tensors[:1], "kwargs": {"initial_state": tensors[1:]}}
    return {"args": [tensors if len(tensors) > 1 else tensors[0]], "kwargs": {}}


def _ends(ends: list[tuple[Call, int]], graph: Graph, layers: dict[str, KerasLayer]) -> list[Any]:
    """``input_layers`` or ``output_layers``, where a Functional counts its calls from 1."""
    named = []
    for call, output in ends:
        name, index, _ = _history((call, output), graph)
        named.append([name, index + (layers[call.layer].class_name == "Functional"), output])
    return named[0] if len(named) == 1 else named


def convert_topology(topology: Config, context: Context) -> KerasLayer:
    """Convert the whole model."""
    class_name, config = topology.get("class_name"), topology.get("config")
    if class_name not in MODELS:
        raise ConvertError(f"Expected a topology of class Model or Sequential, got {class_name!r}.")
    if isinstance(config, list):
        config = {"name": "sequential", "layers": config}
    return convert_model(TfjsLayer(str(class_name), config or {}, "", "", context))
