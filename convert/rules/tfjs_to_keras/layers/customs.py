"""Rules for the layers of our own ES module: back to the layers and operations of Keras that they stand for."""

from __future__ import annotations

from typing import Any

from ....errors import ConvertError
from ....models import Config
from ...operation_names import BINARY, REDUCING, UNARY
from ..layer import KerasLayer, Shape, TfjsLayer, snake

_NUMPY = {
    **UNARY,
    **BINARY,
    **REDUCING,
    "TrueDivide": "divide", "Power": "power", "Add": "add", "Subtract": "subtract", "Multiply": "multiply",
    "Maximum": "maximum", "Minimum": "minimum", "Where": "where", "Round": "round", "Sum": "sum", "Mean": "mean",
    "Max": "max", "Min": "min", "Cumsum": "cumsum", "Cumprod": "cumprod", "Matmul": "matmul", "Einsum": "einsum",
    "Flip": "flip", "Take": "take", "Tile": "tile", "Pad": "pad",
}  # fmt: skip
_MODULES = {
    **{function: ("keras.src.ops.numpy", name) for name, function in _NUMPY.items()},
    "rsqrt": ("keras.src.ops.math", "Rsqrt"),
    "erf": ("keras.src.ops.math", "Erf"),
    "logsumexp": ("keras.src.ops.math", "Logsumexp"),
    "cast": ("keras.src.ops.core", "Cast"),
    "one_hot": ("keras.src.ops.nn", "OneHot"),
    "squareplus": ("keras.src.ops.nn", "Squareplus"),
    "sparsemax": ("keras.src.ops.nn", "Sparsemax"),
}
# What is true and false in Keras, and 1 and 0 in our layer.
_TRUTHS = {name for name in _MODULES if name.startswith(("logical", "greater", "less"))} | {
    "equal", "not_equal", "any", "all",
}  # fmt: skip
_RENAMED = {"equation": "subscripts", "count": "num_classes"}
_MORE: dict[str, Config] = {
    "pad": {"mode": "constant"},
    "one_hot": {"axis": -1, "dtype": "float32", "sparse": False},
    "sparsemax": {"axis": -1},
    "cast": {"dtype": "float32"},
}


def operation_name(layer: TfjsLayer) -> str:
    """Return Keras's name of the function that an Operation computes."""
    return snake(str(layer.get("operation")))


def with_casts(layers: list[Any]) -> list[Any]:
    """Return the layers of a graph, with a cast after each operation that gives true and false in Keras."""
    found: list[Any] = []
    for layer in layers:
        if layer.get("class_name") != "Operation" or snake(str(layer["config"].get("operation"))) not in _TRUTHS:
            found.append(layer)
            continue
        first = f"{layer['name']}_truth"
        found.append(layer | {"name": first, "config": layer["config"] | {"name": first}})
        cast = {"name": layer["name"], "operation": "cast", "shape": layer["config"].get("shape")}
        nodes = [[[first, index, 0, {}]] for index in range(len(layer.get("inbound_nodes") or []))]
        found.append(layer | {"config": cast, "inbound_nodes": nodes})
    return found


def operation(layer: TfjsLayer) -> KerasLayer:
    """Operation: one of keras.ops, which only models with a graph can hold; digitize is a layer."""
    name, settings = operation_name(layer), layer.get("settings", {})
    if not isinstance(settings, dict):
        raise ConvertError(f"Expected the settings of {layer.path!r} by name, got {settings!r:.80}.")
    if name == "digitize":
        config = {"name": layer.name, "bin_boundaries": settings.get("bins"), "output_mode": "int"}
        return KerasLayer("Discretization", config)
    if settings.get("keep_mask"):
        layer.refuse("keep_mask", "Masks convert only in a chain to an LSTM, GRU or SimpleRNN.")
    if name not in _MODULES:
        layer.refuse(f"operation={name!r}", "It is none of those in custom_layers.mjs.")
    module, class_name = _MODULES[name]
    own = {
        _RENAMED.get(str(key), str(key)): value for key, value in settings.items() if key not in ("indices", "value")
    }
    return KerasLayer(class_name, {"name": layer.name, **own, **_MORE.get(name, {})}, (), module, class_name)


