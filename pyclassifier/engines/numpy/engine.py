"""numpy as an engine: it is there wherever pyclassifier is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...backbones import ReadWeights, Topology, Weights, WeightStore
from ..base import Array
from .layers import RULES, Rule
from .matrix import NumpyMatrix
from .model import NumpyModel


class NumpyEngine:
    """Engine on numpy alone.

    Parameters
    ----------
    store : WeightStore
        Where published weights come from.

    Attributes
    ----------
    name : str
        Such as ``numpy 2.2.1``.
    backend : str
        "numpy".
    renderer : str
        "": there is no graphics processor in it.
    """

    backend = "numpy"
    renderer = ""
    rules: Mapping[str, Rule] = RULES

    def __init__(self, store: WeightStore) -> None:
        self.name = f"numpy {np.__version__}"
        self.store = store
        self._held: set[NumpyModel | NumpyMatrix] = set()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_held": set()}  # Models go to another process by their weights.

    async def build(self, topology: Topology, weights: Weights | ReadWeights) -> NumpyModel:
        """Build a model from a topology and all of its weights; see `Engine.build`."""
        model = NumpyModel(topology, await weights() if callable(weights) else weights, self.rules, self._held.discard)
        self._held.add(model)
        return model

    async def load_matrix(self, X: Array) -> NumpyMatrix:
        """Take in a matrix (N, D) float32."""
        matrix = NumpyMatrix(X, self._held.discard)
        self._held.add(matrix)
        return matrix

    def memory(self) -> dict[str, int]:
        """``numTensors`` and ``numBytes`` of the models and matrices that it holds now."""
        return {
            "numTensors": sum(one.n_weights for one in self._held),
            "numBytes": sum(one.n_bytes for one in self._held),
        }
