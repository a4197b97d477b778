"""A model cut at a layer: the first part of it, and the rest."""

from __future__ import annotations

import difflib
from dataclasses import replace

from ..errors import ConvertError
from ..models import Graph, Layer, LayersModel, Ref, flatten, output_shapes, weights_of


def cut_at(model: LayersModel, layer: str) -> LayersModel:
    """Return the part of a model that ends with a layer: a feature extractor.

    Parameters
    ----------
    model : LayersModel
        Nested models are dissolved, so that layers inside them can be cut at.
    layer : str
        Name of the layer, or its path: ``"outer/inner/layer"``.

    Returns
    -------
    LayersModel
        Without the layers and weights that the layer's output does not need, and without labels.

    Raises
    ------
    ConvertError
        There is no such layer, or it is called more than once.
    """
    graph = flatten(model.topology, model.weights)
    target = _find(graph, layer)
    if len(target["inbound_nodes"]) != 1:
        raise ConvertError(
            f"Expected a layer that is used once to cut at, got {target['name']!r}, which is used "
            f"{len(target['inbound_nodes'])} times. Choose a layer after it."
        )
    part = keep_needed(replace(graph, outputs=[[target["name"], 0, 0]]))
    kept = weights_of(part.layers, model.weights)
    known = weights_of(graph.layers, model.weights)
    # What belongs to no layer by its name stays: tf.js says so where it is one too many.
    weights = {name: array for name, array in model.weights.items() if name in kept or name not in known}
    dropped = len(graph.layers) - len(part.layers)
    note = f"Cut after the layer {target['name']!r}: {dropped} later layers are left out."
    return replace(model, topology=part.topology(), weights=weights, labels=(), notes=(*model.notes, note))


def split_at(model: LayersModel, layer: str) -> tuple[LayersModel, LayersModel]:
    """Split a model after a layer that all of it passes through: features, and what is made of them.

    Parameters
    ----------
    model : LayersModel
    layer : str
        Name of the layer, or its path.

    Returns
    -------
    first : LayersModel
        As `cut_at` makes it.
    rest : LayersModel
        From the layer's output to the model's; its input is called ``"<layer>_input"``. With the labels.

    Raises
    ------
    ConvertError
        There is no such layer, or later layers also take what comes before it.
    """
    first = cut_at(model, layer)
    before = {one["name"] for one in first.topology["config"]["layers"]}
    graph = flatten(model.topology, model.weights)
    name = _find(graph, layer)["name"]
    shape = output_shapes(graph)[name]
    entry = {"name": f"{name}_input", "dtype": "float32", "sparse": False}
    entry["batch_input_shape"] = None if shape is None else list(shape)
    later = [_renamed(one, name, f"{name}_input") for one in graph.layers if one["name"] not in before]
    crossing = {ref[0] for one in later for node in one["inbound_nodes"] for ref in node} & before
    if crossing or shape is None or graph.outputs[0][0] in before:
        raise ConvertError(
            f"Expected a layer of known shape that all of the model passes through before its end, got {name!r}"
            + (f": later layers also take {', '.join(sorted(crossing))}." if crossing else ".")
            + " Choose another one."
        )
    start = {"class_name": "InputLayer", "name": f"{name}_input", "config": entry, "inbound_nodes": []}
    rest = Graph(f"{graph.name}_rest", [start, *later], [[f"{name}_input", 0, 0]], graph.outputs)
    kept = weights_of(later, model.weights)
    weights = {one: array for one, array in model.weights.items() if one in kept}
    return first, replace(model, topology=rest.topology(), weights=weights)


def _renamed(layer: Layer, source: str, to: str) -> Layer:
    """The layer with one of the layers that it takes called otherwise."""
    nodes = [[[to, *ref[1:]] if ref[0] == source else ref for ref in node] for node in layer["inbound_nodes"]]
    return {**layer, "inbound_nodes": nodes}


def _find(graph: Graph, wanted: str) -> Layer:
    layers = graph.by_name()
    name = wanted if wanted in layers else wanted.rpartition("/")[2]
    if name not in layers:
        near = difflib.get_close_matches(name, layers, 5, 0.4) or list(layers)[-5:]
        raise ConvertError(
            f"Expected the name of a layer to cut at, got {wanted!r}; names like it are {', '.join(near)}. "
            f"--summary lists them all."
        )
    if layers[name]["class_name"] == "InputLayer":
        raise ConvertError(f"Expected a layer that computes something to cut at, got the input {name!r}.")
    return layers[name]


def keep_needed(graph: Graph) -> Graph:
    """Return the graph with only those layers, and calls of layers, that its outputs need."""
    layers = graph.by_name()
    needed: set[tuple[str, int]] = set()
    todo = [(ref[0], ref[1]) for ref in graph.outputs]
    while todo:
        name, index = todo.pop()
        if (name, index) not in needed:
            needed.add((name, index))
            nodes = layers[name]["inbound_nodes"]
            todo += [(ref[0], ref[1]) for ref in nodes[index]] if nodes else []
    kept = {name: sorted(index for owner, index in needed if owner == name) for name in {owner for owner, _ in needed}}

    def moved(ref: Ref) -> Ref:
        return [ref[0], kept[ref[0]].index(ref[1]), *ref[2:]]

    return Graph(
        name=graph.name,
        layers=[
            {**layer, "inbound_nodes": [[moved(ref) for ref in layer["inbound_nodes"][i]] for i in kept[layer["name"]]]}
            if layer["inbound_nodes"]
            else layer
            for layer in graph.layers
            if layer["name"] in kept
        ],
        inputs=[ref for ref in graph.inputs if ref[0] in kept],
        outputs=[moved(ref) for ref in graph.outputs],
    )
