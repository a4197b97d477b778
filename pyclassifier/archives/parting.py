"""A network parted into what makes features and what makes probabilities of them, whoever wrote it."""

from __future__ import annotations

from typing import Any

from ..backbones import Topology, Weights, leaf_layers, output_shapes, pooling_of, sequential
from ..errors import ArchiveError

_HEAD = ("Dense", "Dropout", "Activation", "Softmax", "ReLU", "BatchNormalization")
_POOLING = ("GlobalAveragePooling2D", "Flatten")


def part(model: Topology, weights: Weights) -> tuple[Topology, Topology]:
    """Part a network into extractor and head; one that was trained from scratch is a head alone.

    Raises
    ------
    ArchiveError
        It does not end in layers that make probabilities of features.
    ValueError and others that a configuration makes which does not fit together
    """
    layers = model["config"]["layers"]
    if model["class_name"] != "Sequential":
        return _parted_graph(model, weights)
    if all("layers" in layer["config"] for layer in layers):
        extractor, head = layers
        pooling_of(extractor)
        return extractor, head
    output_shapes(model)  # Nothing but layers that are known and fit.
    return {}, {"class_name": "Sequential", "config": {"name": str(model["config"]["name"]), "layers": layers}}


def _parted_graph(model: Topology, weights: Weights) -> tuple[Topology, Topology]:
    """Part a graph, as converters write it, at the pooling before its last layers."""
    config = model["config"]
    layers = {layer["config"]["name"]: layer for layer in config["layers"]}
    (name, *_), *others = _refs(config["output_layers"])
    if others or len(_refs(config["input_layers"])) != 1:
        raise ArchiveError("no-head", got="several inputs or outputs")
    head: list[Topology] = []
    while layers[name]["class_name"] in _HEAD:
        head.insert(0, {"class_name": layers[name]["class_name"], "config": dict(layers[name]["config"])})
        name = _only_input(layers[name])
    pooling = layers[name]
    dense = [layer["config"] for layer in head if layer["class_name"] == "Dense"]
    ends = head[-1]["config"].get("activation") if head else None
    softmax = bool(head) and (ends == "softmax" or head[-1]["class_name"] == "Softmax")
    if pooling["class_name"] not in _POOLING or not dense or not softmax:
        raise ArchiveError("no-head", got=f"{pooling['class_name']}, {', '.join(one['class_name'] for one in head)}")
    head[0]["config"]["batch_input_shape"] = [None, int(weights[f"{dense[0]['name']}/kernel"].shape[0])]
    before = _only_input(pooling)
    kept = _before(layers, before)
    inner = {**config, "layers": [layer for key, layer in layers.items() if key in kept]}
    backbone = {"class_name": "Model", "config": {**inner, "output_layers": [[before, 0, 0]]}}
    pool = {"class_name": pooling["class_name"], "config": pooling["config"]}
    return sequential("feature_extractor", [backbone, pool]), sequential("head", head)


def n_outputs(head: Topology) -> Any:
    """Return how many probabilities a head makes."""
    return [one["config"]["units"] for one in leaf_layers(head) if one["class_name"] == "Dense"][-1]


def _refs(value: Any) -> list[list[Any]]:
    return [value] if value and isinstance(value[0], str) else value


def _nodes(layer: Topology) -> list[list[Any]]:
    return [ref for node in layer["inbound_nodes"] for ref in _refs(node)]


def _only_input(layer: Topology) -> str:
    nodes = _nodes(layer)
    if len(nodes) != 1:
        raise ArchiveError("no-head", got=f"{layer['class_name']} with {len(nodes)} inputs")
    return str(nodes[0][0])


def _before(layers: dict[str, Topology], name: str) -> set[str]:
    """Names of a layer and of all that it takes, by whatever way."""
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [ref[0] for ref in _nodes(layers[one])]
    return found
