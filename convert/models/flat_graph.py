"""The layers of a tf.js model as one flat graph: nested models dissolved, each layer with its inbound nodes."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ConvertError
from .dialects import Config

Layer = dict[str, Any]
Ref = list[Any]  # [layer name, node index, tensor index], in inbound nodes also keyword arguments.
MODELS = ("Model", "Functional", "Sequential")
_MAX_NODES = 50_000


@dataclass(frozen=True)
class Graph:
    """A functional model without models in it.

    Parameters
    ----------
    name : str
    layers : list of dict
        Each with `name`, `class_name`, `config` and `inbound_nodes`: a list of nodes, each a list of references.
    inputs, outputs : list of list
        ``[layer name, node index, tensor index]``.
    """

    name: str
    layers: list[Layer]
    inputs: list[Ref]
    outputs: list[Ref]

    def topology(self) -> Config:
        """Return the graph as a topology: ``{"class_name", "config"}``."""
        config = {
            "name": self.name,
            "layers": self.layers,
            "input_layers": self.inputs,
            "output_layers": self.outputs,
        }
        return {"class_name": "Model", "config": config}

    def by_name(self) -> dict[str, Layer]:
        """Return the layers by their names."""
        return {layer["name"]: layer for layer in self.layers}

    def takers(self) -> Counter[str]:
        """Return how often each layer's output is taken, by layers and as an output of the model."""
        nodes = [node for layer in self.layers for node in layer["inbound_nodes"]]
        return Counter(ref[0] for node in [*nodes, self.outputs] for ref in node)

    def scales_pixels(self) -> bool:
        """Return whether a layer of the model scales its input."""
        return any(layer["class_name"] in ("Rescaling", "Normalization") for layer in self.layers)


def refs_of(node: list[Any]) -> list[Ref]:
    """Return the references of a node; of a single one, writers leave out a level."""
    return [node] if node and isinstance(node[0], str) else node


def layer_name(layer: Layer) -> Any:
    """Return the name that a layer goes by in its model."""
    config = layer.get("config")
    return layer.get("name") or (config.get("name") if isinstance(config, dict) else None)


def flatten(topology: Config, weight_names: Iterable[str] = ()) -> Graph:
    """Flatten a topology: dissolve nested models, so that all layers stand in one graph.

    Parameters
    ----------
    topology : dict
        ``{"class_name", "config"}`` of a "Model" or "Sequential", as `check_layers` lets pass.
    weight_names : iterable of str
        Layers that own one keep their names, by which weights are found.

    Returns
    -------
    Graph

    Raises
    ------
    ConvertError
        Layers that are not connected, or two with weights of the same name.
    """
    if topology["class_name"] not in MODELS:
        raise ConvertError(f"Expected a model of layers, got a single {topology['class_name']}.")
    flattener = _Flattener({name.rpartition("/")[0].split("/")[0] for name in weight_names})
    outputs = flattener.call(topology, None)
    inputs = [[layer["name"], 0, 0] for layer in flattener.inputs]
    return Graph(str(topology["config"].get("name") or "model"), list(flattener.layers.values()), inputs, outputs)


