"""Custom layers that a user has written in JS: passed through with their config and weights, never executed."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from tfjs_models import needs_tfjs

from pyclassifier.convert import ConvertError, CustomLayer, Options, UnsupportedLayerError, convert
from pyclassifier.convert.formats import parse_custom
from pyclassifier.convert.running import run_tfjs

# A layer with a weight, one that changes the shape, and a Lambda; saved by the Keras that has them.
MODEL = """
import sys, numpy as np, keras
from keras import layers

@keras.saving.register_keras_serializable("mine")
class Swirl(layers.Layer):
    def __init__(self, factor=1.0, initial="ones", **more):
        super().__init__(**more)
        self.factor, self.initial = factor, keras.initializers.get(initial)
    def build(self, shape):
        self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer=self.initial)
    def call(self, x):
        return self.factor * self.scale * x
    def get_config(self):
        return {**super().get_config(), "factor": self.factor, "initial": keras.initializers.serialize(self.initial)}

@keras.saving.register_keras_serializable("mine")
class Ends(layers.Layer):
    def call(self, x):
        return keras.ops.concatenate([x[:, :1], x[:, -1:]], axis=1)

x = keras.Input((6,))
y = layers.Dense(2, activation="tanh")(Ends()(Swirl(2.5)(layers.Dense(5)(x))))
model = keras.Model(x, layers.Lambda(lambda z: z * 3, name="thrice")(y))
rng = np.random.default_rng(0)
model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
given = rng.normal(size=(3, 6)).astype("float32")
model.save(sys.argv[1])
np.savez(sys.argv[2], given, model(given))
"""
MODULE = """
export function register(tf) {
  class Swirl extends tf.layers.Layer {
    static get className() { return "Swirl"; }
    constructor(args) { super(args); this.factor = args.factor; }
    build(shape) {
      this.scale = this.addWeight("weight_0", [shape.at(-1)], "float32", tf.initializers.ones());
      this.built = true;
    }
    call(x) { return tf.tidy(() => tf.mul(this.factor, tf.mul(Array.isArray(x) ? x[0] : x, this.scale.read()))); }
  }
  class Edges extends tf.layers.Layer {
    static get className() { return "Edges"; }
    computeOutputShape(shape) { return [shape[0], 2]; }
    call(x) {
      const y = Array.isArray(x) ? x[0] : x;
      return tf.tidy(() => tf.concat([y.slice([0, 0], [-1, 1]), y.slice([0, y.shape[1] - 1], [-1, 1])], 1));
    }
  }
  class Thrice extends tf.layers.Layer {
    static get className() { return "Thrice"; }
    call(x) { return tf.mul(Array.isArray(x) ? x[0] : x, 3); }
  }
  for (const one of [Swirl, Edges, Thrice]) tf.serialization.registerClass(one);
}
"""
CUSTOM = parse_custom("Swirl, mine>Ends=Edges, thrice=Thrice:same")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("custom")
    command = [sys.executable, "-c", MODEL, str(folder / "model.keras"), str(folder / "arrays.npz")]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    (folder / "mine.mjs").write_text(MODULE)
    with np.load(folder / "arrays.npz") as arrays:
        return folder, arrays["arr_0"], arrays["arr_1"]


@needs_tfjs
def test_the_users_classes_compute_what_keras_does(saved, tmp_path):
    folder, given, wanted = saved
    options = Options(custom=CUSTOM, custom_js=folder / "mine.mjs", verify=True)
    report = convert(folder / "model.keras", tmp_path / "web", options)
    assert {path.name for path in report.files} >= {"mine.mjs", "model.json"}
    assert not (tmp_path / "web" / "custom_layers.mjs").exists()
    made = run_tfjs(tmp_path / "web", [given], custom=[tmp_path / "web" / "mine.mjs"])
    np.testing.assert_allclose(made.outputs[0], wanted, rtol=1e-4, atol=1e-4)
    assert sum("passed through, unchecked" in note for note in report.model.notes) == 3
    assert "not run in Keras" in report.checks[0].text()


def test_config_and_weights_go_along_and_code_does_not(saved, tmp_path):
    folder, _, _ = saved
    report = convert(folder / "model.keras", tmp_path / "web", Options(custom=CUSTOM))
    layers = {layer["class_name"]: layer["config"] for layer in report.model.topology["config"]["layers"]}
    assert layers["Swirl"]["factor"] == 2.5
    assert layers["Swirl"]["initial"] == {"class_name": "Ones", "config": {}}
    assert layers["Thrice"]["arguments"] == {} and "function" not in layers["Thrice"]
    assert report.model.weights["swirl/weight_0"].shape == (5,)
    names = json.loads((tmp_path / "web" / "model.json").read_text())["userDefinedMetadata"]["pyclassifier"]
    assert names["customLayers"] == ["Swirl", "Edges", "Thrice"]


@pytest.mark.parametrize("without", range(3))
def test_what_is_not_named_is_refused(saved, tmp_path, without):
    named = [one for i, one in enumerate(CUSTOM) if i != without]
    name = ("Swirl", "Ends", "thrice")[without]
    with pytest.raises(UnsupportedLayerError, match=f"replace it.* --custom {name} --custom-js FILE"):
        convert(saved[0] / "model.keras", tmp_path / "web", Options(custom=named))
    assert not (tmp_path / "web").exists()


def test_a_shape_that_the_file_does_not_tell_is_asked_for(saved, tmp_path):
    named = [replace(one, shape=None) for one in CUSTOM]
    with pytest.raises(UnsupportedLayerError, match="--custom thrice=Thrice:same"):
        convert(saved[0] / "model.keras", tmp_path / "web", Options(custom=named))


@needs_tfjs
def test_verification_asks_for_the_module(saved, tmp_path):
    with pytest.raises(ConvertError, match="--custom-js"):
        convert(saved[0] / "model.keras", tmp_path / "web", Options(custom=CUSTOM, verify=True))


def test_the_module_must_not_replace_ours(saved, tmp_path):
    module = tmp_path / "custom_layers.mjs"
    module.write_text(MODULE)
    with pytest.raises(ConvertError, match="another name"):
        convert(saved[0] / "model.keras", tmp_path / "web", Options(custom=CUSTOM, custom_js=module))


def test_custom_is_read_as_stated():
    assert parse_custom("a>B=C:7x?x3,D:same") == [CustomLayer("a>B", "C", (7, None, 3)), CustomLayer("D", "D", "same")]
    assert parse_custom("mine>Swirl") == [CustomLayer("mine>Swirl", "Swirl")]


@pytest.mark.parametrize("text", ["", "=A", "A=B-C", "A:3xb", "A=Operation", "A,,B"])
def test_other_text_is_refused(text):
    with pytest.raises(ConvertError):
        parse_custom(text)
