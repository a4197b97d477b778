"""TFLite, ONNX and SavedModel files compute what the model computes in tf.js.

Reference: tf.js itself, by the command's own comparison, whose figures are looked at here, and Keras where there is no
tf.js. Tolerance: 1e-4; for fewer bits what they are known to cost.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from photos import COLORS, encode, noisy
from pyclassifier_convert import exports
from pyclassifier_convert.model import LayersModel
from pyclassifier_convert.tfjs_files import write_tfjs
from test_cli import run, run_json
from tfjs_models import MOBILENET, conv_model, functional, layer, needs_mobilenet, needs_tfjs, nested_model, zip_of

LABELS = ("ant", "bee", "cat", "dog", "élan")


@pytest.fixture
def here(tmp_path, monkeypatch):
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    monkeypatch.chdir(folder)
    write_tfjs(replace(conv_model(), labels=LABELS), "web model")
    return folder


@pytest.fixture
def photos(here):
    for label, color in COLORS.items():
        (here / "photos" / label).mkdir(parents=True)
        for i in range(3):
            (here / "photos" / label / f"{i}.png").write_bytes(encode(noisy(color, seed=i)))
    (here / "photos" / "notes.txt").write_text("no photo")
    return here / "photos"


@needs_tfjs
def test_tflite(here, capsys):
    code, report = run_json(capsys, "web model", "m.tflite")
    assert code == 0 and report["to"] == "tflite" and Path("m.tflite").read_bytes()[4:8] == b"TFL3"
    (check,) = report["checks"]
    assert check["exact"] and not check["failed"] and check["difference"] < 1e-5
    assert Path("m.labels.txt").read_text(encoding="utf-8").split() == list(LABELS)
    assert run(capsys, "web model", "m.tflite")[0] == 1, "it exists"
    assert run(capsys, "m.tflite", "back")[0] == 1


@needs_tfjs
def test_int8_tells_how_often_it_finds_the_same_class(photos, capsys):
    code, report = run_json(capsys, "web model", "m.tflite", "--quantize", "int8", "--calibration", photos)
    assert code == 0, report
    made_up, on_photos = report["checks"]
    assert not made_up["exact"] and "9 calibration photos" in on_photos["what"]
    assert 1e-5 < on_photos["difference"] < 0.2 and 0 <= on_photos["top1"] <= 1
    assert any("notes.txt" in warning for warning in report["warnings"])
    assert b"\x00" * 64 not in Path("m.tflite").read_bytes()[:64] and not Path("m.tflite.saved_model").exists()


@needs_tfjs
def test_an_archives_nested_model_becomes_onnx(here, capsys):
    write_tfjs(nested_model(), "nested")
    Path("nested.zip").write_bytes(zip_of(here / "nested"))
    code, report = run_json(capsys, "nested.zip", "m.onnx")
    assert code == 0, report
    assert report["checks"][0]["difference"] < 1e-5
    import onnxruntime

    session = onnxruntime.InferenceSession("m.onnx", providers=["CPUExecutionProvider"])
    assert [one.shape[1:] for one in session.get_inputs()] == [[8, 8, 3]]


def two_in_two_out():
    """y = softmax(a W), z = a V + b: outputs of different shapes, so that a mix-up shows."""
    rng = np.random.default_rng(0)
    layers = [
        layer("InputLayer", "second", batch_input_shape=[None, 4], dtype="float32"),
        layer("InputLayer", "first", batch_input_shape=[None, 3], dtype="float32"),
        layer("Dense", "y", "first", units=5, activation="softmax", use_bias=False),
        layer("Dense", "v", "first", units=4, activation="linear", use_bias=False),
        layer("Add", "z", "v", "second"),
    ]
    weights = {"y/kernel": rng.normal(0, 1, (3, 5)), "v/kernel": rng.normal(0, 1, (3, 4))}
    topology = functional("two", layers, ["second", "first"], ["z", "y"])
    return LayersModel(topology, {name: array.astype(np.float32) for name, array in weights.items()})


@needs_tfjs
@pytest.mark.parametrize(
    "target", ["m.tflite", pytest.param("m.onnx", marks=pytest.mark.full), pytest.param("m", marks=pytest.mark.full)]
)
def test_several_inputs_and_outputs_keep_their_order(target, here, capsys):
    write_tfjs(two_in_two_out(), "two")
    code, report = run_json(capsys, "two", target, *(["--to", "saved_model"] if target == "m" else []))
    assert code == 0 and report["checks"][0]["difference"] < 1e-5, report


def test_a_saved_model_without_tfjs_is_compared_with_keras(here, capsys, monkeypatch):
    monkeypatch.setenv("PYCLASSIFIER_NODE_MODULES", str(here))
    code, report = run_json(capsys, "web model", "saved", "--to", "saved_model")
    assert code == 0, report
    assert "against Keras" in report["checks"][0]["what"] and report["checks"][0]["difference"] < 1e-5
    assert "not compared in tf.js" in report["warnings"][0]
    assert Path("saved/saved_model.pb").exists() and Path("saved/variables/variables.index").exists()
    assert Path("saved.labels.txt").exists()
    Path("saved/mine.txt").write_text("keep me")
    code, _, err = run(capsys, "web model", "saved", "--to", "saved_model", "--force")
    assert code == 1 and "mine.txt" in err and Path("saved/mine.txt").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["m.onnx", "--quantize", "float16"], "no --quantize"),
        (["m.keras", "--quantize", "float16"], "no --quantize"),
        (["m.tflite", "--quantize", "uint8"], "float16 or int8"),
        (["out", "--quantize", "int8", "--calibration", "photos"], "float16 or uint16 or uint8"),
        (["m.tflite", "--quantize", "int8"], "--calibration"),
        (["m.tflite", "--calibration", "photos"], "--quantize int8"),
        (["m.tflite", "--quantize", "int8", "--calibration", "nowhere"], "found none|got none"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, words, here, capsys):
    import re

    before = sorted(here.rglob("*"))
    code, out, err = run(capsys, "web model", *options)
    assert code == 1 and not out and err.count("\n") == 1 and re.search(words, err)
    assert sorted(here.rglob("*")) == before


def test_a_missing_package_is_named(here, capsys, monkeypatch):
    script = here / "run.py"
    # As on a machine without it: the script itself is the real one.
    text = exports._SCRIPT.read_text().replace("import sys\n", "import sys\nsys.modules['keras'] = None\n", 1)
    script.write_text(text)
    monkeypatch.setattr(exports, "_SCRIPT", script)
    code, _, err = run(capsys, "web model", "m.tflite")
    assert code == 1 and "keras is not installed" in err and "pip install" in err
    assert not Path("m.tflite").exists()


@needs_tfjs
@pytest.mark.full
def test_a_recurrent_model_is_written_exactly_or_refused_in_a_line(here, capsys):
    layers = [
        layer("InputLayer", "x", batch_input_shape=[None, None, 3], dtype="float32"),
        layer("LSTM", "lstm", "x", units=4, recurrent_activation="sigmoid", unit_forget_bias=True),
    ]
    rng = np.random.default_rng(0)
    weights = {"lstm/kernel": (3, 16), "lstm/recurrent_kernel": (4, 16), "lstm/bias": (16,)}
    model = LayersModel(
        functional("m", layers, ["x"], ["lstm"]),
        {name: rng.normal(0, 1, shape).astype(np.float32) for name, shape in weights.items()},
    )
    write_tfjs(model, "lstm")
    code, _, err = run(capsys, "lstm", "m.tflite")
    assert code in (0, 1)
    if code:
        assert err.count("\n") == 1 and "Expected" in err and not Path("m.tflite").exists()
    code, report = run_json(capsys, "lstm", "m.onnx")
    assert code == 1 or report["checks"][0]["difference"] < 1e-4


@needs_mobilenet
@needs_tfjs
@pytest.mark.full
def test_the_real_mobilenet(here, capsys):
    pexel = MOBILENET.parents[1] / "data" / "pexel-images"
    for target, *options in (["m.tflite"], ["m.onnx"], ["h.tflite", "--quantize", "float16"]):
        code, report = run_json(capsys, MOBILENET / "tfjs", target, *options)
        assert code == 0 and report["checks"][0]["difference"] < (0.05 if options else 1e-5), report
    code, report = run_json(
        capsys, MOBILENET / "tfjs", "q.tflite", "--quantize", "int8", "--calibration", pexel / "training"
    )
    assert code == 0 and report["checks"][1]["top1"] > 0.4, report
    assert Path("q.tflite").stat().st_size < Path("m.tflite").stat().st_size / 3
