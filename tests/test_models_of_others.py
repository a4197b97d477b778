"""Models that others wrote: found among other files, asked about what they do not tell, refused where they are none."""

import io
import json
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import IN_PYODIDE
from numpy_engine import NumpyEngine
from test_archive import LABELS, METADATA, MODEL, WEIGHTS

from pyclassifier import AsyncImageClassifier
from pyclassifier.archives import pack_files, read_archive
from pyclassifier.backbones import Preprocessing
from pyclassifier.errors import ArchiveError

if IN_PYODIDE:
    pytest.skip("the converter is not in a browser's wheel", allow_module_level=True)
sys.path.insert(0, str(Path(__file__).parent / "convert"))
from tfjs_models import conv_model, nested_model

from pyclassifier.convert.formats import write_tfjs
from pyclassifier.convert.models import LayersModel

CASES = Path(__file__).parents[2] / "shared" / "cases"
KINDS = ("ant", "bee", "cat", "dog", "elk")
PICTURE = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)


def zipped(files, folder=""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(folder + name, data if isinstance(data, bytes) else json.dumps(data))
    return buffer.getvalue()


def converted(folder, model=None, **settings):
    write_tfjs(model or conv_model(), folder, **settings)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def opened(data, **told):
    return await AsyncImageClassifier.load(data, engine=NumpyEngine(), **told)


FILES = {"model.json": MODEL, "weights.bin": WEIGHTS, "metadata.json": METADATA}
CUT = {
    **MODEL,
    "weightsManifest": [
        {"paths": ["a.bin", "deep/b.bin"], "weights": [one for g in MODEL["weightsManifest"] for one in g["weights"]]}
    ],
}


@pytest.mark.parametrize("folder", ["", "my_model/", "a/b c/"])
@pytest.mark.parametrize(
    "files",
    [
        FILES,
        {**FILES, "__MACOSX/._model.json": b"\0\5\26\7", "._model.json": b"\0", ".DS_Store": b"x"},
        {"model (1).json": MODEL, "weights (1).bin": WEIGHTS, "metadata (1).json": METADATA},
        {"model (2).json": MODEL, "weights (1).bin": b"x", "weights (2).bin": WEIGHTS, "metadata (2).json": METADATA},
        {"model - Copie.json": MODEL, "weights.bin": WEIGHTS, "metadata.json": METADATA},
        {"model.json": MODEL, "renamed.bin": WEIGHTS, "metadata.json": METADATA},
        {"model.json": CUT, "a.bin": WEIGHTS[:100], "deep/b.bin": WEIGHTS[100:], "metadata.json": METADATA},
        {"net.json": MODEL, "weights.bin": WEIGHTS, "labels.json": METADATA, "other.json": b"no JSON"},
    ],
    ids=["plain", "macOS", "copies", "second copy", "French copy", "renamed weights", "shards", "other names"],
)
def test_the_files_of_a_model_are_found(files, folder):
    for data in (zipped(files, folder), pack_files({folder + n: _bytes(d) for n, d in files.items()})):
        archive = read_archive(data)
        assert archive.labels == LABELS
        np.testing.assert_array_equal(
            archive.extractor_weights["conv1/kernel"], read_archive(zipped(FILES)).extractor_weights["conv1/kernel"]
        )


def _bytes(data):
    return data if isinstance(data, bytes) else json.dumps(data).encode()


@pytest.mark.parametrize("lost", ["a.bin", "deep/b.bin"])
def test_a_missing_shard_is_named(lost):
    files = {"model.json": CUT, "a.bin": WEIGHTS[:100], "deep/b.bin": WEIGHTS[100:], "metadata.json": METADATA}
    del files[lost]
    with pytest.raises(ArchiveError, match=f"; {re.escape(lost)} is missing"):
        read_archive(zipped(files))
    with pytest.raises(ArchiveError, match=f"; {re.escape(lost)} is missing. Choose all"):
        pack_files({name: _bytes(data) for name, data in files.items()})


@pytest.mark.parametrize("path", ["../weights.bin", "/weights.bin"])
def test_weights_outside_of_the_model_are_not_read(path):
    model = {**MODEL, "weightsManifest": [{**MODEL["weightsManifest"][0], "paths": [path]}]}
    files = {"m/model.json": model, "weights.bin": WEIGHTS, "m/metadata.json": METADATA}
    with pytest.raises(ArchiveError, match="missing"):
        read_archive(zipped(files))


@pytest.mark.skipif(not CASES.exists(), reason="the folder `shared` is not here")
def test_a_zip_of_the_folder_is_no_longer_called_empty():
    with pytest.raises(ArchiveError) as caught:  # Its files are stubs: they are found, and are no model.
        read_archive((CASES / "b_model_in_folder_zip" / "my_model.zip").read_bytes())
    assert caught.value.code == "other-model"


async def test_the_converters_own_output_opens(tmp_path):
    files = converted(tmp_path / "web", shard_size=300)
    assert sum(name.endswith(".bin") for name in files) > 1
    model = await opened(zipped(files, "web/"), labels=KINDS, scaling=(255, 0))
    assert model.classes_.tolist() == list(KINDS) and model.n_features_ == 8 if hasattr(model, "n_features_") else True
    nested = nested_model()
    nested.topology["config"]["layers"][1]["config"]["layers"][0]["config"]["activation"] = "softmax"
    same = await opened(zipped(converted(tmp_path / "nested", nested)), labels=KINDS, scaling=(255, 0))
    found, wanted = await model.predict_proba([PICTURE]), await same.predict_proba([PICTURE])
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    np.testing.assert_allclose(found.sum(), 1, atol=1e-6)
    other = await opened(zipped(files), labels=KINDS, scaling=(127.5, -1))
    assert np.abs(await other.predict_proba([PICTURE]) - found).max() > 1e-3, "the scaling counts"
    again = await opened(await model.save())
    np.testing.assert_allclose(await again.predict_proba([PICTURE]), found, atol=1e-6)


def test_what_the_files_do_not_tell_is_asked_for(tmp_path):
    files = converted(tmp_path / "web")
    with pytest.raises(ArchiveError, match="names of the model's 5 classes") as caught:
        read_archive(zipped(files))
    assert (caught.value.code, caught.value.values["n"]) == ("needs-labels", 5)
    with pytest.raises(ArchiveError, match="scaling") as caught:
        read_archive(zipped(files), labels=KINDS)
    assert caught.value.code == "needs-scaling"
    with pytest.raises(ArchiveError, match="Expected 5 labels"):
        read_archive(zipped(files), labels=("a", "b"), scaling=(255, 0))
    archive = read_archive(zipped(files), labels=KINDS, scaling=(255, 0))
    assert archive.card.preprocessing == Preprocessing.scaled(255, 0, size=8, fit_mode="crop")


def test_a_model_that_scales_by_itself_is_not_asked_about(tmp_path):
    model = conv_model()
    layers = model.topology["config"]["layers"]
    scaled = {"class_name": "Rescaling", "name": "r", "config": {"name": "r", "scale": 1 / 255, "offset": 0}}
    layers.insert(1, {**scaled, "inbound_nodes": [[["image", 0, 0, {}]]]})
    layers[2]["inbound_nodes"] = [[["r", 0, 0, {}]]]
    archive = read_archive(zipped(converted(tmp_path / "web", model)), labels=KINDS)
    assert archive.card.preprocessing == Preprocessing.scaled(1, 0, size=8, fit_mode="crop")


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"packageName": "@teachablemachine/pose", "labels": ["a"], "settings": {}}, "a pose model"),
        ({"tfjsSpeechCommandsVersion": "0.4.0", "wordLabels": ["_background_noise_", "a"]}, "an audio model"),
    ],
)
def test_other_kinds_of_teachable_machine_are_named(metadata, words):
    with pytest.raises(ArchiveError, match=words):
        read_archive(zipped({**FILES, "metadata.json": metadata}))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["conv/kernel", "classes/bias"])
