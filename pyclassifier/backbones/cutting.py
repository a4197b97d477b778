"""A backbone in two: the part that stays as it was published, and its last blocks, which are trained further."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..sentences import Sentence
from .layer_rules import Shape, window_side
from .topology import Topology, Weights, pooling_of, sequential

DEFAULT_BLOCKS = 7
# On hand signs, 30 photos a class, 2 or 3 draws in TensorFlow: 2 blocks of MobileNet v1 gained 1 point, 4 to 5 gained
# 4, 7 gained 6.
# In Chromium on WebAssembly, 7 blocks (bench/fine_tuning.py, 2 draws): 93.3 -> 98.3 %.

_INPUT = "cut"
_SAME_SHAPE = ("InputLayer", "Activation", "ReLU", "Add", "Dropout")
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D")
_POOLS = ("MaxPooling2D", "AveragePooling2D")


@dataclass(frozen=True)
class Cut:
    """A backbone in two parts, each a network of its own.

    Parameters
    ----------
    lower : dict
        (N, S, S, 3) -> what the upper part gets.
    upper : list of dict
        Layers of a "Sequential": what the lower part gives -> features (N, n_features).
    shape : tuple of int
        (h, w, channels) of one photo between them.
    trained : tuple of str
        Names of the layers of the upper part that have weights.
    n_blocks : int
        How many blocks are in the upper part.
    n_features : int
        Columns of the features.
    n_values : int
        Of one photo, of all layers of the upper part together.
    """

    lower: Topology
    upper: list[Topology]
    shape: Shape
    trained: tuple[str, ...]
    n_blocks: int
    n_features: int
    n_values: int

    def with_head(self, head: Topology) -> Topology:
        """The upper part and a head's layers, as one network to train.

        Parameters
        ----------
        head : dict
            A "Sequential".

        Returns
        -------
        dict
        """
        # Not the head as a model in the model: of such a one TensorFlow.js 4.22 keeps the weights when it is disposed.
        return sequential("tuned", [*self.upper, *copy.deepcopy(head["config"]["layers"])])

    def weights_above(self, weights: Weights) -> dict[str, Any]:
        """Those of the upper part, among all of the backbone's."""
        return {name: array for name, array in weights.items() if name.split("/")[0] in self.trained}

    def weights_below(self, weights: Weights) -> dict[str, Any]:
        """Those of the lower part."""
        return {name: array for name, array in weights.items() if name.split("/")[0] not in self.trained}


def cut_backbone(extractor: Topology, n_blocks: int | bool) -> Cut:
    """Cut a backbone below its last blocks.

    A block is a convolution of more than single pixels, with what follows it up to the next one. Between two of them
    the cut goes where a photo takes the least room, and where nothing but that leads on.

    Parameters
    ----------
    extractor : dict
        As `pyclassifier.backbones.feature_extractor` makes it.
    n_blocks : int or True
        How many of the last blocks are to be in the upper part; True is 7, or as many as there are to choose from.

    Returns
    -------
    Cut

    Raises
    ------
    ValueError
        Not so many blocks, or layers that cannot be trained further.
    """
    backbone, *rest = extractor["config"]["layers"]
    layers = backbone["config"].get("layers")
    if layers is None or backbone["class_name"] == "Sequential":
        raise ValueError(Sentence("not-to-fine-tune"))
    shapes, ends = _shapes(layers), _ends(layers)
    blocks = [i for i, layer in enumerate(layers) if _is_spatial(layer)]
    most = len(blocks) - 1
    wanted = min(DEFAULT_BLOCKS, most) if n_blocks is True else n_blocks
    if not isinstance(wanted, int) or not 1 <= wanted <= most:
        raise ValueError(
            f"Expected fine_tune to be True, or from 1 to {most} blocks of this backbone; got {n_blocks!r}."
        )
    before, first = blocks[-wanted - 1], blocks[-wanted]
    between = [i for i in range(before, first) if i in ends] or [max(i for i in range(first) if i in ends)]
    at = min(between, key=lambda i: (math.prod(shapes[i]), -i))
    above = layers[at + 1 :]
    unknown = [layer["class_name"] for layer in above if layer["class_name"] == "BatchNormalization"]
    if unknown:
        raise ValueError(Sentence("not-to-fine-tune"))
    return Cut(
        lower=sequential("below", [_model(backbone, "lower", layers[: at + 1], layers[at])]),
        upper=[_model(backbone, "upper", _from_input(above, layers[at], shapes[at]), layers[-1]), *copy.deepcopy(rest)],
        shape=shapes[at],
        trained=tuple(layer["config"]["name"] for layer in above if layer["class_name"] in _CONVOLUTIONS),
        n_blocks=sum(_is_spatial(layer) for layer in above),
        n_features=shapes[-1][-1] if pooling_of(extractor) == "avg" else math.prod(shapes[-1]),
        n_values=sum(math.prod(shape) for shape in shapes[at + 1 :]),
    )


