"""TensorFlow's own operations, as TF 2.0 to 2.3 saved them in graphs (TensorFlowOpLayer): calls of its functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ....errors import UnsupportedLayerError
from ....models import Config
from ..builder import Call
from .arithmetic import REMEDY

# Operations whose inputs are their functions' arguments; the others follow.
_PLAIN = {
    "Add": "add", "AddV2": "add", "Sub": "subtract", "Mul": "multiply", "RealDiv": "truediv", "Div": "truediv",
    "Neg": "negative", "SelectV2": "where", "Select": "where", "FloorDiv": "floordiv", "FloorMod": "floormod",
    **{
        name: name.lower()
        for name in (
            "Abs", "Acos", "Asin", "Atan", "Atan2", "Ceil", "Cos", "Cosh", "Elu", "Equal", "Erf", "Exp", "Expm1",
            "Floor", "Greater", "Identity", "Less", "Log", "Log1p", "Maximum", "Minimum", "Pow", "Reciprocal", "Relu",
            "Relu6", "Round", "Rsqrt", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign",
            "Sqrt", "Square", "Tan", "Tanh",
        )
    },
    "GreaterEqual": "greater_equal", "LessEqual": "less_equal", "LogicalAnd": "logical_and", "LogicalOr": "logical_or",
    "LogicalNot": "logical_not", "NotEqual": "not_equal", "LogSoftmax": "log_softmax",
}  # fmt: skip
# Operations with settings as inputs after the first: what the function calls these.
_SETTINGS = {
    "Mean": ("reduce_mean", ("axis",)), "Sum": ("reduce_sum", ("axis",)), "Max": ("reduce_max", ("axis",)),
    "Min": ("reduce_min", ("axis",)), "Prod": ("reduce_prod", ("axis",)), "Reshape": ("reshape", ("shape",)),
    "Transpose": ("transpose", ("perm",)), "ExpandDims": ("expand_dims", ("axis",)), "Tile": ("tile", ("multiples",)),
    "Pad": ("pad", ("paddings",)), "PadV2": ("pad", ("paddings", "constant_values")), "Squeeze": ("squeeze", ()),
    "LeakyRelu": ("leaky_relu", ()), "ArgMax": ("argmax", ("axis",)), "Cumsum": ("cumsum", ("axis",)),
}  # fmt: skip
# Attributes that are settings of the functions; all others that say anything are refused.
_ATTRIBUTES = {
    "keep_dims": "keepdims", "squeeze_dims": "axis", "alpha": "alpha", "axis": "axis", "transpose_a": "transpose_a",
    "transpose_b": "transpose_b", "adj_x": "adjoint_a", "adj_y": "adjoint_b", "exclusive": "exclusive",
    "reverse": "reverse",
}  # fmt: skip
_TYPES = frozenset(
    {"T", "Tidx", "Tshape", "Tperm", "Tdim", "Tmultiples", "Tpaddings", "N", "SrcT", "Index", "output_type", "_cloned"}
)
_DTYPES = {"DT_FLOAT": "float32", "DT_INT32": "int32", "DT_BOOL": "bool", "DT_DOUBLE": "float64", "DT_INT64": "int64"}


def as_function(call: Call) -> Call:
    """Return the call of TensorFlow's function that computes what a TensorFlowOpLayer does."""
    node, constants = call.get("node_def"), call.get("constants") or {}
    if not isinstance(node, Mapping) or not isinstance(constants, Mapping):
        call.refuse("a TensorFlowOpLayer whose operation is not written out", REMEDY)
    operation = str(node.get("op"))
    args = list(call.args)
    for index in sorted(constants, key=int):
        args.insert(int(index), constants[index])
    kwargs = _attributes(call, operation, node.get("attr") or {})
    if operation in _PLAIN:
        function = _PLAIN[operation]
    elif operation in _SETTINGS:
        function, names = _SETTINGS[operation]
        kwargs |= dict(zip(names, args[1:], strict=False))
        args = args[:1]
    elif operation == "ConcatV2":
        function, args, kwargs = "concat", [args[:-1]], {"axis": args[-1]}
    elif operation == "Pack":
        function, args = "stack", [args]
    elif operation in ("MatMul", "BatchMatMul", "BatchMatMulV2"):
        function = "linalg.matmul"
    elif operation == "StridedSlice":
        function, args = "getitem", [args[0], _slices(call, node["attr"], *args[1:4])]
    elif operation in ("Cast", "BiasAdd"):
        function = {"Cast": "cast", "BiasAdd": "bias_add"}[operation]
    else:
        raise UnsupportedLayerError(f"TensorFlow's operation {operation}", call.path, REMEDY)
    config: Config = {"function": function}
    return replace(call, class_name="TFOpLambda", config=config, args=tuple(args), kwargs=kwargs)


def _attributes(call: Call, operation: str, attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the attributes of an operation, in JSON of protocol buffers, are as keywords of a function."""
    kwargs: dict[str, Any] = {}
    for name, value in attributes.items():
        said = _value(value)
        if name in _TYPES or (operation == "StridedSlice" and name.endswith("_mask")):
            continue
        if name == "DstT":
            kwargs["dtype"] = _DTYPES.get(str(said), str(said))
        elif name in _ATTRIBUTES:
            kwargs[_ATTRIBUTES[name]] = said
        elif said and (name, said) != ("data_format", "TkhXQw=="):  # NHWC in base64
            call.refuse(f"TensorFlow's operation {operation} with {name}", REMEDY)
    return {name: value for name, value in kwargs.items() if value is not None}


def _value(attribute: Mapping[str, Any]) -> Any:
    """A value of JSON of protocol buffers: whole numbers are written as texts there."""
    kind, value = next(iter(attribute.items()), ("", None))
    if kind == "i":
        return int(str(value))
    return [int(one) for one in value["i"]] if isinstance(value, Mapping) and value.get("i") else value or None


def _slices(call: Call, attributes: Mapping[str, Any], begin: Any, end: Any, steps: Any) -> list[Any]:
    """The keys of x[...] that a StridedSlice stands for."""
    masks = {name: int(_value(value) or 0) for name, value in attributes.items() if name.endswith("_mask")}
    if not all(isinstance(one, list) for one in (begin, end, steps)):
        call.refuse("TensorFlow's operation StridedSlice by what is computed", REMEDY)

    def is_on(mask: str, axis: int) -> bool:
        return bool(masks.get(f"{mask}_mask", 0) >> axis & 1)

    keys: list[Any] = []
    for axis, (start, stop, step) in enumerate(zip(begin, end, steps, strict=True)):
        if is_on("ellipsis", axis):
            keys.append({"class_name": "__ellipsis__"})
        elif is_on("new_axis", axis):
            keys.append(None)
        elif is_on("shrink_axis", axis):
            keys.append(start)
        else:
            first, last = (None if is_on("begin", axis) else start), (None if is_on("end", axis) else stop)
            keys.append({"start": first, "stop": last, "step": None if step == 1 else step})
    return keys
