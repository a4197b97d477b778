"""Tensor engines. `default_engine` picks the one that works here."""

from __future__ import annotations

import sys

from ..errors import EngineError
from .base import Array, Engine, FitConfig, Inputs, Matrix, Model, Predictor, StoredModel

__all__ = [
    "Array",
    "Engine",
    "FitConfig",
    "Inputs",
    "Matrix",
    "Model",
    "Predictor",
    "StoredModel",
    "default_engine",
]


def default_engine(*, site_url: str | None = None, tfjs_url: str | None = None, backend: str = "auto") -> Engine:
    """Return the engine of this platform: TensorFlow.js under Pyodide. It is loaded when it is first used.

    Parameters
    ----------
    site_url : str, optional
        A built site to take TensorFlow.js and the backbones from; by default the one that this runs on.
    tfjs_url : str, optional
        Where to load TensorFlow.js from instead: a script that makes the global ``tf``, or an ES module.
    backend : {"auto", "webgl", "wasm", "cpu"}
        What computes; "auto" is WebGL on a graphics processor, else WebAssembly.

    Returns
    -------
    Engine

    Raises
    ------
    EngineError
        There is none: on CPython, pass an engine of your own.

    Examples
    --------
    >>> engine = default_engine(backend="webgl")  # doctest: +SKIP
    >>> await engine.load()  # doctest: +SKIP
    <TfjsEngine: tfjs 4.22.0 on webgl>
    """
    if sys.platform != "emscripten":
        raise EngineError("no-browser", got=sys.platform)
    from .tfjs.engine import TfjsEngine

    return TfjsEngine(site_url=site_url, tfjs_url=tfjs_url, backend=backend)
