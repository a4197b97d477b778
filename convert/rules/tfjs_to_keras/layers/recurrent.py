"""Rules for recurrent layers and the wrappers around layers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from ....errors import ConvertError
from ....models import Config
from ..layer import KerasLayer, Shape, TfjsLayer, Variable, group_names, keras_name
from .shared_settings import activation, training_settings

Rule = Callable[[TfjsLayer], KerasLayer]
_GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4, "ConvLSTM2D": 4}
_RETURNS = ("return_sequences", "return_state", "go_backwards", "stateful")
WRAPPABLE = ("SimpleRNN", "GRU", "GRUResetAfter", "LSTM")


def _cell(layer: TfjsLayer, kind: str, path: str) -> tuple[Config, tuple[Variable, ...]]:
    """Settings and weights of one cell; `layer` is the cell or the layer that is made of it."""
    after = kind == "GRUResetAfter"  # Ours, whose recurrent kernel has a bias of its own.
    kind, missing = ("GRU", "sigmoid") if after else (kind, "hard_sigmoid")
    name, scale = activation(layer, "activation", _default(layer, kind, "activation", "tanh"))
    gates = np.full(_GATES[kind], 1.0)
    config: Config = {
        "activation": name,
        "use_bias": layer.flag("use_bias", True),
        "dropout": min(max(layer.number("dropout", 0), 0), 1),
        "recurrent_dropout": min(max(layer.number("recurrent_dropout", 0), 0), 1),
    }
    if kind == "SimpleRNN":
        gates[:] = scale
    else:
        config["recurrent_activation"], gate_scale = activation(
            layer, "recurrent_activation", _default(layer, kind, "recurrent_activation", missing)
        )
        gates[:] = gate_scale
        gates[2] = scale  # The candidate: the last of three in GRU, the third of four in LSTM.
    if kind == "GRU":
        if layer.flag("reset_after", False):
            layer.refuse("reset_after", "tf.js cannot run it: load the model that it came from.")
        config["reset_after"] = after
    elif gates.size == 4:
        if scale != 1:
            layer.refuse(
                "activation='hard_sigmoid'", "Keras 3 has another hard_sigmoid, and this one cannot be rescaled."
            )
        config["unit_forget_bias"] = layer.flag("unit_forget_bias", True)
    config |= training_settings(layer, ("kernel", "recurrent", "bias"))
    units = layer.integer("filters" if kind == "ConvLSTM2D" else "units")
    window = tuple(layer.integers("kernel_size", 2)) if kind == "ConvLSTM2D" else ()
    columns = units * len(gates)
    shapes: dict[str, Shape] = {"kernel": (*window, None, columns), "recurrent_kernel": (*window, units, columns)}
    if config["use_bias"]:
        shapes["bias"] = (2, columns) if after else (columns,)
    variables = [layer.variable(name, shape) for name, shape in shapes.items()]
    scales = np.repeat(gates, units)  # Only now that a weight has shown that units is no fantasy.
    return config, tuple(variable.scaled(scales).inside(path) for variable in variables)


def _default(layer: TfjsLayer, kind: str, key: str, missing: str) -> str:
    """What null stands for: in a SimpleRNN the same as nothing, elsewhere no activation."""
    return "linear" if kind != "SimpleRNN" and key in layer.config else missing


def _sequence_settings(layer: TfjsLayer) -> Config:
    return {key: layer.flag(key, False) for key in _RETURNS}


def recurrent(layer: TfjsLayer) -> KerasLayer:
    """SimpleRNN, GRU, LSTM."""
    config, variables = _cell(layer, layer.class_name, "cell")
    config |= layer.base() | _sequence_settings(layer) | {"units": layer.integer("units")}
    return KerasLayer("GRU" if layer.class_name == "GRUResetAfter" else layer.class_name, config, variables)


def conv_lstm(layer: TfjsLayer) -> KerasLayer:
    """ConvLSTM2D."""
    own = {
        "filters": layer.integer("filters"),
        "kernel_size": layer.integers("kernel_size", 2),
        "strides": layer.integers("strides", 2, 1),
        "padding": layer.choice("padding", "valid", ("valid", "same")),
        "data_format": layer.choice("data_format", "channels_last", ("channels_last",)),
        "dilation_rate": layer.integers("dilation_rate", 2, 1),
    }
    config, variables = _cell(layer, "ConvLSTM2D", "cell")
    return KerasLayer("ConvLSTM2D", config | layer.base() | _sequence_settings(layer) | own, variables)


def rnn(layer: TfjsLayer) -> KerasLayer:
    """RNN of one cell or of stacked cells."""
    class_name, config = _inner(layer, "cell")
    if class_name != "StackedRNNCells":
        cell = _single_cell(layer, class_name, config, layer.scope, "cell")
        return KerasLayer("RNN", _rnn_config(layer, cell), cell.variables)
    if layer.flag("return_state", False) or layer.flag("stateful", False):
        layer.refuse("states of stacked cells", "tf.js keeps them in another order: use one layer per cell.")
    inner = [_inner_config(each, layer) for each in config.get("cells", [])]
    file_names = group_names([class_name for class_name, _ in inner])
    cells = [
        _single_cell(layer, class_name, each, f"{layer.scope}/RNNCell_{index}", f"cell/cells/{file_name}")
        for index, ((class_name, each), file_name) in enumerate(zip(inner, file_names, strict=True))
    ]
    stacked = {
        "name": keras_name(str(config.get("name", "stacked_rnn_cells"))),
        "trainable": layer.trainable,
        "dtype": "float32",
        "cells": [cell.serialized() for cell in cells],
    }
    variables = tuple(variable for cell in cells for variable in cell.variables)
    return KerasLayer("RNN", _rnn_config(layer, KerasLayer("StackedRNNCells", stacked)), variables)


def _rnn_config(layer: TfjsLayer, cell: KerasLayer) -> Config:
    return layer.base() | _sequence_settings(layer) | {"cell": cell.serialized()}


def _single_cell(outer: TfjsLayer, class_name: str, config: Config, scope: str, path: str) -> KerasLayer:
    if class_name not in ("SimpleRNNCell", "GRUCell", "LSTMCell"):
        outer.refuse(f"a cell {class_name!r}", "What converts is SimpleRNNCell, GRUCell or LSTMCell.")
    config = config | {"trainable": outer.trainable and config.get("trainable") is not False}
    cell = TfjsLayer(class_name, config, f"{outer.path}/{config.get('name', class_name)}", scope, outer.context)
    settings, variables = _cell(cell, class_name.removesuffix("Cell"), path)
    settings.pop("activity_regularizer", None)  # No setting of cells.
    return KerasLayer(class_name, settings | cell.base() | {"units": cell.integer("units")}, variables)


def _inner(layer: TfjsLayer, key: str) -> tuple[str, Config]:
    return _inner_config(layer.get(key), layer)


def _inner_config(value: Any, layer: TfjsLayer) -> tuple[str, Config]:
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict) or "class_name" not in value:
        raise ConvertError(f"Expected {layer.path!r} to hold a layer with class_name and config, got {value!r:.80}.")
    return str(value["class_name"]), value["config"]


def bidirectional(layer: TfjsLayer, rules: dict[str, Rule]) -> KerasLayer:
    """Bidirectional: forward and backward layers of the same config."""
    class_name, config = _inner(layer, "layer")
    if class_name not in WRAPPABLE:
        layer.refuse(f"a layer {class_name!r}", f"What converts is {', '.join(WRAPPABLE)}.")
    if layer.get("backward_layer") is not None:
        layer.note("backward_layer is dropped: tf.js runs the same layer backwards.")
    config = config | {"trainable": layer.trainable and config.get("trainable") is not False}
    variables: list[Variable] = []
    made = []
    for direction in ("forward", "backward"):
        scope = f"{layer.scope}/{direction}_{config.get('name', '')}"
        inner = TfjsLayer(class_name, config, f"{layer.path}/{direction}", scope, layer.context)
        made.append(rules[class_name](inner))
        variables += [variable.inside(f"{direction}_layer") for variable in made[-1].variables]
    mode = layer.config.get("merge_mode", "concat")
    if mode not in ("concat", "sum", "ave", "mul", None):
        layer.refuse(f"merge_mode={mode!r}", "tf.js has concat, sum, ave, mul and null.")
    backwards = {"go_backwards": not made[0].config["go_backwards"], "name": f"backward_{made[1].config['name']}"}
    backward = dataclasses.replace(made[1], config=made[1].config | backwards)
    own = {"layer": made[0].serialized(), "backward_layer": backward.serialized(), "merge_mode": mode}
    return KerasLayer("Bidirectional", layer.base() | own, tuple(variables))


def time_distributed(layer: TfjsLayer, convert: Callable[[TfjsLayer], KerasLayer]) -> KerasLayer:
    """TimeDistributed around any layer or model."""
    class_name, config = _inner(layer, "layer")
    if isinstance(config.get("layers"), list):
        config = dict(config)
    else:
        config = config | {"trainable": layer.trainable and config.get("trainable") is not False}
    path = f"{layer.path}/{config.get('name', class_name)}"
    rank = None if layer.rank is None else layer.rank - 1
    made = convert(TfjsLayer(class_name, config, path, layer.scope, layer.context, rank))
    made = dataclasses.replace(made, variables=tuple(variable.inside("layer") for variable in made.variables))
    return KerasLayer("TimeDistributed", layer.base() | {"layer": made.serialized()}, made.variables)
