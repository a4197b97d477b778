"""Rules for layers without cells or kernels of their own kind: core, merging, normalisation, pooling, shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....errors import ConvertError
from ....models import Config
from ..layer import KerasLayer, TfjsLayer, axes_of, snake
from .activations import stack
from .shared_settings import DATA_FORMATS, activation, training_settings


def unchanged(layer: TfjsLayer) -> KerasLayer:
    """A layer without settings."""
    return KerasLayer(layer.class_name, layer.base())


def dense(layer: TfjsLayer) -> KerasLayer:
    """Dense."""
    name, scale = activation(layer)
    config = layer.base() | {
        "units": layer.integer("units"),
        "activation": name,
        "use_bias": layer.flag("use_bias", True),
    }
    config |= training_settings(layer, ("kernel", "bias"))
    variables = [layer.variable("kernel", (None, config["units"]), scale=scale)]
    if config["use_bias"]:
        variables.append(layer.variable("bias", (config["units"],), scale=scale))
    return KerasLayer("Dense", config, tuple(variables))


def dropout(layer: TfjsLayer) -> KerasLayer:
    """Dropout, SpatialDropout1D, GaussianDropout, AlphaDropout."""
    config = layer.base() | {"rate": min(max(layer.number("rate"), 0), 1)}
    if layer.class_name == "SpatialDropout1D":
        del config["trainable"]  # Keras 3 does not take it there.
    if layer.class_name == "Dropout":
        config["noise_shape"] = layer.get("noise_shape")
    return KerasLayer(layer.class_name, config)


def gaussian_noise(layer: TfjsLayer) -> KerasLayer:
    """GaussianNoise."""
    stddev = layer.number("stddev")
    if stddev > 1:
        layer.note("stddev is set to 1, the most that Keras takes; it matters only in training.")
    return KerasLayer("GaussianNoise", layer.base() | {"stddev": min(stddev, 1)})


def flatten(layer: TfjsLayer) -> KerasLayer:
    """Flatten."""
    return KerasLayer("Flatten", layer.base() | _data_format(layer))


def _data_format(layer: TfjsLayer) -> Config:
    return {"data_format": layer.choice("data_format", "channels_last", DATA_FORMATS)}


def reshape(layer: TfjsLayer) -> KerasLayer:
    """Reshape: an unknown side is null in tf.js and -1 in Keras."""
    shape = layer.get("target_shape", [])
    if not isinstance(shape, list) or not all(side is None or type(side) is int for side in shape):
        raise ConvertError(f"Expected target_shape of {layer.path!r} to be whole numbers, got {shape!r}.")
    sides = [-1 if side is None or side < 0 else side for side in shape]
    return KerasLayer("Reshape", layer.base() | {"target_shape": sides})


def permute(layer: TfjsLayer) -> KerasLayer:
    """Permute."""
    return KerasLayer("Permute", layer.base() | {"dims": layer.get("dims")})


def repeat_vector(layer: TfjsLayer) -> KerasLayer:
    """RepeatVector."""
    return KerasLayer("RepeatVector", layer.base() | {"n": layer.integer("n")})


def masking(layer: TfjsLayer) -> KerasLayer:
    """Masking."""
    return KerasLayer("Masking", layer.base() | {"mask_value": layer.number("mask_value", 0)})


def embedding(layer: TfjsLayer) -> KerasLayer:
    """Embedding."""
    config = layer.base() | {
        "input_dim": layer.integer("input_dim"),
        "output_dim": layer.integer("output_dim"),
        "mask_zero": layer.flag("mask_zero", False),
    }
    config |= training_settings(layer, ("embeddings",))
    return KerasLayer("Embedding", config, (layer.variable("embeddings", (config["input_dim"], config["output_dim"])),))


def concatenate(layer: TfjsLayer) -> KerasLayer:
    """Concatenate."""
    return KerasLayer("Concatenate", layer.base() | {"axis": layer.integer("axis", -1)})


def dot(layer: TfjsLayer) -> KerasLayer:
    """Dot."""
    axes = layer.integers("axes", 2)
    if 0 in axes:
        layer.refuse(f"axes={axes}", "Axis 0 is that of the batch.")
    if axes[0] == axes[1]:
        return KerasLayer("Dot", layer.base() | {"axes": axes[0], "normalize": layer.flag("normalize", False)})
    return KerasLayer("Dot", layer.base() | {"axes": axes, "normalize": layer.flag("normalize", False)})


def batch_normalization(layer: TfjsLayer) -> KerasLayer:
    """BatchNormalization."""
    axis = axes_of(layer, layer.get("axis", -1))
    last = axis == -1 and layer.get("axis") != [-1]
    if not last and (layer.rank is None or axis != layer.rank - 1):
        layer.refuse(
            f"axis={layer.get('axis')}", "Over other axes than the last, what tf.js computes depends on its backend."
        )
    config = layer.base() | _normalization(layer) | {"axis": axis, "momentum": layer.number("momentum", 0.99)}
    config |= training_settings(layer, ("beta", "gamma"), activity=False)
    for each in ("moving_mean", "moving_variance"):
        config |= {k: v for k, v in training_settings(layer, (each,), activity=False).items() if "initializer" in k}
    statistics = tuple(layer.variable(each, (None,), trainable=False) for each in ("moving_mean", "moving_variance"))
    return KerasLayer("BatchNormalization", config, (*_gamma_and_beta(layer, config), *statistics))


def layer_normalization(layer: TfjsLayer) -> KerasLayer:
    """LayerNormalization."""
    axes = axes_of(layer, layer.get("axis", -1))
    if isinstance(axes, list) and axes != sorted(axes):
        layer.refuse(f"axis={axes}", "tf.js mixes up axes that are not in order.")
    config = layer.base() | _normalization(layer) | {"axis": axes}
    settings = training_settings(layer, ("beta", "gamma"), activity=False)
    config |= {key: value for key, value in settings.items() if "constraint" not in key}
    return KerasLayer("LayerNormalization", config, _gamma_and_beta(layer, config))


def _normalization(layer: TfjsLayer) -> Config:
    return {
        "epsilon": layer.number("epsilon", 1e-3),
        "center": layer.flag("center", True),
        "scale": layer.flag("scale", True),
    }


def _gamma_and_beta(layer: TfjsLayer, config: Config) -> tuple[Any, ...]:
    names = [name for name, wanted in (("gamma", config["scale"]), ("beta", config["center"])) if wanted]
    return tuple(layer.variable(name, None) for name in names)


def pooling(layer: TfjsLayer) -> KerasLayer:
    """MaxPooling and AveragePooling, 1D to 3D."""
    rank = int(layer.class_name[-2])
    size = layer.integers("pool_size", rank, 2)
    config = layer.base() | {
        "pool_size": size,
        "strides": layer.integers("strides", rank, size),
        "padding": layer.choice("padding", "valid", ("valid", "same")),
    }
    return KerasLayer(layer.class_name, config | (_data_format(layer) if rank > 1 else {}))


def global_pooling(layer: TfjsLayer) -> KerasLayer:
    """GlobalAveragePooling and GlobalMaxPooling, 1D and 2D."""
    if layer.flag("keepdims", False):
        layer.note("keepdims is dropped: tf.js ignores it.")
    if layer.class_name.endswith("2D"):
        return KerasLayer(layer.class_name, layer.base() | _data_format(layer))
    if layer.choice("data_format", "channels_last", DATA_FORMATS) == "channels_first":
        layer.note("data_format is dropped: tf.js ignores it in this layer.")
    return KerasLayer(layer.class_name, layer.base())


def padding(layer: TfjsLayer) -> KerasLayer:
    """ZeroPadding2D."""
    return KerasLayer("ZeroPadding2D", layer.base() | _data_format(layer) | {"padding": _sides(layer, "padding", 1)})


def cropping(layer: TfjsLayer) -> KerasLayer:
    """Cropping2D."""
    if "data_format" in layer.config and layer.config["data_format"] is None:
        layer.refuse("data_format=null", "tf.js crops other axes than it says: state the data_format.")
    return KerasLayer("Cropping2D", layer.base() | _data_format(layer) | {"cropping": _sides(layer, "cropping", None)})


def _sides(layer: TfjsLayer, key: str, default: int | None) -> list[list[int]]:
    """``[[top, bottom], [left, right]]``, however short it was given."""
    value = layer.get(key, default)
    value = [value, value] if type(value) is int else value
    value = [[side, side] if type(side) is int else side for side in value] if isinstance(value, list) else []
    if len(value) != 2 or not all(
        isinstance(side, list) and len(side) == 2 and all(type(n) is int for n in side) for side in value
    ):
        raise ConvertError(
            f"Expected {key} of {layer.path!r} as [[top, bottom], [left, right]], got {layer.get(key)!r}."
        )
    return value


def upsampling(layer: TfjsLayer) -> KerasLayer:
    """UpSampling2D: tf.js's bilinear starts at the corner of the first pixel, Keras's at its middle."""
    if not isinstance(layer.get("size", [2, 2]), list):
        raise ConvertError(f"Expected size of {layer.path!r} to be [rows, columns], got {layer.get('size')!r}.")
    size = layer.integers("size", 2, [2, 2])
    data_format = _data_format(layer)
    mode = layer.choice("interpolation", "nearest", ("nearest", "bilinear"))
    if mode == "nearest":
        return KerasLayer("UpSampling2D", layer.base() | data_format | {"size": size, "interpolation": "nearest"})
    if any(factor < 1 or factor & (factor - 1) for factor in size):
        layer.refuse(
            f"interpolation='bilinear' and size={size}", "What converts is 2, 4, 8 ... or interpolation='nearest'."
        )
    # Doubling by repetition and averaging each value with the next is tf.js's bilinear doubling.
    parts: list[KerasLayer] = []
    while max(size) > 1:
        step = [min(factor, 2) for factor in size]
        size = [max(factor // 2, 1) for factor in size]
        same = {"dtype": "float32"} | data_format
        repeat = same | {"name": f"repeat_{len(parts)}", "size": step, "interpolation": "nearest"}
        mean = same | {"name": f"mean_{len(parts)}", "pool_size": step, "strides": [1, 1], "padding": "same"}
        parts += [KerasLayer("UpSampling2D", repeat), KerasLayer("AveragePooling2D", mean)]
    return stack(layer, parts or [KerasLayer("Activation", {"name": "linear", "activation": "linear"})])


def rescaling(layer: TfjsLayer) -> KerasLayer:
    """Rescaling."""
    return KerasLayer(
        "Rescaling", layer.base() | {"scale": _tensor(layer, "scale"), "offset": _tensor(layer, "offset", 0)}
    )


def _tensor(layer: TfjsLayer, key: str, default: float | None = None) -> Any:
    """A number, or lists of numbers, which broadcast against the input."""
    value = layer.get(key, default)
    if not isinstance(value, list):
        return layer.number(key, default)
    array = np.asarray(value)
    if array.dtype.kind not in "if" or not array.size:
        raise ConvertError(f"Expected {key} of {layer.path!r} as numbers, got {value!r:.80}.")
    return array.tolist()


def category_encoding(layer: TfjsLayer) -> KerasLayer:
    """CategoryEncoding."""
    mode = snake(str(layer.get("output_mode", "multi_hot")))
    if mode not in ("multi_hot", "count"):
        layer.refuse(f"output_mode={mode!r}", "What tf.js can run and converts is 'multi_hot' or 'count'.")
    if layer.rank != 2:
        layer.refuse(f"input of {layer.rank} dimensions", "What converts is (samples, values).")
    return KerasLayer(
        "CategoryEncoding", layer.base() | {"num_tokens": layer.integer("num_tokens"), "output_mode": mode}
    )
