"""What was learned <-> the bytes of an archive."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from ..backbones import pooling_of
from ..embedding import FeatureCache, FeatureExtractor, Pixels, make_batch
from ..engines import Array, Engine, Model, Predictor
from ..errors import ArchiveError
from ..training import (
    Learned,
    read_calibration,
    read_evaluation,
    read_fine_tuning,
    read_history,
    read_views_effect,
)
from .archive import Archive, diverged, read_archive, write_archive
from .quantization import StoredAs, quantized
from .self_check import draw_pattern, draw_patterns, largest_difference, make_promises, read_promises


async def pack(learned: Learned, name: str, engine: Engine, dtype: StoredAs = "float32") -> bytes:
    """Write the archive of what was learned.

    Parameters
    ----------
    learned : Learned
    name : str
        What to call the model.
    engine : Engine
        That its models live in.
    dtype : {"float32", "float16", "uint16", "uint8"}
        How the weights are stored.

    Returns
    -------
    bytes
        The zip file; see `pyclassifier.archives`.
    """
    extractor, head = learned.extractor, learned.head
    async with restored(learned, engine, dtype) as reader:
        promises = make_promises(await predict_pictures(reader, draw_patterns(extractor.card.input_size)))
    archive = Archive(
        extractor=extractor.model.topology,
        extractor_weights=extractor.model.weights(),
        head=head.topology,
        head_weights=head.weights(),
        labels=tuple(learned.classes.tolist()),
        card=extractor.card,
        name=name,
        record={**learned.record, "selfCheck": promises},
        views=extractor.views,
    )
    return write_archive(archive, version=version("pyclassifier"), dtype=dtype)


@asynccontextmanager
async def restored(learned: Learned, engine: Engine, dtype: StoredAs) -> AsyncIterator[Learned]:
    """What a reader of an archive has, whose weights were stored with fewer bits; gone when the context ends."""
    if dtype == "float32":
        yield learned
        return
    own: list[Predictor] = []

    async def rebuild(model: Predictor) -> Model:
        own.append(built := await engine.build(model.topology, quantized(model.weights(), dtype)))
        return built

    extractor = learned.extractor.forgetful()  # Other weights make other features.
    try:
        if extractor.model.topology:
            extractor.model = await rebuild(extractor.model)
        yield replace(learned, extractor=extractor, head=await rebuild(learned.head))
    finally:
        for model in own:
            model.dispose()


async def unpack(
    data: bytes,
    engine: Engine,
    cache: FeatureCache,
    weights_id: str | None = None,
    labels: Sequence[str] | None = None,
    scaling: tuple[float, float] | None = None,
) -> Learned:
    """Read an archive, and build its model in an engine.

    Parameters
    ----------
    data : bytes
        The zip file.
    engine : Engine
    cache : FeatureCache
        Where its extractor is to keep features.
    weights_id : str, optional
        What tells its backbone from others, where that is known: see `pyclassifier.embedding.FeatureExtractor`.
    labels, scaling : optional
        See `read_archive`.

    Returns
    -------
    Learned

    Raises
    ------
    ArchiveError
        It is no such archive, or gives no probabilities.
    EngineError
        The engine cannot build the model in it.
    """
    archive = read_archive(data, labels=labels, scaling=scaling)
    model: Predictor = Pixels(archive.card.feature_channels)
    if archive.extractor:
        model = await engine.build(archive.extractor, archive.extractor_weights)
    try:
        head = await engine.build(archive.head, archive.head_weights)
    except BaseException:
        model.dispose()
        raise
    extractor = FeatureExtractor(
        model,
        archive.card,
        pooling=pooling_of(archive.extractor) if archive.extractor else "avg",
        cache=cache,
        # Another archive may hold other weights under the same card: its features must not be taken for these.
        weights_id=sha256(data).hexdigest() if weights_id is None else weights_id,
        views=archive.views,
    )
    learned = Learned(
        extractor=extractor,
        head=head,
        classes=np.asarray(archive.labels, dtype=np.str_),
        history=read_history(archive.record),
        evaluation=read_evaluation(archive.record, archive.labels),
        test_evaluation=read_evaluation(archive.record, archive.labels, "test"),
        calibration=read_calibration(archive.record),
        record=archive.record,
        name=archive.name,
        fine_tuning=read_fine_tuning(archive.record, archive.labels),
        views=read_views_effect(archive.record, archive.labels) if archive.views else None,
    )
    try:
        if not diverged(archive.record):
            await _check_outputs(learned)
    except BaseException:
        model.dispose()
        head.dispose()
        raise
    return learned


async def _check_outputs(learned: Learned) -> None:
    """Raise ArchiveError for a model that gives no numbers, of which nothing else would say so."""
    picture = draw_pattern("noise", learned.extractor.card.input_size)
    if not np.isfinite(await predict_pictures(learned, [picture])).all():
        raise ArchiveError("outputs-not-finite")


async def deviation(learned: Learned) -> float:
    """How far probabilities computed here are from those that the record promises, in 0..1; nan where it has none."""
    side, n_classes = learned.extractor.card.input_size, len(learned.classes)
    pictures, promised = read_promises(learned.record, side, n_classes)
    return largest_difference(promised, await predict_pictures(learned, pictures)) if pictures else math.nan


async def predict_pictures(learned: Learned, pictures: Sequence[NDArray[np.uint8]]) -> Array:
    """Probabilities (N, n_classes) of pictures (S, S, 3) of the model's own size."""
    X = make_batch(pictures, learned.extractor.card.preprocessing)
    return await learned.head.predict(await learned.extractor.embed(X))
