import copy
import json

import numpy as np
import pytest

from pyclassifier.backbones import (
    feature_extractor,
    head,
    initial_weights,
    input_size,
    leaf_layers,
    model_config,
    pooling_of,
    sequential,
)

BACKBONE = {
    "class_name": "Model",
    "config": {
        "name": "backbone",
        "layers": [
            {
                "class_name": "InputLayer",
                "name": "input_1",
                "config": {"name": "input_1", "batch_input_shape": [None, 224, 224, 3], "dtype": "float32"},
                "inbound_nodes": [],
            },
            {
                "class_name": "Conv2D",
                "name": "conv1",
                "config": {"name": "conv1", "filters": 8},
                "inbound_nodes": [[["input_1", 0, 0, {}]]],
            },
        ],
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["conv1", 0, 0]],
    },
}


@pytest.mark.parametrize(("pooling", "layer"), [("avg", "GlobalAveragePooling2D"), ("flatten", "Flatten")])
def test_an_extractor_is_the_backbone_and_a_pooling_layer(pooling, layer):
    extractor = feature_extractor(BACKBONE, 96, pooling)
    backbone, pool = extractor["config"]["layers"]
    assert extractor["class_name"] == "Sequential" and backbone["class_name"] == "Model"
    assert pool["class_name"] == layer and pooling_of(extractor) == pooling
    assert input_size(extractor) == 96
    assert [leaf["config"]["name"] for leaf in leaf_layers(extractor)] == ["input_1", "conv1", "feature_pooling"]


def test_the_backbone_given_is_left_alone():
    before = copy.deepcopy(BACKBONE)
    feature_extractor(BACKBONE, 96, "avg")["config"]["layers"][0]["config"]["name"] = "changed"
    assert before == BACKBONE


def test_an_unknown_pooling_is_an_error():
    with pytest.raises(ValueError, match="Expected pooling to be one of avg, flatten; got 'max'"):
        feature_extractor(BACKBONE, 96, "max")


def test_the_head_is_teachable_machines():
    # Two Dense layers, softmax without bias, as its `TeachableMobileNet.train` builds them.
    topology = head(1024, 100, 3)
    hidden, probabilities = (layer["config"] for layer in topology["config"]["layers"])
    assert {layer["class_name"] for layer in topology["config"]["layers"]} == {"Dense"}
    assert hidden["batch_input_shape"] == [None, 1024]
    assert (hidden["units"], hidden["activation"], hidden["use_bias"]) == (100, "relu", True)
    assert (probabilities["units"], probabilities["activation"], probabilities["use_bias"]) == (3, "softmax", False)


def test_the_head_without_hidden_layer_is_one_layer_with_a_bias():
    (probabilities,) = (layer["config"] for layer in head(1024, 0, 3)["config"]["layers"])
    assert probabilities["batch_input_shape"] == [None, 1024]
    assert (probabilities["units"], probabilities["activation"], probabilities["use_bias"]) == (3, "softmax", True)


def test_topologies_are_plain_data_in_the_old_dialect():
    text = json.dumps(sequential("all", [feature_extractor(BACKBONE, 64, "avg"), head(8, 4, 2)]))
    assert "batch_input_shape" in text and '"batch_shape"' not in text and "Functional" not in text


@pytest.mark.parametrize("units", [-1, 2.0, "100", None])
def test_impossible_hidden_units_are_an_error(units):
    with pytest.raises(ValueError, match="Expected hidden_units to be a whole number of at least 0"):
        head(10, units, 2)


def test_initial_weights_follow_glorots_uniform_rule():
    topology = head(600, 400, 200)
    weights = initial_weights(topology, np.random.default_rng(0))
    assert list(weights) == ["head_hidden/kernel", "head_hidden/bias", "head_probabilities/kernel"]
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    assert weights["head_hidden/bias"].shape == (400,) and not weights["head_hidden/bias"].any()
    for name, (n_in, n_out) in {"head_hidden": (600, 400), "head_probabilities": (400, 200)}.items():
        kernel = weights[f"{name}/kernel"]
        # Glorot & Bengio (2010), equation 16: variance 2 / (n_in + n_out), uniform in +-sqrt(6 / (n_in + n_out)).
        limit = np.sqrt(6 / (n_in + n_out))
        assert kernel.shape == (n_in, n_out) and np.abs(kernel).max() <= limit
        # 80,000 draws and more: the sample's variance is within 2 % (5 standard errors are 1.6 %).
        assert kernel.var() == pytest.approx(2 / (n_in + n_out), rel=0.02)
        assert np.abs(kernel).max() > 0.999 * limit


def test_the_generator_decides_the_initial_weights():
    first, same, other = (initial_weights(head(9, 5, 2), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first["head_hidden/kernel"], same["head_hidden/kernel"])
    assert not np.array_equal(first["head_hidden/kernel"], other["head_hidden/kernel"])


def test_the_config_is_found_at_both_depths():
    config = sequential("all", [])
    assert model_config({"modelTopology": config}) is config
    assert model_config({"modelTopology": {"model_config": config, "keras_version": "2.2.4"}}) is config


@pytest.mark.parametrize(
    "shape",
    [
        [None, 224, 192, 3],
        [None, 224, 224, 1],
        [None, 224, 224],
        [None, None, None, 3],
        [None, 0, 0, 3],
        [None, -32, -32, 3],
        [None, 96.0, 96.0, 3],
        [None, True, True, 3],
        [None, "96", "96", 3],
        [None, 10**6, 10**6, 3],
        [],
    ],
)
def test_an_input_that_is_no_square_rgb_picture_is_an_error(shape):
    layer = {"class_name": "InputLayer", "config": {"name": "input", "batch_input_shape": shape}}
    with pytest.raises(ValueError, match="Expected"):
        input_size(sequential("outer", [sequential("inner", [layer])]))


def test_a_model_that_states_no_input_is_an_error():
    with pytest.raises(ValueError, match="first layer states its input shape"):
        input_size(sequential("outer", [sequential("inner", [])]))
