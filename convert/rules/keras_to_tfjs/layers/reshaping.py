"""Reshaping and merging; and layers that only act in training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....models import Config
from ..builder import Call, Tensor, size
from ..express import affine, identity, merge, permute, reshape
from .activations import number

# Layers that do nothing when a model predicts.
_RANDOM = {
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness",
    "RandomShear", "RandomHue", "RandomSaturation", "RandomSharpness", "RandomGrayscale", "RandomColorJitter",
    "RandomColorDegeneration", "RandomErasing", "RandomGaussianBlur", "RandomInvert", "RandomPerspective",
    "RandomPosterization", "RandomElasticTransform", "RandomHeight", "RandomWidth", "MixUp", "CutMix",
    "RandAugment", "AugMix", "StochasticDepth", "ActivityRegularization", "Identity",
}  # fmt: skip


def _passes(call: Call) -> Tensor:
    if call.class_name not in ("Identity", "ActivityRegularization"):
        call.note(f"{call.class_name} acts only in training; it became a layer that does nothing.")
    return identity(call, call.x)


def _dropout(call: Call) -> Tensor:
    x, noise = call.x, call.get("noise_shape")
    name = call.class_name
    if name.startswith("Spatial") and name != "SpatialDropout1D":
        space = range(2, x.rank) if call.get("data_format") == "channels_first" else range(1, x.rank - 1)
        noise = [1 if axis in space else None for axis in range(x.rank)]
        name = "Dropout"
    seed = call.get("seed")
    config: Config = {"rate": number(call, "rate", 0.5), "seed": seed if isinstance(seed, int) else None}
    if noise is not None and name != "SpatialDropout1D":
        config["noise_shape"] = list(noise)
    return call.emit(name, config, x, x.shape)


def _noise(call: Call) -> Tensor:
    key = "stddev" if call.class_name == "GaussianNoise" else "rate"
    return call.emit(call.class_name, {key: number(call, key, 0.1)}, call.x, call.x.shape)


def _flatten(call: Call) -> Tensor:
    x = call.x
    if call.get("data_format") == "channels_first" and x.rank > 2:
        x = permute(call, x, [*range(2, x.rank), 1], "channels_last")
    if x.rank < 3:
        return identity(call, x) if x.rank == 2 else reshape(call, x, (1,))
    total = size(x.shape[1:])
    if total is None:
        return reshape(call, x, (None,))
    return call.emit("Flatten", {}, x, (x.shape[0], total))


def _reshape(call: Call) -> Tensor:
    x = call.x
    target = [None if n in (-1, None) else int(n) for n in call.get("target_shape")]
    return reshape(call, x, resolved(call, x, target))


def resolved(call: Call, x: Tensor, target: list[int | None]) -> list[int | None]:
    """Return a target shape with its open dimension filled in, where the input's size is known."""
    total = size(x.shape[1:])
    if total is None or target.count(None) != 1:
        return target
    known = int(np.prod([n for n in target if n is not None], dtype=np.int64))
    if not known or total % known:
        call.refuse(f"Reshape of {x.shape} to {target}")
    return [total // known if n is None else n for n in target]


def _permute(call: Call) -> Tensor:
    return permute(call, call.x, [int(d) for d in call.get("dims")])


def _repeat(call: Call) -> Tensor:
    count = int(call.get("n"))
    return call.emit("RepeatVector", {"n": count}, call.x, (call.x.shape[0], count, call.x.shape[-1]))


def _masking(call: Call) -> Tensor:
    config = {"mask_value": number(call, "mask_value", 0.0)}
    return call.emit(
        "Masking", config, call.x, call.x.shape, masked=call.builder.mask_key(call.x, config["mask_value"])
    )


def _rescaling(call: Call) -> Tensor:
    values = [call.get("scale", 1.0), call.get("offset", 0.0)]
    values = [v["config"].get("value") if isinstance(v, dict) and "config" in v else v for v in values]
    if any(v is None or isinstance(v, str | dict) for v in values):
        call.refuse(f"Rescaling with {values}")
    return affine(call, call.x, *values)


def _merge(call: Call) -> Tensor:
    if len(call.inputs) == 1:
        return identity(call, call.inputs[0])
    if call.builder.distributed and len({t.rank for t in call.inputs}) > 1:
        call.refuse(f"{call.class_name} of different ranks inside TimeDistributed")
    return merge(call, call.class_name, call.inputs)


def _subtract(call: Call) -> Tensor:
    if len(call.inputs) != 2:
        call.refuse(f"Subtract with {len(call.inputs)} inputs")
    return merge(call, "Add", [call.inputs[0], affine(call, call.inputs[1], -1.0, 0.0, "minus")])


def concatenate(call: Call, axis: int) -> Tensor:
    """Join tensors along an axis."""
    if len(call.inputs) == 1:
        return identity(call, call.inputs[0])
    first = call.inputs[0]
    at = axis % first.rank
    lengths = [t.shape[at] if t.rank == first.rank else None for t in call.inputs]
    if at == 0 or any(t.rank != first.rank for t in call.inputs):
        call.refuse(f"Concatenate along axis {axis} of {[t.shape for t in call.inputs]}")
    known = [n for n in lengths if n is not None]
    total = sum(known) if len(known) == len(lengths) else None
    shape = (*first.shape[:at], total, *first.shape[at + 1 :])
    return call.emit("Concatenate", {"axis": at}, call.inputs, shape)


def _concatenate(call: Call) -> Tensor:
    return concatenate(call, int(call.get("axis", -1)))


def _dot(call: Call) -> Tensor:
    if len(call.inputs) != 2 or any(t.rank not in (2, 3) for t in call.inputs):
        call.refuse(f"Dot of {[t.shape for t in call.inputs]}", "Use tensors of 2 or 3 dimensions.")
    first, second = call.inputs
    value = call.get("axes")
    values = [value, value] if isinstance(value, int) else list(value)
    axes = [axis % t.rank for axis, t in zip(values, call.inputs, strict=True)]
    if 0 in axes:
        call.refuse(f"Dot over axes {value}, which include the batch")
    rest = [n for t, a in zip(call.inputs, axes, strict=True) for i, n in enumerate(t.shape) if i not in (0, a)]
    shape = (first.shape[0], *(rest or [1]))
    config = {"axes": axes, "normalize": call.get("normalize") is True}
    if config["normalize"] and second.rank != first.rank:
        call.refuse("Dot with normalize=True on tensors of different ranks")
    return call.emit("Dot", config, call.inputs, shape)


RULES: dict[str, Callable[[Call], Tensor]] = {
    **dict.fromkeys(_RANDOM, _passes),
    **dict.fromkeys(("Dropout", "AlphaDropout", "GaussianDropout"), _dropout),
    **{f"SpatialDropout{rank}D": _dropout for rank in (1, 2, 3)},
    "GaussianNoise": _noise,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat,
    "Masking": _masking,
    "Rescaling": _rescaling,
    **dict.fromkeys(("Add", "Multiply", "Average", "Maximum", "Minimum"), _merge),
    "Subtract": _subtract,
    "Concatenate": _concatenate,
    "Dot": _dot,
}
