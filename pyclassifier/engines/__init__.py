"""Tensor engines: numpy, which works everywhere, and TensorFlow.js in browsers; `default_engine` picks one."""

from __future__ import annotations

import os
import sys

from ..backbones import UserStore
from ..errors import EngineError
from .base import Array, Engine, FitConfig, Inputs, Matrix, Model, Predictor, StoredModel
from .numpy import NumpyEngine, NumpyMatrix

__all__ = [
    "Array",
    "Engine",
    "FitConfig",
    "Inputs",
    "Matrix",
    "Model",
    "NumpyEngine",
    "NumpyMatrix",
    "Predictor",
    "StoredModel",
    "default_engine",
]


def default_engine(
    *, site_url: str | os.PathLike[str] | None = None, tfjs_url: str | None = None, backend: str = "auto"
) -> Engine:
    """Return the engine of this platform: TensorFlow.js under Pyodide, else numpy. It is loaded when it is first used.

    Parameters
    ----------
    site_url : str or Path, optional
        A built site to take TensorFlow.js and the backbones from: its address or, outside of a browser, its folder. By
        default the one that this runs on; outside of a browser, backbones are fetched once and kept, see
        `pyclassifier.backbones.UserStore`.
    tfjs_url : str, optional
        Where to load TensorFlow.js from instead: a script that makes the global ``tf``, or an ES module. In a browser.
    backend : {"auto", "webgl", "wasm", "cpu"}
        What computes; "auto" is in a browser WebGL on a graphics processor, else WebAssembly; outside of one it is
        "cpu", the only one that is there.

    Returns
    -------
    Engine

    Raises
    ------
    EngineError
        A backend that is not there.

    Examples
    --------
    >>> default_engine()  # doctest: +SKIP
    <NumpyEngine: numpy 2.2.1 on cpu>
    >>> engine = default_engine(backend="webgl")  # doctest: +SKIP
    >>> await engine.load()  # doctest: +SKIP
    <TfjsEngine: tfjs 4.22.0 on webgl>
    """
    if sys.platform == "emscripten":
        from .tfjs.engine import TfjsEngine

        return TfjsEngine(site_url=None if site_url is None else str(site_url), tfjs_url=tfjs_url, backend=backend)
    if backend not in ("auto", "cpu"):
        raise EngineError("other-backend", known=["auto", "cpu"], got=backend)
    return NumpyEngine(UserStore(site_url))
