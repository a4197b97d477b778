"""Reading Keras files: what is in them, and that broken or hostile ones end in one line."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.errors import ConvertError
from convert.keras_files import read_keras
from convert.keras_to_tfjs import to_layers_model

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "m",
        "layers": [
            {"class_name": "InputLayer", "config": {"name": "entry", "batch_shape": [None, 3], "dtype": "float32"}},
            {"class_name": "Dense", "config": {"name": "dense", "units": 2, "activation": "relu", "dtype": "float32"}},
        ],
    },
}
KERNEL, BIAS = np.arange(6, dtype=np.float32).reshape(3, 2), np.ones(2, np.float32)


def _h5(change=None, config=CONFIG):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["keras_version"] = "3.5.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights/dense")
        group.attrs["weight_names"] = ["dense/kernel", "dense/bias"]
        group["dense/kernel"], group["dense/bias"] = KERNEL, BIAS
        if change:
            change(group)
    return buffer.getvalue()


def _archive(config=CONFIG, change=None, entries=None):
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        group = file.create_group("layers/dense/vars")
        group["0"], group["1"] = KERNEL, BIAS
        if change:
            change(group)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        files = {"config.json": json.dumps(config), "metadata.json": json.dumps({"keras_version": "3.5.0"})}
        for name, data in (entries or {**files, "model.weights.h5": weights.getvalue()}).items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _read(tmp_path, data, name="model.keras"):
    path = tmp_path / name
    path.write_bytes(data)
    return read_keras(path)


def _refused(tmp_path, data):
    with pytest.raises(ConvertError) as caught:
        _read(tmp_path, data)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("data", [_h5(), _archive()], ids=["h5", "keras"])
def test_both_formats_hold_the_same(tmp_path, data):
    model = _read(tmp_path, data)
    np.testing.assert_array_equal(model.weights["dense"][0], KERNEL)
    np.testing.assert_array_equal(model.weights["dense"][1], BIAS)
    assert list(to_layers_model(model).weights) == ["dense/kernel", "dense/bias"]


def test_the_name_of_a_file_does_not_matter(tmp_path):
    assert _read(tmp_path, _h5(), "with space.txt").source_format == "h5"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConvertError, match=r"none\.keras"):
        read_keras(tmp_path / "none.keras")


def test_weights_without_a_model_are_refused(tmp_path):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
    assert "weights only" in _refused(tmp_path, buffer.getvalue())


def test_quantised_models_are_refused(tmp_path):
    config = json.loads(json.dumps(CONFIG))
    config["config"]["layers"][1]["config"]["dtype"] = {
        "class_name": "QuantizedDTypePolicy",
        "config": {"mode": "int8", "source_name": "float32"},
    }
    assert "quantised" in _refused(tmp_path, _archive(config))


def test_links_out_of_the_file_are_refused(tmp_path):
    def link(group):
        del group["dense/kernel"]
        group["dense/kernel"] = h5py.ExternalLink("/etc/passwd", "/")

    def soft(group):
        del group["0"]
        group["0"] = h5py.SoftLink("/layers/dense/vars/1")

    assert "link" in _refused(tmp_path, _h5(link))
    assert "link" in _refused(tmp_path, _archive(change=soft))


def test_arrays_larger_than_the_file_are_refused(tmp_path):
    def inflate(group):
        del group["0"]
        group.create_dataset("0", (1 << 20, 1 << 20), "f4", chunks=(1 << 10, 1 << 10), compression="gzip")

    assert "more than is stored" in _refused(tmp_path, _archive(change=inflate))


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("convert.keras_files._MAX_CONFIG_BYTES", 1 << 16)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (1 << 20))
        archive.writestr("model.weights.h5", b"")
    assert "at most" in _refused(tmp_path, buffer.getvalue())


@pytest.mark.parametrize("entries", [{"a": "b"}, {"config.json": "[]"}, {"config.json": "{}", "model.weights.h5": "x"}])
def test_other_zips_are_refused(tmp_path, entries):
    _refused(tmp_path, _archive(entries=entries))


def test_deep_nesting_is_refused(tmp_path):
    deep = '{"layers":[' * 100_000
    _refused(tmp_path, _archive(entries={"config.json": deep, "model.weights.h5": "x"}))


@cache
def _samples():
    return _h5(), _archive()


@pytest.mark.parametrize("index", [0, 1], ids=["h5", "keras"])
@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_truncated_files_are_refused(tmp_path, index, part):
    data = _samples()[index]
    _refused(tmp_path, data[: int(len(data) * part)])


@settings(max_examples=150, deadline=None)
@given(index=st.integers(0, 1), changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=20))
def test_flipped_bytes_never_end_in_a_traceback(tmp_path_factory, index, changes):
    data = bytearray(_samples()[index])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    path = tmp_path_factory.getbasetemp() / "flipped"
    path.write_bytes(data)
    try:
        to_layers_model(read_keras(path))
    except ConvertError as error:
        assert "\n" not in str(error)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_KEYS = [
    "units",
    "activation",
    "name",
    "dtype",
    "use_bias",
    "layers",
    "batch_shape",
    "class_name",
    "inbound_nodes",
    "layer",
]


@settings(max_examples=150, deadline=None)
@given(where=st.integers(0, 1), inside=st.booleans(), key=st.sampled_from(_KEYS), value=_JSON)
def test_odd_configurations_never_end_in_a_traceback(tmp_path_factory, where, inside, key, value):
    config = json.loads(json.dumps(CONFIG))
    layer = config["config"]["layers"][where]
    (layer["config"] if inside else layer)[key] = value
    path = tmp_path_factory.getbasetemp() / "odd.keras"
    path.write_bytes(_archive(config))
    try:
        to_layers_model(read_keras(path))
    except ConvertError as error:
        assert "\n" not in str(error)
