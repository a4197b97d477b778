"""Photos decoded by helpers, where there is but one thread: in order, no more of them at once than helpers ask for."""

import asyncio
import pickle
from functools import partial

import numpy as np
import pytest
from conftest import IN_PYODIDE
from photos import color_files, encode, noisy

if IN_PYODIDE:
    pytest.skip("there are decoders in a browser: tests/pyodide/test_decoders.py tries them", allow_module_level=True)

from session_page import Page, files
from test_features import extractor, samples_of

from pyclassifier import Sample
from pyclassifier.data import BytesSource, digest_of, find_digest
from pyclassifier.embedding import Augmentation, Variation
from pyclassifier.errors import ImageDecodeError
from pyclassifier.threads import beside, in_order, n_processors, use_helpers, without_helpers


class Pickling:
    """Helpers that get and give what was pickled, later calls of two sooner than earlier ones."""

    def __init__(self, n_ahead: int = 4) -> None:
        self._n_ahead = n_ahead
        self.n_calls = self.n_running = self.most_running = 0
        self.prepared: list[int] = []

    def prepare(self, n_bytes):
        self.prepared.append(n_bytes)

    def n_ahead(self, n_left):
        return self._n_ahead

    async def call(self, function, /, *args, **kwargs):
        self.n_calls += 1
        self.n_running += 1
        self.most_running = max(self.most_running, self.n_running)
        message = pickle.dumps((function, args, kwargs))
        await asyncio.sleep(0.01 if self.n_calls % 2 else 0)
        function, args, kwargs = pickle.loads(message)
        try:
            return pickle.loads(pickle.dumps(function(*args, **kwargs)))
        except ImageDecodeError as error:
            raise pickle.loads(pickle.dumps(error)) from None
        finally:
            self.n_running -= 1


@pytest.fixture
def helpers():
    used = Pickling()
    with without_helpers():  # Those of the browser are there again afterwards.
        use_helpers(used)
        yield used


async def test_features_are_the_same_and_in_order_whoever_decodes(helpers):
    samples = samples_of(range(40))
    samples[7] = Sample("bad.png", BytesSource(b"none"))
    with without_helpers():
        alone = await extractor().extract(samples)
    assert not helpers.n_calls
    found = await extractor().extract(samples)
    assert helpers.n_calls == 40 and 1 < helpers.most_running <= 4
    assert found.kept == alone.kept and (found.X == alone.X).all()
    assert found.problems == alone.problems and found.problems[0].path == "bad.png"


async def test_few_photos_are_read_at_a_time_however_many_are_begun():
    n_reading, most_reading = 0, 0

    async def read(i):
        nonlocal n_reading, most_reading
        n_reading += 1
        most_reading = max(most_reading, n_reading)
        await asyncio.sleep(0.01)
        n_reading -= 1
        return encode(noisy((90, 120, 200), i, (20, 20)))

    with without_helpers():
        use_helpers(helpers := Pickling(n_ahead=20))
        await extractor().extract([Sample(f"{i}.png", partial(read, i)) for i in range(30)])
    assert helpers.n_calls == 30 and most_reading == max(4, n_processors() + 1)


async def test_changed_copies_are_the_same_whoever_changes_them(helpers):
    data = encode(noisy((90, 120, 200), 1, (200, 150)), "JPEG")
    varied = extractor().varied(Variation(Augmentation(flip=True, crop=0.3, brightness=0.4), 5, 0))
    sample = Sample("one.jpg", BytesSource(data))
    digest = digest_of(data)
    with without_helpers():
        alone = await varied.load(sample, digest)
    assert (await varied.load(sample, digest) == alone).all() and helpers.n_calls == 1
    assert (alone != await extractor().load(sample)).any()


async def test_no_more_is_begun_than_helpers_ask_for(helpers):
    begun, n_waiting = [], []

    async def look_up(item):
        begun.append(item)
        return await beside(abs, -item)

    async for i, found in in_order(range(20), look_up, lambda: None):
        assert found == i
        n_waiting.append(len(begun) - i)
    assert len(n_waiting) == 20 and max(n_waiting) == 4


async def test_what_was_begun_is_given_up_where_none_is_wanted_any_more(helpers):
    def go_on():
        if helpers.n_calls >= 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        async for _ in in_order(range(20), lambda item: beside(abs, item), go_on):
            await asyncio.sleep(0.02)
    assert helpers.n_running == 0


async def test_photos_that_come_in_are_told_to_helpers_before_they_are_read(helpers):
    photos = files(color_files(2))
    await Page().call("add", "training", photos)
    assert helpers.prepared == [sum(photo.size for photo in photos)] and not helpers.n_calls


async def test_hashes_are_those_that_python_computes():
    for data in (b"", b"abc", np.arange(100_000, dtype=np.uint16).tobytes()):
        assert await find_digest(data) == digest_of(data)
