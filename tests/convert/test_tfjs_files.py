import io
import json
import os
import random
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tfjs_models import MOBILENET, conv_model, dense_model, edit_json, needs_mobilenet, nested_model, zip_of

from pyclassifier.convert import ConvertError
from pyclassifier.convert.formats import read_tfjs, write_tfjs
from pyclassifier.convert.models import LayersModel


@pytest.fixture
def folder(tmp_path):
    write_tfjs(conv_model(), tmp_path / "model")
    return tmp_path / "model"


def assert_same(model, other):
    assert model.topology == other.topology and list(model.weights) == list(other.weights)
    for name, array in model.weights.items():
        assert array.dtype == other.weights[name].dtype and np.array_equal(array, other.weights[name])


@pytest.mark.parametrize("make", [conv_model, nested_model, dense_model])
def test_what_is_written_is_read_again(make, tmp_path):
    write_tfjs(make(), tmp_path / "a model")
    assert_same(read_tfjs(tmp_path / "a model"), make())
    assert_same(read_tfjs(tmp_path / "a model" / "model.json"), make())


@needs_mobilenet
def test_the_real_mobilenets_weights_come_out_byte_for_byte(tmp_path):
    write_tfjs(read_tfjs(MOBILENET / "tfjs"), tmp_path / "out")
    name = "group1-shard1of1.bin"
    assert (tmp_path / "out" / name).read_bytes() == (MOBILENET / "tfjs" / name).read_bytes()
    topologies = [json.loads((path / "model.json").read_text()) for path in (tmp_path / "out", MOBILENET / "tfjs")]
    assert topologies[0]["modelTopology"]["model_config"] == topologies[1]["modelTopology"]["model_config"]


def test_weights_are_cut_into_shards_of_the_wanted_size(tmp_path):
    files = write_tfjs(conv_model(), tmp_path / "out", shard_size=300)
    sizes = [path.stat().st_size for path in files if path.suffix == ".bin"]
    assert sizes[:-1] == [300] * (len(sizes) - 1) and 0 < sizes[-1] <= 300
    assert files[0].name == f"group1-shard1of{len(sizes)}.bin"
    assert_same(read_tfjs(tmp_path / "out"), conv_model())


def test_int32_and_bool_weights_keep_their_types(tmp_path):
    model = dense_model()
    weights = {**model.weights, "line/count": np.array([2**31 - 1], np.int32), "line/on": np.array([True, False])}
    write_tfjs(LayersModel(model.topology, weights), tmp_path / "out")
    read = read_tfjs(tmp_path / "out").weights
    assert read["line/count"].dtype == np.int32 and read["line/count"].tolist() == [2**31 - 1]
    assert read["line/on"].tolist() == [True, False]


def test_labels_go_along(tmp_path):
    model = LayersModel(dense_model().topology, dense_model().weights, labels=("a", "ä", "日本"))
    write_tfjs(model, tmp_path / "out")
    assert read_tfjs(tmp_path / "out").labels == ("a", "ä", "日本")


@pytest.mark.parametrize("prefix", ["", "my model/"])
def test_a_zip_is_read(prefix, folder, tmp_path):
    path = tmp_path / "model.zip"
    path.write_bytes(zip_of(folder, prefix))
    assert_same(read_tfjs(path), conv_model())


def test_old_sequentials_are_read(tmp_path):
    write_tfjs(dense_model(), tmp_path / "m")

    def as_of_old(content):
        topology = content["modelTopology"]["model_config"]
        topology["config"] = topology["config"]["layers"]

    edit_json(tmp_path / "m/model.json", as_of_old)
    assert [one["config"]["name"] for one in read_tfjs(tmp_path / "m").topology["config"]["layers"]] == ["line"]


@pytest.mark.parametrize(
    ("quantize", "kernel", "bias"),
    [("float16", "float16", "float16"), ("uint16", "uint16", None), ("uint8", "uint8", "uint16")],
)
def test_small_and_depthwise_weights_keep_more_bits(quantize, kernel, bias, tmp_path):
    model = dense_model()
    weights = {
        "d/kernel": np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32),
        "d/depthwise_kernel": np.ones((64, 64), np.float32),
        "d/bias": np.linspace(0, 1, 64, dtype=np.float32),
    }
    write_tfjs(LayersModel(model.topology, weights), tmp_path / "m", quantize=quantize)
    entries = json.loads((tmp_path / "m/model.json").read_text())["weightsManifest"][0]["weights"]
    stored = [(entry.get("quantization") or {}).get("dtype") for entry in entries]
    assert stored == [kernel, bias, bias]
    for name, array in read_tfjs(tmp_path / "m").weights.items():
        assert np.abs(array - weights[name]).max() <= 0.02


