"""Networks of keras.applications by their names; Keras builds them in a process of its own."""

import json

import numpy as np
import pytest
from tfjs_models import needs_tfjs

from pyclassifier.convert import read_tfjs, summary
from pyclassifier.convert.cli import commands as cli
from pyclassifier.convert.sources import applications, read_model
from pyclassifier.convert.sources.applications import NAMES, Architecture, build_application

SMALL = ["MobileNetV2", "--alpha", "0.35", "--input-size", "32", "--weights", "none"]


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def refusal(capsys, *arguments):
    assert cli.main([str(one) for one in arguments]) == 1
    _, err = capsys.readouterr()
    assert err.count("\n") == 1
    return err


def test_the_names_are_kerass(keras):
    found = [name for name in dir(keras.applications) if callable(getattr(keras.applications, name))]
    assert sorted(NAMES) == sorted(found)


@needs_tfjs
def test_a_network_is_built_cut_folded_and_verified(keras, tmp_path, capsys):
    options = ["--no-top", "--pooling", "avg", "--fold-batchnorm", "--absorb-padding", "--cut-at", "out_relu"]
    assert cli.main([*SMALL, *options, "--verify", "--json", str(tmp_path / "out")]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["from"] == "keras" and len(report["checks"]) == 3
    assert all(check["exact"] and not check["failed"] for check in report["checks"])
    layers = read_tfjs(tmp_path / "out").topology["config"]["layers"]
    assert layers[-1]["name"] == "out_relu" and layers[0]["config"]["batch_input_shape"] == [None, 32, 32, 3]
    assert not {"BatchNormalization", "ZeroPadding2D"} & {layer["class_name"] for layer in layers}


@pytest.mark.full
def test_random_weights_are_seeded_and_names_have_no_case(keras, tmp_path):
    for name, seed in (("one", "7"), ("two", "7"), ("three", "8")):
        assert cli.main(["mobilenetv2", *SMALL[1:], "--no-top", "--seed", seed, str(tmp_path / f"{name}.keras")]) == 0
    one, two, three = (read_model(tmp_path / f"{name}.keras")[0].weights for name in ("one", "two", "three"))
    assert all(np.array_equal(array, two[name]) for name, array in one.items())
    assert not np.array_equal(one["Conv1/kernel"], three["Conv1/kernel"])


@pytest.mark.full
def test_weights_come_from_a_file(keras, tmp_path):
    build = keras.applications.MobileNetV2
    model = build(alpha=0.35, input_shape=(32, 32, 3), weights=None, include_top=False)
    model.save_weights(tmp_path / "my.weights.h5")
    given = [*SMALL[:-1], str(tmp_path / "my.weights.h5"), "--no-top"]
    assert cli.main([*given, str(tmp_path / "out")]) == 0
    made = read_tfjs(tmp_path / "out").weights
    assert np.array_equal(made["Conv1/kernel"], model.get_layer("Conv1").get_weights()[0])


def test_weights_that_cannot_be_fetched_have_a_way_out(keras, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    said = refusal(capsys, "MobileNet", tmp_path / "out", "--alpha", "0.25")
    assert "URL fetch failure" in said and "--weights none" in said and "--weights FILE" in said
    assert not (tmp_path / "out").exists()


def test_what_a_network_does_not_have_is_said(keras, tmp_path, capsys):
    assert "VGG16 has no alpha." in refusal(capsys, "VGG16", tmp_path / "out", "--alpha", "1", "--weights", "none")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["VGG16", "out", "--pooling", "avg"], "--no-top beside --pooling"),
        (["VGG16", "out", "--seed", "1"], "--weights none beside --seed"),
        (["model.h5", "out", "--alpha", "0.5"], "as the source for --alpha; got model.h5"),
        (["mobilenet_v1_1.0_224", "out", "--input-size", "96"], "as the source for --input-size"),
        (["web_model", "out", "--no-top"], "as the source for --no-top"),
        (["MobileNetV4", "out"], "Names like it are MobileNetV2"),
        (["mobilenet_v1_0.35_224", "out"], "Names like it are mobilenet_v1_0.75_224"),
    ],
)
def test_options_and_names_that_do_not_fit_are_refused(arguments, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words in refusal(capsys, *arguments)
    assert not list(tmp_path.iterdir())


def test_without_keras_it_is_said_how_to_get_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(applications, "find_spec", lambda name: None)
    assert "pip install keras tensorflow" in refusal(capsys, "ResNet50", tmp_path / "out")


@pytest.fixture(scope="module")
def mobilenet(keras, tmp_path_factory):
    """Keras's own MobileNet v1 0.25, and the file of one of ours."""
    path = tmp_path_factory.mktemp("mobilenet") / "m.keras"
    build_application("MobileNet", Architecture(alpha=0.25, weights="none"), path)
    return keras.models.load_model(path), path


def keras_totals(model):
    lines = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    return [line.strip() for line in "\n".join(lines).splitlines() if "params:" in line]


def test_the_summary_of_mobilenet_is_kerass(mobilenet):
    model, path = mobilenet
    lines = summary(read_model(path)[0]).splitlines()
    assert [line.strip() for line in lines[-3:]] == keras_totals(model)
    assert "475,544" in lines[-3] and "470,072" in lines[-2] and "5,472" in lines[-1]
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    shown = {row[0].split()[0]: row[1:] for row in rows}
    # Of another name is only what stands for the pooling with keepdims, which tf.js lacks.
    same = [layer for layer in model.layers if layer.name != "global_average_pooling2d"]
    assert len(same) == 90
    for layer in same:
        assert shown[layer.name] == [str(layer.output.shape), f"{layer.count_params():,}"]


def test_the_summary_of_a_nested_frozen_model_has_kerass_figures(mobilenet, keras, tmp_path):
    base, _ = mobilenet
    inner = keras.Model(base.input, base.get_layer("conv_pw_13_relu").output, name="base")
    inner.trainable = False
    pool = keras.layers.GlobalAveragePooling2D()
    model = keras.Sequential([keras.Input((224, 224, 3)), inner, pool, keras.layers.Dense(3, activation="softmax")])
    model.save(tmp_path / "nested.keras")
    text = summary(read_model(tmp_path / "nested.keras")[0])
    assert [line.strip() for line in text.splitlines()[-3:]] == keras_totals(model)
    assert "conv_pw_13 (Conv2D)" in text
