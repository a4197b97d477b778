"""Models that real tf.js made, converted and loaded by real Keras 3, predict the same.

Marked "full": all but whole models, topologies of others, and one model per layer class.
"""

import base64
import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pyclassifier.archives import Archive, write_archive
from pyclassifier.backbones import feature_extractor, get_card, head, initial_weights
from pyclassifier.convert.formats import read_tfjs
from pyclassifier.convert.models import LayersModel
from pyclassifier.convert.rules import write_keras
from pyclassifier.convert.running import run_tfjs

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "web"
FORMATS = ("keras", "h5")
TOLERANCE = 1e-4  # Of max difference / max(1, max value).
WHOLE_MODELS = ("Model", "Sequential", "Topology")
DRUM = 541


@functools.cache
def _tfjs(*arguments):
    """Lines that tfjs_cases.mjs prints, or none where Node.js or tf.js is missing."""
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules/@tensorflow/tfjs").is_dir():
        return []
    command = [node, str(HERE / "tfjs_cases.mjs"), str(WEB), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def _cases():
    names = _tfjs("--list")
    first = {name.split("/")[0]: name for name in reversed(names)}
    for name in names:
        is_more_of_the_same = name.startswith("Model/random") and not name.endswith("_1")
        is_fast = (name.split("/")[0] in WHOLE_MODELS and not is_more_of_the_same) or name in first.values()
        yield pytest.param(name, marks=[] if is_fast else [pytest.mark.full])


def pytest_generate_tests(metafunc):
    if "case_name" in metafunc.fixturenames:
        nothing = [pytest.param("", marks=pytest.mark.skip("no Node.js or no tf.js in web/: run `make test`"))]
        metafunc.parametrize("case_name", list(_cases()) or nothing)


def _unpack(packed):
    array = np.frombuffer(base64.b64decode(packed["data"]), np.float32).reshape(packed["shape"])
    return array.astype(packed["dtype"])


def predict_in_keras(directory):
    """Outputs or the error by file, of all models in a directory, from one process."""
    subprocess.run([sys.executable, str(HERE / "keras_predict.py"), str(directory)], check=True, capture_output=True)
    results = {path.name.removesuffix(".error"): path.read_text() for path in directory.glob("*.error")}
    for path in directory.glob("*.out.npz"):
        with np.load(path) as stored:
            results[path.name.removesuffix(".out.npz")] = [stored[key] for key in sorted(stored, key=int)]
    return results


def assert_same(actual, expected):
    assert not isinstance(actual, str), actual
    assert [each.shape for each in actual] == [each.shape for each in expected]
    for one, other in zip(actual, expected, strict=True):
        assert np.isfinite(other).all()
        difference = float(np.abs(one.astype(np.float64) - other).max(initial=0))
        assert difference <= TOLERANCE * max(1.0, float(np.abs(other).max(initial=0)))


@pytest.fixture(scope="module")
def converted(request, tmp_path_factory):
    """What Keras predicts for all cases that are collected, and what tf.js does."""
    directory = tmp_path_factory.mktemp("keras")
    results, expected = {}, {}
    wanted = {item.callspec.params["case_name"] for item in request.session.items if "converted" in item.fixturenames}
    for case in map(json.loads, _tfjs(*sorted(wanted))):
        stem = case["name"].replace("/", "-")
        if "error" in case:
            results |= {f"{stem}.{suffix}": f"tf.js itself failed: {case['error']}" for suffix in FORMATS}
            continue
        model = LayersModel(case["topology"], {each["name"]: _unpack(each) for each in case["weights"]})
        for suffix in FORMATS:
            write_keras(model, directory / f"{stem}.{suffix}")
        np.savez(directory / f"{stem}.in.npz", **{str(i): _unpack(each) for i, each in enumerate(case["inputs"])})
        expected[stem] = [_unpack(each) for each in case["outputs"]]
    return results | predict_in_keras(directory), expected


@pytest.mark.parametrize("suffix", FORMATS)
def test_keras_predicts_what_tfjs_predicts(converted, case_name, suffix):
    results, expected = converted
    stem = case_name.replace("/", "-")
    assert_same(results[f"{stem}.{suffix}"], expected.get(stem))


def test_the_real_mobilenet_knows_a_drum(shared, tmp_path):
    model = read_tfjs(shared / "models/mobilenet_v1_0.25_224/tfjs")
    with Image.open(shared / "data/drum/drum.jpg") as photo:
        # As MobileNet was evaluated: the middle of the whole photo.
        square = photo.convert("RGB").resize((256, 256)).crop((16, 16, 240, 240))
    pixels = np.asarray(square, np.float32)[None] / 127.5 - 1
    for suffix in FORMATS:
        write_keras(model, tmp_path / f"mobilenet.{suffix}")
    np.savez(tmp_path / "mobilenet.in.npz", **{"0": pixels})
    results = predict_in_keras(tmp_path)
    expected = run_tfjs(shared / "models/mobilenet_v1_0.25_224/tfjs", [pixels]).outputs
    for suffix in FORMATS:
        assert_same(results[f"mobilenet.{suffix}"], expected)
        assert results[f"mobilenet.{suffix}"][0].argmax() == DRUM


def _archive(hidden_units):
    """One of our own: Sequential[Sequential[Model, pooling], Sequential[Dense]], or with two of these."""
    rng = np.random.default_rng(0)
    conv = {"name": "conv1", "filters": 8, "kernel_size": [3, 3], "use_bias": False, "trainable": False}
    source = {"name": "input_1", "batch_input_shape": [None, 224, 224, 3], "dtype": "float32"}
    layers = [
        {"class_name": "InputLayer", "name": "input_1", "config": source, "inbound_nodes": []},
        {"class_name": "Conv2D", "name": "conv1", "config": conv, "inbound_nodes": [[["input_1", 0, 0, {}]]]},
    ]
    config = {"name": "mobilenet", "layers": layers}
    config |= {"input_layers": [["input_1", 0, 0]], "output_layers": [["conv1", 0, 0]]}
    topology = head(8, hidden_units, 3)
    return Archive(
        extractor=feature_extractor({"class_name": "Model", "config": config}, 96, "avg"),
        extractor_weights={"conv1/kernel": rng.normal(0, 1, (3, 3, 3, 8)).astype(np.float32)},
        head=topology,
        head_weights=initial_weights(topology, rng),
        labels=("a", "b", "c"),
        card=get_card("mobilenet_v1_0.25_224", 96),
    )


@pytest.mark.parametrize("hidden_units", [0, 5])
def test_an_archive_of_ours_predicts_the_same_in_keras(tmp_path, hidden_units):
    if not _tfjs("--list"):
        pytest.skip("no Node.js or no tf.js in web/: run `make test`")
    path = tmp_path / "ours.zip"
    path.write_bytes(write_archive(_archive(hidden_units), version="0"))
    shutil.unpack_archive(path, tmp_path / "ours")
    for suffix in FORMATS:
        write_keras(read_tfjs(path), tmp_path / f"ours.{suffix}")
    pixels = np.random.default_rng(1).uniform(-1, 1, (2, 96, 96, 3)).astype(np.float32)
    np.savez(tmp_path / "ours.in.npz", **{"0": pixels})
    results = predict_in_keras(tmp_path)
    expected = run_tfjs(tmp_path / "ours", [pixels]).outputs
    for suffix in FORMATS:
        assert_same(results[f"ours.{suffix}"], expected)
