"""Every layer that tf.js 4.22 registers is converted in both directions and tried, or refused for a reason."""

from __future__ import annotations

import json
import subprocess

import pytest
from test_tfjs_to_keras import _tfjs
from tfjs_models import needs_tfjs

from pyclassifier.convert.models import MODELS
from pyclassifier.convert.rules.keras_to_tfjs import walker as forwards
from pyclassifier.convert.rules.tfjs_to_keras import layers as backwards
from pyclassifier.convert.running import find_node, find_node_modules

pytestmark = needs_tfjs

CELLS = {"SimpleRNNCell", "GRUCell", "LSTMCell", "StackedRNNCells"}  # Inside RNN.
BUILT_IN = {*MODELS, "InputLayer", "TimeDistributed", "Bidirectional", *CELLS}
REFUSED = {
    "CenterCrop": "tf.js crops other pixels than Keras does",
    "Resizing": "tf.js resizes by another rule than Keras does",
    "RandomWidth": "tf.js changes pictures at random even outside of training",
    "ConvLSTM2DCell": "Keras has it, but no public RNN of it",
}
NOT_IN_KERAS_3 = {"ConvLSTM2DCell"}
_SCRIPT = """
const tf = require(process.argv[1] + "/@tensorflow/tfjs");
const known = tf.serialization.SerializationMap.getMap().classNameMap;
const isLayer = (one) => one === tf.layers.Layer || (one !== null && isLayer(Object.getPrototypeOf(one)));
console.log(JSON.stringify(Object.keys(known).filter((name) => isLayer(known[name][0]))));
"""


@pytest.fixture(scope="module")
def registered():
    command = [find_node(), "-e", _SCRIPT, str(find_node_modules())]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(printed.splitlines()[-1]))


def test_the_registry_is_that_of_4_22(registered):
    assert len(registered) == 69 and {"Dense", "RNN", "ConvLSTM2D", "RandomWidth"} <= registered


def test_each_layer_goes_to_keras_or_is_refused(registered):
    converted = set(backwards.RULES) | BUILT_IN
    assert registered - converted == set(REFUSED)
    assert not converted & set(REFUSED)


def test_each_layer_comes_from_keras_or_is_not_there(registered):
    converted = set(forwards._RULES) | BUILT_IN
    assert registered - converted == NOT_IN_KERAS_3


def test_each_layer_that_goes_to_keras_is_tried_in_tfjs(registered):
    tried = {name.split("/")[0] for name in _tfjs("--list")}
    inside = {"InputLayer", "Functional", *CELLS}  # In cases of RNN, Model and Topology.
    assert registered - set(REFUSED) - inside <= tried
