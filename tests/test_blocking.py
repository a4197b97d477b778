"""The face that returns when it is done: in scripts, in running loops, in threads, and when one presses Ctrl+C."""

import asyncio
import inspect
import pickle
import signal
import sys
import threading
from dataclasses import fields
from multiprocessing import get_context

import numpy as np
import pytest
from conftest import IN_PYODIDE
from numpy_engine import NumpyEngine
from photos import COLORS, color_dataset, encode, noisy

import pyclassifier
from pyclassifier import AsyncImageClassifier, AsyncImageNetClassifier, aio
from pyclassifier.blocking import run
from pyclassifier.classifiers import ImageClassifier, ImageNetClassifier
from pyclassifier.errors import EngineError
from pyclassifier.training import TrainSettings

if IN_PYODIDE:
    pytest.skip("a browser's only thread must not be kept waiting", allow_module_level=True)

FACES = [(AsyncImageClassifier, ImageClassifier), (AsyncImageNetClassifier, ImageNetClassifier)]
PHOTO = encode(noisy(COLORS["red"], seed=999))


def make(**params) -> ImageClassifier:
    return ImageClassifier(**{"engine": NumpyEngine(), "input_size": 32, "learning_rate": 0.01, **params})


def test_it_trains_recognises_and_keeps_without_await(tmp_path):
    classifier = make().fit(color_dataset(8))
    assert isinstance(classifier, ImageClassifier) and classifier.evaluation_.accuracy == 1
    assert classifier.predict([PHOTO]).tolist() == ["red"]
    classifier.save(tmp_path / "model.zip")
    opened = ImageClassifier.load(tmp_path / "model.zip", engine=NumpyEngine())
    assert np.allclose(opened.predict_proba([PHOTO]), classifier.predict_proba([PHOTO]), atol=1e-6)
    scores = pyclassifier.cross_val_score(make(), color_dataset(8), cv=3)
    assert scores.shape == (3,) and scores.min() > 0.5


def test_projects_open_with_the_face_that_is_asked_for(tmp_path):
    dataset = color_dataset()
    pyclassifier.save_project(pyclassifier.Project(dataset, make().fit(dataset)), tmp_path / "project.zip")
    project = pyclassifier.open_project(tmp_path / "project.zip", engine=NumpyEngine())
    assert type(project.classifier) is ImageClassifier
    assert project.classifier.predict([PHOTO]).tolist() == ["red"]
    again = run(aio.open_project(tmp_path / "project.zip", engine=NumpyEngine()))
    assert type(again.classifier) is AsyncImageClassifier


async def test_both_faces_learn_the_same_to_the_bit():
    ours = make(epochs=3)
    ours.fit(color_dataset())  # In a running event loop, as in Jupyter.
    awaited = AsyncImageClassifier(engine=NumpyEngine(), input_size=32, learning_rate=0.01, epochs=3)
    await awaited.fit(color_dataset())
    assert ours.history_ == awaited.history_
    assert np.array_equal(ours.predict_proba([PHOTO]), await awaited.predict_proba([PHOTO]))
    assert asyncio.get_running_loop().is_running()


def test_it_works_in_several_threads_at_once():
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(make().fit(color_dataset()).predict([PHOTO])[0])) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["red", "red"]


def test_callbacks_come_in_the_callers_thread():
    seen = set()
    make().fit(color_dataset(), on_epoch=lambda history: seen.add(threading.get_ident()))
    assert seen == {threading.get_ident()}


@pytest.fixture
def ctrl_c():
    """Ctrl+C raises, as in a terminal; what runs in the background may have been started to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_keeps_what_was_learned():
    classifier = make(epochs=10_000)

    def press(history):
        if len(history["loss"]) == 3:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        classifier.fit(color_dataset(), on_epoch=press)
    assert classifier.stopped_ and 3 <= len(classifier.history_["loss"]) <= 4
    assert classifier.predict([PHOTO]).tolist() == ["red"]


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_while_something_is_waited_for_lets_it_end():
    ended = []

    async def wait():
        asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGINT)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("tidied up")
            raise

    with pytest.raises(KeyboardInterrupt):
        run(wait())
    assert ended == ["tidied up"]
    assert run(asyncio.sleep(0, "and goes on")) == "and goes on"


def test_a_browser_that_cannot_wait_says_what_to_use(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(EngineError, match=r"Expected `await` in a browser.+AsyncImageClassifier"):
        run(asyncio.sleep(0))


@pytest.mark.parametrize(("awaited", "blocking"), FACES)
def test_the_faces_have_the_same_methods_with_the_same_parameters(awaited, blocking):
    assert inspect.signature(awaited) == inspect.signature(blocking)
    for name in {*vars(awaited), *vars(blocking)}:
        if name.startswith("_"):  # What only the core itself calls is awaited.
            continue
        one, other = getattr(awaited, name), getattr(blocking, name)
        assert list(inspect.signature(one).parameters) == list(inspect.signature(other).parameters), name
        assert inspect.iscoroutinefunction(one) and not inspect.iscoroutinefunction(other), name
        assert "await" not in other.__doc__.replace("AsyncImageClassifier", ""), name


def test_functions_have_both_faces():
    for name in set(aio.__all__) - {"AsyncImageClassifier", "AsyncImageNetClassifier"}:
        assert inspect.iscoroutinefunction(getattr(aio, name))
        assert not inspect.iscoroutinefunction(getattr(pyclassifier, name))


def test_parameters_and_settings_are_the_same():
    parameters = inspect.signature(ImageClassifier).parameters
    for field in fields(TrainSettings):
        assert parameters[field.name].default == field.default, field.name
    about_features = {"backbone", "input_size", "fit_mode", "pooling", "views", "engine"}
    assert set(parameters) == {field.name for field in fields(TrainSettings)} | about_features


def test_scikit_learn_clones_it():
    from sklearn.base import clone

    engine = NumpyEngine()
    classifier = make(engine=engine, epochs=3, class_weight="balanced").fit(color_dataset())
    twin = clone(classifier)
    assert type(twin) is ImageClassifier and twin.get_params() == classifier.get_params() and twin.engine is engine
    assert not hasattr(twin, "classes_")
    assert repr(clone(ImageClassifier(epochs=3, patience=2))) == "ImageClassifier(epochs=3, patience=2)"


def test_it_pickles_fitted_and_not():
    again = pickle.loads(pickle.dumps(ImageClassifier(epochs=3)))
    assert again.get_params() == ImageClassifier(epochs=3).get_params()
    classifier = make().fit(color_dataset())
    again = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(again.predict_proba([PHOTO]), classifier.predict_proba([PHOTO]))
    assert again.evaluation_.to_dict() == classifier.evaluation_.to_dict() and again.record_ == classifier.record_
    before = again.predict_proba([PHOTO])
    assert not np.array_equal(again.set_params(l2=1.0).fit(color_dataset()).predict_proba([PHOTO]), before)


def recognise(classifier, photo):
    return classifier.predict([photo]).tolist()


@pytest.mark.parametrize("how", ["multiprocessing", "joblib"])
def test_other_processes_recognise_with_it(how):
    from concurrent.futures import ProcessPoolExecutor

    import joblib

    classifier = make().fit(color_dataset())
    photos = [PHOTO, encode(noisy(COLORS["blue"], seed=998))]
    if how == "multiprocessing":
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found = list(pool.map(recognise, [classifier] * 2, photos))
    else:
        found = joblib.Parallel(n_jobs=2)(joblib.delayed(recognise)(classifier, photo) for photo in photos)
    assert found == [["red"], ["blue"]]
