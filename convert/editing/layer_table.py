"""The layer table of a model, as Keras prints it."""

from __future__ import annotations

from pyclassifier.backbones import LayerSummary, NetworkSummary

from ..models import LayersModel, flatten, output_shapes, weights_of


def summary(model: LayersModel) -> str:
    """Return a model's layers with output shapes, parameters and, where it is no chain, what each takes.

    Parameters
    ----------
    model : LayersModel
        Nested models are shown layer by layer.

    Returns
    -------
    str
        A table; "?" where an output shape is not known.
    """
    return str(summarize(model))


def summarize(model: LayersModel, cut_at: str | None = None) -> NetworkSummary:
    """Return a model's layers with output shapes and parameters, as plain data.

    Parameters
    ----------
    model : LayersModel
        Nested models come layer by layer.
    cut_at : str, optional
        The layer that features are taken from.

    Returns
    -------
    NetworkSummary
    """
    graph = flatten(model.topology, model.weights)
    shapes = output_shapes(graph)
    sizes = {name: array.size for name, array in model.weights.items()}
    layers = []
    for layer in graph.layers:
        own = weights_of([layer], sizes)
        trainable = [name for name in own if "/moving_" not in name] if layer["config"].get("trainable", True) else []
        layers.append(
            LayerSummary(
                name=layer["name"],
                class_name=layer["class_name"],
                output_shape=shapes[layer["name"]],
                n_parameters=sum(sizes[name] for name in own),
                n_trainable=sum(sizes[name] for name in trainable),
                inputs=tuple(f"{ref[0]}[{ref[1]}][{ref[2]}]" for node in layer["inbound_nodes"] for ref in node),
            )
        )
    return NetworkSummary(graph.name, tuple(layers), cut_at)
