import copy
import random
from dataclasses import replace

import numpy as np
import pytest
from tfjs_models import (
    MOBILENET,
    conv_model,
    dense_model,
    functional,
    layer,
    needs_mobilenet,
    needs_tfjs,
    nested_model,
    norm_weights,
)

from pyclassifier.convert import ConvertError
from pyclassifier.convert.comparing import compare
from pyclassifier.convert.comparing.probes import probe_inputs
from pyclassifier.convert.editing import cut_at, fold_batchnorm, split_at, summary
from pyclassifier.convert.formats import check_layers, read_tfjs, write_tfjs
from pyclassifier.convert.models import LayersModel, flatten
from pyclassifier.convert.running import Job, run_many, run_tfjs

TOLERANCE = 1e-5  # Relative; folding rounds each weight once more.


def run(folder, *models, layers=()):
    """Outputs of models in tf.js for the first one's probe inputs, the first one's at `layers` too."""
    inputs = probe_inputs(models[0], n_samples=3)
    jobs = []
    for i, model in enumerate(models):
        write_tfjs(model, folder / str(i))
        jobs.append(Job(folder / str(i), inputs))
    jobs += [Job(folder / "0", inputs, layer) for layer in layers]
    outputs = []
    for found in run_many(jobs):
        if isinstance(found, ConvertError):
            raise found
        outputs.append(found.outputs)
    return outputs


def class_names(model):
    return [one["class_name"] for one in flatten(model.topology, model.weights).layers]


@needs_tfjs
@pytest.mark.parametrize("name", ["conv", "conv_bn", "relu", "deep_bn", "pool"])
def test_a_cut_model_gives_the_layers_output(name, tmp_path):
    model = conv_model()
    part = cut_at(model, name)
    _, cut, wanted = run(tmp_path, model, part, layers=[name])
    assert compare(cut, wanted).difference == 0
    assert set(part.weights) < set(model.weights) and f"{name!r}" in part.notes[0]


@needs_tfjs
def test_layers_inside_nested_models_can_be_cut_at(tmp_path):
    nested = nested_model()
    whole, cut, flat = run(tmp_path, nested, cut_at(nested, "extractor/base/relu"), cut_at(conv_model(), "relu"))
    assert compare(cut, flat).difference == 0
    assert whole[0].shape == (3, 5) and cut[0].shape == (3, 8, 8, 4)


def test_labels_of_outputs_that_are_gone_go_too():
    assert cut_at(replace(conv_model(), labels=("a",) * 5), "pool").labels == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [("rellu", "names like it are relu"), ("image", "got the input"), ("nothing like it", "classes")],
)
def test_layers_that_cannot_be_cut_at_are_refused(name, message):
    with pytest.raises(ConvertError, match=message):
        cut_at(conv_model(), name)


