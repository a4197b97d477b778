"""Custom layers that a user answers for: passed on to a JS class, never executed or checked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeGuard

from ...models import Config, CustomLayer, Shape
from .builder import Call, Tensor

_LAMBDAS = ("Lambda", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")


def find_custom(layer: Config, path: str, customs: Sequence[CustomLayer]) -> CustomLayer | None:
    """Return what the user said of a layer: by its class, a Lambda by its name."""
    names = {layer["name"], path}
    if layer["class_name"] not in _LAMBDAS:
        names |= {layer["class_name"], layer["class_name"].rsplit(">", 1)[-1], str(layer.get("registered_name"))}
    return next((one for one in customs if one.name in names), None)


def pass_through(call: Call, custom: CustomLayer, told: Mapping[int, Shape]) -> list[Tensor]:
    """Add the user's JS class with the layer's config and weights; `told` are shapes of outputs, from the file."""
    if any(value is not None for key, value in call.kwargs.items() if key not in ("training", "mask")):
        call.refuse(f"{call.class_name} called with {', '.join(call.kwargs)}", "Call it on tensors alone.")
    if call.builder.distributed or any(x.masked for x in call.inputs):
        call.refuse(f"the custom layer {call.class_name} inside TimeDistributed or with a mask")
    shapes = _shapes(call, custom, told)
    settings = {key: value for key, value in call.config.items() if key not in ("name", "dtype", "trainable")}
    if call.class_name == "Lambda":  # Its code stays where it is.
        settings = {"arguments": settings.get("arguments") or {}}
    call.builder.custom[custom.js_class] = None
    call.note(
        f"{call.class_name} was passed through, unchecked, to the JS class {custom.js_class}, which must be registered "
        "before the model is loaded."
    )
    # Keras's files do not name weights.
    weights = {f"weight_{i}": array for i, array in enumerate(call.arrays)}
    y = call.emit(custom.js_class, _unwrapped(settings), call.inputs, shapes[0], weights=weights, masked="")
    return [Tensor(y.layer, y.node, index, shape) for index, shape in enumerate(shapes)]


def _shapes(call: Call, custom: CustomLayer, told: Mapping[int, Shape]) -> list[Shape]:
    first = call.inputs[0].shape
    if custom.shape is not None:
        return [first if custom.shape == "same" else (first[0], *custom.shape)]
    if not told or sorted(told) != list(range(len(told))):
        call.refuse(
            f"the custom layer {call.class_name}, whose output shape the file does not tell,",
            f"Add it: --custom {custom.name}={custom.js_class}:same, or the shape without the batch, "
            f"{custom.name}={custom.js_class}:7x7x32.",
        )
    return [told[index] for index in range(len(told))]


def _unwrapped(value: Any) -> Any:
    """Keras 3's {module, class_name, config, registered_name} without what tf.js does not know."""
    if isinstance(value, Mapping):
        if "class_name" in value and {"module", "registered_name"} & set(value):
            return {"class_name": value["class_name"], "config": _unwrapped(value.get("config"))}
        return {key: _unwrapped(item) for key, item in value.items()}
    return [_unwrapped(item) for item in value] if isinstance(value, list) else value


def told_shapes(layers: Sequence[Config]) -> dict[tuple[str, int, int], Shape]:
    """Return the shapes of outputs that those who take them tell, by layer, call and output."""
    found: dict[tuple[str, int, int], Shape] = {}
    for layer in layers:
        _collect(layer.get("inbound_nodes"), found)
    for before, after in pairwise(layers):
        stated = (after.get("build_config") or {}).get("input_shape")
        if not after.get("inbound_nodes") and _is_shape(stated):
            found[before["name"], 0, 0] = tuple(stated)
    return found


def _collect(value: Any, found: dict[tuple[str, int, int], Shape]) -> None:
    if isinstance(value, Mapping):
        config = value.get("config")
        if value.get("class_name") == "__keras_tensor__" and isinstance(config, Mapping):
            name, node, index = config["keras_history"]
            if _is_shape(config.get("shape")):
                found[name, node, index] = tuple(config["shape"])
        for item in value.values():
            _collect(item, found)
    elif isinstance(value, list):
        for item in value:
            _collect(item, found)


def _is_shape(value: Any) -> TypeGuard[list[int | None]]:
    return isinstance(value, list) and bool(value) and all(n is None or type(n) is int for n in value)
