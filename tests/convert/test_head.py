"""The untrained head: what the tutorial's Keras code defines, and what tf.js can train."""

import json
import subprocess
from pathlib import Path

import pytest
from tfjs_models import needs_tfjs

from pyclassifier.convert import read_keras, read_tfjs
from pyclassifier.convert.cli import commands as cli
from pyclassifier.convert.running import find_node, find_node_modules
from pyclassifier.serving import serving

COMMAND = ["head", "--classes", "3", "--units", "100", "--features", "256"]


@needs_tfjs
def test_a_head_is_trained_in_tfjs(tmp_path):
    assert cli.main([*COMMAND, str(tmp_path / "head")]) == 0
    script = Path(__file__).with_name("fit_head.mjs")
    with serving(tmp_path) as url:
        command = [find_node(), str(script), str(find_node_modules()), f"{url}head/model.json", "256", "3"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    # Chance is log(3) = 1.1: a new head is not far from it, a trained one is below.
    assert 0.5 < made["loss"][0] < 3 and made["loss"][-1] < 0.2 * made["loss"][0] and made["accuracy"][-1] == 1


def test_a_head_is_what_keras_code_defines(tmp_path):
    keras = pytest.importorskip("keras")
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((256,)),
            layers.Dense(100, activation="relu", kernel_initializer="variance_scaling"),
            layers.Dense(3, activation="softmax", kernel_initializer="variance_scaling", use_bias=False),
        ]
    )
    model.save(tmp_path / "keras.keras")
    assert cli.main([*COMMAND, str(tmp_path / "head")]) == 0
    theirs = read_keras(tmp_path / "keras.keras")
    ours = read_tfjs(tmp_path / "head")
    arrays = [array for layer in theirs.weights.values() for array in layer]
    assert [array.shape for array in ours.weights.values()] == [array.shape for array in arrays]
    dense = [one for one in theirs.config["config"]["layers"] if one["class_name"] == "Dense"]
    for made, wanted in zip(ours.topology["config"]["layers"], dense, strict=True):
        for key in ("units", "activation", "use_bias"):
            assert made["config"][key] == wanted["config"][key]
        initializers = [config["config"]["kernel_initializer"] for config in (made, wanted)]
        assert [one["class_name"] for one in initializers] == ["VarianceScaling"] * 2
        assert initializers[1]["config"] | initializers[0]["config"] == initializers[1]["config"]
