"""What the lower part of a cut backbone makes of photos: computed once, in 16 bits, for the upper part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..backbones import Cut
from ..data import Sample
from ..embedding import BATCH_SIZE, FeatureExtractor, make_batch
from ..engines import Engine
from ..errors import StoppedError
from ..progress import Callbacks, Progress

Rows = Sequence[tuple[FeatureExtractor, Sample, str]]


async def embed_below(cut: Cut, rows: Rows, engine: Engine, callbacks: Callbacks) -> NDArray[np.float16]:
    """Compute what the lower part gives.

    Parameters
    ----------
    cut : Cut
    rows : sequence of (FeatureExtractor, Sample, str)
        How to read each photo, and the hash of its content.
    engine : Engine
    callbacks : Callbacks
        Progress has the stage "features".

    Returns
    -------
    ndarray of shape (len(rows), h, w, channels), float16
        ReLU6 keeps values in 0..6, where 16 bits are exact to 0.002.

    Raises
    ------
    StoppedError
        ``should_stop()`` was true.
    ImageDecodeError
        A photo cannot be read.
    """
    weights = cut.weights_below(rows[0][0].model.weights())
    model = await engine.build(cut.lower, weights)
    found = np.empty((len(rows), *cut.shape), np.float16)
    try:
        for start in range(0, len(rows), BATCH_SIZE):
            batch = rows[start : start + BATCH_SIZE]
            if callbacks.should_stop and callbacks.should_stop():
                raise StoppedError("stopped-reading")
            pixels = [await extractor.load(sample, digest) for extractor, sample, digest in batch]
            found[start : start + len(batch)] = await model.predict(make_batch(pixels, batch[0][0].card.preprocessing))
            if callbacks.on_progress:
                callbacks.on_progress(Progress("features", start + len(batch), len(rows)))
    finally:
        model.dispose()
    return found
