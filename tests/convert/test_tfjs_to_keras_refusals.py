"""What cannot be converted exactly is refused, what is damaged ends in one line, and no file is left half-written."""

import copy
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyclassifier.convert.errors import ConvertError, UnsupportedLayerError
from pyclassifier.convert.models import LayersModel
from pyclassifier.convert.rules import write_keras

TOPOLOGY = {
    "class_name": "Model",
    "config": {
        "name": "m",
        "layers": [
            {"name": "x", "class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [None, 5, 3]}}
            | {"inbound_nodes": []},
            {"name": "r", "class_name": "GRU", "config": {"name": "r", "units": 2}}
            | {"inbound_nodes": [[["x", 0, 0, {}]]]},
            {"name": "d", "class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "relu"}}
            | {"inbound_nodes": [[["r", 0, 0, {}]]]},
        ],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["d", 0, 0]],
    },
}
WEIGHTS = {
    "r/kernel": np.ones((3, 6), np.float32),
    "r/recurrent_kernel": np.ones((2, 6), np.float32),
    "r/bias": np.ones(6, np.float32),
    "d/kernel": np.ones((2, 2), np.float32),
    "d/bias": np.ones(2, np.float32),
}
MODEL = LayersModel(TOPOLOGY, WEIGHTS)


def sequential(*layers, shape=(None, 8, 8, 2)):
    source = {"class_name": "InputLayer", "config": {"name": "input", "batch_input_shape": list(shape)}}
    made = [
        {"class_name": name, "config": {"name": f"{name.lower()}_{i}", **config}}
        for i, (name, config) in enumerate(layers)
    ]
    return {"class_name": "Sequential", "config": {"name": "s", "layers": [source, *made]}}


LSTM = {"class_name": "LSTM", "config": {"name": "l", "units": 2, "return_sequences": True}}
REFUSED = {
    "unknown class": sequential(("MyLayer", {})),
    "Lambda": sequential(("Lambda", {"function": ["4wEAAAA="]})),
    "CenterCrop": sequential(("CenterCrop", {"height": 2, "width": 2})),
    "Resizing": sequential(("Resizing", {"height": 2, "width": 2})),
    "RandomWidth": sequential(("RandomWidth", {"factor": 0.2})),
    "RandomHeight": sequential(("RandomHeight", {"factor": 0.2})),
    "CategoryEncoding": sequential(("CategoryEncoding", {"num_tokens": 3, "output_mode": "one_hot"}), shape=(None, 1)),
    "CategoryEncoding of pictures": sequential(("CategoryEncoding", {"num_tokens": 3})),
    "grouped Conv2D": sequential(("Conv2D", {"filters": 2, "kernel_size": 3, "groups": 2})),
    "causal Conv1D": sequential(("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal"}), shape=(None, 8, 2)),
    "Conv1D channels first": sequential(
        ("Conv1D", {"filters": 2, "kernel_size": 3, "data_format": "channels_first"}), shape=(None, 8, 2)
    ),
    "DepthwiseConv2D channels first": sequential(
        ("DepthwiseConv2D", {"kernel_size": 3, "data_format": "channels_first"})
    ),
    "SeparableConv2D channels first": sequential(
        ("SeparableConv2D", {"filters": 2, "kernel_size": 3, "data_format": "channelsFirst"})
    ),
    "BatchNormalization axis": sequential(("BatchNormalization", {"axis": 1})),
    "BatchNormalization list axis": sequential(("BatchNormalization", {"axis": [-1]})),
    "LayerNormalization axes": sequential(("LayerNormalization", {"axis": [2, 1]})),
    "UpSampling2D": sequential(("UpSampling2D", {"size": [3, 3], "interpolation": "bilinear"})),
    "Cropping2D": sequential(("Cropping2D", {"cropping": 1, "data_format": None})),
    "ThresholdedReLU": sequential(("ThresholdedReLU", {"theta": -1})),
    "LeakyReLU": sequential(("LeakyReLU", {"alpha": -1})),
    "ELU": sequential(("ELU", {"alpha": 0.5})),
    "activation": sequential(("Activation", {"activation": "gelu_new"})),
    "GRU reset_after": sequential(("GRU", {"units": 2, "reset_after": True}), shape=(None, 5, 3)),
    "LSTM hard_sigmoid": sequential(("LSTM", {"units": 2, "activation": "hardSigmoid"}), shape=(None, 5, 3)),
    "Bidirectional ConvLSTM2D": sequential(("Bidirectional", {"layer": {"class_name": "ConvLSTM2D", "config": {}}})),
    "Bidirectional RNN": sequential(("Bidirectional", {"layer": {"class_name": "RNN", "config": {}}})),
    "ConvLSTM2D channels first": sequential(
        ("ConvLSTM2D", {"filters": 2, "kernel_size": 3, "data_format": "channels_first"}), shape=(None, 3, 8, 8, 2)
    ),
    "RNN cell": sequential(("RNN", {"cell": {"class_name": "MyCell", "config": {}}}), shape=(None, 5, 3)),
    "mask into pooling": sequential(("Masking", {}), ("GlobalAveragePooling1D", {}), shape=(None, 5, 3)),
    "mask into Bidirectional": sequential(("Masking", {}), ("Bidirectional", {"layer": LSTM}), shape=(None, 5, 3)),
    "mask dropped before LSTM": sequential(
        ("Masking", {}), ("Conv1D", {"filters": 3, "kernel_size": 1}), ("LSTM", {"units": 2}), shape=(None, 5, 3)
    ),
    "mask after LSTM": sequential(
        ("Masking", {}), ("LSTM", {"units": 4}), ("RepeatVector", {"n": 3}), ("LSTM", {"units": 2}), shape=(None, 5, 3)
    ),
    "input dtype": {
        "class_name": "Sequential",
        "config": {
            "layers": [{"class_name": "Flatten", "config": {"batch_input_shape": [1, 2, 3], "dtype": "string"}}]
        },
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_differs_in_keras_is_refused_by_name_and_place(what, tmp_path, monkeypatch):
    monkeypatch.setattr("pyclassifier.convert.rules.tfjs_to_keras.WeightTable.take", lambda *_: np.ones(1, np.float32))
    with pytest.raises(UnsupportedLayerError) as caught:
        write_keras(LayersModel(REFUSED[what], {}), tmp_path / "m.keras")
    assert caught.value.path and caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_weights_without_a_layer_and_layers_without_weights_are_refused(tmp_path):
    with pytest.raises(ConvertError, match="'d/bias'"):
        write_keras(LayersModel(TOPOLOGY, {k: v for k, v in WEIGHTS.items() if k != "d/bias"}), tmp_path / "m.keras")
    with pytest.raises(ConvertError, match="'more/kernel'"):
        write_keras(LayersModel(TOPOLOGY, WEIGHTS | {"more/kernel": np.ones(2)}), tmp_path / "m.keras")


def test_weights_of_other_shapes_are_refused(tmp_path):
    for name, array in WEIGHTS.items():
        changed = WEIGHTS | {name: np.ones((*array.shape[:-1], 7), np.float32)}
        with pytest.raises(ConvertError, match=f"{name} of shape"):
            write_keras(LayersModel(TOPOLOGY, changed), tmp_path / "m.keras")


def test_an_existing_file_is_replaced_only_by_force(tmp_path):
    path = tmp_path / "m.keras"
    path.write_text("mine")
    with pytest.raises(ConvertError, match="exists"):
        write_keras(MODEL, path)
    assert path.read_text() == "mine"
    write_keras(MODEL, path, force=True)
    assert path.read_bytes()[:2] == b"PK" and list(tmp_path.iterdir()) == [path]


def test_the_format_comes_from_the_ending_or_the_caller(tmp_path):
    write_keras(MODEL, tmp_path / "a.hdf5")
    write_keras(MODEL, tmp_path / "b", format="h5")
    assert (tmp_path / "a.hdf5").read_bytes() == (tmp_path / "b").read_bytes()
    with pytest.raises(ConvertError, match=r"\.keras or \.h5"):
        write_keras(MODEL, tmp_path / "c.onnx")


def test_the_same_model_makes_the_same_bytes(tmp_path):
    for name in ("a.keras", "b.keras"):
        write_keras(MODEL, tmp_path / name)
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()


def test_notes_say_what_was_changed(tmp_path):
    notes = write_keras(LayersModel(TOPOLOGY, WEIGHTS, notes=("Before.",)), tmp_path / "m.h5")
    assert notes[0] == "Before." and "1.2 times" in notes[1] and notes[1].startswith("r:")


def test_neither_tensorflow_nor_keras_is_imported(tmp_path):
    code = (
        "import sys, json; import numpy as np; from pyclassifier.convert.models.dialects import LayersModel;"
        "from pyclassifier.convert.rules.tfjs_to_keras import write_keras;"
        f"topology = json.loads({json.dumps(json.dumps(sequential(('Flatten', {}))))});"
        f"write_keras(LayersModel(topology, {{}}), {str(tmp_path / 'm.keras')!r});"
        "print([name for name in sys.modules if name.split('.')[0] in ('tensorflow', 'keras', 'torch', 'jax')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _places(value, way=()):
    yield way
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[key], (*way, key))


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 99), st.floats(), st.text(max_size=8), st.just([]), st.just({}),
    st.just([[["d", 0, 0]]]), st.just(["x", 0, 0]), st.sampled_from(["Sequential", "Model", "LSTM", "Bidirectional"]),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(way=st.sampled_from([way for way in _places(TOPOLOGY) if way]), junk=JUNK)
def test_a_damaged_topology_ends_in_one_line(tmp_path, way, junk):
    topology = copy.deepcopy(TOPOLOGY)
    node = topology
    for key in way[:-1]:
        node = node[key]
    node[way[-1]] = junk
    try:
        write_keras(LayersModel(topology, WEIGHTS), tmp_path / "m.keras", force=True)
    except ConvertError as error:
        assert "\n" not in str(error)
