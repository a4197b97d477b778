"""Reading Keras files: what is in them, and that broken or hostile ones end in one line."""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import zipfile
import zlib
from functools import cache

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyclassifier.convert.errors import ConvertError, UnsupportedLayerError
from pyclassifier.convert.formats import read_keras
from pyclassifier.convert.formats.keras_files import isolation
from pyclassifier.convert.formats.keras_files.parsing import parse_keras
from pyclassifier.convert.rules import to_layers_model

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
HANGING = (
    "c-rk*Pfrs;6rZJ~ZunzL;sI3Rx_IzF2nfc+ix5F;LZnd+CWNfh-KE{I>^3{QVAF8Nn;*fWM~{94KL+0f=Wn|+ZfhgRLFO08bY|Xr^XAR_y(X`p"
    "Yn!j8C+<!F0@DO#Pz8BhaF~zex!C{6M}v=NeEc>h*2n4IEMKp3`&LO-+<mvTMJ5*tdX8`dCeXNvsBLZ3$@oD|2k>)DmOF|)KXgv~pxH`ME-%;r"
    "^4uAouWDXTff`TW+u#n)%0oYa$T{{C6vPo;pEC@qS?&2?N<69LlG&j4*7;|X+G{}f(2u-7+L_4N8I$~)rgm67+&DT2nt=KRhT3~j>f0*~;qQ5c"
    "&8-pnYu;z$W1Y&Hzd1ghRb)Bnrok~x8Hq50sGX%w2s?g4=V{z_LjM@&w9IrvsS7H9Yh^ZXRRn)qJnyG4Pi6r<!HM9JkHAo#7)Fn4`EfGG!*PX|"
    "<)QorBlEj5Qr!U~*PUDV|MknAZ3A!xRSsiyY31qCO8=ghLma`-UbJjhkL>4G*CrvyAMArHa>=tZfi!_Z1REjQN|VgTOZ0^hp6_*SH-rc|LiG*F"
    "k!`ZA*lxhoZ8@j~+eB_J%EEBbdbW>+ytLD1$A&RXSDz3?)P@Nniw7`7<irFvo4%J@5C`Uxk|@S)?l_k`9V{9|jW~-uC&I}~@3N1D)%$GpI4~eq"
    "P!cGJmAGEl#w^L`j!iR#8k7#(+{L2xI1Jp*pqJqxBG*d%W`I&Z@jYRH1eNUMe8M^{n0O8f!pzPGL-zZ(SafZeGz(wYaaf+GeuU!0aTHHSePL##"
    "g>Mii9U`wh&ochoKRqSthbP>ZE}qksoG2QkOOhc=6*=kF{0LCa^Shw#jpyr1K^?3p`YbZ|t|xtN7x7r2I;FppG&D3cG&D3cG&F7+-oM@1G-y|X"
    "_w&kfA3*J!XcWT$rNTaGeV)gUud_ZW82mej#*K#BCl$Q>eoxIehWeG(fl}|h+MIk&o6o;+KSZAYn3v_w=S3l5gXs64Te6(_knb=2U+*XS&1$^l"
    "-(_Y2>s$95&NJ2v9{Y8$HVM`)`0t~l-#lu)`DE#OqjC9qV_E;U-Uyzk_2RmC@^wM;MC0;2sV!U&Pt@<rtLDis_#o!2"
)
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
    return parse_keras(path)


def _refused(tmp_path, data):
    with pytest.raises(ConvertError) as caught:
        _read(tmp_path, data)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("data", [_h5(), _archive()], ids=["h5", "keras"])
def test_both_formats_hold_the_same(tmp_path, data):
    path = tmp_path / "-with space.txt"  # The name does not matter.
    path.write_bytes(data)
    model, here = read_keras(path), parse_keras(path)
    assert (model.config, model.source_format) == (here.config, here.source_format) and model.keras_version == "3.5.0"
    np.testing.assert_array_equal(model.weights["dense"][0], KERNEL)
    np.testing.assert_array_equal(model.weights["dense"][1], BIAS)
    assert list(to_layers_model(model).weights) == ["dense/kernel", "dense/bias"]


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


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * ((1 << 26) + 1))
        archive.writestr("model.weights.h5", b"")
    assert "at most" in _refused(tmp_path, buffer.getvalue())


@pytest.fixture
def hanging(tmp_path):
    """A file with a few bytes changed, on which libhdf5 comes to no end; found by fuzz.py."""
    path = tmp_path / "hanging.h5"
    path.write_bytes(zlib.decompress(base64.b85decode(HANGING)))
    return path


def _ends_in_a_line(path):
    with pytest.raises(ConvertError, match=path.name) as caught:
        read_keras(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no bound on a process's time at work")
def test_a_file_on_which_hdf5_hangs_comes_to_an_end(hanging, monkeypatch):
    monkeypatch.setattr(isolation, "_SECONDS", 1)
    monkeypatch.setattr(isolation, "_WALL", 100)  # Others may be at work on this machine.
    assert "no end within 1 s" in _ends_in_a_line(hanging)


def test_a_reader_that_only_waits_comes_to_an_end(hanging, monkeypatch):
    monkeypatch.setattr(isolation, "_WALL", 0.1)
    assert "took more than" in _ends_in_a_line(hanging)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no bound on a process's memory")
def test_memory_is_bounded(tmp_path, monkeypatch):
    def fill(group):
        del group["0"]
        group.create_dataset("0", (1 << 24,), "f4", chunks=(1 << 20,), compression="gzip")[:] = 0

    path = tmp_path / "large.keras"
    path.write_bytes(_archive(change=fill))
    monkeypatch.setattr(isolation, "_BYTES", 160 << 20)
    said = _ends_in_a_line(path)
    assert "allocate" in said or "Memory" in said
    monkeypatch.undo()
    assert read_keras(path).weights["dense"][0].nbytes == 1 << 26


def test_a_crash_of_the_reader_ends_in_a_line(tmp_path, monkeypatch):
    path = tmp_path / "m.keras"
    path.write_bytes(_archive())
    crash = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"]
    monkeypatch.setattr(isolation, "_command", lambda *_: crash)
    assert "crashed" in _ends_in_a_line(path) or os.name == "nt"
    monkeypatch.setattr(isolation, "_command", lambda *_: [sys.executable, "-c", "import nowhere"])
    assert "No module named 'nowhere'" in _ends_in_a_line(path)
    monkeypatch.setattr(isolation, "_command", lambda *_: ["no such python"])
    assert "start Python" in _ends_in_a_line(path)


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
        to_layers_model(parse_keras(path))
    except ConvertError as error:
        assert "\n" not in str(error)


def test_long_names_make_no_long_messages():
    error = ConvertError("Expected a model,\ngot " + "x" * 5000 + ". Save it again.")
    assert "\n" not in str(error) and len(str(error)) == 1000 and str(error).endswith(" Save it again.")
    error = UnsupportedLayerError("L" * 5000, "a\nb", "Replace it.")
    assert len(str(error)) == 1000 and str(error).endswith(". Replace it.")
