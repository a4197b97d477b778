"""Keras 3's operations (keras.ops, x + y) and Keras 2's TensorFlow calls in a graph, as far as layers can do them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ....errors import UnsupportedLayerError
from ....models import Config
from ..builder import Call, Mask, Tensor
from ..express import identity, mask_tensor, tensors_in
from ..layers.activations import EXPRESSED, gelu
from ..layers.resizing import resizing
from . import arithmetic, products, raw, reductions, slices
from .arithmetic import REMEDY

# The last word of a TensorFlow function's name -> Keras 3's operation.
_TENSORFLOW = {
    "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "truediv": "TrueDivide", "divide": "TrueDivide",
    "negative": "Negative", "abs": "Absolute", "square": "Square", "pow": "Power", "maximum": "Maximum",
    "minimum": "Minimum", "reduce_mean": "Mean", "reduce_max": "Max", "reduce_min": "Min", "reduce_sum": "Sum",
    "reshape": "Reshape", "transpose": "Transpose", "expand_dims": "ExpandDims", "squeeze": "Squeeze",
    "concat": "Concatenate", "clip_by_value": "Clip", "getitem": "GetItem", "relu": "Relu", "relu6": "Relu6",
    "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "silu": "Silu", "swish": "Silu", "gelu": "Gelu",
    "elu": "Elu", "selu": "Selu", "softplus": "Softplus", "softsign": "Softsign", "leaky_relu": "LeakyRelu",
    "log_softmax": "LogSoftmax", "identity": "Identity", "exp": "Exp", "log": "Log", "log1p": "Log1p",
    "expm1": "Expm1", "sqrt": "Sqrt", "rsqrt": "Rsqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan", "sinh": "Sinh",
    "cosh": "Cosh", "asin": "Arcsin", "acos": "Arccos", "atan": "Arctan", "atan2": "Arctan2", "sign": "Sign",
    "floor": "Floor", "ceil": "Ceil", "round": "Round", "reciprocal": "Reciprocal", "erf": "Erf",
    "floordiv": "FloorDivide", "floormod": "Mod", "equal": "Equal", "not_equal": "NotEqual", "greater": "Greater",
    "greater_equal": "GreaterEqual", "less": "Less", "less_equal": "LessEqual", "logical_and": "LogicalAnd",
    "logical_or": "LogicalOr", "logical_not": "LogicalNot", "where": "Where", "cast": "Cast", "split": "Split",
    "stack": "Stack", "tile": "Tile", "repeat": "Repeat", "roll": "Roll", "reverse": "Flip", "pad": "Pad",
    "one_hot": "OneHot", "matmul": "Matmul", "reduce_prod": "Prod", "reduce_any": "Any", "reduce_all": "All",
    "reduce_variance": "Var", "reduce_std": "Std", "reduce_logsumexp": "Logsumexp", "argmax": "Argmax",
    "argmin": "Argmin", "cumsum": "Cumsum", "bias_add": "BiasAdd", "resize": "Resize",
}  # fmt: skip
_ARGUMENTS = {
    "perm": "axes",
    "clip_value_min": "x_min",
    "clip_value_max": "x_max",
    "shape": "newshape",
    "alpha": "negative_slope",
    "num_or_size_splits": "indices_or_sections",
    "multiples": "repeats",
    "paddings": "pad_width",
    "depth": "num_classes",
    "method": "interpolation",
}
# Keywords under which TensorFlow's functions may be given what they compute with.
_TENSORS = ("images", "value", "x", "y", "b", "slice_spec")
# Settings of TensorFlow's functions that must be false.
_OFF = {
    "conjugate",
    "transpose_a",
    "transpose_b",
    "adjoint_a",
    "adjoint_b",
    "exclusive",
    "reverse",
    "preserve_aspect_ratio",
}
_KNOWN = {
    "name", "trainable", "axis", "keepdims", "axes", "newshape", "x_min", "x_max", "negative_slope", "approximate",
    "alpha", "threshold", "x1", "x2", "condition", "subscripts", "decimals", "indices_or_sections", "axis1", "axis2",
    "source", "destination", "indices", "repeats", "shift", "pad_width", "mode", "constant_values", "num_classes",
    "dtype", "sparse", "weights", "b", "bias", "size", "interpolation", "antialias", "crop_to_aspect_ratio",
    "pad_to_aspect_ratio", "fill_mode", "fill_value", "data_format",
}  # fmt: skip


def apply(call: Call, layer: Config) -> Tensor | Mask | list[Tensor]:
    """Add what an operation computes."""
    mask = _mask(call)
    if mask is not None:
        return mask
    call = _without_masks(call)
    if call.class_name == "TensorFlowOpLayer":
        call = raw.as_function(call)
    if call.class_name in ("TFOpLambda", "SlicingOpLambda"):
        call = _from_tensorflow(call)
    else:
        given = {key: value for key, value in call.kwargs.items() if value is not None}
        call = replace(call, config={**layer["config"], **given})
    rule = RULES.get(call.class_name)
    if rule is None:
        raise UnsupportedLayerError(f"the operation {call.class_name}", call.path, REMEDY)
    odd = [key for key, value in call.config.items() if key not in _KNOWN and value is not None]
    if odd:
        call.refuse(f"the operation {call.class_name} with {', '.join(odd)}", REMEDY)
    if call.builder.distributed:
        call.refuse(f"the operation {call.class_name} inside TimeDistributed", REMEDY)
    return rule(call)


def _mask(call: Call) -> Mask | None:
    """Return the mask that NotEqual, then Any, stand for in Keras 3's graphs."""
    if call.class_name == "NotEqual" and len(call.inputs) == 1 and len(call.args) == 2:
        value = call.args[1]
        return Mask(call.builder.mask_key(call.inputs[0], value)) if isinstance(value, int | float) else None
    plain = call.get("axis") in (-1, [-1]) and not call.get("keepdims")
    if call.class_name == "Any" and plain and call.args and isinstance(call.args[0], Mask):
        return replace(call.args[0], whole=True)
    first = call.args[0] if call.args else None
    if call.class_name in ("LogicalOr", "LogicalAnd") and isinstance(first, Mask) and call.args == (first, first):
        return first
    return None


