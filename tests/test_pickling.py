"""Photos and what is found out about them go to other processes, where a photo is the same one as here."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from conftest import IN_PYODIDE
from numpy_engine import NumpyEngine
from photos import COLORS, color_files, encode, noisy
from test_datasets import zipped
from test_features import extractor

from pyclassifier import Dataset, Problem, Project, Sample, decode_image
from pyclassifier.aio import AsyncImageClassifier, check_dataset, open_project, save_project
from pyclassifier.blocking import run
from pyclassifier.data import BytesSource, as_sample, from_sprite
from pyclassifier.embedding import Facts, MemoryCache
from pyclassifier.judging import Predictions
from pyclassifier.progress import Callbacks
from pyclassifier.training import TrainSettings, gather

IN_MEMORY = [(path, BytesSource(reader.data)) for path, reader in color_files(2)]


def again(thing):
    return pickle.loads(pickle.dumps(thing))


def pixels(sample: Sample) -> tuple[str, np.ndarray]:
    return sample.id, decode_image(run(sample.read()))  # beside a running loop, too


def folder(path):
    for name, source in IN_MEMORY:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(source.data)
    data = zipped([("owl/1.png", encode(noisy(COLORS["red"], 1))), ("owl/2.png", b"none")])
    (path / "birds.zip").write_bytes(data)
    return path


def every_source(tmp_path):
    """A sample of each kind of source that this package has."""
    data = zipped([(name, source.data) for name, source in IN_MEMORY])
    digits = from_sprite(encode(np.arange(32, dtype=np.uint8).reshape(2, 16)), bytes([0, 1]), side=4)
    array = as_sample(noisy(COLORS["blue"], 5), 0)
    readable = [sample for sample in Dataset.from_folder(folder(tmp_path)).samples if sample.path != "birds/owl/2.png"]
    return [*readable, *Dataset.from_zip(data).samples, *Dataset.from_files(IN_MEMORY).samples, *digits.samples, array]


async def test_samples_of_every_source_are_the_same_after_pickling(tmp_path):
    samples = every_source(tmp_path)
    assert len({type(sample.source) for sample in samples}) == 4
    for before, after in zip(samples, again(samples), strict=True):
        assert before == after and before.id == after.id and await before.read() == await after.read()


async def test_a_zip_is_opened_once_for_all_its_members_and_again_where_it_is_unpickled(tmp_path):
    path = tmp_path / "photos.zip"
    path.write_bytes(zipped([(name, source.data) for name, source in IN_MEMORY]))
    before = Dataset.from_zip(path)
    after = again(before)
    assert after == before and len({id(sample.source.zip) for sample in after.samples}) == 1
    assert len(pickle.dumps(before)) < 1000 * len(before.samples), "the zip itself is not in it"
    assert [await sample.read() for sample in after.samples] == [source.data for _, source in IN_MEMORY]
    lost = again(before)
    path.unlink()
    assert await before.samples[0].read(), "it was open already"
    with pytest.raises(OSError, match="No such file"):
        await lost.samples[0].read()


def test_a_photo_is_the_same_one_with_another_label_and_two_photos_are_two():
    dataset = Dataset.from_files(IN_MEMORY) + Dataset.from_files(IN_MEMORY)
    assert len({sample.id for sample in dataset.samples}) == len(dataset.samples)
    sample = dataset.samples[0]
    other = replace(sample, label="dog", split="validation")
    assert other.id == sample.id and other != sample
    cache = MemoryCache()
    cache.learn(sample, Facts("digest", (8, 8)))
    assert cache.facts(again(other)) == again(cache).facts(sample) == Facts("digest", (8, 8))


async def test_an_async_function_is_a_source_too_which_pickles_as_functions_do():
    async def read():
        return b"bytes"

    sample = Sample("1.jpg", read)
    assert await sample.read() == b"bytes"
    with pytest.raises((AttributeError, pickle.PicklingError), match="read"):
        pickle.dumps(sample)


async def test_what_is_found_out_about_photos_pickles():
    dataset = Dataset(Dataset.from_files(IN_MEMORY).samples, (Problem("x.txt", "not an image"),))
    assert again(dataset) == dataset
    classifier = AsyncImageClassifier(input_size=32, epochs=1, validation_split=0.5, engine=NumpyEngine())
    await classifier.fit(dataset)
    judged = classifier.validation_
    after = again(judged)
    assert isinstance(after, Predictions) and after.samples == judged.samples
    assert np.array_equal(after.y_proba, judged.y_proba)
    assert after.compare(judged).n_samples == len(judged), "they are of the same photos"
    assert np.array_equal(again(classifier.evaluation_).matrix, classifier.evaluation_.matrix)
    assert again(classifier.history_) == classifier.history_
    assert again(classifier.history_).best_epoch == classifier.history_.best_epoch
    features = await extractor().extract(dataset.samples)
    assert np.array_equal(again(features).X, features.X) and again(features).kept == features.kept
    material = await gather(dataset, extractor(), TrainSettings(), Callbacks())
    assert again(material).samples == material.samples and np.array_equal(again(material).y, material.y)
    cache = again(classifier.cache)
    for (key, row), (other, same) in zip(classifier.cache.items(), cache.items(), strict=True):
        assert key == other and np.array_equal(row, same)
    twice = dataset + Dataset.from_files(IN_MEMORY)
    report = await check_dataset(twice)
    assert again(report) == report
    assert again(report)[0].fixes[0].apply(twice) == dataset, "the photos to delete are known by their ids"


async def test_photos_of_a_project_pickle_where_it_is_a_file(tmp_path):
    dataset = Dataset.from_files(IN_MEMORY)
    await save_project(Project(dataset, AsyncImageClassifier(engine=NumpyEngine())), tmp_path / "project.zip")
    photos = (await open_project(tmp_path / "project.zip", engine=NumpyEngine())).photos
    assert again(photos) == photos
    for before, after in zip(dataset.samples, again(photos).samples, strict=True):
        assert await before.read() == await after.read()


@pytest.mark.skipif(IN_PYODIDE, reason="a browser starts no processes")
class TestInOtherProcesses:
    def test_multiprocessing_decodes_the_same_pixels(self, tmp_path):
        from concurrent.futures import ProcessPoolExecutor  # which cannot be imported in a browser
        from multiprocessing import get_context

        samples = every_source(tmp_path)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            found = list(pool.map(pixels, samples, chunksize=4))
        self.assert_same(found, samples)

    def test_joblib_decodes_the_same_pixels(self, tmp_path):
        joblib = pytest.importorskip("joblib")
        samples = every_source(tmp_path)
        self.assert_same(joblib.Parallel(2)(map(joblib.delayed(pixels), samples)), samples)

    def assert_same(self, found, samples):
        assert len(found) == len(samples)
        for (id, there), sample in zip(found, samples, strict=True):
            here = pixels(sample)
            assert id == here[0] and np.array_equal(there, here[1])
