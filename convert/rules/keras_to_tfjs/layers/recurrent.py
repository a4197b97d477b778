"""Recurrent layers and the wrappers around layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ....models import Array, Config, Shape
from ..builder import Call, Tensor
from ..express import implied_mask, mask_tensor, operate, reshape
from ..initializers import training_config
from .activations import activation_name, native_activation
from .convolutions import conv_length

_GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
# Which gates the recurrent activation acts on.
_GATED: dict[str, list[int]] = {"SimpleRNN": [], "GRU": [0, 1], "LSTM": [0, 1, 3]}
_PLAIN = "Use Keras's defaults for that setting, and save again."
_LINE = 5 / 6  # Keras 3's hard_sigmoid is x / 6 + 0.5, tf.js's x / 5 + 0.5: with x scaled so they are the same.


def _activations(call: Call, gates: list[int], units: int, weights: dict[str, Array]) -> Config:
    config: Config = {}
    for key, default in (("activation", "tanh"), ("recurrent_activation", "sigmoid")):
        value = call.get(key, default)
        native = native_activation(call, value)
        if native == "softmax":
            native = None
        gated = key == "recurrent_activation" and gates
        if gated and native is None and activation_name(call, value) == ("hard_sigmoid", {}):
            native = "hard_sigmoid"
            for name, array in weights.items():
                scaled = np.array(array)
                for gate in gates:
                    scaled[..., gate * units : (gate + 1) * units] *= np.float32(_LINE)
                weights[name] = scaled
        if native is None and (gates or key == "activation"):
            call.refuse(f"{call.class_name} with {key}={value!r}", _PLAIN)
        if native is not None:
            config[key] = native
    return config


def _settings(call: Call) -> Config:
    """Return what LSTM, GRU, SimpleRNN and ConvLSTM2D have in common."""
    if call.get("stateful"):
        call.refuse(f"{call.class_name} with stateful=True", "Save a copy of the model with stateful=False.")
    if call.get("time_major"):
        call.refuse(f"{call.class_name} with time_major=True", _PLAIN)
    return {
        "use_bias": call.get("use_bias", True) is not False,
        "return_sequences": call.get("return_sequences") is True,
        "return_state": call.get("return_state") is True,
        "go_backwards": call.get("go_backwards") is True,
        "dropout": float(call.get("dropout") or 0.0),
        "recurrent_dropout": float(call.get("recurrent_dropout") or 0.0),
        "implementation": 2,
        **training_config(call, "kernel", "recurrent", "bias"),
    }


def _cell(call: Call, channels: int | None, arrays: list[Array]) -> tuple[Config, dict[str, Array]]:
    """Return settings and weights of one LSTM, GRU or SimpleRNN."""
    units, gates = int(call.get("units")), _GATES[call.class_name]
    after = call.class_name == "GRU" and call.get("reset_after", call.keras3) is not False
    wanted: list[tuple[str, Sequence[int | None]]] = [
        ("kernel", (channels, gates * units)),
        ("recurrent_kernel", (units, gates * units)),
    ]
    if call.get("use_bias", True):
        wanted.append(("bias", (2, gates * units) if after else (gates * units,)))
    weights = replace(call, arrays=arrays).take(*wanted)
    config = {"units": units, **_activations(call, _GATED[call.class_name], units, weights), **_settings(call)}
    if call.class_name == "LSTM":
        config["unit_forget_bias"] = call.get("unit_forget_bias", True) is not False
    if after:
        return {key: config[key] for key in _CUSTOM_KEYS}, weights
    if call.class_name == "GRU":
        config["reset_after"] = False
    return config, weights


def _tfjs_class(call: Call, config: Config) -> str:
    """Return the class in tf.js; GRU with reset_after is one of our own."""
    if call.class_name != "GRU" or "reset_after" in config:
        return call.class_name
    call.builder.custom["GRUResetAfter"] = None
    call.note(
        "GRU with reset_after=True is not in tf.js; it needs custom_layers.mjs, whose register(tf) must be called "
        "before the model is loaded. GRU(reset_after=False) does not."
    )
    return "GRUResetAfter"


def _outputs(call: Call, x: Tensor, units: int, states: int) -> list[Shape]:
    sequence = (x.shape[0], x.shape[1], units)
    first = sequence if call.get("return_sequences") else (x.shape[0], units)
    return [first, *[(x.shape[0], units)] * (states if call.get("return_state") else 0)]


def _several(first: Tensor, shapes: list[Shape]) -> list[Tensor]:
    """Return one tensor per output of a layer; masks travel with the first only."""
    masked = first.masked if len(shapes[0]) == 3 else ""
    return [replace(first, index=i, shape=s, masked="" if i else masked) for i, s in enumerate(shapes)]


def _with_states(call: Call) -> tuple[Tensor, list[Tensor]]:
    given = call.kwargs.get("initial_state")
    states = list(call.inputs[1:]) + (given if isinstance(given, list) else [given] if given is not None else [])
    if not all(isinstance(s, Tensor) for s in states):
        call.refuse(f"{call.class_name} with a constant initial state")
    return call.inputs[0], states


_NEVER = -3e38  # A value that hides no step, as none has it.


def _seen(call: Call, x: Tensor) -> Tensor | None:
    """Give a sequence that has no mask in Keras one that hides nothing; None where it need not have one.

    tf.js hands the last mask that any layer made to the next one that takes masks, whatever that is called on.
    """
    ignored = call.keras3 and call.kwargs.get("initial_state") is not None and call.kwargs.get("mask") is None
    if not call.builder.masking or call.builder.distributed or (x.masked and not ignored):
        return None
    return call.emit("Masking", {"mask_value": _NEVER}, x, x.shape, suffix="all_seen", masked="")


def _without_seen(call: Call, results: list[Tensor]) -> list[Tensor]:
    """End such a mask, as merging it with none fails in tf.js: Reshape hands no masks on."""
    y = results[0]
    return results if y.rank < 3 else [reshape(call, y, y.shape[1:]), *results[1:]]


_CUSTOM_KEYS = (
    "units", "activation", "recurrent_activation", "use_bias", "return_sequences", "return_state", "go_backwards",
)  # fmt: skip


def _recurrent(call: Call) -> list[Tensor]:
    x, states = _with_states(call)
    seen = _seen(call, x)
    if seen:
        inner = call.own_as("rnn") if call.get("return_sequences") else call
        return _without_seen(call, _of_sequence(inner, seen, states))
    return _of_sequence(call, x, states)


def _of_sequence(call: Call, x: Tensor, states: list[Tensor]) -> list[Tensor]:
    if x.rank != 3:
        call.refuse(f"{call.class_name} on {x.shape}")
    if x.masked and call.get("zero_output_for_mask"):
        call.refuse(f"{call.class_name} with a mask and zero_output_for_mask")
    config, weights = _cell(call, x.shape[-1], call.arrays)
    shapes = _outputs(call, x, config["units"], 2 if call.class_name == "LSTM" else 1)
    class_name = _tfjs_class(call, config)
    return _several(call.emit(class_name, config, [x, *states], shapes[0], weights=weights), shapes)


_SEQUENCE = ("return_sequences", "return_state", "go_backwards", "stateful", "time_major", "zero_output_for_mask")


def _rnn(call: Call) -> list[Tensor]:
    """RNN of one of Keras's cells is the layer of that name, of stacked cells one layer after another."""
    cell, arrays = call.get("cell"), list(call.arrays)
    stacked = cell["class_name"] == "StackedRNNCells"
    cells = cell["config"]["cells"] if stacked else [cell]
    kinds = [str(each["class_name"]).removesuffix("Cell") for each in cells]
    if not set(kinds) <= set(_GATES) or any("keras" not in str(each.get("module", "keras")) for each in cells):
        call.refuse(f"RNN of {', '.join(kinds)} cells", "Use LSTM, GRU or SimpleRNN layers.")
    whole = {key: call.config[key] for key in _SEQUENCE if key in call.config}
    if stacked and (whole.get("return_state") or len(call.inputs) > 1 or call.kwargs.get("initial_state") is not None):
        call.refuse("RNN of stacked cells with states", "Use one layer per cell.")
    results, inputs = [], call.inputs
    for number, (kind, each) in enumerate(zip(kinds, cells, strict=True)):
        count = 3 if each["config"].get("use_bias", True) else 2
        last = number == len(cells) - 1
        config = {**each["config"], **whole, "trainable": call.get("trainable", True)}
        if not last:
            config["return_sequences"] = True
        if number:
            config["go_backwards"] = False
        one = call if last else call.own_as(f"cell_{number}")
        results = _recurrent(replace(one, class_name=kind, config=config, inputs=inputs, arrays=arrays[:count]))
        inputs, arrays = (results[0],), arrays[count:]
    return results


