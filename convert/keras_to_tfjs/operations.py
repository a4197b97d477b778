"""Keras 3's operations (keras.ops, x + y) and Keras 2's TensorFlow calls in a graph, as far as layers can do them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import UnsupportedLayerError
from ..model import Config
from .activations import EXPRESSED, activation_name, apply_activation, gelu, softmax
from .builder import Call, Mask, Tensor, mask_key, size
from .core import concatenate, resolved
from .express import affine, clip, identity, merge, permute, relu, reshape, slice_axis

# The last word of a TensorFlow function's name -> Keras 3's operation.
_TENSORFLOW = {
    "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "truediv": "TrueDivide", "divide": "TrueDivide",
    "negative": "Negative", "abs": "Absolute", "square": "Square", "pow": "Power", "maximum": "Maximum",
    "minimum": "Minimum", "reduce_mean": "Mean", "reduce_max": "Max", "reduce_min": "Min", "reduce_sum": "Sum",
    "reshape": "Reshape", "transpose": "Transpose", "expand_dims": "ExpandDims", "squeeze": "Squeeze",
    "concat": "Concatenate", "clip_by_value": "Clip", "getitem": "GetItem", "relu": "Relu", "relu6": "Relu6",
    "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "silu": "Silu", "swish": "Silu", "gelu": "Gelu",
    "elu": "Elu", "selu": "Selu", "softplus": "Softplus", "softsign": "Softsign", "leaky_relu": "LeakyRelu",
    "log_softmax": "LogSoftmax", "identity": "Identity",
}  # fmt: skip
_ARGUMENTS = {
    "perm": "axes",
    "clip_value_min": "x_min",
    "clip_value_max": "x_max",
    "shape": "newshape",
    "alpha": "negative_slope",
}
_ACTIVATIONS = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "Silu": "silu", "Selu": "selu",
    "Softplus": "softplus", "Softsign": "softsign", "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu",
    "HardSwish": "hard_silu", "HardTanh": "hard_tanh", "LogSigmoid": "log_sigmoid", "TanhShrink": "tanh_shrink",
    "SoftShrink": "soft_shrink", "HardShrink": "hard_shrink", "LeakyRelu": "leaky_relu", "Mish": "mish",
    "SparsePlus": "sparse_plus", "SparseSigmoid": "sparse_sigmoid",
}  # fmt: skip
_KNOWN = {
    "name", "trainable", "axis", "keepdims", "axes", "newshape", "x_min", "x_max", "negative_slope", "approximate",
    "alpha", "threshold", "x1", "x2",
}  # fmt: skip
_REMEDY = "Replace the operation by Keras layers, and save again."


def is_operation(layer: Config) -> bool:
    """Whether this is an operation in a graph, not a layer."""
    if layer["class_name"] in ("TFOpLambda", "SlicingOpLambda"):
        return True
    if "module" in layer:
        return str(layer["module"]).startswith("keras.src.ops")
    # HDF5 files do not say the module; every layer of Keras 3 writes its dtype.
    kwargs = any(isinstance(node, Mapping) for node in layer.get("inbound_nodes") or [])
    return kwargs and not {"trainable", "dtype"} & set(layer["config"]) and layer["class_name"] != "InputLayer"


def apply(call: Call, layer: Config) -> Tensor | Mask:
    """Add what an operation computes."""
    mask = _mask(call)
    if mask is not None:
        return mask
    if call.class_name in ("TFOpLambda", "SlicingOpLambda"):
        call = _from_tensorflow(call)
    else:
        given = {key: value for key, value in call.kwargs.items() if value is not None}
        call = replace(call, config={**layer["config"], **given})
    rule = RULES.get(call.class_name)
    if rule is None:
        raise UnsupportedLayerError(f"the operation {call.class_name}", call.path, _REMEDY)
    odd = [key for key, value in call.config.items() if key not in _KNOWN and value is not None]
    if odd:
        call.refuse(f"the operation {call.class_name} with {', '.join(odd)}", _REMEDY)
    if call.builder.distributed:
        call.refuse(f"the operation {call.class_name} inside TimeDistributed", _REMEDY)
    return rule(call)


def _mask(call: Call) -> Mask | None:
    """Return the mask that NotEqual, then Any, stand for in Keras 3's graphs."""
    if call.class_name == "NotEqual" and len(call.inputs) == 1 and len(call.args) == 2:
        return Mask(mask_key(call.inputs[0], call.args[1])) if isinstance(call.args[1], int | float) else None
    plain = call.get("axis") in (-1, [-1]) and not call.get("keepdims")
    if call.class_name == "Any" and plain and call.args and isinstance(call.args[0], Mask):
        return call.args[0]
    return None


