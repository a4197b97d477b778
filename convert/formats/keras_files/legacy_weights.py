"""Which array of a `.h5` file belongs to which layer."""

from __future__ import annotations

import re

from ...errors import ConvertError
from ...models import Array, Config, Weights, leaves, nested_model
from .hdf5 import Hdf5Reader


def read_legacy_weights(reader: Hdf5Reader, model: Config, *, keras3: bool) -> Weights:
    """Read the weights of each layer from the group `model_weights` of an HDF5 file.

    Each layer of the outermost model has a list there, `weight_names`; that of a nested model holds all of its
    trainable weights, then all others.
    """
    found: Weights = {}
    for layer in model["config"]["layers"]:
        group = f"model_weights/{layer['name']}"
        names = _weight_names(reader, group)
        arrays = [reader.array(f"{group}/{name}") for name in names]
        nested = nested_model(layer)
        if nested is not None:
            found.update(_distribute(nested, layer["name"], names, arrays, keras3=keras3))
        elif arrays:
            found[layer["name"]] = arrays
    return found


def _weight_names(reader: Hdf5Reader, group: str) -> list[str]:
    attributes = reader.attributes(group)
    if "weight_names" in attributes:
        values = list(attributes["weight_names"])
    else:  # Long lists are split over weight_names0, weight_names1 ...
        values, index = [], 0
        while f"weight_names{index}" in attributes:
            values += list(attributes[f"weight_names{index}"])
            index += 1
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _distribute(model: Config, path: str, names: list[str], arrays: list[Array], *, keras3: bool) -> Weights:
    """Give each layer of a nested model its own of the model's arrays."""
    parts = leaves(model, path)
    first: list[tuple[str, str]] = []
    later: list[tuple[str, str]] = []
    frozen = keras3 and model["config"].get("trainable") is False
    for leaf_path, layer in parts:
        trainable = layer["config"].get("trainable", True) is not False
        for name, learns in weight_plan(layer, leaf_path):
            (first if trainable and learns and not frozen else later).append((leaf_path, name))
    plan = first + later
    if len(plan) != len(arrays):
        raise ConvertError(
            f"Expected {len(plan)} weights in the nested model {path!r}, got {len(arrays)}. Save it as .keras instead."
        )
    found: Weights = {leaf_path: [] for leaf_path, _ in parts}
    for (leaf_path, wanted), name, array in zip(plan, names, arrays, strict=True):
        base = name.rsplit("/", 1)[-1].split(":")[0]
        if wanted == "depthwise_kernel" and base == "kernel":  # As later versions of Keras 3 call it.
            base = wanted
        if re.sub(r"_\d+$", "", base) != wanted and base != wanted and not base.isdecimal():
            raise ConvertError(
                f"Expected weight {wanted!r} of {leaf_path!r}, got {name!r}. Save the model as .keras instead."
            )
        found[leaf_path].append(array)
    # A frozen layer's weights come in layer.weights' order in either case.
    return {leaf_path: values for leaf_path, values in found.items() if values}


_PLANS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Dense", "Conv1D", "Conv2D", "Conv3D"), ("kernel", "bias?")),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), ("kernel", "bias?")),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), ("depthwise_kernel", "bias?")),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), ("depthwise_kernel", "pointwise_kernel", "bias?")),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU", "ConvLSTM2D"), ("kernel", "recurrent_kernel", "bias?")),
    "Embedding": ("embeddings",),
    "PReLU": ("alpha",),
}


def weight_plan(layer: Config, path: str) -> list[tuple[str, bool]]:
    """Return name and "can be trained" of each weight of a layer, in the order of layer.weights."""
    class_name, config = layer["class_name"].rsplit(">", 1)[-1], layer["config"]
    if class_name in ("BatchNormalization", "SyncBatchNormalization", "LayerNormalization", "GroupNormalization"):
        rms = config.get("rms_scaling") is True
        plan = [("gamma", True)] if config.get("scale", True) else []
        plan += [("beta", True)] if config.get("center", True) and not rms else []
        return plan + ([("moving_mean", False), ("moving_variance", False)] if "BatchNorm" in class_name else [])
    if class_name == "Normalization":
        given = config.get("mean") is not None
        return [] if given else [("mean", False), ("variance", False), ("count", False)]
    if class_name in ("TimeDistributed", "SpectralNormalization") and isinstance(config.get("layer"), dict):
        return weight_plan(config["layer"], path)
    if class_name == "Bidirectional" and isinstance(config.get("layer"), dict):
        return 2 * weight_plan(config["layer"], path)
    if class_name in ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"):
        parts = ("kernel", "bias") if config.get("use_bias", True) else ("kernel",)
        return [(part, True) for part in parts * (5 if config.get("use_gate") else 4)]
    if class_name in ("Attention", "AdditiveAttention"):
        plan = [("scale", True)] if config.get("use_scale", class_name == "AdditiveAttention") else []
        return plan + ([("concat_score_weight", True)] if config.get("score_mode") == "concat" else [])
    if class_name == "EinsumDense":
        return [("kernel", True)] + ([("bias", True)] if config.get("bias_axes") else [])
    bias = [True] if config.get("use_bias", True) else []
    return [(name.rstrip("?"), True) for name in _PLANS.get(class_name, ()) if not name.endswith("?") or bias]