def _bidirectional(call: Call) -> list[Tensor]:
    x, states = _with_states(call)
    seen = _seen(call, x)
    if seen:
        sequences = call.get("layer")["config"].get("return_sequences")
        if sequences and call.get("merge_mode", "concat") is None:
            call.refuse("Bidirectional with merge_mode=None in a model with masks", "Use merge_mode='concat'.")
        return _without_seen(call, _both_ways(call.own_as("rnn") if sequences else call, seen, states))
    return _both_ways(call, x, states)


def _both_ways(call: Call, x: Tensor, states: list[Tensor]) -> list[Tensor]:
    layer, backward = call.get("layer"), call.get("backward_layer")
    name = layer["class_name"]
    if name not in _GATES or x.rank != 3 or len(states) not in (0, 2 if name != "LSTM" else 4):
        call.refuse(f"Bidirectional({name}) on {x.shape} with {len(states)} initial states", "Use LSTM layers.")
    zeroed = x.masked and bool(layer["config"].get("return_sequences"))  # Keras's are then 0 where masked.
    if zeroed and (call.get("merge_mode", "concat") is None or layer["config"].get("return_state")):
        call.refuse("Bidirectional of masked sequences with several outputs", "Use merge_mode='concat', no states.")
    inner = replace(call, class_name=name, config={**layer["config"], "trainable": call.get("trainable", True)})
    if backward is not None:
        same = {k: v for k, v in backward["config"].items() if k not in _FREE}
        if same != {k: v for k, v in layer["config"].items() if k not in _FREE} or backward["class_name"] != name:
            call.refuse("Bidirectional with a backward_layer of another kind", "Use two layers and Concatenate.")
        if bool(backward["config"].get("go_backwards")) == bool(layer["config"].get("go_backwards")):
            call.refuse("Bidirectional whose layers go the same way")
    if call.builder.distributed:
        call.refuse("Bidirectional inside TimeDistributed")
    half = len(call.arrays) // 2
    config, forward_weights = _cell(inner, x.shape[-1], call.arrays[:half])
    _, backward_weights = _cell(inner, x.shape[-1], call.arrays[half:])
    own = f"{call.builder.name_of(call.path, call.own_suffix)}_rnn"
    weights = {f"forward_{own}/{k}": v for k, v in forward_weights.items()}
    weights |= {f"backward_{own}/{k}": v for k, v in backward_weights.items()}
    mode = call.get("merge_mode", "concat")
    shapes = _outputs(inner, x, config["units"], 2 if name == "LSTM" else 1)
    first = (*shapes[0][:-1], 2 * config["units"]) if mode == "concat" else shapes[0]
    outputs = [first, first] if mode is None else [first]
    own_class = _tfjs_class(inner, config)
    full = {"layer": {"class_name": own_class, "config": {"name": own, **config}}, "merge_mode": mode}
    y = call.emit("Bidirectional", full, [x, *states], first, suffix="unmasked" if zeroed else "", weights=weights)
    mask = implied_mask(call, x)
    if zeroed and mask:
        seen = mask_tensor(call, mask, "mask")
        steps = reshape(call, seen, (x.shape[1], 1), "steps")
        shown = operate(call, "multiply", [y, steps], first, keep_mask=True)
        return [replace(shown, masked=x.masked)]
    return _several(y, [*outputs, *shapes[1:], *shapes[1:]])


