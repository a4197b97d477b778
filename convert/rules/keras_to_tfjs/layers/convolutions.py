"""Convolutions; what tf.js lacks (groups, dilated depthwise, causal, 1D kinds) by kernels and shapes that do so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ....models import Array, Config
from ..builder import Call, Tensor
from ..express import linear_map, permute, reshape
from ..initializers import training_config
from .activations import activation_name, with_activation


def conv_length(length: int | None, kernel: int, stride: int, dilation: int, padding: str) -> int | None:
    """Output size of a convolution or pooling along one dimension."""
    if length is None:
        return None
    reach = (kernel - 1) * dilation + 1
    free = length if padding == "same" else length - reach + 1
    return -(-free // stride)


def _spread(kernel: Array, dilation: list[int]) -> Array:
    """Write a dilated kernel out, with zeros between its values."""
    for axis, rate in enumerate(dilation):
        if rate > 1:
            shape = list(kernel.shape)
            shape[axis] = (shape[axis] - 1) * rate + 1
            wide = np.zeros(shape, kernel.dtype)
            wide[(slice(None),) * axis + (slice(None, None, rate),)] = kernel
            kernel = wide
    return kernel


def _ungrouped(kernel: Array, groups: int, channels: int) -> Array:
    """Write a grouped kernel out as one over all channels, zero outside its group."""
    filters = kernel.shape[-1]
    full = np.zeros((*kernel.shape[:-2], channels, filters), kernel.dtype)
    wide, many = channels // groups, filters // groups
    for group in range(groups):
        out = slice(group * many, (group + 1) * many)
        full[..., group * wide : (group + 1) * wide, out] = kernel[..., out]
    return full


def _channels(call: Call, x: Tensor, rank: int) -> int:
    channels = x.shape[-1]
    if x.rank != rank + 2 or channels is None:
        call.refuse(f"{call.class_name} on a tensor of shape {x.shape}", "Give the model's Input a full shape.")
    return channels


def bias_of(call: Call, count: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return name and shape of the bias, for `Call.take`, where the layer has one."""
    return [("bias", (count,))] if call.get("use_bias", True) else []


def _settings(call: Call, **more: object) -> Config:
    return {
        "use_bias": call.get("use_bias", True) is not False,
        "data_format": "channels_last",
        **training_config(call, "bias"),
        **more,
    }


