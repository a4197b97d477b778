"""numpy as an engine: pretrained networks, and heads and small networks that are trained."""

from .engine import NumpyEngine
from .layers import RULES, Rule
from .matrix import NumpyMatrix

__all__ = ["RULES", "NumpyEngine", "NumpyMatrix", "Rule"]
