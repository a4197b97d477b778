import hashlib
import json
import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from pyclassifier import CATALOG, ModelCard
from pyclassifier.backbones import DEFAULT_BACKBONE, Preprocessing, get_card
from pyclassifier.errors import UnknownModelError

PUBLISHED = Path(__file__).parent / "../../shared/models/mobilenet_v1_0.25_224/tfjs"


MOBILENETS = [f"mobilenet_v1_{alpha}_224" for alpha in ("1.0", "0.75", "0.50", "0.25")]


def test_the_catalogue_holds_mobilenet_v1_and_the_full_one_is_the_default():
    assert list(CATALOG) == [*MOBILENETS, "efficientnet_lite0_224"]
    assert DEFAULT_BACKBONE == "mobilenet_v1_1.0_224"


@pytest.mark.parametrize("name", CATALOG)
def test_cards_are_complete(name):
    card = CATALOG[name]
    assert card.name == name and card.title and card.licence == "Apache-2.0"
    assert card.input_size == 224 and card.input_size // card.stride == 7
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for _, digest in card.sha256)


@pytest.mark.parametrize("name", MOBILENETS)
def test_cards_of_mobilenet_say_what_was_published(name):
    card = CATALOG[name]
    # Howard et al. (2017), arXiv:1704.04861, table 1 and section 3.3: 1024 channels x alpha, 7 x 7 at 224.
    alpha = float(name.split("_")[2])
    assert card.feature_channels == 1024 * alpha
    assert card.preprocessing.divisor_and_offset == (127.5, -1.0)
    assert (card.feature_layer, card.classification_layer) == ("conv_pw_13_relu", "conv_preds")
    assert card.source == f"https://storage.googleapis.com/tfjs-models/tfjs/{name}/model.json"
    # preprocess_for_eval of TF-Slim's inception_preprocessing.
    assert card.as_published().preprocessing == Preprocessing(fit_mode="central", crop_share=0.875)


def test_the_card_of_efficientnet_lite0_says_what_was_published():
    card = CATALOG["efficientnet_lite0_224"]
    # tensorflow/tpu, models/official/efficientnet: lite/efficientnet_lite_builder.py, preprocessing.py.
    scaling = {"mean": (127.0, 127.0, 127.0), "std": (128.0, 128.0, 128.0), "interpolation": "bicubic"}
    assert card.preprocessing == Preprocessing(**scaling), "all of the square to train with"
    assert card.as_published().preprocessing == Preprocessing(**scaling, crop_share=0.875)
    assert card.feature_channels == 1280


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
        card.stride = 96
    assert ModelCard.from_dict(json.loads(json.dumps(card.to_dict()))) == card
    assert hash(card) == hash(replace(card))


FOREIGN = Preprocessing(
    64, "central", (103.939, 116.779, 123.68), (1.0, 2.0, 3.0), "bgr", interpolation="bicubic", crop_share=0.9
)


def test_cards_are_written_as_the_first_versions_read_them_where_these_can_say_it():
    plain = CATALOG[DEFAULT_BACKBONE].to_dict()
    first = {"name", "title", "source", "licence", "sha256", "feature_channels", "input_size", "stride"}
    assert set(plain) == first | {"divisor", "offset", "feature_layer", "classification_layer"}
    assert (plain["input_size"], plain["divisor"], plain["offset"]) == (224, 127.5, -1.0)
    for changes in (
        {"size": 96},
        {"std": (127.0,) * 3, "mean": (127.0,) * 3},
        {"mean": (0.0,) * 3, "std": (255.0,) * 3},
    ):
        card = CATALOG[DEFAULT_BACKBONE].preprocessed(**changes)
        assert set(card.to_dict()) == set(plain) and ModelCard.from_dict(card.to_dict()) == card
        assert str(card.to_dict()["offset"]) in ("-1.0", "0.0"), "not -0.0"


def test_cards_of_other_networks_go_out_and_in():
    changes = {"preprocessing": FOREIGN, "near_duplicate": 0.9, "published_crop": ("pad", 0.8)}
    card = replace(CATALOG[DEFAULT_BACKBONE], **changes)
    told = json.loads(json.dumps(card.to_dict()))
    assert told["input_size"] == 64 and not {"divisor", "offset"} & set(told)
    assert ModelCard.from_dict(told) == card
    with pytest.warns(UserWarning, match=r"'gamma'.*ignored"):
        assert ModelCard.from_dict(told | {"gamma": 2.2}) == card
    with pytest.warns(UserWarning, match="gamma"):
        assert ModelCard.from_dict(told | {"preprocessing": told["preprocessing"] | {"gamma": 2.2}}) == card


def test_a_card_with_the_first_fields_alone_is_mobilenets_but_for_what_it_says():
    told = {"name": "x", "title": "X", "source": "", "licence": "", "feature_channels": 8, "divisor": 255, "offset": 0}
    card = ModelCard.from_dict(told)
    assert card.preprocessing.divisor_and_offset == (255, 0.0) and card.input_size == 224 and card.stride == 32


def test_a_card_at_another_size():
    assert get_card(DEFAULT_BACKBONE) is CATALOG[DEFAULT_BACKBONE]
    assert get_card(DEFAULT_BACKBONE, 224) is CATALOG[DEFAULT_BACKBONE]
    small = get_card(DEFAULT_BACKBONE, 96)
    assert small == CATALOG[DEFAULT_BACKBONE].preprocessed(size=96)
    assert get_card(small) is small
    assert CATALOG[DEFAULT_BACKBONE].input_size == 224
    assert list(CATALOG[DEFAULT_BACKBONE].sizes) == [96, 128, 160, 192, 224]


def test_a_card_with_another_fit_mode():
    assert get_card(DEFAULT_BACKBONE, fit_mode="crop") is CATALOG[DEFAULT_BACKBONE]
    assert get_card(DEFAULT_BACKBONE, 96, "pad").preprocessing == Preprocessing(96, "pad")
    with pytest.raises(ValueError, match="fit_mode to be one of crop"):
        get_card(DEFAULT_BACKBONE, fit_mode="squash")


def test_a_card_of_ones_own_is_taken():
    own = ModelCard("mine", "Mine", "", "MIT", (), feature_channels=8, preprocessing=Preprocessing(48), stride=16)
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
    with pytest.raises(UnknownModelError, match=r"Expected one of .*efficientnet_lite0_224; got 'resnet'"):
        get_card("resnet")