def conv(call: Call) -> Tensor:
    """Conv1D, Conv2D, Conv3D."""
    rank = int(call.class_name[4])
    x = call.x
    channels = _channels(call, x, rank)
    filters, groups = int(call.get("filters")), int(call.get("groups") or 1)
    kernel_size, strides = call.pairs("kernel_size", rank), call.pairs("strides", rank)
    dilation, padding = call.pairs("dilation_rate", rank), call.get("padding", "valid")
    weights = call.take(("kernel", (*kernel_size, channels // groups, filters)), *bias_of(call, filters))
    if padding == "causal":
        if rank != 1:
            call.refuse(f"{call.class_name} with causal padding")
        x = _pad_before(call, x, (kernel_size[0] - 1) * dilation[0])
        padding = "valid"
    if groups > 1:
        weights["kernel"] = _ungrouped(weights["kernel"], groups, channels)
    if rank == 3 and max(dilation) > 1:
        weights["kernel"] = _spread(weights["kernel"], dilation)
        kernel_size, dilation = list(weights["kernel"].shape[:3]), [1, 1, 1]
    if max(strides) > 1 and max(dilation) > 1:
        call.refuse(f"{call.class_name} with both strides and dilation")
    space = [
        conv_length(n, k, s, d, padding)
        for n, k, s, d in zip(x.shape[1:-1], kernel_size, strides, dilation, strict=True)
    ]
    config = _settings(
        call,
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        dilation_rate=dilation,
        **training_config(call, "kernel"),
    )
    return with_activation(call, call.class_name, config, x, (x.shape[0], *space, filters), weights)


def _pad_before(call: Call, x: Tensor, count: int) -> Tensor:
    """Put zeros before a sequence."""
    length, channels = x.shape[1], x.shape[2]
    flat = reshape(call, x, (length, 1, channels), "causal_in")
    longer = None if length is None else length + count
    config = {"padding": [[count, 0], [0, 0]], "data_format": "channels_last"}
    padded = call.emit("ZeroPadding2D", config, flat, (x.shape[0], longer, 1, channels), suffix="causal")
    return reshape(call, padded, (longer, channels), "causal_out")


def _transposed(length: int, kernel: int, stride: int, padding: str, extra: int | None) -> tuple[int, int]:
    """Return where a transposed convolution's output starts in what its kernels reach, and its size.

    Source: `compute_conv_transpose_output_length` of Keras; the padding of TensorFlow's convolution, which this undoes.
    """
    reached = (length - 1) * stride + kernel
    if extra is None:
        size = length * stride + (max(kernel - stride, 0) if padding == "valid" else 0)
    else:
        size = reached - (kernel // 2 * 2 if padding == "same" else 0) + extra
    return (max(reached - size, 0) // 2 if padding == "same" else 0), size


def _output_padding(call: Call, rank: int) -> list[int | None]:
    dilation, padding = call.pairs("dilation_rate", rank), call.get("padding", "valid")
    if (max(dilation) > 1 and max(call.pairs("strides", rank)) > 1) or padding not in ("same", "valid"):
        call.refuse(f"{call.class_name} with dilation_rate={dilation}, padding={padding!r}")
    extra = call.get("output_padding")
    return [None] * rank if extra is None else [*call.pairs("output_padding", rank)]


def conv_transpose(call: Call) -> Tensor:
    """Conv2DTranspose."""
    rank, x = int(call.class_name[4]), call.x
    channels, filters = _channels(call, x, rank), int(call.get("filters"))
    kernel_size, strides, padding = call.pairs("kernel_size", rank), call.pairs("strides", rank), call.get("padding")
    extra = _output_padding(call, rank)
    weights = call.take(("kernel", (*kernel_size, filters, channels)), *bias_of(call, filters))
    weights["kernel"] = _spread(weights["kernel"], call.pairs("dilation_rate", rank))
    if extra != [None] * rank:
        return _padded_transpose(call, weights, extra)
    return _plain_transpose(call, weights, str(padding or "valid"), strides)


def _plain_transpose(call: Call, weights: dict[str, Array], padding: str, strides: list[int]) -> Tensor:
    x, kernel_size, filters = call.x, list(weights["kernel"].shape[:-2]), weights["kernel"].shape[-2]
    space = [
        None if n is None else _transposed(n, k, s, padding, None)[1]
        for n, k, s in zip(x.shape[1:-1], kernel_size, strides, strict=True)
    ]
    config = _settings(
        call,
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        **training_config(call, "kernel"),
    )
    return with_activation(call, call.class_name, config, x, (x.shape[0], *space, filters), weights)


def _padded_transpose(call: Call, weights: dict[str, Array], extra: list[int | None]) -> Tensor:
    """With output_padding: all that the kernels reach, made wide enough by zeros in them, and of it the output."""
    kernel, strides, padding = weights["kernel"], call.pairs("strides", 2), call.get("padding", "valid")
    wider, margins = [], []
    for size, stride, more in zip(kernel.shape[:2], strides, extra, strict=True):
        before, out = _transposed(1, size, stride, padding, more)  # What lies around it is the same for any length.
        wide = max(size, before + out, stride)
        wider.append((0, wide - size))
        margins.append([before, wide - before - out])
    weights["kernel"] = np.pad(kernel, [*wider, (0, 0), (0, 0)])
    y = _plain_transpose(call.own_as("whole"), weights, "valid", strides)
    space = [None if n is None else n - sum(pair) for n, pair in zip(y.shape[1:3], margins, strict=True)]
    config = {"cropping": margins, "data_format": "channels_last"}
    return call.emit("Cropping2D", config, y, (y.shape[0], *space, y.shape[3]))


def conv3d_transpose(call: Call) -> Tensor:
    """Conv3DTranspose, which tf.js computes wrongly: zeros put between the voxels, then a Conv3D."""
    x = call.x
    channels, filters = _channels(call, x, 3), int(call.get("filters"))
    sizes, strides, padding = call.pairs("kernel_size", 3), call.pairs("strides", 3), call.get("padding", "valid")
    extra = _output_padding(call, 3)
    weights = call.take(("kernel", (*sizes, filters, channels)), *bias_of(call, filters))
    weights["kernel"] = _spread(weights["kernel"], call.pairs("dilation_rate", 3))
    sizes = list(weights["kernel"].shape[:3])
    for axis, (kernel, stride, more) in enumerate(zip(sizes, strides, extra, strict=True), 1):
        length = x.shape[axis]
        if length is None:
            call.refuse(f"Conv3DTranspose on {x.shape}", "Give the model's Input a full shape.")
        before, out = _transposed(length, kernel, stride, padding, more)
        places = np.zeros((length, out + kernel - 1), np.float32)
        at = np.arange(length) * stride + kernel - 1 - before
        inside = at < places.shape[1]
        places[np.arange(length)[inside], at[inside]] = 1
        x = linear_map(call, x, axis, places, f"spread_{axis}")
    weights["kernel"] = np.swapaxes(weights["kernel"][::-1, ::-1, ::-1], -1, -2)
    config = _settings(
        call,
        filters=filters,
        kernel_size=sizes,
        strides=[1, 1, 1],
        padding="valid",
        dilation_rate=[1, 1, 1],
        **training_config(call, "kernel"),
    )
    space = [None if n is None else n - k + 1 for n, k in zip(x.shape[1:-1], sizes, strict=True)]
    return with_activation(call, "Conv3D", config, x, (x.shape[0], *space, filters), weights)


def _depthwise_window(call: Call, weights: dict[str, Array], padding: str) -> tuple[list[int], list[int | None]]:
    """Write a dilated kernel out, as tf.js ignores dilation_rate there; return its size and the output's."""
    strides, dilation = call.pairs("strides", 2), call.pairs("dilation_rate", 2)
    if max(dilation) > 1 and max(strides) > 1:
        call.refuse(f"{call.class_name} with both strides and dilation")
    weights["depthwise_kernel"] = _spread(weights["depthwise_kernel"], dilation)
    size = list(weights["depthwise_kernel"].shape[:2])
    return size, [conv_length(n, k, s, 1, padding) for n, k, s in zip(call.x.shape[1:-1], size, strides, strict=True)]


def depthwise(call: Call) -> Tensor:
    """DepthwiseConv2D."""
    x = call.x
    channels, multiplier = _channels(call, x, 2), int(call.get("depth_multiplier") or 1)
    kernel_size, strides = call.pairs("kernel_size", 2), call.pairs("strides", 2)
    padding = call.get("padding", "valid")
    wanted = ("depthwise_kernel", (*kernel_size, channels, multiplier))
    weights = call.take(wanted, *bias_of(call, channels * multiplier))
    kernel_size, space = _depthwise_window(call, weights, padding)
    config = _settings(
        call,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        depth_multiplier=multiplier,
        **training_config(call, "depthwise"),
    )
    return with_activation(call, "DepthwiseConv2D", config, x, (x.shape[0], *space, channels * multiplier), weights)


def separable(call: Call) -> Tensor:
    """SeparableConv2D."""
    x = call.x
    channels, multiplier = _channels(call, x, 2), int(call.get("depth_multiplier") or 1)
    filters, padding = int(call.get("filters")), call.get("padding", "valid")
    kernel_size, strides = call.pairs("kernel_size", 2), call.pairs("strides", 2)
    weights = call.take(
        ("depthwise_kernel", (*kernel_size, channels, multiplier)),
        ("pointwise_kernel", (1, 1, channels * multiplier, filters)),
        *bias_of(call, filters),
    )
    kernel_size, space = _depthwise_window(call, weights, padding)
    config = _settings(
        call,
        filters=filters,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        dilation_rate=[1, 1],
        depth_multiplier=multiplier,
        **training_config(call, "depthwise", "pointwise"),
    )
    return with_activation(call, "SeparableConv2D", config, x, (x.shape[0], *space, filters), weights)


def as_2d(rule: Callable[[Call], Tensor], class_name: str) -> Callable[[Call], Tensor]:
    """Return the rule of a 1D layer: its 2D kind on images that are one pixel wide."""

    def apply(call: Call) -> Tensor:
        x = call.x
        if x.rank != 3:
            call.refuse(f"{call.class_name} on a tensor of shape {x.shape}")
        pairs = {key: [call.pairs(key, 1)[0], 1] for key in ("kernel_size", "dilation_rate")}
        stride = call.pairs("strides", 1)[0]
        pairs["strides"] = [stride, 1 if class_name.endswith("Transpose") else stride]
        config = {**call.config, **pairs}
        if call.get("output_padding") is not None:
            config["output_padding"] = [call.pairs("output_padding", 1)[0], 0]
        if config.get("padding") == "causal":
            x = _pad_before(call, x, (pairs["kernel_size"][0] - 1) * pairs["dilation_rate"][0])
            config["padding"] = "valid"
        image = reshape(call, x, (x.shape[1], 1, x.shape[2]), "as_image")
        arrays = [a[:, None] if a.ndim == 3 else a for a in call.arrays]
        inner = replace(call.own_as("2d"), class_name=class_name, config=config, inputs=(image,), arrays=arrays)
        y = rule(inner)
        return reshape(call, y, (y.shape[1], y.shape[3]))

    return apply


def channels_first(rule: Callable[[Call], Tensor], call: Call) -> Tensor:
    """Apply the rule of a layer to channels-first input by moving the channels to the end and back."""
    x = call.x
    if activation_name(call, call.get("activation"))[0].lower() in ("softmax", "log_softmax", "prelu"):
        call.refuse(f"{call.class_name} with channels_first and softmax, which is over the width", "Use channels_last.")
    last = permute(call, x, [*range(2, x.rank), 1], "channels_last")
    inner = replace(call.own_as("inner"), config={**call.config, "data_format": "channels_last"}, inputs=(last,))
    y = rule(inner)
    if y.rank == 2:
        return call.emit("Activation", {"activation": "linear"}, y, y.shape)
    return permute(call, y, [y.rank - 1, *range(1, y.rank - 1)])


RULES: dict[str, Callable[[Call], Tensor]] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), conv),
    "Conv2DTranspose": conv_transpose,
    "Conv3DTranspose": conv3d_transpose,
    "Conv1DTranspose": as_2d(conv_transpose, "Conv2DTranspose"),
    "DepthwiseConv2D": depthwise,
    "DepthwiseConv1D": as_2d(depthwise, "DepthwiseConv2D"),
    "SeparableConv2D": separable,
    "SeparableConv1D": as_2d(separable, "SeparableConv2D"),
}
SPATIAL = set(RULES)
