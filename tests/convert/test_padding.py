import numpy as np
import pytest
from tfjs_models import functional, layer, needs_tfjs

from pyclassifier.convert import ConvertError, absorb_padding
from pyclassifier.convert.comparing.probes import probe_inputs
from pyclassifier.convert.formats import write_tfjs
from pyclassifier.convert.models import LayersModel
from pyclassifier.convert.running import Job, run_many


def padded(size=8, padding=((0, 1), (0, 1)), kernel=3, stride=2, kind="Conv2D", takers=1, **changes):
    """Padding, and a convolution without any."""
    shape = [None, *(size if isinstance(size, tuple) else (size, size)), 3]
    config = {"kernel_size": [kernel, kernel], "strides": [stride, stride], "padding": "valid", **changes}
    layers = [
        layer("InputLayer", "x", batch_input_shape=shape, dtype="float32"),
        layer("ZeroPadding2D", "pad", "x", padding=padding),
        layer(kind, "conv", "pad", use_bias=False, **config, **({"filters": 4} if kind == "Conv2D" else {})),
        *(layer("GlobalAveragePooling2D", f"mean{i}", "pad") for i in range(takers - 1)),
    ]
    name, last = ("kernel", 4) if kind == "Conv2D" else ("depthwise_kernel", 1)
    values = np.random.default_rng(3).normal(size=(kernel, kernel, 3, last)).astype(np.float32)
    outputs = ["conv", *(f"mean{i}" for i in range(takers - 1))]
    return LayersModel(functional("m", layers, ["x"], outputs), {f"conv/{name}": values})


EXACT = {
    "even": padded(),
    "odd": padded(7, padding=((1, 1), (1, 1))),
    "sides of their own": padded((8, 7), padding=[[0, 1], [1, 1]]),
    "kernel of 5": padded(8, padding=((1, 2), (1, 2)), kernel=5),
    "one number": padded(8, padding=1, stride=1),
    "depthwise": padded(kind="DepthwiseConv2D"),
}
OTHER = {
    "odd": padded(7),
    "both sides": padded(padding=((1, 1), (1, 1))),
    "unknown size": padded((None, None)),
    "two takers": padded(takers=2),
    "channels first": padded(data_format="channels_first"),
    "dilated": padded(stride=1, padding=((2, 2), (2, 2)), dilation_rate=[2, 2]),
}


def kinds(model):
    return [one["class_name"] for one in model.topology["config"]["layers"]]


@needs_tfjs
@pytest.mark.parametrize("name", EXACT)
def test_a_convolution_pads_for_itself_where_that_is_the_same(name, tmp_path):
    model = EXACT[name]
    made = absorb_padding(model)
    assert kinds(made)[1] == "Activation" and made.notes == (
        "1 ZeroPadding2D layers are idle: the convolutions after them pad.",
    )
    inputs = probe_inputs(model, n_samples=2)
    for i, one in enumerate((model, made)):
        write_tfjs(one, tmp_path / str(i))
    first, second = run_many([Job(tmp_path / str(i), inputs) for i in range(2)])
    np.testing.assert_allclose(second.outputs[0], first.outputs[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", OTHER)
def test_what_would_not_be_the_same_is_left_alone(name):
    assert absorb_padding(OTHER[name]).topology == OTHER[name].topology


def test_it_must_be_the_same_at_every_size_that_is_asked_for():
    assert kinds(absorb_padding(padded(8), sizes=[16, 32]))[1] == "Activation"
    assert kinds(absorb_padding(padded(8), sizes=[16, 9]))[1] == "ZeroPadding2D"
    assert kinds(absorb_padding(padded(8), keep=["pad"]))[1] == "ZeroPadding2D"


def test_odd_settings_are_refused():
    with pytest.raises(ConvertError, match="settings of 'conv'"):
        absorb_padding(padded(kernel_size="three"))
