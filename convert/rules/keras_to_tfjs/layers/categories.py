"""Layers that make classes of numbers: CategoryEncoding, Discretization."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..builder import Call, Tensor
from ..express import affine, operate, reshape

_MOST = 1024  # Its table has so many rows and columns.


def _encoded(call: Call, x: Tensor, count: int, mode: str) -> Tensor:
    """Whole numbers below `count` as Keras's one_hot, multi_hot or count, which an Embedding looks up."""
    if x.rank != 2 or call.get("sparse") or count > _MOST:
        call.refuse(
            f"{call.class_name} on {x.shape}, sparse, or of {count:,} classes",
            f"Use (samples, values), {_MOST} classes.",
        )
    steps = x.shape[1]
    config = {"input_dim": count, "output_dim": count, "mask_zero": False, "trainable": False}
    table = {"embeddings": np.eye(count, dtype=np.float32)}
    whole = mode == "one_hot" and steps != 1
    shape = (x.shape[0], steps, count)
    each = call.emit("Embedding", config, x, shape, suffix="" if whole else "each", weights=table, masked="")
    if whole:
        return each
    if mode == "one_hot":
        return reshape(call, each, (count,))
    flat = (x.shape[0], count)
    if mode in ("multi_hot", "binary"):
        return call.emit("GlobalMaxPooling1D", {}, each, flat)
    if mode != "count" or steps is None:
        call.refuse(f"{call.class_name} with output_mode={mode!r}", "Use 'multi_hot', 'count' or 'one_hot'.")
    return affine(call, call.emit("GlobalAveragePooling1D", {}, each, flat, suffix="mean"), float(steps), 0.0)


def _category_encoding(call: Call) -> Tensor:
    if call.kwargs.get("count_weights") is not None or len(call.inputs) > 1:
        call.refuse("CategoryEncoding with count_weights", "Multiply the counts after it.")
    return _encoded(call, call.x, int(call.get("num_tokens")), str(call.get("output_mode", "multi_hot")))


def _discretization(call: Call) -> Tensor:
    x, mode = call.x, call.get("output_mode", "int")
    limits = np.asarray(call.get("bin_boundaries") if call.get("bin_boundaries") is not None else [], np.float64)
    if limits.ndim != 1 or not limits.size or (np.diff(limits) < 0).any():
        call.refuse("Discretization without ascending bin_boundaries", "Call adapt() on data before saving.")
    classes = operate(call, "digitize", [x], x.shape, "" if mode == "int" else "bins", bins=limits.tolist())
    return classes if mode == "int" else _encoded(call, classes, limits.size + 1, str(mode))


RULES: dict[str, Callable[[Call], Tensor]] = {
    "CategoryEncoding": _category_encoding,
    "Discretization": _discretization,
}