def shared_model():
    """A Dense called on two inputs, and a nested model called twice."""
    inner = {**functional("inner", [layer("InputLayer", "x", batch_input_shape=[None, 4], dtype="float32"),
             layer("Dense", "double", "x", units=4)], ["x"], ["double"])}  # fmt: skip
    base = {**inner, "name": "inner", "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]}
    dense = layer("Dense", "shared", "a", units=4)
    dense["inbound_nodes"] = [[["inner", 1, 0, {}]], [["inner", 2, 0, {}]]]
    layers = [
        layer("InputLayer", "a", batch_input_shape=[None, 4], dtype="float32"),
        layer("InputLayer", "b", batch_input_shape=[None, 4], dtype="float32"),
        base,
        dense,
        {**layer("Concatenate", "both", axis=-1), "inbound_nodes": [[["shared", 1, 0, {}], ["shared", 0, 0, {}]]]},
        layer("Activation", "end", "both", activation="tanh"),
    ]
    rng = np.random.default_rng(1)
    sizes = {"double/kernel": (4, 4), "double/bias": 4, "shared/kernel": (4, 4), "shared/bias": 4}
    weights = {name: rng.normal(size=size).astype(np.float32) for name, size in sizes.items()}
    return LayersModel(functional("twice", layers, ["a", "b"], ["end"]), weights)


@needs_tfjs
def test_shared_layers_and_models_are_flattened_exactly(tmp_path):
    model = shared_model()
    flat = replace(model, topology=flatten(model.topology, model.weights).topology())
    given, made, cut, wanted = run(tmp_path, model, flat, cut_at(model, "both"), layers=["both"])
    assert compare(made, given).difference == 0 and compare(cut, wanted).difference == 0
    assert class_names(flat).count("Dense") == 2


def test_a_layer_that_is_used_twice_is_no_place_to_cut():
    with pytest.raises(ConvertError, match="used 2 times"):
        cut_at(shared_model(), "shared")


@needs_tfjs
def test_a_split_model_is_its_two_parts_one_after_the_other(tmp_path):
    model = nested_model()
    first, rest = split_at(model, "extractor/base/relu")
    assert [one["name"] for one in rest.topology["config"]["layers"]][:2] == ["relu_input", "deep"]
    assert first.weights.keys() | rest.weights.keys() == model.weights.keys()
    whole, features = run(tmp_path, model, first)
    write_tfjs(rest, tmp_path / "rest")
    assert compare(run_tfjs(tmp_path / "rest", features).outputs, whole).difference == 0


def test_a_model_is_not_split_where_something_passes_by():
    layers = [*conv_model().topology["config"]["layers"][:4], layer("Add", "sum", "relu", "conv")]
    model = replace(conv_model(), topology=functional("m", layers, ["image"], ["sum"]))
    with pytest.raises(ConvertError, match="'relu': later layers also take conv"):
        split_at(model, "relu")
    with pytest.raises(ConvertError, match="before its end, got 'sum'"):
        split_at(model, "sum")


@needs_tfjs
@pytest.mark.parametrize("make", [conv_model, nested_model])
def test_folded_models_compute_the_same(make, tmp_path):
    model = make()
    folded = fold_batchnorm(model)
    given, made = run(tmp_path, model, folded)
    assert compare(made, given).difference <= TOLERANCE
    assert "BatchNormalization" not in class_names(folded)
    assert folded.notes == ("Folded 2 BatchNormalization layers into the layers before them; 0 are left.",)


KINDS = {
    "Dense": ([6], {"units": 4}, {"kernel": (6, 4)}),
    "Conv1D": ([9, 3], {"filters": 4, "kernel_size": [3]}, {"kernel": (3, 3, 4)}),
    "Conv2D": ([9, 9, 3], {"filters": 4, "kernel_size": [3, 3], "strides": [2, 2]}, {"kernel": (3, 3, 3, 4)}),
    "DepthwiseConv2D": ([9, 9, 2], {"kernel_size": [3, 3], "depth_multiplier": 2}, {"depthwise_kernel": (3, 3, 2, 2)}),
    "SeparableConv2D": (
        [9, 9, 3],
        {"filters": 4, "kernel_size": [3, 3]},
        {"depthwise_kernel": (3, 3, 3, 1), "pointwise_kernel": (1, 1, 3, 4)},
    ),
    "Conv2DTranspose": ([5, 5, 3], {"filters": 4, "kernel_size": [3, 3]}, {"kernel": (3, 3, 4, 3)}),
}
ALL_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


def normed(kind, *, use_bias=True, parts=ALL_PARTS, between=(), axis=-1, **changes):
    shape, config, kernels = KINDS[kind]
    rng = np.random.default_rng(7)
    norm = {"axis": axis, "epsilon": 0.002, "scale": "gamma" in parts, "center": "beta" in parts}
    layers = [
        layer("InputLayer", "x", batch_input_shape=[None, *shape], dtype="float32"),
        layer(kind, "made", "x", **{**config, "use_bias": use_bias, **changes}),
        *between,
        layer("BatchNormalization", "norm", between[-1]["name"] if between else "made", **norm),
    ]
    weights = {f"made/{name}": rng.normal(0, 0.5, size).astype(np.float32) for name, size in kernels.items()}
    if use_bias:
        weights["made/bias"] = rng.normal(size=4).astype(np.float32)
    return LayersModel(functional("n", layers, ["x"], ["norm"]), weights | norm_weights(rng, "norm", 4, parts))


@needs_tfjs
@pytest.mark.parametrize("kind", KINDS)
def test_normalisation_is_folded_into_every_kind_of_kernel(kind, tmp_path):
    variants = [
        normed(kind),
        normed(kind, use_bias=False),
        normed(kind, parts=("moving_mean", "moving_variance")),
        normed(kind, parts=("gamma", "moving_mean", "moving_variance"), use_bias=False),
    ]
    for i, model in enumerate(variants):
        folded = fold_batchnorm(model)
        given, made = run(tmp_path / str(i), model, folded)
        assert compare(made, given).difference <= TOLERANCE
        assert class_names(folded) == ["InputLayer", kind]


@pytest.mark.parametrize(
    "model",
    [
        normed("Conv2D", activation="relu"),
        normed("Conv2D", data_format="channels_first"),
        normed("Conv2D", axis=1),
        normed("Conv2D", between=[layer("ReLU", "relu", "made")]),
        normed("Dense", axis=1),
    ],
    ids=["activation", "channels first", "other axis", "layer between", "unknown rank"],
)
def test_what_would_not_be_exact_is_left_alone(model):
    folded = fold_batchnorm(model)
    assert folded.topology == model.topology and folded.weights.keys() == model.weights.keys()
    assert "1 are left" in folded.notes[0]


def test_a_convolution_that_others_take_too_is_left_alone():
    model = normed("Conv2D")
    layers = [*model.topology["config"]["layers"], layer("Add", "sum", "made")]
    layers[-1]["inbound_nodes"] = [[["made", 0, 0, {}], ["norm", 0, 0, {}]]]
    shared = replace(model, topology=functional("n", layers, ["x"], ["sum"]))
    assert fold_batchnorm(shared).weights.keys() == model.weights.keys()
    as_output = replace(model, topology=functional("n", model.topology["config"]["layers"], ["x"], ["norm", "made"]))
    assert fold_batchnorm(as_output).weights.keys() == model.weights.keys()


def test_the_given_model_is_not_changed():
    model = nested_model()
    before = copy.deepcopy(model)
    fold_batchnorm(model)
    cut_at(model, "relu")
    assert model.topology == before.topology
    assert all(np.array_equal(array, before.weights[name]) for name, array in model.weights.items())


@needs_mobilenet
@needs_tfjs
def test_the_real_mobilenet_is_folded_and_cut(tmp_path):
    model = read_tfjs(MOBILENET / "tfjs")
    folded = fold_batchnorm(model)
    # Cut, it is compared with the folded one: inside, ReLUs make steps of what folding rounds.
    features = cut_at(folded, "conv_pw_13_relu")
    given, whole, cut, wanted = run(tmp_path, folded, model, features, layers=["conv_pw_13_relu"])
    assert compare(given, whole).difference <= TOLERANCE and compare(given, whole).top1 == 1
    assert compare(cut, wanted).difference == 0 and cut[0].shape == (3, 7, 7, 256)
    assert "BatchNormalization" not in class_names(folded)


def test_damaged_topologies_end_in_convert_errors():
    dice = random.Random(3)
    spare = [None, -1, 0, 10**30, "relu", "", [], {}, [[]], [["relu", 0, 0]], 1.5, True, "Sequential"]
    outcomes = set()
    for _ in range(600):
        model = copy.deepcopy(dice.choice([conv_model, nested_model, shared_model, dense_model])())
        place, key = None, None
        value = model.topology
        while isinstance(value, dict | list) and value and (place is None or dice.random() < 0.85):
            place, key = value, dice.choice(list(value) if isinstance(value, dict) else range(len(value)))
            value = value[key]
        place[key] = dice.choice(spare)
        try:
            check_layers(model.topology)
            summary(fold_batchnorm(cut_at(model, "relu")) if "conv" in str(model.weights.keys()) else model)
            probe_inputs(model)
            outcomes.add("read")
        except ConvertError as error:
            assert "\n" not in str(error)
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