def _from_tensorflow(call: Call) -> Call:
    function = str(call.get("function", ""))
    kwargs = {key: value for key, value in call.kwargs.items() if key != "name" and value is not None}
    name = _TENSORFLOW.get(function.rsplit(".", 1)[-1])
    if name is None or function.startswith(("linalg", "image", "signal", "strings", "sparse", "ragged")):
        raise UnsupportedLayerError(f"the operation tf.{function}", call.path, _REMEDY)
    args = [*call.args, *[kwargs.pop(key) for key in ("y", "slice_spec") if key in kwargs]]
    config = {_ARGUMENTS.get(key, key): value for key, value in kwargs.items()}
    config.pop("conjugate", None)
    if name == "Gelu":
        config.setdefault("approximate", False)
    if name == "Concatenate":
        args = [list(call.inputs)]
    if name == "Squeeze":
        config.setdefault("axis", None)
    inputs = tuple(a for a in _flat(args) if isinstance(a, Tensor))
    return replace(call, class_name=name, config=config, args=tuple(args), inputs=inputs)


def _flat(values: Any) -> list[Any]:
    return [item for value in values for item in (_flat(value) if isinstance(value, list) else [value])]


def _constant(call: Call, value: Any) -> Any:
    if isinstance(value, Mapping):
        value = value.get("value", value.get("config"))
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        call.refuse(f"{call.class_name} with {value!r}", _REMEDY)
    return array.astype(np.float64)


def _operands(call: Call) -> tuple[Any, Any]:
    values = list(call.args)
    for key in ("x1", "x2"):
        if key in call.config:
            values.append(call.config[key])
    if len(values) != 2:
        call.refuse(f"{call.class_name} with {len(values)} operands", _REMEDY)
    first, second = values
    if isinstance(first, Tensor) and isinstance(second, Tensor) and first.rank != second.rank:
        call.refuse(
            f"{call.class_name} on tensors of shapes {first.shape} and {second.shape}", "Reshape them to one rank."
        )
    return first, second


def _arithmetic(call: Call) -> Tensor:
    """Add, Subtract, Multiply, TrueDivide, Maximum, Minimum of tensors or of a tensor and a constant."""
    first, second = _operands(call)
    name = call.class_name
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        if name == "Subtract":
            return merge(call, "Add", [first, affine(call, second, -1.0, 0.0, "minus")])
        if name in ("TrueDivide", "Divide"):
            call.refuse(f"{name} of two tensors", _REMEDY)
        return merge(call, name, [first, second])
    left = isinstance(first, Tensor)
    x, value = (first, _constant(call, second)) if left else (second, _constant(call, first))
    if name == "Add":
        return affine(call, x, 1.0, value)
    if name == "Multiply":
        return affine(call, x, value, 0.0)
    if name == "Subtract":
        return affine(call, x, 1.0, -value) if left else affine(call, x, -1.0, value)
    if name in ("TrueDivide", "Divide"):
        if not left or not np.all(value):
            call.refuse(f"{name} by a tensor or by zero", _REMEDY)
        return affine(call, x, 1 / value, 0.0)
    sign = 1.0 if name == "Maximum" else -1.0
    above = relu(call, affine(call, x, sign, -sign * value, "difference"), "above")
    return affine(call, above, sign, value)


def _power(call: Call) -> Tensor:
    x, exponent = _operands(call) if call.class_name == "Power" else (call.x, 2)
    if not isinstance(x, Tensor) or exponent not in (1, 2, 3, 4):
        call.refuse(f"{call.class_name} with exponent {exponent!r}", _REMEDY)
    return merge(call, "Multiply", [x] * int(exponent)) if exponent > 1 else identity(call, x)