def test_an_existing_target_is_kept_unless_force_is_given(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ConvertError, match="--force"):
        write_tfjs(dense_model(), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    write_tfjs(dense_model(), folder, force=True)
    assert_same(read_tfjs(folder), dense_model())


def test_force_does_not_replace_folders_of_other_things(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"cat")
    with pytest.raises(ConvertError, match=r"cat\.jpg"):
        write_tfjs(dense_model(), tmp_path / "photos", force=True)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConvertError, match="Choose another target"):
        write_tfjs(dense_model(), tmp_path / "file", force=True)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["cat.jpg", "file", "photos"]


def test_a_failure_on_the_way_leaves_what_was_there(folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(ConvertError, match="No space left"):
        write_tfjs(dense_model(), folder, force=True)
    with pytest.raises(ConvertError, match="No space left"):
        write_tfjs(dense_model(), folder.parent / "new")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.bin",
        "/etc/passwd",
        "a/../../secret.bin",
        "..\\secret.bin",
        "C:secret.bin",
        "",
        7,
        None,
        "https://x/y",
        "\0",
    ],
)
def test_shards_outside_of_the_folder_are_not_read(name, folder):
    (folder.parent / "secret.bin").write_bytes(bytes(10_000))
    edit_json(folder / "model.json", lambda content: content["weightsManifest"][0].update(paths=[name]))
    with pytest.raises(ConvertError, match="relative paths below model"):
        read_tfjs(folder)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_that_lead_out_of_the_folder_are_not_followed(folder):
    (folder / "group1-shard1of1.bin").rename(folder.parent / "weights.bin")
    (folder / "group1-shard1of1.bin").symlink_to(folder.parent / "weights.bin")
    with pytest.raises(ConvertError, match="lies elsewhere"):
        read_tfjs(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="graph-model"), "graph model"),
        (lambda c: c.update(modelTopology=None), "modelTopology"),
        (lambda c: c.pop("weightsManifest"), "weightsManifest"),
        (lambda c: c["weightsManifest"].append(c["weightsManifest"][0]), "twice"),
        (lambda c: c["weightsManifest"][0].update(paths=["none.bin"]), "none.bin"),
        (lambda c: c["weightsManifest"][0].update(paths=[]), "incomplete"),
        (lambda c: c["weightsManifest"][0]["weights"].pop(), "another model"),
        (lambda c: c["modelTopology"].update(model_config=7), "object"),
        (lambda c: c["modelTopology"]["model_config"].update(config={}), "list of layers"),
        (lambda c: c["modelTopology"]["model_config"]["config"]["layers"].append(3), "layer"),
        (lambda c: c["modelTopology"]["model_config"]["config"].update(input_layers=7), "input_layers"),
        (lambda c: c["modelTopology"]["model_config"]["config"]["layers"][1].update(inbound_nodes=[[[1]]]), "inbound"),
        (lambda c: c["modelTopology"]["model_config"]["config"]["layers"][1]["config"].pop("name"), "name"),
    ],
)
def test_damaged_models_are_refused_in_a_line(change, message, folder):
    edit_json(folder / "model.json", change)
    with pytest.raises(ConvertError, match=message) as caught:
        read_tfjs(folder)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 1000


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "random"
    for start in (b"", b"PK\x03\x04", b"{"):
        path.write_bytes(start + data)
        with pytest.raises(ConvertError):
            read_tfjs(path)


def test_truncated_and_flipped_files_are_refused_or_read(folder, tmp_path):
    dice = random.Random(0)
    for whole in ((folder / "model.json").read_bytes(), zip_of(folder)):
        path = tmp_path / ("model.zip" if whole[:2] == b"PK" else "model/model.json")
        for _ in range(100):
            damaged = bytearray(whole[: dice.randrange(len(whole))] if dice.random() < 0.5 else whole)
            for _ in range(dice.randrange(4)):
                if damaged:
                    damaged[dice.randrange(len(damaged))] = dice.randrange(256)
            path.write_bytes(damaged)
            try:
                read_tfjs(path)
            except ConvertError as error:
                assert "\n" not in str(error)


def test_a_small_zip_cannot_fill_the_memory(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("model.json", b" " * (40 << 20))
    (tmp_path / "bomb.zip").write_bytes(buffer.getvalue())
    with pytest.raises(ConvertError, match="at most 33,554,432 bytes"):
        read_tfjs(tmp_path / "bomb.zip")


def test_missing_files_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(ConvertError, match="nowhere"):
        read_tfjs(tmp_path / "nowhere")
    with pytest.raises(ConvertError, match=r"model\.json"):
        read_tfjs(tmp_path)
