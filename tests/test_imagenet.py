"""Recognising anything: orchestration on the numpy double; tests/browser/test_recognise.py has the real network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, encode, noisy

from pyclassifier import CATALOG, AsyncImageNetClassifier
from pyclassifier.backbones import LayerSummary, NetworkSummary
from pyclassifier.embedding import fit_image
from pyclassifier.errors import EngineError, ImageDecodeError

LITE = "efficientnet_lite0_224"
PICTURES = [encode(noisy(color, k)) for k, color in enumerate(COLORS.values())]


def classifier(engine):
    return AsyncImageNetClassifier(input_size=64, engine=engine)


async def test_predict_gives_the_most_probable_classes_first():
    engine = NumpyEngine()
    model = classifier(engine)
    y_proba = await model.predict_proba(PICTURES)
    assert y_proba.shape == (3, 1000) and np.allclose(y_proba.sum(axis=1), 1, atol=1e-5)
    for row, best in zip(y_proba, await model.predict(PICTURES, top_k=5), strict=True):
        assert [one.class_index for one in best] == np.argsort(-row)[:5].tolist()
        assert [one.probability for one in best] == pytest.approx(sorted(row, reverse=True)[:5])
        assert best[0].name == f"class {best[0].class_index}" and best[0].wordnet_id.endswith(str(best[0].class_index))
    assert [len(best) for best in await model.predict(PICTURES)] == [3, 3, 3]
    model.close()
    assert not engine.live


async def test_pixels_give_what_their_file_gives():
    model = classifier(NumpyEngine())
    pixels = noisy(COLORS["red"], 5)
    (row, same) = await model.predict_proba([pixels, encode(pixels)])
    assert np.array_equal(row, same)


@pytest.mark.parametrize(("backbone", "fit_mode"), [("mobilenet_v1_1.0_224", "central"), (LITE, "crop")])
async def test_pictures_are_cut_as_for_the_published_accuracy_where_nothing_else_is_asked_for(backbone, fit_mode):
    picture, engine = np.zeros((60, 100, 3), np.uint8), NumpyEngine()
    picture[5:55, 20:80] = 200
    picture[:, ::7] = 90
    cut = replace(CATALOG[backbone].preprocessing, size=64, fit_mode=fit_mode, crop_share=0.875)
    ready = fit_image(picture, cut)
    (row,) = await AsyncImageNetClassifier(backbone, input_size=64, engine=engine).predict_proba([picture])
    (same,) = await AsyncImageNetClassifier(backbone, input_size=64, fit_mode="stretch", engine=engine).predict_proba(
        [ready]
    )
    (other,) = await AsyncImageNetClassifier(backbone, input_size=64, fit_mode="crop", engine=engine).predict_proba(
        [picture]
    )
    assert np.array_equal(row, same) and not np.array_equal(row, other)


async def test_what_cannot_be_read_is_said_and_keeps_its_place():
    model = classifier(NumpyEngine())
    with pytest.raises(ImageDecodeError, match="photo 1: not an image"):
        await model.predict([PICTURES[0], b"no picture"])
    problems = []
    found = await model.predict([PICTURES[0], b"no picture", PICTURES[1]], problems=problems)
    assert [len(best) for best in found] == [3, 0, 3] and len(problems) == 1


@pytest.mark.parametrize("top_k", [0, 1001, 2.5])
async def test_top_k_out_of_range(top_k):
    with pytest.raises(ValueError, match=r"top_k to be a whole number in 1\.\.1000"):
        await classifier(NumpyEngine()).predict(PICTURES, top_k=top_k)


async def test_a_network_of_other_classes_is_refused():
    engine = NumpyEngine()
    model = await classifier(engine).load()
    model._network = replace(model._network, classes=model._network.classes[:10])
    with pytest.raises(EngineError, match="ImageNet's 10 classes, got one of 1000"):
        await model.predict(PICTURES)


async def test_the_summary_comes_with_the_network():
    summary = await classifier(NumpyEngine()).summary()
    assert summary.cut_at == "conv_pw_13_relu" and "Cut for training after: conv_pw_13_relu" in str(summary)


def test_a_summary_reads_as_keras_prints_it_and_survives_json():
    layers = (
        LayerSummary("input_1", "InputLayer", (None, 8), 0, 0),
        LayerSummary("bn", "BatchNormalization", (None, 8), 32, 16, ("input_1[0][0]",)),
        LayerSummary("out", "Dense", (None, 2), 18, 18, ("bn[0][0]",)),
    )
    summary = NetworkSummary("m", layers, "bn")
    assert NetworkSummary.from_dict(summary.to_dict()) == summary
    assert (summary.n_parameters, summary.n_trainable) == (50, 34)
    lines = str(summary).splitlines()
    assert lines[5] == "│ bn (BatchNormalization) │ (None, 8)    │      32 │" and "╌" in lines[6]
    assert lines[-4:-1] == [
        " Total params: 50 (200.00 B)",
        " Trainable params: 34 (136.00 B)",
        " Non-trainable params: 16 (64.00 B)",
    ]
