import hashlib
import json
import re
from dataclasses import FrozenInstanceError, asdict, replace
from pathlib import Path

import pytest

from pyclassifier import CATALOG, ModelCard
from pyclassifier.backbones import DEFAULT_BACKBONE, get_card
from pyclassifier.errors import UnknownModelError

PUBLISHED = Path(__file__).parent / "../../shared/models/mobilenet_v1_0.25_224/tfjs"


def test_the_catalogue_holds_mobilenet_v1_and_the_full_one_is_the_default():
    assert list(CATALOG) == [f"mobilenet_v1_{alpha}_224" for alpha in ("1.0", "0.75", "0.50", "0.25")]
    assert DEFAULT_BACKBONE == "mobilenet_v1_1.0_224"


@pytest.mark.parametrize("name", CATALOG)
def test_cards_are_complete(name):
    card = CATALOG[name]
    # Howard et al. (2017), arXiv:1704.04861, table 1 and section 3.3: 1024 channels x alpha, 7 x 7 at 224.
    alpha = float(name.split("_")[2])
    assert card.name == name and card.feature_channels == 1024 * alpha
    assert card.input_size == 224 and card.input_size // card.stride == 7
    assert (card.divisor, card.offset) == (127.5, -1.0)
    assert (card.feature_layer, card.classification_layer) == ("conv_pw_13_relu", "conv_preds")
    assert card.source == f"https://storage.googleapis.com/tfjs-models/tfjs/{name}/model.json"
    assert card.licence == "Apache-2.0" and card.title
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for _, digest in card.sha256)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="../shared with the published model is not here")
def test_the_published_files_have_the_hashes_on_the_card():
    card = CATALOG["mobilenet_v1_0.25_224"]
    assert card.sha256
    for file, digest in card.sha256:
        found = [path for path in PUBLISHED.iterdir() if path.name == file]
        assert found, f"{file} of the card is among the published files"
        assert hashlib.sha256(found[0].read_bytes()).hexdigest() == digest


def test_cards_are_frozen_plain_data():
    card = CATALOG[DEFAULT_BACKBONE]
    with pytest.raises(FrozenInstanceError):
        card.input_size = 96
    data = json.loads(json.dumps(asdict(card)))
    assert ModelCard(**{**data, "sha256": tuple(map(tuple, data["sha256"]))}) == card
    assert hash(card) == hash(replace(card))


def test_a_card_at_another_size():
    assert get_card(DEFAULT_BACKBONE) is CATALOG[DEFAULT_BACKBONE]
    assert get_card(DEFAULT_BACKBONE, 224) is CATALOG[DEFAULT_BACKBONE]
    small = get_card(DEFAULT_BACKBONE, 96)
    assert small == replace(CATALOG[DEFAULT_BACKBONE], input_size=96)
    assert get_card(small) is small
    assert CATALOG[DEFAULT_BACKBONE].input_size == 224


def test_a_card_of_ones_own_is_taken():
    own = ModelCard("mine", "Mine", "", "MIT", (), feature_channels=8, input_size=48, stride=16)
    assert get_card(own) is own and get_card(own, 64).input_size == 64
    with pytest.raises(ValueError, match="multiple of 16 and at most 1024, got 40"):
        get_card(own, 40)


@pytest.mark.parametrize("size", [0, -32, 100, 1056, 96.5, 96.0, float("nan"), "96", True])
def test_impossible_sizes_are_errors(size):
    with pytest.raises(
        ValueError, match=r"Expected an input size that is a multiple of 32 and at most 1024, got .*Sizes that"
    ):
        get_card(DEFAULT_BACKBONE, size)


def test_an_unknown_backbone_is_an_error_that_names_the_known():
    with pytest.raises(UnknownModelError, match=r"Expected one of .*mobilenet_v1_0\.25_224; got 'resnet'"):
        get_card("resnet")
