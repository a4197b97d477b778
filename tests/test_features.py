import asyncio
import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest
from photos import Reader, encode

from pyclassifier import Sample
from pyclassifier.backbones import ModelCard, Preprocessing, small_cnn
from pyclassifier.data import digest_of
from pyclassifier.embedding import BATCH_SIZE, Facts, FeatureExtractor, MemoryCache, pixels_card
from pyclassifier.errors import EngineError, StoppedError

CARD = ModelCard("tiny", "Tiny", "", "MIT", (), feature_channels=3, preprocessing=Preprocessing(8), stride=8)
TIMEOUT_S = 20


class MeanModel:
    """An engine's model whose features are the mean colour; it writes down what it was given, and when."""

    def __init__(self, log=None) -> None:
        self.log = [] if log is None else log
        self.batches: list[np.ndarray] = []
        self.n_running = 0

    async def predict(self, X: np.ndarray) -> np.ndarray:
        self.n_running += 1
        assert self.n_running <= 2, "one batch is computed, the next one waits its turn"
        self.batches.append(X)
        self.log.append(("predict", len(self.batches)))
        try:
            await self.wait()
        finally:
            self.n_running -= 1
        self.log.append(("predicted", len(self.batches)))
        return X.mean(axis=(1, 2))

    async def wait(self) -> None:
        await asyncio.sleep(0)


def picture(i: int) -> bytes:
    return encode(np.full((8, 8, 3), (i, 2 * i % 256, 255 - i), np.uint8))


def samples_of(numbers, log=None) -> list[Sample]:
    def reader(i):
        read = Reader(picture(i))

        async def logged() -> bytes:
            log.append(("read", i))
            return await read()

        return read if log is None else logged

    return [Sample(f"{i}.png", reader(i)) for i in numbers]


def extractor(model=None, cache=None, card=CARD, **options) -> FeatureExtractor:
    options = {"pooling": "avg", **options}
    # `is None`: an empty cache is false.
    return FeatureExtractor(model or MeanModel(), card, cache=MemoryCache() if cache is None else cache, **options)


def expected(numbers) -> np.ndarray:
    return np.array([(i, 2 * i % 256, 255 - i) for i in numbers]) / 127.5 - 1


async def within_time(awaitable):
    return await asyncio.wait_for(awaitable, TIMEOUT_S)


@pytest.mark.parametrize("n", [1, BATCH_SIZE - 1, BATCH_SIZE, BATCH_SIZE + 1, 2 * BATCH_SIZE + 5])
async def test_each_photo_gets_its_row_in_batches(n):
    model = MeanModel()
    features = await within_time(extractor(model).extract(samples_of(range(n))))
    assert features.kept == tuple(range(n)) and features.problems == ()
    # Means of a constant picture: float32 rounding only.
    assert features.X.dtype == np.float32 and np.abs(features.X - expected(range(n))).max() < 1e-6
    sizes = [len(X) for X in model.batches]
    assert len(sizes) == math.ceil(n / BATCH_SIZE) and sum(sizes) == n, "as few batches as may be"
    assert max(sizes) <= BATCH_SIZE and len(set(sizes[:-1])) <= 1, "of one size, the last one perhaps smaller"
    assert all(X.dtype == np.float32 and X.flags.c_contiguous for X in model.batches)


async def test_photos_are_read_as_the_card_says():
    how = Preprocessing(8, mean=(10.0, 20.0, 30.0), std=(1.0, 2.0, 4.0), channel_order="bgr")
    features = await within_time(extractor(card=replace(CARD, preprocessing=how)).extract(samples_of(range(5))))
    wanted = [[((255 - i) - 10) / 1, (2 * i - 20) / 2, (i - 30) / 4] for i in range(5)]
    assert np.abs(features.X - wanted).max() < 1e-4


def test_features_that_browsers_and_projects_remember_keep_their_kind():
    assert extractor().kind == "tiny/8/127.5/-1.0/crop/avg/"
    scratch = pixels_card(small_cnn())
    assert extractor(card=scratch, weights_id="x").kind == "pixels/28/255.0/0.0/crop/avg/x"


async def test_of_no_photos_come_no_features():
    model = MeanModel()
    features = await within_time(extractor(model).extract([]))
    assert features.X.shape == (0, 0) and features.kept == () and model.batches == []