def _is_spatial(layer: Topology) -> bool:
    return layer["class_name"] in _CONVOLUTIONS and max(layer["config"]["kernel_size"]) > 1


def _inputs(layer: Topology) -> list[str]:
    nodes = layer.get("inbound_nodes") or [[]]
    return [str(one[0]) for one in nodes[0]]


def _ends(layers: list[Topology]) -> set[int]:
    """Positions of the layers whose output is all that the layers after them get to see."""
    positions = {layer["config"]["name"]: i for i, layer in enumerate(layers)}
    last_use = list(range(len(layers)))
    for i, layer in enumerate(layers):
        for name in _inputs(layer):
            last_use[positions[name]] = i
    ends, reach = set(), -1
    for i in range(len(layers) - 1):
        if reach <= i:  # Nothing from before is looked at after it.
            ends.add(i)
        reach = max(reach, last_use[i])
    return ends


def _shapes(layers: list[Topology]) -> list[Shape]:
    """What comes out of each layer for one photo."""
    shapes: dict[str, Shape] = {}
    for layer in layers:
        kind, config = layer["class_name"], layer["config"]
        inputs = [shapes[name] for name in _inputs(layer)]
        if kind == "InputLayer":
            shapes[config["name"]] = tuple(config["batch_input_shape"][1:])
        else:
            shapes[config["name"]] = _shape(kind, config, inputs[0])
    return list(shapes.values())


def _shape(kind: str, config: Mapping[str, Any], before: Shape) -> Shape:
    height, width, channels = before
    if kind in _SAME_SHAPE or kind == "BatchNormalization":
        return before
    if kind == "ZeroPadding2D":
        (top, bottom), (left, right) = config["padding"]
        return height + top + bottom, width + left + right, channels
    if kind in _CONVOLUTIONS or kind in _POOLS:
        size, strides, padding = (
            config.get("kernel_size", config.get("pool_size")),
            config["strides"],
            config["padding"],
        )
        sides = (
            window_side(side, window, stride, padding, str(config["name"]))
            for side, window, stride in zip((height, width), size, strides, strict=True)
        )
        return (*sides, config["filters"] if kind == "Conv2D" else channels)
    raise ValueError(Sentence("not-to-fine-tune"))


def _from_input(above: list[Topology], end: Topology, shape: Shape) -> list[Topology]:
    """Layers that get what another one gave from an input of their own."""
    entry = {"name": _INPUT, "batch_input_shape": [None, *shape], "dtype": "float32"}
    layers = [{"class_name": "InputLayer", "name": _INPUT, "config": entry, "inbound_nodes": []}, *copy.deepcopy(above)]
    for layer in layers:
        for node in layer["inbound_nodes"]:
            for one in node:
                if one[0] == end["config"]["name"]:
                    one[0] = _INPUT
    return layers


def _model(backbone: Topology, name: str, layers: list[Topology], last: Topology) -> Topology:
    config = {
        **{key: value for key, value in backbone["config"].items() if key not in ("name", "layers")},
        "name": name,
        "layers": copy.deepcopy(layers),
        "input_layers": [[layers[0]["config"]["name"], 0, 0]],
        "output_layers": [[last["config"]["name"], 0, 0]],
    }
    return {"class_name": backbone["class_name"], "config": config}
