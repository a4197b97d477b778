"""TFLite, ONNX and SavedModel files compute what the model computes in tf.js.

Reference: tf.js itself, by the command's own comparison, whose figures are looked at here, and Keras where there is no
tf.js. Tolerance: 1e-4; for fewer bits what they are known to cost.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from photos import COLORS, encode, noisy
from test_archive import an_archive
from test_backbones_side_by_side import tiny_backbone
from test_cli import run, run_json
from tfjs_models import MOBILENET, conv_model, functional, layer, needs_mobilenet, needs_tfjs, nested_model, zip_of

from pyclassifier.archives import write_archive
from pyclassifier.backbones import Preprocessing, feature_extractor, join_backbones, join_weights, side_by_side
from pyclassifier.convert.comparing import Check, Stages, warn_of_changes
from pyclassifier.convert.comparing.comparison import Comparison
from pyclassifier.convert.errors import ConvertError
from pyclassifier.convert.formats import check_target, write_tfjs
from pyclassifier.convert.models import LayersModel
from pyclassifier.convert.pipeline.int8_photos import calibration_photos
from pyclassifier.convert.running import exports

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
    made_up, on_photos, on_others = report["checks"]
    assert not made_up["exact"] and "on 8 calibration photos" in on_photos["what"]
    assert "on 1 photos not calibrated on" in on_others["what"]
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


@needs_tfjs
@pytest.mark.parametrize("target", ["m.tflite", "m.onnx"])
def test_an_archive_with_the_default_head_is_exported(here, capsys, target):
    Path("ours.zip").write_bytes(write_archive(an_archive(hidden_units=0), version="0"))
    code, report = run_json(capsys, "ours.zip", target)
    assert code == 0, report
    assert report["checks"][0]["difference"] < 1e-5


@needs_tfjs
@pytest.mark.parametrize("target", ["m.tflite", "m.onnx", "m.keras"])
def test_an_archive_of_two_backbones_is_exported(here, capsys, target):
    (first, *one), (second, *two) = tiny_backbone("one", 4, 0), tiny_backbone("two", 4, 1)
    card = side_by_side(first, replace(second, preprocessing=Preprocessing(8, mean=(127.0,) * 3, std=(128.0,) * 3)))
    archive = an_archive(
        hidden_units=0,
        extractor=feature_extractor(join_backbones(card, [one[0], two[0]]), 8, "avg"),
        extractor_weights=join_weights(card, [one[0], two[0]], [one[1], two[1]]),
        card=card,
    )
    Path("ours.zip").write_bytes(write_archive(archive, version="0"))
    code, report = run_json(capsys, "ours.zip", target, "--verify")
    assert code == 0, report
    assert report["checks"][0]["difference"] < 1e-5


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


@pytest.mark.parametrize("mine", ["assets/photo.jpg", "variables/a.txt", "variables/weights.bin", "deep/model.json"])
def test_folders_with_somebodys_files_are_not_replaced(mine, here):
    Path("saved").joinpath(mine).parent.mkdir(parents=True)
    Path("saved/saved_model.pb").write_bytes(b"")
    Path("saved").joinpath(mine).write_text("keep me")
    with pytest.raises(ConvertError, match=mine):
        check_target(Path("saved"), force=True)


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
    assert code == 1 and "keras is not installed" in err and re.search(r"pip install .*'tensorflow==\d", err)
    assert not Path("m.tflite").exists()


def test_photos_are_scaled_as_the_model_says_and_grey_where_it_is(photos):
    write_tfjs(conv_model(), "rgb")
    pixels, skipped = calibration_photos(conv_model(), photos, (1, 0))
    assert pixels.shape == (9, 8, 8, 3) and pixels.max() > 150 and any("notes.txt" in one for one in skipped)
    scaled, _ = calibration_photos(replace(conv_model(), preprocessing=Preprocessing.scaled(127.0, -1.0)), photos)
    assert np.allclose(scaled, pixels / 127 - 1, atol=1e-6)
    assert np.allclose(calibration_photos(conv_model(), photos)[0], pixels / 127.5 - 1, atol=1e-6), "MobileNet's"
    layers = [layer("InputLayer", "x", batch_input_shape=[None, 8, 8, 1]), layer("Rescaling", "s", "x", scale=1 / 255)]
    grey, _ = calibration_photos(LayersModel(functional("m", layers, ["x"], ["s"]), {}), photos)
    luma = pixels @ np.array([0.299, 0.587, 0.114])
    assert grey.shape == (9, 8, 8, 1) and np.abs(grey[..., 0] - luma).max() <= 1


def test_a_poor_int8_model_is_warned_of():
    stages = Stages(conv_model(), conv_model(), conv_model())
    good, poor = Comparison(0.1, 0.1, 0.95), Comparison(0.3, 0.3, 0.66)
    on_noise, on_photos = (
        (lambda found: Check("made-up", found, False)),
        (lambda found: Check("on photos", found, False)),
    )
    assert not warn_of_changes(stages, [on_noise(poor), on_photos(good)])
    (said,) = warn_of_changes(stages, [on_noise(good), on_photos(good), on_photos(poor)])
    assert "66%" in said and "--scaling" in said


def sentences():
    """Words -> LSTM -> gelu: whole numbers as input, a state, and an operation that tf2onnx does not know."""
    layers = [
        layer("InputLayer", "words", batch_input_shape=[None, 6], dtype="float32"),
        layer("Embedding", "embedding", "words", input_dim=9, output_dim=3),
        layer("LSTM", "lstm", "embedding", units=4, recurrent_activation="sigmoid", unit_forget_bias=True),
        layer("Dense", "dense", "lstm", units=5, activation="gelu"),
    ]
    shapes = {
        "embedding/embeddings": (9, 3),
        "lstm/kernel": (3, 16),
        "lstm/recurrent_kernel": (4, 16),
        "lstm/bias": (16,),
        "dense/kernel": (4, 5),
        "dense/bias": (5,),
    }
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    return LayersModel(functional("m", layers, ["words"], ["dense"]), weights)


@needs_tfjs
@pytest.mark.parametrize("target", ["m.tflite", pytest.param("m.onnx", marks=pytest.mark.full)])
def test_a_recurrent_model_is_exact(target, here, capsys):
    write_tfjs(sentences(), "words")
    code, report = run_json(capsys, "words", target)
    assert code == 0 and report["checks"][0]["difference"] < 1e-5, report
    assert any("batches of 1 only" in note for note in report["notes"]) == (target == "m.tflite")


@pytest.mark.full
def test_what_a_format_lacks_is_refused_with_the_layers_name(here, capsys):
    layers = [
        layer("InputLayer", "x", batch_input_shape=[None, 4, 4, 4, 1], dtype="float32"),
        layer("MaxPooling3D", "a_pool", "x", pool_size=[2, 2, 2], strides=[2, 2, 2], padding="valid"),
    ]
    write_tfjs(LayersModel(functional("m", layers, ["x"], ["a_pool"]), {}), "pool")
    code, out, err = run(capsys, "pool", "m.tflite")
    assert code == 1 and not out and err.count("\n") == 1 and "'a_pool'" in err and "MaxPool3D" in err
    assert sorted(path.name for path in here.iterdir()) == ["pool", "web model"]


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
