"""Backbones side by side: one predictor of them all, of which each can be asked alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from ..backbones import (
    ModelCard,
    Pooling,
    StoredWeights,
    feature_extractor,
    join_backbones,
    join_weights,
    load_features,
    pooling_of,
    rescaling,
)
from ..engines import Array, Engine, Predictor


def join_rows(rows: Sequence[Array], n_cells: int) -> Array:
    """Features of each backbone, (N, n_features) or of one photo, side by side in each cell of their maps."""
    lead = rows[0].shape[:-1]
    return np.concatenate([part.reshape(*lead, n_cells, -1) for part in rows], axis=-1).reshape(*lead, -1)


class SideBySide:
    """A predictor whose features are those of several backbones side by side.

    Parameters
    ----------
    card : ModelCard
        Of `pyclassifier.backbones.side_by_side`.
    parts : sequence of Predictor
        The extractor of each of its parts. They are the pair's from now on, which disposes of them.
    n_bytes : sequence of int
        Of the weights of each, as they came.

    Attributes
    ----------
    topology : dict
        Of all of them as one network, which an archive has.
    """

    def __init__(self, card: ModelCard, parts: Sequence[Predictor], n_bytes: Sequence[int]) -> None:
        self.card = card
        self.parts = list(parts)
        self.n_bytes = list(n_bytes)
        self._backbones = [part.topology["config"]["layers"][0] for part in parts]
        joined = join_backbones(card, self._backbones)
        self.topology = feature_extractor(joined, card.input_size, pooling_of(parts[0].topology))
        self._seconds: dict[int, float] = {}

    async def predict_part(self, k: int, X: Array) -> Array:
        """Map a batch, scaled as the first part takes it, to the features of one part."""
        started = time.perf_counter()
        features = await self.parts[k].predict(self._scaled(k, X))
        seconds = (time.perf_counter() - started) / len(X)
        self._seconds[k] = min(seconds, self._seconds.get(k, seconds))
        return features

    async def predict(self, X: Array) -> Array:
        """Map a batch (N, S, S, 3) to the features (N, n_features) of all."""
        pooled = pooling_of(self.parts[0].topology) == "avg"
        n_cells = 1 if pooled else (self.card.input_size // self.card.stride) ** 2
        return join_rows([await self.predict_part(k, X) for k in range(len(self.parts))], n_cells)

    async def feature_map(self, X: Array) -> Array:
        """Map a batch to the maps (N, h, w, channels) before pooling."""
        return np.concatenate(
            [await part.feature_map(self._scaled(k, X)) for k, part in enumerate(self.parts)], axis=-1
        )

    async def seconds_per_photo(self, k: int) -> float:
        """What a photo costs a part here: the least of what was measured, be it now, where it had nothing to do yet."""
        if k not in self._seconds:
            X = np.zeros((4, self.card.input_size, self.card.input_size, 3), np.float32)
            await self.parts[k].predict(X)  # The first time, much is prepared.
            await self.predict_part(k, X)
        return self._seconds[k]

    def _scaled(self, k: int, X: Array) -> Array:
        scaling = rescaling(self.card.preprocessing, self.card.parts[k].preprocessing)
        return X if scaling is None else np.ascontiguousarray(X @ scaling[0] + scaling[1], np.float32)

    def weights(self) -> dict[str, Array]:
        """Weights by name, of all as one network."""
        return dict(join_weights(self.card, self._backbones, [part.weights() for part in self.parts]))

    def dispose(self) -> None:
        """Free what the engine holds of all parts."""
        for part in self.parts:
            part.dispose()


async def build_extractor(engine: Engine, card: ModelCard, pooling: Pooling) -> Predictor:
    """Load a backbone, or several side by side, into an engine.

    Parameters
    ----------
    engine : Engine
    card : ModelCard
    pooling : {"avg", "flatten"}

    Returns
    -------
    Predictor

    Raises
    ------
    EngineError
        Its files cannot be had, or the engine cannot build it; nothing of it is left in the engine.
    """
    models: list[Predictor] = []
    n_bytes: list[int] = []
    try:
        for part in card.parts or (card,):
            model, size = await _build(engine, part, pooling)
            models.append(model)
            n_bytes.append(size)
        return SideBySide(card, models, n_bytes) if card.parts else models[0]
    except BaseException:
        for model in models:
            model.dispose()
        raise


async def _build(engine: Engine, card: ModelCard, pooling: Pooling) -> tuple[Predictor, int]:
    """A backbone in an engine, and how many bytes of weights came for it."""
    topology, read_weights = await load_features(engine.store, card, pooling)
    sizes: list[int] = []

    async def read() -> StoredWeights:
        stored = await read_weights()
        sizes.append(len(stored.data))
        return stored

    return await engine.build(topology, read), sizes[0]
