"""Tensor engines: numpy, which works everywhere, onnxruntime, and TensorFlow.js; `default_engine` picks one."""

from __future__ import annotations

import os
import sys

from ..backbones import UserStore
from ..errors import EngineError
from .base import Array, Engine, FitConfig, Inputs, Matrix, Model, Predictor, StoredModel
from .numpy import NumpyEngine, NumpyMatrix
from .onnx import OnnxEngine, write_onnx
from .stored_products import StoredMatrix, predict_rows
from .stored_rows import StoredRows

__all__ = [
    "Array",
    "Engine",
    "FitConfig",
    "Inputs",
    "Matrix",
    "Model",
    "NumpyEngine",
    "NumpyMatrix",
    "OnnxEngine",
    "Predictor",
    "StoredMatrix",
    "StoredModel",
    "StoredRows",
    "default_engine",
    "predict_rows",
    "write_onnx",
]


def default_engine(
    *, site_url: str | os.PathLike[str] | None = None, tfjs_url: str | None = None, backend: str = "auto"
) -> Engine:
    """Return the engine of this platform: TensorFlow.js under Pyodide, else onnxruntime, else numpy.

    Parameters
    ----------
    site_url : str or Path, optional
        A built site to take TensorFlow.js and the backbones from: its address or, outside of a browser, its folder. By
        default the one that this runs on; outside of a browser, backbones are fetched once and kept, see
        `pyclassifier.backbones.UserStore`.
    tfjs_url : str, optional
        Where to load TensorFlow.js from instead: a script that makes the global ``tf``, or an ES module. In a browser.
    backend : str
        What computes. In a browser "webgpu", "webgl", "wasm" or "cpu"; "auto" is WebGL on a graphics processor, as far
        as the name of that tells, else WebAssembly, and never WebGPU. (The site's own page measures which is the
        fastest, and remembers it.)
        Outside of one "numpy", or by onnxruntime "cpu", "cuda", "coreml" or "directml"; "auto" is "cpu" where
        onnxruntime is installed (``pip install "pyclassifier[native]"``), else "numpy".

    Returns
    -------
    Engine

    Raises
    ------
    EngineError
        A backend that is not there; the sentence says what is, or which command installs it.

    Examples
    --------
    >>> default_engine()  # doctest: +SKIP
    <OnnxEngine: onnxruntime 1.32.0 on CPUExecutionProvider>
    >>> engine = default_engine(backend="webgl")  # doctest: +SKIP
    >>> await engine.load()  # doctest: +SKIP
    <TfjsEngine: tfjs 4.22.0 on webgl>
    """
    if sys.platform == "emscripten":
        from .tfjs.engine import TfjsEngine

        return TfjsEngine(site_url=None if site_url is None else str(site_url), tfjs_url=tfjs_url, backend=backend)
    store = UserStore(site_url)
    if backend == "numpy":
        return NumpyEngine(store)
    try:
        return OnnxEngine(store, "cpu" if backend == "auto" else backend)
    except EngineError:
        if backend == "auto":  # onnxruntime is not there, or does not start on this machine.
            return NumpyEngine(store)
        raise