def _absolute(call: Call) -> Tensor:
    minus = affine(call, call.x, -1.0, 0.0, "minus")
    return merge(call, "Add", [relu(call, call.x, "above"), relu(call, minus, "below")])


def _activation(call: Call) -> Tensor:
    name = _ACTIVATIONS[call.class_name]
    keys = {"negative_slope", "threshold", "alpha"} & set(call.config)
    if name not in EXPRESSED and activation_name(call, name)[0] == name and not keys:
        return apply_activation(call, call.x, name)
    if name == "hard_sigmoid" or (keys and name in EXPRESSED):
        return EXPRESSED[name](call, call.x, "")
    return apply_activation(call, call.x, name)


def _axes(call: Call, x: Tensor) -> list[int]:
    value = call.get("axis")
    values = list(range(x.rank)) if value is None else [value] if isinstance(value, int) else list(value)
    axes = sorted(v % x.rank for v in values)
    if not axes or axes[0] == 0:
        call.refuse(f"{call.class_name} over the batch", _REMEDY)
    return axes


def _reduce(call: Call) -> Tensor:
    x = call.x
    axes = _axes(call, x)
    rest = [axis for axis in range(1, x.rank) if axis not in axes]
    count, other = size([x.shape[a] for a in axes]), size([x.shape[a] for a in rest])
    if other is None or (count is None and call.class_name == "Sum"):
        call.refuse(f"{call.class_name} over axes {axes} of {x.shape}", "Give the model's Input a full shape.")
    if call.get("initial") is not None:
        call.refuse(f"{call.class_name} with initial", _REMEDY)
    y = x
    if call.class_name == "Min":
        y = affine(call, y, -1.0, 0.0, "minus")
    y = permute(call, y, [*axes, *rest], "reduced_first")
    y = reshape(call, y, (count, other), "table")
    kind = "GlobalAveragePooling1D" if call.class_name in ("Mean", "Sum") else "GlobalMaxPooling1D"
    y = call.emit(kind, {}, y, (x.shape[0], other), suffix="reduced")
    if call.class_name in ("Sum", "Min"):
        y = affine(call, y, float(count or 1) if call.class_name == "Sum" else -1.0, 0.0, "scaled")
    kept = [1 if axis in axes else x.shape[axis] for axis in range(1, x.rank)]
    target = kept if call.get("keepdims") else [x.shape[axis] for axis in rest]
    if not target:
        call.refuse(f"{call.class_name} to one number per sample", "Keep a dimension: keepdims=True.")
    return reshape(call, y, target)


def _reshape(call: Call) -> Tensor:
    shape = call.get("newshape", call.args[1] if len(call.args) > 1 else None)
    x = call.x
    if not isinstance(shape, list) or not all(n is None or type(n) is int for n in shape) or shape[0] not in (-1, None):
        call.refuse(f"Reshape to {shape!r}", "Use a Reshape layer, which keeps the batch.")
    target = [None if n in (-1, None) else n for n in shape[1:]]
    full = resolved(call, x, target)
    if size(full) != size(x.shape[1:]) or not target:
        call.refuse(f"Reshape of {x.shape} to {shape}", "Use a Reshape layer, which keeps the batch.")
    return reshape(call, x, full)


def _transpose(call: Call) -> Tensor:
    axes = call.get("axes")
    axes = [a % call.x.rank for a in axes] if isinstance(axes, list) else []
    if not axes or axes[0] != 0:
        call.refuse(f"Transpose with axes {call.get('axes')}", "Leave the batch where it is.")
    return permute(call, call.x, axes[1:])


def _expand(call: Call) -> Tensor:
    x, axis = call.x, call.get("axis")
    at = axis % (x.rank + 1) if isinstance(axis, int) else 0
    if at == 0:
        call.refuse(f"ExpandDims at axis {axis}", _REMEDY)
    return reshape(call, x, (*x.shape[1:at], 1, *x.shape[at:]))


