"""BatchNormalization folded into the layers before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ConvertError
from ..models import Array, Graph, Layer, LayersModel, Ref, flatten

# The layers that a normalisation can be folded into: the kernel that makes their outputs, and their tensors' rank.
_KERNELS = {
    "Dense": ("kernel", None),
    "Conv1D": ("kernel", 3),
    "Conv2D": ("kernel", 4),
    "Conv3D": ("kernel", 5),
    "DepthwiseConv2D": ("depthwise_kernel", 4),
    "SeparableConv1D": ("pointwise_kernel", 3),
    "SeparableConv2D": ("pointwise_kernel", 4),
    "Conv2DTranspose": ("kernel", 4),
    "Conv3DTranspose": ("kernel", 5),
}
_EPSILON = 0.001  # Keras's own, where a config leaves it out.


def fold_batchnorm(model: LayersModel, *, keep: Collection[str] = ()) -> LayersModel:
    """Return the same function with each BatchNormalization folded into the layer before it, where that is exact.

    That is after a linear convolution or Dense that nothing else takes the output of, over its channels. Fewer kernels
    run then, and nothing is left whose statistics tf.js's `fit` would change.

    Parameters
    ----------
    model : LayersModel
    keep : collection of str
        Names of normalisations to leave as they are.

    Returns
    -------
    LayersModel
        A note says how many were folded and how many are left.
    """
    graph = flatten(model.topology, model.weights)
    try:
        folded, weights = fold_graph(graph, model.weights, keep)
    except (ValueError, TypeError) as error:
        raise ConvertError(f"Expected weights that fit their layers, got others ({error}).") from error
    count, left = (_count_norms(graph) - _count_norms(folded)), _count_norms(folded)
    note = f"Folded {count} BatchNormalization layers into the layers before them; {left} are left."
    if not count:
        return replace(model, notes=(*model.notes, note))
    return replace(model, topology=folded.topology(), weights=weights, notes=(*model.notes, note))


def _count_norms(graph: Graph) -> int:
    return sum(layer["class_name"] == "BatchNormalization" for layer in graph.layers)


def fold_graph(graph: Graph, weights: Mapping[str, Array], keep: Collection[str]) -> tuple[Graph, dict[str, Array]]:
    """Fold what can be folded, see `fold_batchnorm`; the names of all other layers stay."""
    layers = graph.by_name()
    weights = dict(weights)
    takers = graph.takers()
    renamed: dict[str, str] = {}
    for norm in graph.layers:
        nodes = norm["inbound_nodes"]
        if norm["class_name"] != "BatchNormalization" or norm["name"] in keep or len(nodes) != 1 or len(nodes[0]) != 1:
            continue
        before = layers.get(nodes[0][0][0])
        if before and takers[before["name"]] == 1 and _is_foldable(before, norm, weights):
            layers[before["name"]] = _absorb(before, norm, weights)
            renamed[norm["name"]] = before["name"]
            del layers[norm["name"]]

    def moved(ref: Ref) -> Ref:
        return [renamed.get(ref[0], ref[0]), *ref[1:]]

    kept = [
        {**layer, "inbound_nodes": [[moved(ref) for ref in node] for node in layer["inbound_nodes"]]}
        for layer in layers.values()
    ]
    return Graph(graph.name, kept, graph.inputs, [moved(ref) for ref in graph.outputs]), weights


def _is_foldable(before: Layer, norm: Layer, weights: Mapping[str, Array]) -> bool:
    if before["class_name"] not in _KERNELS or len(before["inbound_nodes"]) != 1:
        return False
    kernel, rank = _KERNELS[before["class_name"]]
    config = before["config"]
    activation = config.get("activation")
    linear = activation in (None, "linear") or (
        isinstance(activation, dict) and activation.get("class_name") in ("linear", "Linear")
    )
    axis: Any = norm["config"].get("axis", -1)
    if isinstance(axis, list) and len(axis) == 1:
        axis = axis[0]
    over_channels = axis == -1 or (rank is not None and axis == rank - 1)
    last = config.get("data_format") in (None, "channels_last", "channelsLast")
    parts = (f"{norm['name']}/moving_mean", f"{norm['name']}/moving_variance", f"{before['name']}/{kernel}")
    return linear and over_channels and last and all(part in weights for part in parts)


def _absorb(before: Layer, norm: Layer, weights: dict[str, Array]) -> Layer:
    """Move the normalisation's weights into those of the layer before it; return that layer, now with a bias."""
    kernel_name = f"{before['name']}/{_KERNELS[before['class_name']][0]}"
    bias_name = f"{before['name']}/bias"
    # In float64, so that only the result is rounded.
    mean, variance = (
        weights.pop(f"{norm['name']}/{part}").astype(np.float64) for part in ("moving_mean", "moving_variance")
    )
    # A layer without scale or center has no gamma or beta.
    gamma = weights.pop(f"{norm['name']}/gamma", np.ones_like(mean))
    beta = weights.pop(f"{norm['name']}/beta", np.zeros_like(mean))
    scale = gamma / np.sqrt(variance + norm["config"].get("epsilon", _EPSILON))
    kernel = weights[kernel_name]
    per_output = scale
    if before["class_name"] == "DepthwiseConv2D":
        # (height, width, channels, multiplier): the last two make the output's channels.
        per_output = scale.reshape(kernel.shape[2:])
    elif before["class_name"].endswith("Transpose"):
        per_output = scale[:, None]  # (..., outputs, inputs)
    bias = (weights.pop(bias_name, np.zeros_like(mean)) - mean) * scale + beta
    rest = dict(weights)
    weights.clear()
    for name, array in rest.items():
        weights[name] = array
        if name == kernel_name:
            weights[name] = (kernel * per_output).astype(np.float32)
            weights[bias_name] = bias.astype(np.float32)
    return {**before, "config": {**before["config"], "use_bias": True}}
