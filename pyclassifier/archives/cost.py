"""What a network of somebody's costs to run, bounded before it runs: nobody can stop it then."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..backbones import Topology, Weights
from ..errors import ArchiveError

# Of one picture. VGG16, the most costly network that is in use, takes 15.5e9; WebAssembly does some 5e9 a second here.
_MAX_PRODUCTS = 4e10
_MAX_VALUES = 1 << 26  # Of one picture after one layer, 256 MB.
_WINDOWS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D")


def check_cost(topology: Topology, weights: Weights) -> None:
    """Raise ArchiveError for a network that would take minutes for one picture, as far as its layers tell.

    Each layer costs its kernel's size at each place of its output; sizes are those of its strides and padding.
    """
    own: dict[str, list[Any]] = {}
    for name, array in weights.items():
        own.setdefault(name.split("/")[0], []).append(array)
    products, largest = _model(topology, [], own)[1:]
    if products > _MAX_PRODUCTS or largest > _MAX_VALUES:
        raise ArchiveError("costly-model", most=_MAX_PRODUCTS / 1e9, got=products / 1e9, values=largest / 1e6)


_Side = tuple[float, float, float]  # Height, width and channels of what a layer gives.


def _model(model: Topology, given: list[_Side], own: Mapping[str, list[Any]]) -> tuple[_Side, float, float]:
    products = largest = 0.0
    made: dict[str, _Side] = {}
    last = given[0] if given else (1.0, 1.0, 1.0)
    for layer in model["config"]["layers"]:
        name, nodes = layer["config"].get("name"), layer.get("inbound_nodes") or []
        before = [made[ref[0]] for node in nodes for ref in _refs(node) if ref[0] in made] or [last]
        if "layers" in layer["config"]:
            last, more, most = _model(layer, before, own)
        else:
            last, more = _layer(layer, before, own.get(str(name), []))
            more, most = more * max(1, len(nodes)), math.prod(last)
        made[str(name)] = last
        products, largest = products + more, max(largest, most)
    return last, products, largest


def _refs(node: Any) -> list[Any]:
    return [node] if node and isinstance(node[0], str) else node


def _layer(layer: Topology, before: list[_Side], arrays: list[Any]) -> tuple[_Side, float]:
    """What a layer gives, and how many products it takes for that."""
    config, kind = layer["config"], layer["class_name"]
    stated = config.get("batch_input_shape")
    if isinstance(stated, list | tuple) and len(stated) == 4 and all(isinstance(n, int) for n in stated[1:]):
        before = [(float(stated[1]), float(stated[2]), float(stated[3]))]
    height, width, channels = max(before, key=math.prod)
    if kind == "InputLayer":
        return (height, width, channels), 0.0
    kernels = [array for array in arrays if array.ndim > 1]
    if kind in _WINDOWS:
        window = _pair(config.get("kernel_size", config.get("pool_size", 1)))
        strides = _pair(config.get("strides") or window)
        inside = (0.0, 0.0) if config.get("padding") == "same" else (window[0] - 1, window[1] - 1)
        height = max(1.0, (height - inside[0]) / strides[0])
        width = max(1.0, (width - inside[1]) / strides[1])
    elif kind == "UpSampling2D" or kind.endswith("Transpose"):
        factors = _pair(config.get("size", config.get("strides", 2)))
        height, width = height * factors[0], width * factors[1]
    elif kind == "ZeroPadding2D":
        more = sum(
            sum(side) if isinstance(side, list | tuple) else 2 * side for side in _list(config.get("padding", 1))
        )
        height, width = height + more, width + more
    elif kind in ("GlobalAveragePooling2D", "GlobalMaxPooling2D"):
        height = width = 1.0
    elif kind == "Flatten":
        height, width, channels = 1.0, 1.0, height * width * channels
    elif kind == "Concatenate":
        channels = sum(one[2] for one in before)
    if kernels and kind != "DepthwiseConv2D":
        channels = float(kernels[-1].shape[-1])
    return (height, width, channels), height * width * sum(float(kernel.size) for kernel in kernels)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _pair(value: Any) -> tuple[float, float]:
    numbers = [max(1.0, float(one)) for one in _list(value)]
    return numbers[0], numbers[-1]
