import numpy as np
import pytest
from tfjs_models import MOBILENET, conv_model, functional, layer, needs_mobilenet, needs_tfjs, nested_model

from pyclassifier.convert.comparing.probes import probe_inputs
from pyclassifier.convert.editing import summary
from pyclassifier.convert.formats import read_tfjs, write_tfjs
from pyclassifier.convert.models import LayersModel, flatten, output_shapes
from pyclassifier.convert.running import Job, run_many, run_tfjs

IMAGE = [None, 17, 12, 3]
SEQUENCE = [None, 9, 4]
CASES = [
    (IMAGE, "Conv2D", {"filters": 5, "kernel_size": [3, 2], "strides": [2, 3], "padding": "valid"}),
    (IMAGE, "Conv2D", {"filters": 5, "kernel_size": [3, 2], "strides": [2, 3], "padding": "same"}),
    (IMAGE, "Conv2D", {"filters": 5, "kernel_size": [3, 3], "dilation_rate": [2, 2]}),
    (IMAGE, "Conv2D", {"filters": 5, "kernel_size": 3, "strides": 2}),
    (IMAGE, "SeparableConv2D", {"filters": 5, "kernel_size": [3, 3], "depth_multiplier": 2}),
    (IMAGE, "DepthwiseConv2D", {"kernel_size": [3, 3], "depth_multiplier": 2, "strides": [2, 2], "padding": "same"}),
    (IMAGE, "Conv2DTranspose", {"filters": 4, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same"}),
    (IMAGE, "Conv2DTranspose", {"filters": 4, "kernel_size": [3, 1], "strides": [2, 2], "padding": "valid"}),
    (IMAGE, "MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}),
    (IMAGE, "AveragePooling2D", {"pool_size": [3, 3], "strides": None, "padding": "same"}),
    (IMAGE, "GlobalMaxPooling2D", {}),
    (IMAGE, "ZeroPadding2D", {"padding": [[0, 1], [2, 3]]}),
    (IMAGE, "Cropping2D", {"cropping": [[0, 1], [2, 3]]}),
    (IMAGE, "UpSampling2D", {"size": [2, 3]}),
    (IMAGE, "Flatten", {}),
    (IMAGE, "Reshape", {"target_shape": [-1, 6]}),
    (IMAGE, "Permute", {"dims": [3, 1, 2]}),
    (IMAGE, "Dropout", {"rate": 0.5}),
    (IMAGE, "TimeDistributed", {"layer": {"class_name": "Dense", "config": {"name": "inner", "units": 7}}}),
    (SEQUENCE, "Conv1D", {"filters": 5, "kernel_size": [3], "padding": "same"}),
    (SEQUENCE, "MaxPooling1D", {"pool_size": [2], "strides": [2]}),
    (SEQUENCE, "LSTM", {"units": 6}),
    (SEQUENCE, "GRU", {"units": 6, "return_sequences": True, "reset_after": False}),
    (SEQUENCE, "Bidirectional", {"layer": {"class_name": "SimpleRNN", "config": {"name": "inner", "units": 7}}}),
    ([None, 9], "RepeatVector", {"n": 4}),
    ([None, 9], "Dense", {"units": 4}),
    ([None, 9], "Embedding", {"input_dim": 10, "output_dim": 4}),
]


@needs_tfjs
@pytest.mark.parametrize(
    ("shape", "kind", "config"), CASES, ids=[f"{kind}-{i}" for i, (_, kind, _) in enumerate(CASES)]
)
def test_shapes_are_those_that_tfjs_works_out(shape, kind, config, tmp_path):
    layers = [layer("InputLayer", "x", batch_input_shape=shape, dtype="float32"), layer(kind, "made", "x", **config)]
    topology = functional("one", layers, ["x"], ["made"])
    (given,) = probe_inputs(LayersModel(topology, {}), n_samples=2)
    write_tfjs(LayersModel(topology, {}), tmp_path / "m")
    (run,) = run_many([Job(tmp_path / "m", [given], strict=False)])
    made = run.outputs[0].shape
    worked_out = output_shapes(flatten(topology))["made"]
    assert worked_out is not None and worked_out[1:] == made[1:]


@needs_mobilenet
@needs_tfjs
def test_every_shape_of_the_real_mobilenet_is_right():
    model = read_tfjs(MOBILENET / "tfjs")
    shapes = run_tfjs(MOBILENET / "tfjs", probe_inputs(model, n_samples=1)).shapes
    for name, shape in output_shapes(flatten(model.topology)).items():
        assert [list(shape)] == (shapes[name] if isinstance(shapes[name][0], list) else [shapes[name]])


def test_the_table_is_as_keras_prints_it():
    lines = summary(conv_model()).splitlines()
    assert lines[0] == 'Model: "small"'
    assert lines[2].split() == ["┃", "Layer", "(type)", "┃", "Output", "Shape", "┃", "Param", "#", "┃"]
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert rows[0] == ["image (InputLayer)", "(None, 8, 8, 3)", "0"]
    assert rows[1] == ["conv (Conv2D)", "(None, 8, 8, 4)", "108"]
    assert rows[2] == ["conv_bn (BatchNormalization)", "(None, 8, 8, 4)", "16"]
    assert rows[-1] == ["classes (Dense)", "(None, 5)", "45"]
    # 108 + 16 + 80 + 24 + 45, of which the two moving means and variances are not trained.
    assert lines[-3:] == [
        " Total params: 273 (1.07 KB)",
        " Trainable params: 249 (996.00 B)",
        " Non-trainable params: 24 (96.00 B)",
    ]
    assert len({len(line) for line in lines[1:-3]}) == 1


def test_the_figures_are_keras_own(tmp_path):
    keras = pytest.importorskip("keras")
    from pyclassifier.convert.rules import write_keras

    write_keras(conv_model(), tmp_path / "m.keras")
    lines = []
    keras.models.load_model(tmp_path / "m.keras").summary(print_fn=lambda line, **_: lines.append(line))
    theirs = [line.strip() for line in "\n".join(lines).splitlines() if "params:" in line]
    assert theirs == [line.strip() for line in summary(conv_model()).splitlines()[-3:]]


def test_graphs_say_what_each_layer_takes_and_nested_models_are_opened():
    layers = [
        layer("InputLayer", "x", batch_input_shape=[None, 4], dtype="float32"),
        layer("Dense", "a", "x", units=4),
        {**layer("Add", "sum"), "inbound_nodes": [[["a", 0, 0, {}], ["x", 0, 0, {}]]]},
        layer("Mystery", "new", "sum"),
    ]
    weights = {"a/kernel": np.zeros((4, 4), np.float32)}
    text = summary(LayersModel(functional("g", layers, ["x"], ["new"]), weights))
    assert "Connected to" in text and "a[0][0], x[0][0]" in text
    assert any(line.split()[1:5] == ["new", "(Mystery)", "│", "?"] for line in text.splitlines())
    assert "deep (DepthwiseConv2D)" in summary(nested_model())
