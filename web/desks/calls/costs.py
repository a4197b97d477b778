"""What each choice between speed and accuracy costs here, before it is made."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TypedDict

from pyclassifier import Dataset, ModelCard, Sample
from pyclassifier.backbones import AUTO, BUILT_IN, get_card
from pyclassifier.embedding import FeatureCache, kind_of, load_image, read_photo
from pyclassifier.errors import ImageDecodeError
from pyclassifier.threads import without_helpers

from ..bridge import call
from ..desk import Desk
from ..site import Pace
from .site import qualities

_N_MEASURED = 4  # Photos in each of two batches: by the second one, the engine has prepared what it needs.


class Cost(TypedDict):
    """What a choice costs here."""

    name: str  # of the quality
    photos: int  # whose features are not known yet
    seconds: float | None  # for these; null: it could not be measured


@call("costs")
async def costs(desk: Desk) -> list[Cost]:
    """Seconds that the photos that take part will need for each quality, by what some of them needed."""
    samples, cache = desk.album.dataset().samples, desk.classifier.cache
    default = desk.site.find_card(None)
    pace = desk.site.paces.get(desk.site.engine.backend) or await _measure(desk, samples, default)
    found: list[Cost] = []
    for quality in qualities(desk.site):
        name = "+".join(BUILT_IN) if quality["backbone"] == AUTO else quality["backbone"]
        card = get_card(desk.site.find_card(name), quality["inputSize"])
        missing = [_missing(sample, card, cache) for sample in samples]
        seconds = None
        if pace:
            # Backbones that are built in take the same time for a photo (bench/backbone_speed.py).
            computing = pace.computing * (card.input_size / default.input_size) ** 2
            seconds = sum(pace.reading * (n > 0) + computing * n for n in missing)
        found.append({"name": quality["name"], "photos": sum(n > 0 for n in missing), "seconds": seconds})
    return found


def _missing(sample: Sample, card: ModelCard, cache: FeatureCache) -> int:
    """By how many of a card's backbones a photo is still to be computed."""
    digest, parts = cache.facts(sample).digest, card.parts or (card,)
    return sum(digest is None or cache.get(digest, kind_of(part, "avg")) is None for part in parts)


async def _measure(desk: Desk, samples: Sequence[Sample], default: ModelCard) -> Pace | None:
    """What a photo costs, by some whose features are not known yet; these are remembered."""
    new = [sample for sample in samples if _missing(sample, default, desk.classifier.cache)][: 2 * _N_MEASURED]
    if len(new) < 2:
        return None
    ours = desk.classifier.card_ == default
    classifier = desk.classifier if ours else desk.new_classifier()
    try:
        with without_helpers():  # Else there is no telling of reading from computing.
            for batch in (new[: len(new) // 2], new[len(new) // 2 :]):
                started = time.perf_counter()
                await classifier.extract_features(Dataset(tuple(batch)), problems=[])
                in_all = (time.perf_counter() - started) / len(batch)
    finally:
        if not ours:
            classifier.close()
    reading = await _time_reading(batch, default)
    # On a graphics processor, photos are read while it computes those before.
    pace = desk.site.paces[desk.site.engine.backend] = Pace(reading, max(in_all - reading, 0.0))
    return pace


async def _time_reading(samples: Sequence[Sample], card: ModelCard) -> float:
    seconds = 0.0
    for sample in samples:
        with suppress(ImageDecodeError):  # What cannot be read takes next to no time.
            data = await read_photo(sample)
            started = time.perf_counter()
            load_image(data, sample.path, card.preprocessing)
            seconds += time.perf_counter() - started
    return seconds / len(samples)