def operation_call(layer: TfjsLayer, tensors: list[Any]) -> Config:
    """Arguments of a call of an Operation: its inputs and constants."""
    rest, args = list(tensors), []
    for one in layer.config.get("operands") or [None]:
        if one is None and not rest:
            raise ConvertError(f"Expected as many inputs of {layer.path!r} as its operands say, got {len(tensors)}.")
        constant = {"class_name": "__tensor__", "config": {"value": one, "dtype": "float32"}}
        args.append(rest.pop(0) if one is None else constant if isinstance(one, list) else one)
    settings, name = layer.get("settings", {}), operation_name(layer)
    if name == "take":
        args.append(settings.get("indices"))
    kwargs = {"constant_values": settings.get("value")} if name == "pad" else {}
    return {"args": args, "kwargs": kwargs}


def einsum_dense(layer: TfjsLayer) -> KerasLayer:
    """EinsumDense."""
    equation, bias = str(layer.get("equation")), layer.get("bias_shape")
    out = equation.rpartition(">")[2]
    shapes = [layer.get("kernel_shape"), *([bias] if bias else [])]
    if not all(isinstance(one, list) and all(type(n) is int for n in one) for one in shapes) or len(out) < 2:
        raise ConvertError(f"Expected equation and shapes of {layer.path!r}, got {equation!r:.40} and {shapes!r:.80}.")
    # Keras writes the axes that a bias has; between them it is one number wide.
    axes = "".join(c for i, c in enumerate(out[-len(bias) :]) if i == 0 or bias[i] != 1) if bias else None
    config = {"equation": equation, "output_shape": layer.get("shape"), "activation": "linear", "bias_axes": axes}
    variables = [layer.variable(name, tuple(one)) for name, one in zip(("kernel", "bias"), shapes, strict=False)]
    return KerasLayer("EinsumDense", layer.base() | config, tuple(variables))


def multi_head_attention(layer: TfjsLayer) -> KerasLayer:
    """MultiHeadAttention."""
    heads, size = layer.integer("num_heads"), layer.integer("key_dim")
    wide, out = layer.integer("value_dim", size), layer.get("projection")
    config: Config = {
        "num_heads": heads,
        "key_dim": size,
        "value_dim": wide,
        "dropout": layer.number("dropout", 0),
        "use_bias": layer.flag("use_bias", True),
        "output_shape": out,
        "attention_axes": layer.get("attention_axes"),
    }
    # Newer than the others: only where they say something.
    config |= {key: layer.get(key) for key in ("use_gate", "sliding_window") if layer.get(key)}
    parts: dict[str, tuple[int, ...]] = {"query": (heads, size), "key": (heads, size)}
    if config.get("use_gate"):
        parts["gate"] = (heads, wide)
    parts["value"] = (heads, wide)
    places = {part: f"{part}_dense" for part in parts} | {"gate": "_gate_dense"}
    variables = []
    for part, one in parts.items():
        kernel: Shape = (None, *one)
        variables += [layer.variable(f"{part}_kernel", kernel).called("kernel", places[part])]
        if config["use_bias"]:
            variables += [layer.variable(f"{part}_bias", one).called("bias", places[part])]
    variables += [layer.variable("output_kernel", None).called("kernel", "output_dense")]
    if config["use_bias"]:
        variables += [layer.variable("output_bias", None).called("bias", "output_dense")]
    return KerasLayer("MultiHeadAttention", layer.base() | config, tuple(variables))


def attention_call(layer: TfjsLayer, tensors: list[Any]) -> Config:
    """Arguments of a call of MultiHeadAttention: query, value, key and mask, as many as it has."""
    wanted = 2 + layer.flag("separate_key", False) + layer.flag("masked", False)
    if len(tensors) != wanted:
        raise ConvertError(f"Expected {wanted} inputs of {layer.path!r}, got {len(tensors)}.")
    kwargs: Config = {key: True for key in ("use_causal_mask", "return_attention_scores") if layer.flag(key, False)}
    if layer.flag("masked", False):
        kwargs["attention_mask"] = tensors[-1]
        tensors = tensors[:-1]
    return {"args": tensors, "kwargs": kwargs}
