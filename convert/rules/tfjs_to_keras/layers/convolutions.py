"""Rules for convolutions."""

from __future__ import annotations

from ....models import Config
from ..layer import KerasLayer, Shape, TfjsLayer
from .shared_settings import DATA_FORMATS, activation, training_settings

_REWRITE = "Move the channels to the last axis (data_format='channels_last') in the tf.js model."


def _shared(layer: TfjsLayer, rank: int) -> tuple[Config, float]:
    """Settings that all convolutions have, and the factor that the activation asks for."""
    if layer.get("groups", 1) != 1:
        layer.refuse(
            f"groups={layer.get('groups')}", "tf.js has no grouped convolutions: load the model that it came from."
        )
    name, scale = activation(layer)
    config = layer.base() | {
        "kernel_size": layer.integers("kernel_size", rank),
        "strides": layer.integers("strides", rank, 1),
        "padding": layer.choice("padding", "valid", ("valid", "same")),
        "data_format": layer.choice("data_format", "channels_last", DATA_FORMATS),
        "activation": name,
        "use_bias": layer.flag("use_bias", True),
    }
    return config, scale


def _finish(
    layer: TfjsLayer, config: Config, shapes: dict[str, Shape], scale: float, settings: tuple[str, ...]
) -> KerasLayer:
    """`shapes` are those of the kernels; the last of them takes the factor, as the bias does."""
    config |= training_settings(layer, (*settings, "bias"))
    last = list(shapes)[-1]
    variables = [layer.variable(name, shape, scale=scale if name == last else 1.0) for name, shape in shapes.items()]
    if config["use_bias"]:
        variables.append(layer.variable("bias", (config.get("filters"),), scale=scale))
    return KerasLayer(layer.class_name, config, tuple(variables))


def convolution(layer: TfjsLayer) -> KerasLayer:
    """Conv1D, Conv2D, Conv3D."""
    rank = int(layer.class_name[4])
    config, scale = _shared(layer, rank)
    if rank == 1 and config["data_format"] == "channels_first":
        layer.refuse("data_format='channels_first'", f"tf.js computes something undefined there. {_REWRITE}")
    config |= {"filters": layer.integer("filters"), "dilation_rate": layer.integers("dilation_rate", rank, 1)}
    shape = (*config["kernel_size"], None, config["filters"])
    return _finish(layer, config, {"kernel": shape}, scale, ("kernel",))


def transposed_convolution(layer: TfjsLayer) -> KerasLayer:
    """Conv2DTranspose, Conv3DTranspose."""
    rank = int(layer.class_name[4])
    config, scale = _shared(layer, rank)
    if layer.get("output_padding") is not None:
        layer.note("output_padding is dropped: tf.js ignores it.")
    _drop_dilation(layer, rank)
    config |= {"filters": layer.integer("filters")}
    shape = (*config["kernel_size"], config["filters"], None)
    return _finish(layer, config, {"kernel": shape}, scale, ("kernel",))


def depthwise_convolution(layer: TfjsLayer) -> KerasLayer:
    """DepthwiseConv2D."""
    config, scale = _shared(layer, 2)
    if config["data_format"] == "channels_first" and config["use_bias"]:
        layer.refuse("data_format='channels_first'", f"Keras 3.15 adds the bias along another axis there. {_REWRITE}")
    _drop_dilation(layer, 2)
    config |= {"depth_multiplier": layer.integer("depth_multiplier", 1)}
    shape = (*config["kernel_size"], None, config["depth_multiplier"])
    return _finish(layer, config, {"depthwise_kernel": shape}, scale, ("depthwise",))


def _drop_dilation(layer: TfjsLayer, rank: int) -> None:
    """tf.js's layer computes without dilation whatever the config says: so does the Keras layer."""
    if layer.integers("dilation_rate", rank, 1) != [1] * rank:
        layer.note("dilation_rate is dropped: tf.js ignores it in this layer.")


def separable_convolution(layer: TfjsLayer) -> KerasLayer:
    """SeparableConv2D."""
    config, scale = _shared(layer, 2)
    if config["data_format"] == "channels_first" and (config["use_bias"] or "softmax" in config["activation"]):
        layer.refuse("data_format='channels_first'", f"tf.js works along another axis there. {_REWRITE}")
    config |= {
        "filters": layer.integer("filters"),
        "depth_multiplier": layer.integer("depth_multiplier", 1),
        "dilation_rate": layer.integers("dilation_rate", 2, 1),
    }
    shapes: dict[str, Shape] = {
        "depthwise_kernel": (*config["kernel_size"], None, config["depth_multiplier"]),
        "pointwise_kernel": (1, 1, None, config["filters"]),
    }
    return _finish(layer, config, shapes, scale, ("depthwise", "pointwise"))