def _without_masks(call: Call) -> Call:
    """A mask that is computed with becomes a tensor."""
    if not any(isinstance(one, Mask) for one in call.args):
        return call
    args = [mask_tensor(call, one, f"mask_{i}") if isinstance(one, Mask) else one for i, one in enumerate(call.args)]
    return replace(call, args=tuple(args), inputs=tuple(tensors_in(args)))


def _from_tensorflow(call: Call) -> Call:
    function = str(call.get("function", ""))
    kwargs = {key: value for key, value in call.kwargs.items() if key != "name" and value is not None}
    name = _TENSORFLOW.get(function.rsplit(".", 1)[-1])
    if name is None or (
        function not in ("linalg.matmul", "image.resize")
        and function.startswith(("linalg", "image", "signal", "strings", "sparse", "ragged"))
    ):
        raise UnsupportedLayerError(f"the operation tf.{function}", call.path, REMEDY)
    args = [*call.args, *[kwargs.pop(key) for key in _TENSORS if key in kwargs]]
    config = {_ARGUMENTS.get(key, key): value for key, value in kwargs.items()}
    for key in [key for key, value in config.items() if key in _OFF and not value]:
        del config[key]
    if isinstance(config.get("dtype"), Mapping):
        config["dtype"] = config["dtype"].get("config")
    if name == "Gelu":
        config.setdefault("approximate", False)
    if name == "Stack":
        config.setdefault("axis", 0)
    if name == "Split":
        config.setdefault("axis", 0)
    if name == "Split" and isinstance(config.get("indices_or_sections"), list):
        call.refuse("tf.split by sizes", "Use slices.")
    if name in ("Concatenate", "Stack"):
        args = [list(call.inputs)]
    if name == "Squeeze":
        config.setdefault("axis", None)
    return replace(call, class_name=name, config=config, args=tuple(args), inputs=tuple(tensors_in(args)))


def _resize(call: Call) -> Tensor:
    size = call.get("size", call.args[1] if len(call.args) > 1 else None)
    if not isinstance(size, list) or len(size) != 2 or not all(type(n) is int for n in size):
        call.refuse(f"the operation Resize to {size!r:.40}", "Give it a size of two whole numbers.")
    if call.get("data_format") == "channels_first":
        call.refuse("the operation Resize of images with their channels first", "Use channels_last.")
    return resizing(replace(call, config={**call.config, "height": size[0], "width": size[1]}))


RULES: dict[str, Callable[[Call], Tensor | list[Tensor]]] = {
    "BiasAdd": arithmetic.bias_add,
    "Resize": _resize,
    **arithmetic.RULES,
    **products.RULES,
    **reductions.RULES,
    **slices.RULES,
    "Gelu": lambda call: gelu(call, call.x, approximate=call.get("approximate", True) is not False),
    "Elu": lambda call: EXPRESSED["ELU"](call, call.x, ""),
    "Identity": lambda call: identity(call, call.x),
}