def _squeeze(call: Call) -> Tensor:
    x = call.x
    if call.get("axis") is None:
        call.refuse("Squeeze without an axis", "Name the axis.")
    axes = _axes(call, x)
    if any(x.shape[axis] != 1 for axis in axes) or len(axes) == x.rank - 1:
        call.refuse(f"Squeeze of axes {axes} of {x.shape}", _REMEDY)
    return reshape(call, x, [n for axis, n in enumerate(x.shape) if axis and axis not in axes])


def _concat(call: Call) -> Tensor:
    if len(_flat(call.args[:1])) != len(call.inputs):
        call.refuse("Concatenate of tensors and constants", _REMEDY)
    return concatenate(call, int(call.get("axis", 0)))


def _clip(call: Call) -> Tensor:
    low, high = call.get("x_min"), call.get("x_max")
    if not isinstance(low, int | float) or not isinstance(high, int | float) or low >= high:
        call.refuse(f"Clip to [{low}, {high}]", _REMEDY)
    return clip(call, call.x, float(low), float(high))


def _get_item(call: Call) -> Tensor:
    """x[:, a:b, c] with steps of 1."""
    y = x = call.inputs[0]
    keys = call.args[1] if len(call.args) > 1 else None
    keys = keys if isinstance(keys, list) else [keys]
    if len(call.inputs) != 1 or len(keys) > x.rank:
        call.refuse("GetItem with other than slices and whole numbers", _REMEDY)
    gone = []
    for axis, key in enumerate(keys):
        start, stop = _bounds(call, key, x.shape[axis])
        if type(key) is int:
            gone.append(axis)
        if axis == 0 and ((start, stop) != (0, None) or type(key) is int):
            call.refuse("GetItem along the batch", _REMEDY)
        if axis and (start, stop) != (0, x.shape[axis]):
            if stop is None or stop <= start:
                call.refuse(f"GetItem {start}:{stop} of {x.shape}", "Give the model's Input a full shape.")
            y = slice_axis(call, y, axis, start, stop, f"axis{axis}")
    shape = [n for axis, n in enumerate(y.shape) if axis and axis not in gone]
    if not shape:
        call.refuse("GetItem of one number per sample", _REMEDY)
    return reshape(call, y, shape) if gone else identity(call, y)


def _bounds(call: Call, key: Any, length: int | None) -> tuple[int, int | None]:
    if isinstance(key, Mapping):
        config = key.get("config", key)
        start, stop, step = (config.get(k) for k in ("start", "stop", "step"))
        if step in (None, 1) and all(v is None or type(v) is int for v in (start, stop)):
            if length is None and (start, stop) == (None, None):
                return 0, None
            if length is not None:
                return slice(start, stop).indices(length)[:2]
    if type(key) is int and length is not None and -length <= key < length:
        return key % length, key % length + 1
    call.refuse(f"GetItem with {key!r}", "Use slices with known bounds and steps of 1.")


RULES: dict[str, Callable[[Call], Tensor]] = {
    **dict.fromkeys(("Add", "Subtract", "Multiply", "TrueDivide", "Divide", "Maximum", "Minimum"), _arithmetic),
    **dict.fromkeys(("Power", "Square"), _power),
    **dict.fromkeys(("Mean", "Max", "Min", "Sum"), _reduce),
    **dict.fromkeys(_ACTIVATIONS, _activation),
    "Absolute": _absolute,
    "Abs": _absolute,
    "Negative": lambda call: affine(call, call.x, -1.0, 0.0),
    "Softmax": lambda call: softmax(call, call.x, call.get("axis", -1)),
    "LogSoftmax": lambda call: apply_activation(call, call.x, "log_softmax")
    if call.get("axis", -1) == -1
    else call.refuse("LogSoftmax over another axis than the last"),
    "Gelu": lambda call: gelu(call, call.x, approximate=call.get("approximate", True) is not False),
    "Elu": lambda call: EXPRESSED["ELU"](call, call.x, ""),
    "Reshape": _reshape,
    "Transpose": _transpose,
    "ExpandDims": _expand,
    "Squeeze": _squeeze,
    "Concatenate": _concat,
    "Clip": _clip,
    "GetItem": _get_item,
    "Identity": lambda call: identity(call, call.x),
}
