"""Keras files evaluated in numpy: the same as Keras computes, and enough to find wrong translations.

Reference: Keras's own outputs. Tolerance: 1e-4 of the largest value, or of 1.
"""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
import zoo as zoo_models
import zoo_check
from tfjs_models import MOBILENET, conv_model, functional, layer, needs_mobilenet, needs_tfjs
from zoo_fixture import zoo  # noqa: F401

from pyclassifier.convert.cli import commands as cli
from pyclassifier.convert.comparing import verify
from pyclassifier.convert.editing import fold_batchnorm
from pyclassifier.convert.errors import ConvertError
from pyclassifier.convert.formats import write_tfjs
from pyclassifier.convert.formats.keras_files.parsing import parse_keras
from pyclassifier.convert.models import LayersModel
from pyclassifier.convert.rules import evaluate, write_keras
from pyclassifier.convert.sources import reading

# What the names of models begin with all of whose layers have a rule in numpy.
_WHOLE = (
    "act_conv", "adapted", "bare", "batch", "compiled", "conv1d", "conv2d", "conv3d", "crop", "cut", "dense",
    "depthwise", "drops", "elu", "flatten", "global", "group", "layer", "leaky", "merge", "normalization",
    "open", "pad", "pool", "prelu", "random", "relu", "rescaling", "separable", "several", "shapes", "shared",
    "softmax", "spatial", "spec", "thresholded", "unit", "up_1d", "up_3d", "time_conv", "time_dense",
)  # fmt: skip


def _cases():
    for flavour in ("keras", "tf_keras"):
        for name in zoo_models.names_of(flavour):
            whole = name.startswith(_WHOLE)
            marks = [pytest.mark.full] if zoo_models.MODELS[name][2] or flavour == "tf_keras" else []
            yield pytest.param(flavour, name, whole, marks=marks, id=f"{flavour}-{name}")


@pytest.mark.parametrize(("flavour", "name", "whole"), list(_cases()))
def test_numpy_computes_what_keras_computes(zoo, flavour, name, whole):  # noqa: F811
    with np.load(zoo[flavour] / f"{name}.npz") as stored:
        inputs = [stored[f"x{i}"] for i in range(sum(key[0] == "x" for key in stored))]
        wanted = [stored[f"y{i}"] for i in range(len(stored) - len(inputs))]
    for path in (zoo[flavour] / f"{name}.keras", zoo[flavour] / f"{name}.h5"):
        if not path.exists():
            assert flavour == "tf_keras" and name in (*zoo_models.KERAS_3_H5, *zoo_models.KERAS_3_ARCHIVE)
            continue
        found = evaluate(parse_keras(path), inputs)
        assert len(found.outputs) == len(wanted)
        assert not (whole and found.skipped), found.skipped
        known = [(a, b) for a, b in zip(wanted, found.outputs, strict=True) if b is not None]
        assert found.skipped or len(known) == len(wanted)
        assert zoo_check.compare([a for a, _ in known], [b for _, b in known]) is None


@pytest.fixture
def without_keras(monkeypatch):
    for module in ("keras_reference", "verifying"):
        monkeypatch.setattr(sys.modules[f"pyclassifier.convert.comparing.{module}"], "has_keras", lambda: False)


