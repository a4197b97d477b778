"""Tensor engines. `default_engine` picks the one that works here."""

from __future__ import annotations

import sys

from ..errors import EngineError
from .base import Engine, FitConfig, History, Model, Network

__all__ = ["Engine", "FitConfig", "History", "Model", "Network", "default_engine"]


def default_engine() -> Engine:
    """Return the engine of this platform: TensorFlow.js under Pyodide.

    Returns
    -------
    Engine

    Raises
    ------
    EngineError
        There is none: on CPython, pass an engine of your own.
    """
    if sys.platform != "emscripten":
        raise EngineError(
            "Expected to run in a browser under Pyodide, where TensorFlow.js does the tensor arithmetic; got "
            f"{sys.platform}. Open the built site or a Pyodide notebook, or pass engine=..."
        )
    from .tfjs import TfjsEngine

    return TfjsEngine()