async def test_the_next_batch_is_decoded_while_the_engine_computes():
    next_batch_read = asyncio.Event()

    class Waiting(MeanModel):
        async def wait(self):
            # Never ends unless a photo of the batch after this one is read meanwhile.
            await next_batch_read.wait()

    def on_progress(progress):
        if progress.stage == "decoding" and progress.done > BATCH_SIZE:
            next_batch_read.set()

    features = await within_time(
        extractor(Waiting()).extract(samples_of(range(2 * BATCH_SIZE)), on_progress=on_progress)
    )
    assert len(features.X) == 2 * BATCH_SIZE


async def test_no_more_than_one_batch_waits_for_the_engine():
    log = []
    await within_time(extractor(MeanModel(log)).extract(samples_of(range(6 * BATCH_SIZE), log)))
    for number in range(1, 7):
        at = log.index(("predicted", number))
        assert sum(event == "read" for event, _ in log[:at]) <= (number + 1) * BATCH_SIZE
    for number in range(1, 6):
        last_of_next = log.index(("read", (number + 1) * BATCH_SIZE - 1))
        assert log.index(("predict", number)) < last_of_next, "the engine got its work first"


async def test_rows_are_no_views_of_the_engines_batch():
    cache = MemoryCache()
    features = await within_time(extractor(cache=cache).extract(samples_of(range(3))))
    row = cache.get(hashlib.sha256(picture(0)).hexdigest(), extractor().kind)
    assert row.base is None and features.X.base is None


async def test_unreadable_photos_become_problems_and_the_rest_keeps_its_order():
    async def gone() -> bytes:
        raise PermissionError("not yours")

    samples = samples_of(range(4))
    samples[1] = Sample("bad.png", Reader(b"no image"))
    samples.insert(0, Sample("gone.png", gone))
    features = await within_time(extractor().extract(samples))
    assert features.kept == (1, 3, 4)
    assert [problem.path for problem in features.problems] == ["gone.png", "bad.png"]
    assert "not yours" in features.problems[0].reason and "not an image" in features.problems[1].reason
    assert np.abs(features.X - expected([0, 2, 3])).max() < 1e-6


async def test_only_bad_photos_leave_no_features():
    features = await within_time(extractor().extract([Sample("bad.png", Reader(b"x"))]))
    assert features.X.shape == (0, 0) and len(features.problems) == 1


async def test_the_pixel_limit_counts_here_too():
    features = await within_time(extractor(max_pixels=63).extract(samples_of([1])))
    assert "more than 6.3e-05 million pixels" in features.problems[0].reason


async def test_known_samples_are_neither_read_nor_computed_again():
    model, cache = MeanModel(), MemoryCache()
    samples = samples_of(range(20))
    first = await within_time(extractor(model, cache).extract(samples))
    again = await within_time(extractor(model, cache).extract(samples[::-1]))
    assert np.array_equal(again.X, first.X[::-1]) and len(model.batches) == 2
    assert [sample.source.n_reads for sample in samples] == [1] * 20


async def test_known_content_under_another_name_is_not_computed_again():
    model, cache = MeanModel(), MemoryCache()
    await within_time(extractor(model, cache).extract(samples_of(range(5))))
    await within_time(extractor(model, cache).extract(samples_of([4, 7, 0])))
    assert [len(X) for X in model.batches] == [5, 1]


@pytest.mark.parametrize(
    "options",
    [
        {"pooling": "flatten"},
        {"card": CARD.preprocessed(fit_mode="pad")},
        {"weights_id": "others"},
        {"card": replace(CARD, name="other")},
        {"card": CARD.preprocessed(size=16)},
        {"card": CARD.preprocessed(interpolation="bicubic")},
        {"card": CARD.preprocessed(crop_share=0.9)},
        {"card": CARD.preprocessed(channel_order="bgr")},
        {"card": CARD.preprocessed(mean=(127.5, 127.5, 127.0))},
        {"card": CARD.preprocessed(std=(127.0, 127.0, 127.0))},
    ],
)
async def test_features_of_another_kind_are_others(options):
    model, cache = MeanModel(), MemoryCache()
    await within_time(extractor(model, cache).extract(samples_of(range(5))))
    await within_time(extractor(model, cache, **options).extract(samples_of(range(5))))
    assert [len(X) for X in model.batches] == [5, 5] and len(cache) == 10