def _report(capsys, *arguments):
    code = cli.main([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


@needs_tfjs
@pytest.mark.parametrize("target", ["out", "out.keras", "out.h5"])
def test_conversions_are_verified_without_keras(target, tmp_path, capsys, without_keras):
    write_keras(conv_model(), tmp_path / "m.keras")
    code, report = _report(capsys, tmp_path / "m.keras", tmp_path / target, "--verify", "--fold-batchnorm")
    assert code == 0 and len(report["checks"]) == (2 if target == "out" else 3)
    assert "numpy" in report["checks"][0]["what"] and report["checks"][0]["difference"] <= 1e-5
    assert all(one["exact"] and one["difference"] <= 1e-4 for one in report["checks"])


@needs_tfjs
@needs_mobilenet
def test_the_real_mobilenet_is_verified_without_keras(tmp_path, capsys, without_keras):
    _, report = _report(capsys, MOBILENET / "keras.h5", tmp_path / "out", "--verify")
    assert report["checks"][0]["difference"] <= 1e-5


def _break_activation(config):
    next(one for one in config["layers"] if one["name"] == "relu")["config"]["max_value"] = 0.5


def _break_padding(config):
    next(one for one in config["layers"] if one["name"] == "conv")["config"]["strides"] = [1, 2]


def _break_epsilon(config):
    next(one for one in config["layers"] if one["name"] == "conv_bn")["config"]["epsilon"] = 0.1


@needs_tfjs
@pytest.mark.parametrize("damage", [_break_activation, _break_padding, _break_epsilon])
def test_a_wrong_translation_is_found_without_keras(damage, tmp_path, capsys, monkeypatch, without_keras):
    def wrong(model, *args, _real=reading.to_layers_model, **kwargs):
        made = _real(model, *args, **kwargs)
        damage(made.topology["config"])
        return made

    monkeypatch.setattr(reading, "to_layers_model", wrong)
    write_keras(conv_model(), tmp_path / "m.keras")
    code, report = _report(capsys, tmp_path / "m.keras", tmp_path / "out", "--verify")
    assert code == 1 and "Nothing was written" in report["error"] and not (tmp_path / "out").exists()


def _with_lstm():
    """Dense, then an LSTM, which has no rule, then Dense."""
    rng = np.random.default_rng(0)
    layers = [
        layer("InputLayer", "x", batch_input_shape=[None, 5, 4], dtype="float32"),
        layer("Dense", "before", "x", units=3, activation="tanh"),
        layer("LSTM", "memory", "before", units=2),
        layer("Dense", "after", "memory", units=2),
    ]
    shapes = {"before/kernel": (4, 3), "before/bias": (3,), "memory/kernel": (3, 8), "memory/recurrent_kernel": (2, 8)}
    shapes |= {"memory/bias": (8,), "after/kernel": (2, 2), "after/bias": (2,)}
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return LayersModel(functional("m", layers, ["x"], ["after"]), weights)


@needs_tfjs
def test_what_comes_before_an_unknown_layer_is_compared(tmp_path, capsys, monkeypatch, without_keras):
    write_keras(_with_lstm(), tmp_path / "m.keras")
    code, report = _report(capsys, tmp_path / "m.keras", tmp_path / "out", "--verify")
    (check,) = report["checks"]
    assert code == 0 and "'before'" in check["what"] and "'memory' (LSTM)" in check["what"]
    assert 0 <= check["difference"] <= 1e-5

    def wrong(model, *args, _real=reading.to_layers_model, **kwargs):
        made = _real(model, *args, **kwargs)
        return replace(made, weights={**made.weights, "before/bias": made.weights["before/bias"] + 0.01})

    monkeypatch.setattr(reading, "to_layers_model", wrong)
    assert _report(capsys, tmp_path / "m.keras", tmp_path / "wrong", "--verify")[0] == 1


@needs_tfjs
def test_folders_are_compared_with_keras_files_without_keras(tmp_path, without_keras):
    write_keras(conv_model(), tmp_path / "m.keras")
    write_tfjs(fold_batchnorm(conv_model()), tmp_path / "right")
    assert verify(tmp_path / "right", tmp_path / "m.keras").agrees
    wrong = {name: array * 1.01 for name, array in conv_model().weights.items()}
    write_tfjs(replace(conv_model(), weights=wrong), tmp_path / "wrong")
    assert not verify(tmp_path / "wrong", tmp_path / "m.keras").agrees
    write_keras(_with_lstm(), tmp_path / "lstm.keras")
    write_tfjs(_with_lstm(), tmp_path / "lstm")
    with pytest.raises(ConvertError, match=r"'memory' \(LSTM\)"):
        verify(tmp_path / "lstm", tmp_path / "lstm.keras")