class _Flattener:
    def __init__(self, owners: set[str]) -> None:
        self.layers: dict[str, Layer] = {}
        self.inputs: list[Layer] = []
        self._owners = owners
        self._n_nodes = 0
        self._flat: dict[int, Layer] = {}  # By the identity of the layer's config: shared layers are called again.

    def call(self, model: Config, arguments: list[Ref] | None) -> list[Ref]:
        """Add the layers of a model, called on these or on inputs of its own; return its outputs."""
        if model["class_name"] == "Sequential":
            return self._call_sequential(model["config"], arguments)
        return self._call_functional(model["config"], arguments)

    def _call_sequential(self, config: Config, arguments: list[Ref] | None) -> list[Ref]:
        current = arguments
        for layer in config["layers"]:
            if layer["class_name"] == "InputLayer":
                current = current or [self._add_input(layer)]
            elif layer["class_name"] in MODELS:
                current = self.call(layer, current)
            else:
                current = [self._add(layer, current or [self._make_input(layer)], config)]
        if not current:
            raise ConvertError(f"Expected layers in the Sequential {config.get('name')!r}, got none.")
        return current

    def _make_input(self, layer: Layer) -> Ref:
        config = layer["config"]
        shape = config.get("batch_input_shape")
        if not isinstance(shape, list):
            raise ConvertError(
                f"Expected the first layer, {config['name']!r}, to state its input shape (batch_input_shape). "
                f"Build the model on an input before it is saved."
            )
        name = f"{config['name']}_input"
        dtype = "int32" if layer["class_name"] == "Embedding" else config.get("dtype", "float32")
        entry = {"batch_input_shape": shape, "dtype": dtype, "sparse": False, "name": name}
        return self._add_input({"class_name": "InputLayer", "config": entry})

    def _add_input(self, layer: Layer) -> Ref:
        flat = self._named(layer, "input")
        self.inputs.append(flat)
        return [flat["name"], 0, 0]

    def _call_functional(self, config: Config, arguments: list[Ref] | None) -> list[Ref]:
        layers = {layer_name(layer): layer for layer in config["layers"]}
        outputs = refs_of(config["output_layers"])
        done: dict[tuple[str, int], list[Ref] | None] = {}
        for position, (name, *_) in enumerate(refs_of(config["input_layers"])):
            if name not in layers or (arguments is not None and position >= len(arguments)):
                raise ConvertError(f"Expected as many inputs as the model {config.get('name')!r} is called on.")
            done[name, 0] = [arguments[position] if arguments is not None else self._add_input(layers[name])]
        first = _first_nodes(layers, outputs)
        pending = [
            (layer, first[name] + index, refs_of(node))
            for name, layer in layers.items()
            for index, node in enumerate(layer["inbound_nodes"])
        ]
        while pending:
            waiting = []
            for layer, index, refs in pending:
                if all((ref[0], ref[1]) in done for ref in refs):
                    found = [self._resolve(done, ref) for ref in refs]
                    done[layer_name(layer), index] = self._call_layer(layer, found, config)
                else:
                    waiting.append((layer, index, refs))
            if len(waiting) == len(pending):
                name, sources = layer_name(waiting[0][0]), [ref[0] for ref in waiting[0][2]]
                raise ConvertError(
                    f"Expected connected layers in the model {config.get('name')!r}, got {name!r}, "
                    f"whose inputs {sources!r:.200} come from nowhere."
                )
            pending = waiting
        return [self._resolve(done, ref)[:3] for ref in outputs]

    @staticmethod
    def _resolve(done: Mapping[tuple[str, int], list[Ref] | None], ref: Ref) -> Ref:
        name, node, tensor = ref[:3]
        if (name, node) not in done:
            raise ConvertError(f"Expected an output of a layer of the model, got {ref!r:.100}.")
        made = done[name, node]
        if made is not None and len(made) == 1 and made[0][2:3] == [None]:
            return [made[0][0], made[0][1], tensor, *ref[3:]]
        if made is None or tensor >= len(made):
            raise ConvertError(f"Expected an output of a layer of the model, got {ref!r:.100}.")
        return [*made[tensor][:3], *ref[3:]]

    def _call_layer(self, layer: Layer, refs: list[Ref], config: Config) -> list[Ref]:
        if layer["class_name"] not in MODELS:
            made = self._add(layer, refs, config)
            return [[made[0], made[1], None]]  # Of any of its tensors.
        for ref in refs:
            # At inference `training` says nothing new.
            if any(value is not None and key != "training" for key, value in ((ref[3:] or [{}])[0] or {}).items()):
                raise ConvertError(f"Expected the nested model {layer_name(layer)!r} called without arguments.")
        return self.call(layer, [ref[:3] for ref in refs])

    def _add(self, layer: Layer, refs: list[Ref], model: Config) -> Ref:
        self._n_nodes += 1
        if self._n_nodes > _MAX_NODES:
            raise ConvertError(f"Expected at most {_MAX_NODES:,} calls of layers in a model, got more.")
        flat = self._flat.get(id(layer)) or self._named(layer, str(model.get("name")))
        flat["inbound_nodes"].append([[*ref[:3], (ref[3:] or [{}])[0] or {}] for ref in refs])
        return [flat["name"], len(flat["inbound_nodes"]) - 1, 0]

    def _named(self, layer: Layer, model: str) -> Layer:
        name = layer["config"].get("name") or layer_name(layer)
        if name in self.layers:
            if name in self._owners:
                raise ConvertError(f"Expected layers with weights to have different names, got {name!r} twice.")
            start = name = f"{model}_{name}"
            count = 1
            while name in self.layers:
                count += 1
                name = f"{start}_{count}"
        config = {**copy.deepcopy(layer["config"]), "name": name}
        flat = {"name": name, "class_name": layer["class_name"], "config": config, "inbound_nodes": []}
        self.layers[name] = flat
        self._flat[id(layer)] = flat
        return flat


def _first_nodes(layers: Mapping[str, Layer], outputs: list[Ref]) -> dict[str, int]:
    """Number of the first node of each layer in the file.

    Nested models have a node 0 of their own making, which is not among the inbound nodes.
    """
    lowest: dict[str, int] = {}
    for node in [*(refs_of(node) for layer in layers.values() for node in layer["inbound_nodes"]), outputs]:
        for ref in node:
            lowest[ref[0]] = min(ref[1], lowest.get(ref[0], 1))
    return {name: lowest.get(name, 0) if layer["class_name"] in MODELS else 0 for name, layer in layers.items()}


def owned_names(layer: Layer) -> set[str]:
    """Return the names that the weights of a layer may start with: its own and those of the layers it wraps."""
    found: set[str] = set()
    todo: list[Any] = [layer["config"]]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            if isinstance(value.get("name"), str):
                found.add(value["name"])
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return found | {f"{way}_{name}" for name in found for way in ("forward", "backward")}


def weights_of(layers: Iterable[Layer], names: Iterable[str]) -> set[str]:
    """Return those weights that belong to one of the layers."""
    owners = {name for layer in layers for name in owned_names(layer)}
    return {name for name in names if any(part in owners for part in _starts(name))}


def _starts(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
