"""onnxruntime as an engine: what computes backbones soonest outside of a browser. Only this module imports it."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from ...backbones import ReadWeights, Topology, Weights, WeightStore
from ...errors import EngineError
from ..numpy import NumpyEngine
from .model import OnnxModel

_PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
}
_THREADS = "OMP_NUM_THREADS"  # What libraries like it read; it does so only where it is built for OpenMP.


class OnnxEngine(NumpyEngine):
    """Engine on onnxruntime, for pretrained networks, and on numpy, for what is trained.

    Parameters
    ----------
    store : WeightStore
        Where published weights come from.
    backend : {"cpu", "cuda", "coreml", "directml"}
        What computes. Where a graphics processor has no operator for a layer, the processor computes that, with as many
        threads as the environment says in ``OMP_NUM_THREADS``.

    Raises
    ------
    EngineError
        onnxruntime is not installed, or this build of it has no such backend.

    Notes
    -----
    onnxruntime comes with ``pip install "pyclassifier[native]"``; its builds for graphics processors are packages of
    their own (``onnxruntime-gpu``, ``onnxruntime-directml``).
    """

    def __init__(self, store: WeightStore, backend: str = "cpu") -> None:
        super().__init__(store)
        onnxruntime = _onnxruntime()
        there = onnxruntime.get_available_providers()
        known = [name for name, provider in _PROVIDERS.items() if provider in there]
        if backend not in known:
            raise EngineError("other-backend", known=[*known, "numpy"], got=backend)
        self.backend = backend
        self.name = f"onnxruntime {onnxruntime.__version__}"
        self._providers = list(dict.fromkeys([_PROVIDERS[backend], _PROVIDERS["cpu"]]))

    def __repr__(self) -> str:
        return f"<OnnxEngine: {self.name} on {', '.join(self._providers)}>"

    async def build(self, topology: Topology, weights: Weights | ReadWeights) -> OnnxModel:
        """Build a model from a topology and all of its weights; see `Engine.build`."""
        read = await weights() if callable(weights) else weights
        model = OnnxModel(topology, read, partial(_start, self._providers), self._held.discard)
        self._held.add(model)
        return model


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineError("no-onnxruntime", error=str(error)) from error
    return onnxruntime


def _start(providers: list[str], data: bytes) -> Any:
    onnxruntime = _onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # Errors: warnings about its own optimizations tell nobody anything.
    told = os.environ.get(_THREADS, "")
    if told.isdecimal():  # By itself it takes all processors, in each of several processes.
        options.intra_op_num_threads = int(told)
    return onnxruntime.InferenceSession(data, options, providers=providers)
