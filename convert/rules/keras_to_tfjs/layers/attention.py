"""Attention: between whole sequences by tf.js's own layers, with heads by our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ....models import Array, Config, Shape
from ..builder import Call, Mask, Tensor, emit_custom
from ..express import activate, affine, implied_mask, mask_tensor, merge, operate, reshape, unseen
from .activations import number


def _mask_of(call: Call, x: Tensor, given: Any, suffix: str) -> Tensor | None:
    """The mask of one input, as a tensor (samples, steps): stated in the call, or what travels with the input."""
    if isinstance(given, Mask):
        return mask_tensor(call, given, suffix)
    if given is not None and not isinstance(given, Tensor):
        call.refuse(f"{call.class_name} with a constant {suffix}")
    implied = implied_mask(call, x) if given is None else None
    return mask_tensor(call, implied, suffix) if implied else given


def _together(call: Call, masks: list[Tensor | None]) -> Tensor | None:
    """What is seen where all masks let it be seen."""
    found = [mask for mask in masks if mask is not None]
    return found[0] if len(found) == 1 else merge(call, "Minimum", found, "mask") if found else None


def _attention(call: Call) -> Tensor | list[Tensor]:
    """Attention and AdditiveAttention."""
    if len(call.inputs) not in (2, 3) or any(x.rank != 3 for x in call.inputs):
        call.refuse(f"{call.class_name} on {[x.shape for x in call.inputs]}", "Use tensors of 3 dimensions.")
    query, value = call.inputs[:2]
    key = call.inputs[2] if len(call.inputs) > 2 else value
    scores = _scores(call, query, key)
    given = call.kwargs.get("mask")
    masks = given if isinstance(given, list) else [given, None]
    shown = _mask_of(call, value, masks[1], "value_mask")
    if shown is not None:
        scores = _hidden(call, scores, shown)
    if call.kwargs.get("use_causal_mask") or call.get("causal"):
        rows, columns = scores.shape[1:]
        if rows is None or columns is None:
            call.refuse(
                f"{call.class_name} with a causal mask on {scores.shape}", "Give the model's Input a full shape."
            )
        scores = affine(call, scores, 1.0, -1e9 * np.triu(np.ones((rows, columns)), 1), "causal")
    weights = activate(call, scores, "softmax", "weights")
    shape = (query.shape[0], query.shape[1], value.shape[2])
    seen = _mask_of(call, query, masks[0], "query_mask")
    dots: Config = {"axes": [2, 1], "normalize": False}
    y = call.emit("Dot", dots, [weights, value], shape, suffix="" if seen is None else "unmasked", masked="")
    if seen is not None:
        y = merge(call, "Multiply", [y, reshape(call, seen, (seen.shape[1], 1), "query_seen")])
    y = replace(y, masked=unseen(query))
    return [y, weights] if call.kwargs.get("return_attention_scores") else y


def _hidden(call: Call, scores: Tensor, mask: Tensor) -> Tensor:
    """Take a billion from the scores of values that are masked."""
    low = affine(call, reshape(call, mask, (1, mask.shape[1]), "seen"), 1e9, -1e9, "hidden")
    return merge(call, "Add", [scores, low], "masked_scores")


def _scores(call: Call, query: Tensor, key: Tensor) -> Tensor:
    """(samples, queries, keys)."""
    shape = (query.shape[0], query.shape[1], key.shape[1])
    additive = call.class_name == "AdditiveAttention"
    wanted: list[tuple[str, Shape]] = []
    if call.get("use_scale", additive):
        wanted.append(("scale", (query.shape[2],) if additive else ()))
    if not additive and call.get("score_mode", "dot") == "concat":
        wanted.append(("concat_score_weight", ()))
    weights = call.take(*wanted)
    if weights:
        call.note("its scale became fixed numbers, which tf.js does not train.")
    scale: Array = weights.get("scale", np.ones(()))
    if not additive and call.get("score_mode", "dot") == "dot":
        dots: Config = {"axes": [2, 2], "normalize": False}
        y = call.emit("Dot", dots, [query, key], shape, suffix="scores", masked="")
        return affine(call, y, scale, 0.0, "scaled") if "scale" in weights else y
    rows = reshape(call, query, (query.shape[1], 1, query.shape[2]), "queries")
    columns = reshape(call, key, (1, key.shape[1], key.shape[2]), "keys")
    pairs = merge(call, "Add", [rows, columns], "pairs")
    if not additive:
        pairs = affine(call, pairs, scale, 0.0, "scaled")
    each = activate(call, pairs, "tanh", "tanh")
    sums = np.full(query.shape[-1] or 1, weights.get("concat_score_weight", 1.0)) if not additive else scale
    config = {"units": 1, "activation": "linear", "use_bias": False, "trainable": False}
    kernel = {"kernel": np.broadcast_to(sums, (query.shape[-1] or 1,)).reshape(-1, 1)}
    summed = call.emit("Dense", config, each, (*each.shape[:-1], 1), suffix="summed", weights=kernel)
    return reshape(call, summed, shape[1:], "scores")


_PARTS = ("query", "key", "gate", "value", "output")


def _named(call: Call) -> dict[str, Array]:
    """Weights of MultiHeadAttention and GroupQueryAttention: kernel and bias of each part."""
    parts = [part for part in _PARTS if part != "gate" or call.get("use_gate")]
    kinds = ("kernel", "bias") if call.get("use_bias", True) else ("kernel",)
    names = [f"{part}_{kind}" for part in parts for kind in kinds]
    if len(names) != len(call.arrays):
        call.refuse(f"{call.class_name} with {len(call.arrays)} weights", "Save the model again.")
    return dict(zip(names, call.arrays, strict=True))


def _given(call: Call, name: str, at: int) -> Any:
    return call.kwargs.get(name, call.args[at] if len(call.args) > at else None)


def _multi_head(call: Call) -> Tensor | list[Tensor]:
    query, value, key = (_given(call, name, at) for at, name in enumerate(("query", "value", "key")))
    if not isinstance(query, Tensor) or not isinstance(value, Tensor):
        call.refuse(f"{call.class_name} without query or value")
    separate = isinstance(key, Tensor) and key != value
    weights = _named(call)
    if call.class_name == "MultiHeadAttention":
        heads, size = int(call.get("num_heads")), int(call.get("key_dim"))
        value_size = int(call.get("value_dim") or size)
    else:
        heads = int(call.get("num_query_heads"))
        size = value_size = int(call.get("head_dim"))
        times = heads // int(call.get("num_key_value_heads"))
        for name in weights:
            if name.startswith(("key", "value")):
                weights[name] = np.repeat(weights[name], times, axis=-2)
    stated = call.get("output_shape")
    out = [stated] if isinstance(stated, int) else list(stated) if stated else None
    last: list[int | None] = [*out] if out else [query.shape[-1]]
    axes = call.get("attention_axes") or list(range(1, query.rank - 1))
    axes = [a % query.rank for a in ([axes] if isinstance(axes, int) else axes)]
    sources = {"query": query, "key": key if separate else value, "gate": query, "value": value}
    shapes: dict[str, Shape] = {"output_kernel": (heads, value_size, *last), "output_bias": tuple(last)}
    for part, source in sources.items():
        wide = value_size if part in ("value", "gate") else size
        shapes |= {f"{part}_kernel": (source.shape[-1], heads, wide), f"{part}_bias": (heads, wide)}
    call = replace(call, arrays=list(weights.values()))
    weights = call.take(*((name, shapes[name]) for name in weights))
    inputs = [query, value, *([key] if separate else [])]
    mask = _score_mask(call, query, value, key if separate else None, axes)
    config = {
        "num_heads": heads,
        "key_dim": size,
        "value_dim": value_size,
        "use_bias": "query_bias" in weights,
        "use_gate": call.get("use_gate") is True,
        "projection": out,
        "attention_axes": axes,
        "sliding_window": call.get("sliding_window"),
        "use_causal_mask": call.kwargs.get("use_causal_mask") is True,
        "separate_key": separate,
        "masked": mask is not None,
        "return_attention_scores": call.kwargs.get("return_attention_scores") is True,
        "dropout": number(call, "dropout", 0.0),
    }
    if len(axes) > 1 and (config["use_causal_mask"] or config["sliding_window"] is not None):
        call.refuse(f"{call.class_name} with a causal mask or window over several axes")
    shape = (*query.shape[:-1], *last)
    inputs += [mask] if mask is not None else []
    y = replace(emit_custom(call, "MultiHeadAttention", config, inputs, shape, weights=weights), masked=unseen(query))
    if not config["return_attention_scores"]:
        return y
    batch = [n for axis, n in enumerate(query.shape[:-1]) if axis not in axes]
    scores = (*batch, heads, *(query.shape[a] for a in axes), *(value.shape[a] for a in axes))
    return [y, replace(y, index=1, shape=scores, masked="")]


def _score_mask(call: Call, query: Tensor, value: Tensor, key: Tensor | None, axes: list[int]) -> Tensor | None:
    """Which scores count, (samples, queries, values): the masks of all inputs, and the one given."""
    own = {"query": query, "value": value, "key": key}
    masks: list[Tensor | None] = []
    for name, x in own.items():
        seen = None if x is None else _mask_of(call, x, call.kwargs.get(f"{name}_mask"), f"{name}_mask")
        if seen is not None:
            if query.rank != 3 or value.rank != 3 or axes != [1]:
                call.refuse(f"{call.class_name} with a mask on {query.shape}", "Use sequences of vectors.")
            n = seen.shape[1]
            masks.append(reshape(call, seen, (n, 1) if name == "query" else (1, n), f"{name}_seen"))
    given = _given(call, "attention_mask", 6)
    if isinstance(given, Mask):
        given = mask_tensor(call, given, "attention_mask")
    plain = isinstance(given, Tensor) and given.rank == 1 + 2 * len(axes) and call.keras3
    if given is not None and not plain:  # Keras 2 takes other numbers than 0 and 1 by half.
        call.refuse(
            f"{call.class_name} with attention_mask={str(given)[:60]}", "Use a mask (samples, queries, values)."
        )
    if isinstance(given, Tensor):
        given = operate(call, "not_equal", [given, 0.0], given.shape, "attention_mask_seen")
    return _together(call, [*masks, given]) if masks or given is not None else None


RULES: dict[str, Callable[[Call], Tensor | list[Tensor]]] = {
    **dict.fromkeys(("Attention", "AdditiveAttention"), _attention),
    **dict.fromkeys(("MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention"), _multi_head),
}
