"""A model whose pictures onnxruntime computes; what is trained is trained in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...backbones import Topology, Weights
from ...errors import EngineError
from ...history import History
from ...threads import in_thread
from ..base import Array, Inputs
from ..numpy import RULES, NumpyModel, Step
from .graph import BEFORE_LAST, INPUT, OUTPUT, write_graph


class OnnxModel(NumpyModel):
    """A network in onnxruntime; made by `OnnxEngine`.

    Parameters
    ----------
    topology : dict
    weights : mapping of str to ndarray, float32
    start : callable
        Makes an ``onnxruntime.InferenceSession`` of a model's bytes.
    on_dispose : callable
        Called with it when it is disposed of.
    """

    def __init__(
        self,
        topology: Topology,
        weights: Weights,
        start: Callable[[bytes], Any],
        on_dispose: Callable[[NumpyModel], object] = lambda model: None,
    ) -> None:
        super().__init__(topology, weights, RULES, on_dispose)
        self._start = start
        self._session: Any = None
        self._input_shape: tuple[int, ...] = ()
        self._is_training = False

    async def fit(self, X: Inputs, Y: Array, *args: Any, **kwargs: Any) -> History:
        """Train in place, in numpy; see `Model.fit`."""
        self._is_training, self._session = True, None
        try:
            return await super().fit(X, Y, *args, **kwargs)
        finally:
            self._is_training = False

    async def _map(self, X: Inputs, steps: Sequence[Step]) -> Array:
        # A graph is made for weights that stay; and heads are done sooner than it is entered.
        if X.ndim == 2 or self._is_training or not len(X):
            return await super()._map(X, steps)
        return await in_thread(self._compute, np.ascontiguousarray(X, np.float32), len(steps) == len(self._steps))

    def _compute(self, X: Array, whole: bool) -> Array:
        try:
            if self._session is None or self._input_shape != X.shape[1:]:
                self._input_shape = X.shape[1:]
                self._session = self._start(write_graph(self._steps, self._parts, self._input_shape))
            (made,) = self._session.run([OUTPUT if whole else BEFORE_LAST], {INPUT: X})
        except (NotImplementedError, KeyError, ValueError, TypeError) as error:
            raise EngineError("onnx-failed", error=str(error)) from error
        except Exception as error:  # onnxruntime's errors have no class of their own but Exception.
            if not type(error).__module__.startswith("onnxruntime"):
                raise
            raise EngineError("onnx-failed", error=str(error)) from error
        return np.asarray(made, np.float32)

    def dispose(self) -> None:
        """Free weights and session. Harmless when repeated."""
        self._session = None
        super().dispose()
