"""Products of tensors: matmul, einsum, and what EinsumDense makes of them."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ....models import Shape
from ..builder import Call, Tensor, emit_custom
from ..express import broadcast, operate
from ..layers.activations import apply_activation
from ..layers.dense import dense
from .arithmetic import REMEDY


def _letters(call: Call, equation: str, ranks: list[int]) -> tuple[list[str], str]:
    """Return the axes of operands and result, with dots written out as letters that are free."""
    left, arrow, out = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    free = [letter for letter in string.ascii_letters if letter not in equation]
    counts = [rank - len(term.replace("...", "")) for term, rank in zip(terms, ranks, strict=True) if "..." in term]
    if not arrow or len(terms) > 2 or len(set(counts)) > 1:
        call.refuse(f"{call.class_name} with equation {equation!r}", "Write it with '->' and at most two tensors.")
    dots = "".join(free[: counts[0]]) if counts else ""
    terms, out = [term.replace("...", dots) for term in terms], out.replace("...", dots)
    # tf.js changes the case of letters when it saves.
    small = dict(zip(dict.fromkeys("".join(terms)), string.ascii_lowercase, strict=False))
    once = all(len(set(term)) == len(term) == rank for term, rank in zip(terms, ranks, strict=True))
    if not once or len(set(out)) < len(out) or not set(out) <= set(small):
        call.refuse(f"{call.class_name} with equation {equation!r}", "Name each axis of a tensor once.")
    return ["".join(small[a] for a in term) for term in terms], "".join(small[a] for a in out)


def _einsum(call: Call) -> Tensor:
    operands = call.inputs
    if len(operands) != len(call.args) or len(operands) > 2:
        call.refuse("Einsum of constants, or more than two tensors", REMEDY)
    terms, out = _letters(call, str(call.get("subscripts")), [one.rank for one in operands])
    batch = out[:1]
    if not batch or any(term[:1] != batch for term in terms):
        call.refuse(f"Einsum {call.get('subscripts')!r}", "Keep the batch the first axis of all tensors.")
    sizes = {a: n for term, one in zip(terms, operands, strict=True) for a, n in zip(term, one.shape, strict=True)}
    shape = tuple(sizes[a] for a in out)
    return operate(call, "einsum", operands, shape, equation=f"{','.join(terms)}->{out}")


def _matmul(call: Call) -> Tensor:
    if len(call.args) != 2 or not isinstance(call.args[0], Tensor) or call.args[0].rank < 2:
        call.refuse("Matmul of a constant or a vector", REMEDY)
    first, second = call.args
    if isinstance(second, Tensor):
        if first.rank < 3 or first.rank != second.rank:
            call.refuse(f"Matmul of {first.shape} and {second.shape}", "Give them one rank of at least 3.")
        shape: Shape = (*broadcast(call, [first.shape[:-2], second.shape[:-2]]), first.shape[-2], second.shape[-1])
        return operate(call, "matmul", [first, second], shape)
    matrix = np.asarray(second)
    if matrix.dtype.kind not in "fiu" or matrix.ndim != 2 or matrix.shape[0] != first.shape[-1]:
        call.refuse(f"Matmul with a constant of shape {matrix.shape}", REMEDY)
    letters = string.ascii_lowercase[: first.rank]
    equation = f"{letters},{letters[-1]}z->{letters[:-1]}z"
    return operate(call, "einsum", [first, matrix], (*first.shape[:-1], matrix.shape[1]), equation=equation)


def _einsum_dense(call: Call) -> Tensor:
    """EinsumDense: Dense where that does the same, else our own layer."""
    x, arrays, equation = call.x, call.arrays, str(call.get("equation", ""))
    if not arrays or call.get("lora_rank"):
        call.refuse("EinsumDense without weights, or with LoRA's", "Merge them into the kernel first.")
    (first, kernel), out = _letters(call, equation, [x.rank, arrays[0].ndim])
    plain = len(kernel) == 2 and first[-1] == kernel[0] and out == first[:-1] + kernel[1]
    if plain and (len(arrays) < 2 or arrays[1].ndim == 1):
        return dense(replace(call, config={**call.config, "units": arrays[0].shape[1], "use_bias": len(arrays) > 1}))
    sizes = dict(zip(first, x.shape, strict=True)) | dict(zip(kernel, arrays[0].shape, strict=True))
    if out[:1] != first[:1] or first[0] in kernel:
        call.refuse(f"EinsumDense with equation {equation!r}", "Keep the batch the first axis.")
    shapes = [array.shape for array in arrays]
    weights = call.take(*zip(("kernel", "bias"), shapes, strict=False))
    shape = tuple(sizes[a] for a in out)
    config = {
        "equation": f"{first},{kernel}->{out}",
        "kernel_shape": list(shapes[0]),
        "bias_shape": list(shapes[1]) if len(shapes) > 1 else None,
        "shape": list(shape[1:]),
    }
    linear = call.get("activation") in (None, "linear")
    y = emit_custom(call, "EinsumDense", config, x, shape, suffix="" if linear else "linear", weights=weights)
    return y if linear else apply_activation(call, y, call.get("activation"))


RULES: dict[str, Callable[[Call], Tensor]] = {"Einsum": _einsum, "Matmul": _matmul}
LAYER_RULES: dict[str, Callable[[Call], Tensor]] = {"EinsumDense": _einsum_dense}