async def test_progress_counts_photos_up_to_all_of_them():
    events = []
    await within_time(extractor().extract(samples_of(range(40)), on_progress=events.append))
    decoding = [event.done for event in events if event.stage == "decoding"]
    assert decoding == list(range(1, 41))
    computed = [event.done for event in events if event.stage == "features"]
    assert computed == sorted(computed) and computed[-1] == 40 and len(computed) == 3
    assert {event.total for event in events} == {40}


async def test_stop_keeps_what_was_computed_and_leaves_nothing_running():
    model, cache = MeanModel(), MemoryCache()
    n_asked = []
    tasks = asyncio.all_tasks()
    with pytest.raises(StoppedError, match="Those that were are remembered"):
        await within_time(
            extractor(model, cache).extract(
                samples_of(range(40)), should_stop=lambda: n_asked.append(1) or len(n_asked) > BATCH_SIZE + 3
            )
        )
    assert len(n_asked) == BATCH_SIZE + 4, "asked before each photo"
    assert len(cache) == sum(map(len, model.batches)) > 0 and model.n_running == 0
    assert asyncio.all_tasks() <= tasks


async def test_an_engine_that_fails_ends_it():
    class Failing(MeanModel):
        async def wait(self):
            raise EngineError("out of memory")

    for n in (3, 50):
        cache = MemoryCache()
        with pytest.raises(EngineError, match="out of memory"):
            await within_time(extractor(Failing(), cache).extract(samples_of(range(n))))
        assert len(cache) == 0


# The cache by itself.


def row(value: float, n: int = 25) -> np.ndarray:
    return np.full(n, value, np.float32)


def test_the_cache_keeps_to_its_limit_and_drops_the_least_recently_used():
    cache = MemoryCache(max_bytes=1000)  # Ten rows of 100 bytes.
    for i in range(10):
        cache.put(str(i), "kind", row(i))
    assert len(cache) == 10
    assert cache.get("0", "kind")[0] == 0  # Now the most recently used.
    cache.put("new", "kind", row(99))
    assert cache.get("1", "kind") is None and cache.get("0", "kind") is not None and len(cache) == 10
    for i in range(1000):
        cache.put(f"more {i}", "kind", row(i))
        assert sum(array.nbytes for array in cache._rows.values()) <= 1000
    assert len(cache) == 10


def test_putting_the_same_again_takes_no_room():
    cache = MemoryCache(max_bytes=1000)
    for _ in range(100):
        cache.put("a", "kind", row(1))
    for i in range(9):
        cache.put(str(i), "kind", row(i))
    assert len(cache) == 10


def test_a_row_of_another_size_is_counted_as_what_it_is():
    cache = MemoryCache(max_bytes=1000)
    cache.put("a", "kind", row(1))
    cache.put("a", "kind", row(1, n=225))
    cache.put("b", "kind", row(2))
    assert len(cache) == 2
    cache.put("c", "kind", row(3))
    assert len(cache) == 2 and cache.get("a", "kind") is None


def test_one_row_beyond_the_limit_is_kept_alone():
    cache = MemoryCache(max_bytes=10)
    cache.put("a", "kind", row(1))
    cache.put("b", "kind", row(2))
    assert len(cache) == 1 and cache.get("b", "kind")[0] == 2


def test_kinds_do_not_mix():
    cache = MemoryCache()
    cache.put("a", "avg", row(1))
    assert cache.get("a", "flatten") is None and cache.get("b", "avg") is None


def test_a_hash_is_remembered_per_sample_until_it_is_let_go():
    cache = MemoryCache()
    one, other = samples_of([1, 1])
    assert cache.facts(one).digest is None
    # FIPS 180-2, appendix B.1: the SHA-256 of "abc".
    published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    cache.learn(one, Facts(digest_of(b"abc")))
    assert digest_of(b"abc") == published == cache.facts(one).digest
    assert cache.facts(other).digest is None
    cache.put(published, "kind", row(1))
    cache.forget([one, other])
    assert cache.facts(one).digest is None and cache.get(published, "kind") is not None
