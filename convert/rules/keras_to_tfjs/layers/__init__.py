"""Rules for Keras's layers: each adds layers of tf.js that compute the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import (
    activations,
    attention,
    categories,
    convolutions,
    dense,
    normalizations,
    pooling,
    recurrent,
    reshaping,
    resizing,
)
from .convolutions import channels_first

RULES: Mapping[str, Any] = {
    **activations.RULES,
    **attention.RULES,
    **categories.RULES,
    **convolutions.RULES,
    **dense.RULES,
    **normalizations.RULES,
    **pooling.RULES,
    **recurrent.RULES,
    **reshaping.RULES,
    **resizing.RULES,
}
RECURRENT = recurrent.RULES
SPATIAL = convolutions.SPATIAL | pooling.SPATIAL | resizing.SPATIAL

__all__ = ["RECURRENT", "RULES", "SPATIAL", "channels_first"]
