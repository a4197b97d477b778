"""What was learned <-> the bytes of an archive."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version

import numpy as np

from .archive import Archive, read_archive, write_archive
from .batches import make_batch
from .engines import Engine
from .engines.base import Array, Predictor
from .features import FeatureCache, FeatureExtractor, Pixels
from .fitting import Learned
from .record import SELF_CHECK_COLORS, largest_difference, read_evaluation, read_history, self_check
from .topology import pooling_of


async def pack(learned: Learned, name: str) -> bytes:
    """Write an archive.

    Parameters
    ----------
    learned : Learned
    name : str
        What to call the model.

    Returns
    -------
    bytes
        The zip file; see `pyclassifier.archive`.
    """
    extractor, head = learned.extractor, learned.head
    archive = Archive(
        extractor=extractor.model.topology,
        extractor_weights=extractor.model.weights(),
        head=head.topology,
        head_weights=head.weights(),
        labels=tuple(learned.classes.tolist()),
        card=extractor.card,
        fit_mode=extractor.fit_mode,
        name=name,
        record={**learned.record, "selfCheck": self_check(await _predict_colors(learned))},
    )
    return write_archive(archive, version=version("pyclassifier"))


async def unpack(data: bytes, engine: Engine, cache: FeatureCache, weights_id: str | None = None) -> Learned:
    """Read an archive, and build its model.

    Parameters
    ----------
    data : bytes
        The zip file.
    engine : Engine
    cache : FeatureCache
        Where its extractor is to keep features.
    weights_id : str, optional
        What tells its backbone from others, where that is known: see `pyclassifier.features.FeatureExtractor`.

    Returns
    -------
    Learned

    Raises
    ------
    ArchiveError
        It is no such archive.
    EngineError
        The engine cannot build the model in it.
    """
    archive = read_archive(data)
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
        fit_mode=archive.fit_mode,
        pooling=pooling_of(archive.extractor) if archive.extractor else "avg",
        cache=cache,
        # Another archive may hold other weights under the same card: its features must not be taken for these.
        weights_id=sha256(data).hexdigest() if weights_id is None else weights_id,
    )
    return Learned(
        extractor=extractor,
        head=head,
        classes=np.asarray(archive.labels, dtype=np.str_),
        history=read_history(archive.record),
        evaluation=read_evaluation(archive.record, archive.labels),
        record=archive.record,
        name=archive.name,
    )


async def deviation(learned: Learned) -> float:
    """How far probabilities computed here are from those that the record promises, in 0..1; nan where it has none."""
    return largest_difference(learned.record, await _predict_colors(learned))


async def _predict_colors(learned: Learned) -> Array:
    card = learned.extractor.card
    pictures = [np.full((card.input_size, card.input_size, 3), color, np.uint8) for color in SELF_CHECK_COLORS]
    return await learned.head.predict(await learned.extractor.model.predict(make_batch(pictures, card)))