async def test_weights_that_are_no_numbers_are_refused(value, name, tmp_path):
    model = conv_model()
    model.weights[name].flat[0] = value
    with pytest.raises(ArchiveError, match=f"nan or infinity in {name}"):
        await opened(zipped(converted(tmp_path / "web", model)), labels=KINDS, scaling=(255, 0))


async def test_outputs_that_are_no_numbers_are_refused(tmp_path):
    model = conv_model()
    large = {name: array * 1e30 if "kernel" in name else array for name, array in model.weights.items()}
    model = LayersModel(model.topology, {name: array.astype(np.float32) for name, array in large.items()})
    model.topology["config"]["layers"][3] = {**model.topology["config"]["layers"][3], "class_name": "Activation"}
    model.topology["config"]["layers"][3]["config"] = {"name": "relu", "activation": "linear"}
    with pytest.raises(ArchiveError, match="nan or infinity from the model"), np.errstate(all="ignore"):
        await opened(zipped(converted(tmp_path / "web", model)), labels=KINDS, scaling=(255, 0))


def test_what_would_take_minutes_for_a_picture_is_refused(tmp_path):
    """Twelve convolutions of 512 filters at 1,024 pixels: 3e13 products."""
    side, model = 1024, conv_model()
    layers = model.topology["config"]["layers"]
    layers[0]["config"]["batch_input_shape"] = [None, side, side, 3]
    assert read_archive(zipped(converted(tmp_path / "large", model)), labels=KINDS, scaling=(255, 0))
    weights, last = {}, "image"
    for i in range(12):
        config = {"name": f"c{i}", "filters": 512, "kernel_size": [1, 1], "strides": [1, 1], "padding": "same"}
        node = [[[last, 0, 0, {}]]]
        layers.insert(i + 1, {"class_name": "Conv2D", "name": f"c{i}", "config": config, "inbound_nodes": node})
        weights |= {f"c{i}/kernel": np.zeros((1, 1, 512 if i else 3, 512), np.float32), f"c{i}/bias": np.zeros(512)}
        last = f"c{i}"
    layers[13]["inbound_nodes"] = [[[last, 0, 0, {}]]]
    model.weights["conv/kernel"] = np.zeros((3, 3, 512, 4), np.float32)
    costly = LayersModel(model.topology, {k: np.asarray(v, np.float32) for k, v in weights.items()} | model.weights)
    with pytest.raises(ArchiveError, match="billion products"):
        read_archive(zipped(converted(tmp_path / "costly", costly)), labels=KINDS, scaling=(255, 0))


@pytest.mark.parametrize("end", ["sigmoid", None])
def test_models_that_give_no_probabilities_of_classes_are_refused(end, tmp_path):
    model = conv_model()
    model.topology["config"]["layers"][-1]["config"]["activation"] = end
    with pytest.raises(ArchiveError, match="Dense layers with softmax"):
        read_archive(zipped(converted(tmp_path / "web", model)), labels=KINDS, scaling=(255, 0))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (zipped({"keras_model.h5": b"x", "labels.txt": b"0 dog"}), "keras_model.h5"),
        (zipped({"a/keras_model.h5": b"x", "a/labels.txt": b"0 dog"}), "keras_model.h5"),
        (zipped({"config.json": {}, "metadata.json": {}, "model.weights.h5": b"x"}), "model.keras"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "keras_model.h5"),
    ],
)
def test_for_a_model_of_keras_the_command_is_told(data, name):
    with pytest.raises(ArchiveError, match=f"pyclassifier-convert {name} model/ --labels labels.txt") as caught:
        read_archive(data)
    assert caught.value.code == "keras-model"
