"""numpy as an engine: pretrained networks, and heads and small networks that are trained."""

from .engine import NumpyEngine
from .layers import RULES, Config, Parts, Rule, Window, pads_of
from .matrix import NumpyMatrix
from .model import NumpyModel, parts_of
from .plan import Step, plan

__all__ = [
    "RULES",
    "Config",
    "NumpyEngine",
    "NumpyMatrix",
    "NumpyModel",
    "Parts",
    "Rule",
    "Step",
    "Window",
    "pads_of",
    "parts_of",
    "plan",
]
