"""EfficientNet-Lite0 as the build makes it, against what PyTorch computed (tests/lite0_reference.py)."""

import json

import backbones
import lite0_reference
import numpy as np
import pytest
from fetch import fetch_file, fetch_packaged
from tfjs_models import SHARED

from pyclassifier.backbones import CATALOG
from pyclassifier.convert import ConvertError, read_tfjs, split_at
from pyclassifier.convert.formats import efficientnet_lite, read_efficientnet_lite0, read_torch_weights
from pyclassifier.convert.models import KerasModel
from pyclassifier.convert.rules import evaluate
from pyclassifier.convert.sources import REGISTRY, prepared_parts, read_packaged
from pyclassifier.embedding import load_image, make_batch

NAME = "efficientnet_lite0_224"
CARD = CATALOG[NAME]
# Features are in 0..6. PyTorch and numpy add in different orders.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def weights():
    return fetch_packaged(REGISTRY[NAME])


@pytest.fixture(scope="module")
def original(weights):
    return read_packaged(NAME, weights)


@pytest.fixture(scope="module")
def folded(original):
    """Features and classification, as the site has them but for their bits."""
    return prepared_parts(original, CARD)


@pytest.fixture(scope="module")
def expected():
    return dict(np.load(lite0_reference.FILE))


@pytest.fixture(scope="module")
def pictures():
    """What that was computed of, by the side in pixels."""
    return {size: lite0_reference.scaled_pictures(size) for size in lite0_reference.SIZES}


def run(model, x):
    """A model of the converter, evaluated in numpy."""
    weights = {}
    for name, array in model.weights.items():
        weights.setdefault(name.rpartition("/")[0], []).append(array)
    found = evaluate(KerasModel(model.topology, weights, "2.15.0", "h5"), [x])
    assert not found.skipped
    return found.outputs[0]


def test_pixels_go_in_as_google_scaled_them(pictures):
    drawn = lite0_reference.draw_pictures(224).astype(np.uint8)
    np.testing.assert_allclose(make_batch(list(drawn), CARD.preprocessing), pictures[224], atol=1e-6)


def test_features_of_the_published_network_are_pytorchs(original, pictures, expected):
    features, classification = split_at(original, CARD.feature_layer)
    maps = run(features, pictures[224])
    assert maps.shape == (2, 7, 7, CARD.feature_channels)
    np.testing.assert_allclose(maps.mean((1, 2)), expected["features_224"], atol=TOLERANCE)
    np.testing.assert_allclose(run(classification, maps), expected["probabilities_224"], atol=TOLERANCE)
    assert run(original, pictures[224]).argmax(1).tolist() == expected["probabilities_224"].argmax(1).tolist()


@pytest.mark.parametrize("size", [224, 96])
def test_folded_for_the_site_it_computes_the_same_at_every_size(folded, pictures, expected, size):
    maps = run(folded[0], pictures[size])
    found = maps.mean((1, 2)) if size == 224 else maps
    np.testing.assert_allclose(found, expected[f"features_{size}"], atol=TOLERANCE)
    np.testing.assert_allclose(run(folded[1], maps), expected[f"probabilities_{size}"], atol=TOLERANCE)


def test_sixteen_bits_cost_little(pictures, expected):
    folder = backbones.prepare(CARD, None)
    maps = run(read_tfjs(folder / "features"), pictures[224])
    assert abs(maps.mean((1, 2)) - expected["features_224"]).max() < 0.005
    found = run(read_tfjs(folder / "classification"), maps)
    np.testing.assert_allclose(found, expected["probabilities_224"], atol=5e-4)
    size = (folder / "features" / "group1-shard1of1.bin").stat().st_size
    assert 7.1e6 < size < 7.2e6


def test_all_numbers_of_the_file_are_used_once(weights, original):
    stored = [array for array in read_torch_weights(weights).values() if array.dtype == np.float32]
    count = sum(array.size for array in stored)
    assert sum(array.size for array in original.weights.values()) == count == 4_694_024


def test_layers_have_the_names_of_keras(original, folded):
    names = [layer["name"] for layer in original.topology["config"]["layers"]]
    first = ["input_1", "stem_conv", "stem_bn", "stem_activation", "block1a_dwconv", "block1a_bn", "block1a_activation"]
    assert names[:7] == first
    assert names[-6:] == ["top_conv", "top_bn", "top_activation", "avg_pool", "top_dropout", "predictions"]
    assert [name for name in names if name.endswith("_add")] == [
        f"block{block}_add" for block in ("2b", "3b", "4b", "4c", "5b", "5c", "6b", "6c", "6d")
    ]
    kinds = {layer["class_name"] for part in folded for layer in part.topology["config"]["layers"]}
    pooled = {"GlobalAveragePooling2D", "Dropout", "Dense"}
    assert kinds == {"InputLayer", "Conv2D", "DepthwiseConv2D", "ReLU", "Add", *pooled}
    assert not any("/gamma" in name for part in folded for name in part.weights)


@pytest.mark.parametrize(
    ("photo", "names", "least"),
    [
        ("drum.jpg", {"drum, membranophone, tympan"}, 0.85),
        ("chelsea.png", {"Egyptian cat", "tiger cat"}, 0.35),
        ("coffee.png", {"espresso"}, 0.9),
    ],
)
def test_it_knows_what_photos_show(folded, photo, names, least):
    path = SHARED / "data/drum/drum.jpg" if photo == "drum.jpg" else fetch_file(photo)
    if not path.exists():
        pytest.skip(f"{path} is not here")
    how = CARD.as_published().preprocessing
    y = run(folded[1], run(folded[0], make_batch([load_image(path.read_bytes(), photo, how)], how)))[0]
    classes = json.loads(backbones.class_file().read_bytes())
    assert classes[int(y.argmax())][1] in names and y.max() > least


@pytest.mark.parametrize("fault", ["lacks", "has too much", "other shape"])
def test_other_weights_are_refused(fault, weights, monkeypatch):
    arrays = read_torch_weights(weights)
    if fault == "lacks":
        del arrays["_blocks.3._bn1.bias"]
    elif fault == "has too much":
        arrays["_blocks.3._se_reduce.weight"] = arrays["_fc.bias"]
    else:
        arrays["_conv_head.weight"] = arrays["_fc.bias"]
    monkeypatch.setattr(efficientnet_lite, "read_torch_weights", lambda path: arrays)
    with pytest.raises(ConvertError, match="Expected the weights of EfficientNet-Lite0, got others"):
        read_efficientnet_lite0(weights, NAME)
