"""Dense and Embedding."""

from __future__ import annotations

from collections.abc import Callable

from ....models import Shape
from ..builder import UNSEEN, Call, Tensor
from ..initializers import training_config
from .activations import with_activation
from .convolutions import bias_of


def dense(call: Call) -> Tensor:
    """Dense, over the last axis of any tensor."""
    x, units = call.x, int(call.get("units"))
    if call.get("lora_rank"):
        call.refuse("Dense with LoRA weights", "Merge them into the kernel first.")
    weights = call.take(("kernel", (x.shape[-1], units)), *bias_of(call, units))
    config = {"units": units, "use_bias": "bias" in weights, **training_config(call, "kernel", "bias")}
    shape: Shape = (*x.shape[:-1], units)
    return with_activation(call, "Dense", config, x, shape, weights)


def embedding(call: Call) -> Tensor:
    """Embedding."""
    x, rows, columns = call.x, int(call.get("input_dim")), int(call.get("output_dim"))
    masked = call.get("mask_zero") is True
    weights = call.take(("embeddings", (rows, columns)))
    unseen = UNSEEN if call.builder.unmasked else ""
    config = {
        "input_dim": rows,
        "output_dim": columns,
        "mask_zero": masked and not unseen,
        **training_config(call, "embeddings"),
    }
    key = f"{unseen}{call.builder.mask_key(x, 0)}" if masked else ""
    return call.emit("Embedding", config, x, (*x.shape, columns), weights=weights, masked=key)


RULES: dict[str, Callable[[Call], Tensor]] = {"Dense": dense, "Embedding": embedding}
