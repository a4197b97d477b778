"""Backbones side by side are one network, which computes what each of them does: also at the borders of pictures."""

from dataclasses import replace

import numpy as np
import pytest

from pyclassifier import ModelCard
from pyclassifier.backbones import Preprocessing, join_backbones, join_weights, side_by_side
from pyclassifier.convert import KerasModel
from pyclassifier.convert.rules import evaluate
from pyclassifier.embedding import make_batch

OTHERS = {
    "the same": Preprocessing(8),
    "another scale": Preprocessing(8, mean=(127.0,) * 3, std=(128.0,) * 3),
    "by channel": Preprocessing(8, mean=(123.7, 116.8, 103.9), std=(58.4, 57.1, 57.4)),
    "other order": Preprocessing(8, mean=(103.9, 116.8, 123.7), std=(1.0, 1.0, 1.0), channel_order="bgr"),
}


def tiny_backbone(name: str, filters: int, seed: int):
    """A convolution that pads, so that borders count, and a card for it."""
    rng = np.random.default_rng(seed)
    conv = {"filters": filters, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "activation": "relu"}
    layers = [
        {
            "class_name": "InputLayer",
            "name": "input_1",
            "config": {"name": "input_1", "batch_input_shape": [None, 8, 8, 3], "dtype": "float32"},
            "inbound_nodes": [],
        },
        {
            "class_name": "Conv2D",
            "name": "conv1",
            "config": {"name": "conv1", **conv, "use_bias": True},
            "inbound_nodes": [[["input_1", 0, 0, {}]]],
        },
    ]
    ends = {"input_layers": [["input_1", 0, 0]], "output_layers": [["conv1", 0, 0]]}
    topology = {"class_name": "Model", "config": {"name": name, "layers": layers, **ends}}
    weights = {
        "conv1/kernel": rng.normal(0, 1, (3, 3, 3, filters)).astype(np.float32),
        "conv1/bias": rng.normal(0, 1, filters).astype(np.float32),
    }
    card = ModelCard(name, name, "", "MIT", (), feature_channels=filters, preprocessing=Preprocessing(8), stride=2)
    return card, topology, weights


def run(topology, weights, X):
    by_layer = {}
    for name, array in weights.items():
        by_layer.setdefault(name.rpartition("/")[0], []).append(array)
    return evaluate(KerasModel(topology, by_layer, "2.15.0", "h5"), [X]).outputs[0]


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_joined_layers_give_what_each_backbone_gives(other):
    """By the converter's numpy, which is checked against Keras and tf.js; same names in both, borders that pad."""
    (first, *one), (second, *two) = tiny_backbone("one", 4, 0), tiny_backbone("two", 5, 1)
    second = replace(second, preprocessing=other)
    card = side_by_side(first, second)
    joined = join_backbones(card, [one[0], two[0]])
    weights = join_weights(card, [one[0], two[0]], [one[1], two[1]])
    photo = np.random.default_rng(2).integers(0, 256, (8, 8, 3), np.uint8)
    expected = [run(*one, make_batch([photo], first.preprocessing)), run(*two, make_batch([photo], other))]
    found = run(joined, weights, make_batch([photo], first.preprocessing))
    assert found.shape == (1, 4, 4, 9)
    assert np.abs(found - np.concatenate(expected, axis=-1)).max() < 1e-5 * max(1, np.abs(expected[1]).max())