# Settings in which the two directions may differ.
_FREE = {
    "name", "go_backwards", "dtype", "trainable", "seed", "kernel_initializer", "recurrent_initializer",
    "bias_initializer", "implementation", "unroll", "zero_output_for_mask",
}  # fmt: skip


def _conv_lstm(call: Call) -> list[Tensor]:
    x, states = _with_states(call)
    channels, filters = x.shape[-1], int(call.get("filters"))
    if x.rank != 5 or x.masked or states or call.get("data_format") == "channels_first":
        call.refuse(f"ConvLSTM2D on {x.shape} with masks, states or channels_first")
    if call.builder.masking:
        call.refuse("ConvLSTM2D in a model with masks, which tf.js would hand to it", "Use two models.")
    kernel, strides = call.pairs("kernel_size", 2), call.pairs("strides", 2)
    dilation, padding = call.pairs("dilation_rate", 2), call.get("padding", "valid")
    wanted: list[tuple[str, Sequence[int | None]]] = [
        ("kernel", (*kernel, channels, 4 * filters)),
        ("recurrent_kernel", (*kernel, filters, 4 * filters)),
    ]
    if call.get("use_bias", True):
        wanted.append(("bias", (4 * filters,)))
    weights = call.take(*wanted)
    space = [
        conv_length(n, k, s, d, padding) for n, k, s, d in zip(x.shape[2:4], kernel, strides, dilation, strict=True)
    ]
    state = (x.shape[0], *space, filters)
    first = (x.shape[0], x.shape[1], *space, filters) if call.get("return_sequences") else state
    config = {
        "filters": filters,
        "kernel_size": kernel,
        "strides": strides,
        "padding": padding,
        "dilation_rate": dilation,
        "data_format": "channels_last",
        **_activations(call, _GATED["LSTM"], filters, weights),
        **_settings(call),
        "unit_forget_bias": call.get("unit_forget_bias", True) is not False,
    }
    y = call.emit("ConvLSTM2D", config, x, first, weights=weights)
    return _several(y, [first, *[state, state] * bool(call.get("return_state"))])


RULES: dict[str, Callable[[Call], list[Tensor]]] = {
    **dict.fromkeys(_GATES, _recurrent),
    "RNN": _rnn,
    "Bidirectional": _bidirectional,
    "ConvLSTM2D": _conv_lstm,
}
