"""What Keras's layers compute, in numpy: written from Keras's documentation, to compare translations with.

Each rule is a function of a layer's configuration as stored, its arrays in the order of ``layer.weights``, and its
inputs. One that does not cover a setting raises NotImplementedError.
"""

from __future__ import annotations

from . import activations, convolutions, normalizations
from . import reshaping as shapes
from .rule import Rule

RULES: dict[str, Rule] = {**activations.RULES, **convolutions.RULES, **normalizations.RULES, **shapes.RULES}

__all__ = ["RULES", "Rule"]
