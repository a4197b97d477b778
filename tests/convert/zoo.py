"""Models of many kinds, built by Keras 3 or tf_keras in a process of its own, with what they compute.

    python zoo.py {keras,tf_keras} FOLDER [NAME ...]

For each model: NAME.keras, NAME.h5 and NAME.npz with seeded inputs (x0 ...) and Keras's outputs (y0 ...).
"""

from __future__ import annotations

import os
import sys
import traceback
import zlib
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np

MODELS = {}


def model(*, only=None, full=False):
    """Register a function (keras, layers) -> model, for one generation of Keras or both."""

    def register(function):
        MODELS[function.__name__] = function, only, full
        return function

    return register


def chain(name, shape, *make, only=None, full=False):
    """Register a model of layers one after another; each is made by a function of `layers`."""

    def build(K, L):
        x = entry = K.Input(shape)
        for one in make:
            x = one(L)(x)
        return K.Model(entry, x)

    MODELS[name] = build, only, full


IMAGE = (9, 8, 6)
LINE = (10, 6)

for act in [
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "relu6",
    "silu",
    "gelu",
    "mish",
    "linear",
    "hard_sigmoid",
]:
    only = "keras" if act == "relu6" else None
    chain(f"act_{act}", (7,), lambda L, a=act: L.Dense(5, activation=a), only=only, full=act in ("tanh", "linear"))
for act in [
    "log_softmax",
    "leaky_relu",
    "hard_silu",
    "hard_tanh",
    "celu",
    "log_sigmoid",
    "tanh_shrink",
    "soft_shrink",
    "hard_shrink",
]:
    chain(f"act_{act}", (7,), lambda L, a=act: L.Dense(5, activation=a), only="keras")
for act in ["sparse_plus", "sparse_sigmoid", "hard_swish"]:
    chain(f"act_{act}", (7,), lambda L, a=act: L.Activation(a), only="keras", full=True)
chain("act_conv_silu", IMAGE, lambda L: L.Conv2D(4, 3, activation="silu"))
chain("act_conv_hard_sigmoid", IMAGE, lambda L: L.Conv2D(4, 3, activation="hard_sigmoid"))
for i, args in enumerate([
    {}, {"max_value": 6.0}, {"negative_slope": 0.1}, {"threshold": 0.4}, {"max_value": 1.5, "negative_slope": 0.2},
    {"max_value": 2.0, "threshold": 0.5}, {"max_value": 1.0, "threshold": 0.3, "negative_slope": 0.1},
    {"threshold": 0.3, "negative_slope": 0.1},
]):  # fmt: skip
    chain(f"relu_{i}", (40,), lambda L, a=args: L.ReLU(**a), full=i in (0, 1))
chain("leaky", (9,), lambda L: L.LeakyReLU(0.17))
chain("leaky_default", (9,), lambda L: L.LeakyReLU(), full=True)
chain("elu_alpha", (9,), lambda L: L.ELU(0.6))
chain("prelu", IMAGE, lambda L: L.PReLU(shared_axes=[1, 2]))
chain("prelu_full", (5,), lambda L: L.PReLU(), full=True)
chain("softmax_axis", (4, 5), lambda L: L.Softmax(axis=1))
chain("thresholded", (9,), lambda L: L.ThresholdedReLU(0.3), only="tf_keras")

for rank, shape in ((1, LINE), (2, IMAGE), (3, (5, 6, 7, 3))):
    for label, args in {
        "same": {"padding": "same", "strides": 2}, "valid": {"use_bias": False}, "dilated": {"dilation_rate": 2},
        "groups": {"groups": 3}, "same_dilated": {"padding": "same", "dilation_rate": 2},
    }.items():  # fmt: skip
        if not (rank == 3 and "dilated" in label):
            chain(
                f"conv{rank}d_{label}",
                shape,
                lambda L, r=rank, a=args: getattr(L, f"Conv{r}D")(6, 3, **a),
                full=rank == 3,
            )
    for label, args in {"same": {"padding": "same", "strides": 2}, "valid": {"strides": 2}}.items():
        chain(
            f"conv{rank}d_transpose_{label}",
            shape,
            lambda L, r=rank, a=args: getattr(L, f"Conv{r}DTranspose")(4, 3, **a),
        )
    for kind in ("Max", "Average"):
        for padding in ("same", "valid"):
            chain(
                f"pool_{kind}_{rank}d_{padding}", shape,
                lambda L, k=kind, r=rank, p=padding: getattr(L, f"{k}Pooling{r}D")(3, 2, padding=p), full=rank == 3,
            )  # fmt: skip
        for keep in (False, True):
            chain(
                f"global_{kind}_{rank}d_{keep}", shape,
                lambda L, k=kind, r=rank, f=keep: getattr(L, f"Global{k}Pooling{r}D")(keepdims=f),
            )  # fmt: skip
    chain(f"pad_{rank}d", shape, lambda L, r=rank: getattr(L, f"ZeroPadding{r}D")(2))
    chain(f"crop_{rank}d", shape, lambda L, r=rank: getattr(L, f"Cropping{r}D")(1))
    chain(f"up_{rank}d", shape, lambda L, r=rank: getattr(L, f"UpSampling{r}D")(3))
    chain(f"spatial_dropout_{rank}d", shape, lambda L, r=rank: getattr(L, f"SpatialDropout{r}D")(0.3))
chain("conv1d_causal", LINE, lambda L: L.Conv1D(5, 3, padding="causal", dilation_rate=2))
chain("conv2d_strides", (11, 10, 3), lambda L: L.Conv2D(4, (3, 2), strides=(2, 1), padding="same"))
chain("conv2d_transpose_wide_stride", IMAGE, lambda L: L.Conv2DTranspose(4, 2, strides=3))
for label, args in {
    "plain": {}, "same_strides": {"padding": "same", "strides": 2}, "multiplier": {"depth_multiplier": 2},
    "dilated": {"dilation_rate": 2}, "dilated_same": {"dilation_rate": (2, 2), "padding": "same", "activation": "relu"},
}.items():  # fmt: skip
    chain(f"depthwise_{label}", IMAGE, lambda L, a=args: L.DepthwiseConv2D(3, **a))
    chain(f"separable_{label}", IMAGE, lambda L, a=args: L.SeparableConv2D(5, 3, **a))
chain("depthwise_1d", LINE, lambda L: L.DepthwiseConv1D(3, padding="same"))
chain("depthwise_1d_strides", LINE, lambda L: L.DepthwiseConv1D(3, strides=2, depth_multiplier=2), full=True)
chain("separable_1d", LINE, lambda L: L.SeparableConv1D(5, 3, padding="same", activation="gelu"))
chain("separable_1d_causal", LINE, lambda L: L.SeparableConv1D(5, 3, padding="causal"), only="tf_keras")
chain("pad_2d_odd", IMAGE, lambda L: L.ZeroPadding2D(((0, 1), (2, 3))))
chain("crop_2d_odd", IMAGE, lambda L: L.Cropping2D(((0, 1), (2, 3))))
chain("up_2d_bilinear", (4, 5, 3), lambda L: L.UpSampling2D((2, 3), interpolation="bilinear"))
chain("resizing", (7, 9, 3), lambda L: L.Resizing(5, 12))
chain("resizing_nearest", (7, 9, 3), lambda L: L.Resizing(5, 12, interpolation="nearest"))
chain("center_crop", IMAGE, lambda L: L.CenterCrop(4, 5))
chain("pool_first", IMAGE, lambda L: L.GlobalAveragePooling2D(data_format="channels_first"))
chain(
    "global_first",
    (3, 8, 9),
    lambda L: L.GlobalMaxPooling2D(data_format="channels_first", keepdims=True),
    lambda L: L.Flatten(),
)

chain("batch_norm", IMAGE, lambda L: L.BatchNormalization())
chain("batch_norm_bare", (5,), lambda L: L.BatchNormalization(scale=False, center=False, epsilon=0.01))
chain("batch_norm_axis_1", IMAGE, lambda L: L.BatchNormalization(axis=1))
chain("batch_norm_3", LINE, lambda L: L.BatchNormalization(scale=False), full=True)
chain("batch_norm_5", (3, 4, 5, 2), lambda L: L.BatchNormalization())
chain("layer_norm", LINE, lambda L: L.LayerNormalization())
chain("layer_norm_2", (6,), lambda L: L.LayerNormalization(epsilon=1e-5), full=True)
chain("layer_norm_axes", IMAGE, lambda L: L.LayerNormalization(axis=[1, 2, 3]))
chain("layer_norm_axis_1", IMAGE, lambda L: L.LayerNormalization(axis=1, scale=False))
chain("layer_norm_5", (3, 4, 5, 2), lambda L: L.LayerNormalization())
chain("group_norm", IMAGE, lambda L: L.GroupNormalization(3))
chain("group_norm_instance", LINE, lambda L: L.GroupNormalization(-1, scale=False), full=True)
chain("unit_norm", (6,), lambda L: L.UnitNormalization())
chain("unit_norm_axis", (4, 6), lambda L: L.UnitNormalization(axis=1))
chain("rms_norm", (4, 6), lambda L: L.RMSNormalization(), only="keras")
chain("normalization", IMAGE, lambda L: L.Normalization(mean=[1.0, 2, 3, 4, 5, 6], variance=[1.0, 4, 9, 2, 3, 1]))
chain("normalization_scalar", (6,), lambda L: L.Normalization(axis=None, mean=2.0, variance=3.0))
chain("rescaling", IMAGE, lambda L: L.Rescaling(1 / 127.5, -1))
chain("rescaling_list", (4, 4, 3), lambda L: L.Rescaling([0.1, 0.2, 0.3], [1.0, 2.0, 3.0]), only="keras")
chain(
    "random",
    (8, 8, 3),
    lambda L: L.RandomFlip(),
    lambda L: L.RandomRotation(0.1),
    lambda L: L.RandomZoom(0.2),
    lambda L: L.Conv2D(2, 3),
)
chain("normalization_axis", (3, 4), lambda L: L.Normalization(axis=1, mean=[1.0, 2, 3], variance=[1.0, 4, 9]))
chain(
    "open_size",
    (None, None, 3),
    lambda L: L.ZeroPadding2D(1),
    lambda L: L.Conv2D(4, 3),
    lambda L: L.BatchNormalization(),
    lambda L: L.UpSampling2D(),
    lambda L: L.GlobalAveragePooling2D(keepdims=True),
)
chain("flatten_first", (3, 4, 5), lambda L: L.Flatten(data_format="channels_first"))
chain("dense_ranks", (3, 4, 5), lambda L: L.Dense(2, activation="softmax"))
for word, given in {
    "Flip": (), "Rotation": (0.3,), "Zoom": (0.3,), "Translation": (0.3, 0.3), "Contrast": (0.3,), "Shear": (),
    "Hue": (0.3,), "Grayscale": (), "ColorJitter": (), "Erasing": (), "GaussianBlur": (), "Invert": (),
    "Perspective": (), "ElasticTransform": (),
}.items():  # fmt: skip
    old = word in ("Flip", "Rotation", "Zoom", "Translation", "Contrast")
    chain(
        f"random_{word}",
        (8, 8, 3),
        lambda L, w=word, g=given: getattr(L, f"Random{w}")(*g),
        only=None if old else "keras",
        full=True,
    )
chain(
    "drops",
    LINE,
    lambda L: L.Dropout(0.5),
    lambda L: L.GaussianNoise(0.2),
    lambda L: L.GaussianDropout(0.3),
    lambda L: L.AlphaDropout(0.2),
    lambda L: L.ActivityRegularization(0.1),
    lambda L: L.Dense(3),
)
chain(
    "shapes",
    (4, 6),
    lambda L: L.Reshape((3, -1)),
    lambda L: L.Permute((2, 1)),
    lambda L: L.Flatten(),
    lambda L: L.RepeatVector(3),
    lambda L: L.Dense(2),
)
chain("embedding", (7,), lambda L: L.Embedding(20, 4), lambda L: L.Flatten())
chain("einsum_dense", (4, 6), lambda L: L.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d"))
chain(
    "spec",
    (6,),
    lambda L: L.Dense(
        4,
        kernel_initializer="orthogonal",
        kernel_regularizer="l2",
        kernel_constraint="max_norm",
        activity_regularizer="l1",
    ),
    lambda L: L.Dense(3, kernel_initializer="lecun_normal", bias_constraint="non_neg"),
)

for cell in ("SimpleRNN", "LSTM", "GRU"):
    extra = {"reset_after": False} if cell == "GRU" else {}
    for label, args in {
        "last": {}, "sequence": {"return_sequences": True}, "back": {"go_backwards": True, "use_bias": False},
    }.items():  # fmt: skip
        chain(f"{cell}_{label}", LINE, lambda L, c=cell, a=args, e=extra: getattr(L, c)(5, **a, **e))
    for mode in ("concat", "sum", "ave", "mul"):
        chain(
            f"bi_{cell}_{mode}", LINE,
            lambda L, c=cell, m=mode, e=extra: L.Bidirectional(
                getattr(L, c)(4, return_sequences=m != "sum", **e), merge_mode=m
            ),
            full=mode in ("ave", "mul"),
        )  # fmt: skip
    if cell != "SimpleRNN":
        chain(
            f"{cell}_hard", LINE, lambda L, c=cell, e=extra: getattr(L, c)(5, recurrent_activation="hard_sigmoid", **e)
        )
    chain(
        f"masked_{cell}",
        (7,),
        lambda L: L.Embedding(20, 4, mask_zero=True),
        lambda L, c=cell, e=extra: getattr(L, c)(5, return_sequences=True, **e),
        lambda L, c=cell, e=extra: getattr(L, c)(3, **e),
    )
for label, args in {
    "last": {}, "sequence": {"return_sequences": True, "use_bias": False}, "back": {"go_backwards": True},
    "hard": {"recurrent_activation": "hard_sigmoid", "activation": "relu"},
}.items():  # fmt: skip
    chain(f"gru_after_{label}", LINE, lambda L, a=args: L.GRU(5, **a))
chain("gru_after_bi", LINE, lambda L: L.Bidirectional(L.GRU(4, return_sequences=True)), lambda L: L.GRU(3))
chain("masked_gru_after", (7,), lambda L: L.Embedding(20, 4, mask_zero=True), lambda L: L.GRU(5))
chain("masking", LINE, lambda L: L.Masking(0.0), lambda L: L.LSTM(4))
chain("conv_lstm", (3, 6, 6, 2), lambda L: L.ConvLSTM2D(3, 3, padding="same"))
chain("conv_lstm_sequence", (3, 6, 6, 2), lambda L: L.ConvLSTM2D(3, 3, return_sequences=True), full=True)
chain("time_dense", LINE, lambda L: L.TimeDistributed(L.Dense(4, activation="relu")))
chain(
    "time_conv",
    (3, 8, 8, 2),
    lambda L: L.TimeDistributed(L.Conv2D(4, 3, activation="silu")),
    lambda L: L.TimeDistributed(L.GlobalAveragePooling2D()),
)


@model()
def time_model(K, L):
    inner = K.Sequential([K.Input((6,)), L.Dense(5, activation="relu"), L.BatchNormalization(), L.Dropout(0.2)])
    entry = K.Input(LINE)
    return K.Model(entry, L.LSTM(3)(L.TimeDistributed(inner)(entry)))


@model()
def merges(K, L):
    a, b = K.Input((4, 5)), K.Input((4, 5))
    parts = [getattr(L, n)()([a, b]) for n in ("Add", "Multiply", "Subtract", "Average", "Maximum", "Minimum")]
    return K.Model([a, b], L.Concatenate(axis=1)([*parts, L.Concatenate()([a, b])[:, :, :5] if 0 else a]))


@model()
def merge_broadcast(K, L):
    a, b = K.Input((4, 5, 3)), K.Input((1, 1, 3))
    return K.Model([a, b], L.Add()([L.Multiply()([a, b]), L.Subtract()([a, b])]))


@model()
def dots(K, L):
    a, b, c = K.Input((6,)), K.Input((6,)), K.Input((4, 6))
    outs = [L.Dot(1)([a, b]), L.Dot(-1, normalize=True)([a, b]), L.Dot((2, 1))([c, a]), L.Dot((2, 2))([c, c])]
    return K.Model([a, b, c], outs)


@model()
def several_outputs(K, L):
    a, b = K.Input((6,), name="left"), K.Input((4,), name="right")
    x = L.Dense(3)(a)
    return K.Model([b, a], [L.Dense(2)(L.Concatenate()([x, b])), x, L.Dense(2, activation="softmax")(x)])


@model()
def shared(K, L):
    a, b = K.Input((6,)), K.Input((6,))
    dense, norm = L.Dense(4, activation="swish"), L.BatchNormalization()
    return K.Model([a, b], L.Concatenate()([norm(dense(a)), norm(dense(b)), dense(b)]))


@model()
def shared_chain(K, L):
    a = K.Input((4,))
    dense, norm = L.Dense(4), L.BatchNormalization()
    x = dense(norm(dense(norm(a))))
    return K.Model(a, x)


@model()
def nested(K, L):
    base_in = K.Input((8, 8, 3))
    y = L.BatchNormalization(name="bn")(L.Conv2D(4, 3, name="conv")(base_in))
    base = K.Model(base_in, L.ReLU(6.0)(y), name="base")
    top_in = K.Input((8, 8, 3))
    x = base(top_in, training=False)
    x = L.Conv2D(4, 3, name="conv")(x)
    return K.Model(top_in, L.Dense(3, activation="softmax")(L.GlobalAveragePooling2D()(x)))


@model()
def nested_frozen(K, L):
    base = K.Sequential([K.Input((6,)), L.Dense(5), L.BatchNormalization(), L.Dense(4)])
    base.trainable = False
    head = K.Sequential([K.Input((4,)), L.BatchNormalization(), L.Dense(3)])
    return K.Sequential([K.Input((6,)), base, head, L.Dense(2)])


@model()
def nested_partly_frozen(K, L):
    base = K.Sequential([K.Input((6,)), L.Dense(5), L.BatchNormalization(), L.Dense(5), L.BatchNormalization()])
    base.layers[0].trainable = False
    base.layers[3].trainable = False
    return K.Sequential([K.Input((6,)), base, L.Dense(2)])


@model()
def nested_kinds(K, L):
    image = [L.DepthwiseConv2D(3), L.SeparableConv2D(4, 3), L.PReLU(shared_axes=[1, 2]), L.Conv2DTranspose(3, 2)]
    image += [L.LayerNormalization(), L.GroupNormalization(3), L.Reshape((-1, 3)), L.DepthwiseConv1D(3)]
    line = [L.Bidirectional(L.LSTM(3, return_sequences=True)), L.BatchNormalization(scale=False), L.SimpleRNN(4)]
    base = K.Sequential([K.Input((8, 8, 3)), *image], name="image")
    tail = K.Sequential([K.Input((23, 3)), L.TimeDistributed(L.Dense(3)), *line, L.BatchNormalization()], name="tail")
    base.layers[1].trainable = False
    return K.Sequential([K.Input((8, 8, 3)), base, tail, L.Dense(2)])


@model()
def nested_twice(K, L):
    inner = K.Sequential([K.Input((6,)), L.Dense(6, name="dense"), L.BatchNormalization(name="norm")], name="inner")
    middle_in = K.Input((6,))
    middle = K.Model(middle_in, L.Dense(6, name="dense")(inner(inner(middle_in))), name="middle")
    a = K.Input((6,))
    return K.Model(a, L.Add()([middle(a), middle(inner(a))]))


@model()
def nested_several(K, L):
    a, b = K.Input((4,)), K.Input((5,))
    inner = K.Model([a, b], [L.Dense(3)(L.Concatenate()([a, b])), L.Dense(2)(b)], name="inner")
    c, d = K.Input((4,)), K.Input((5,))
    first, second = inner([c, d])
    third, _ = inner([L.Dense(4)(first), L.Dense(5)(second)])
    return K.Model([c, d], [third, second])


@model()
def cut_base(K, L):
    base_in = K.Input((8, 8, 3))
    y = L.Conv2D(4, 3, name="features")(base_in)
    base = K.Model(base_in, L.Dense(9)(L.Flatten()(y)))
    cut = K.Model(base.input, base.get_layer("features").output)
    return K.Sequential([cut, L.GlobalAveragePooling2D(), L.Dense(3)])


@model()
def states(K, L):
    a = K.Input(LINE)
    x, h, c = L.LSTM(4, return_state=True, return_sequences=True)(a)
    y = L.LSTM(4)(x, initial_state=[h, c])
    return K.Model(a, [y, h])


@model()
def compiled(K, L):
    m = K.Sequential(
        [K.Input((6,)), L.Dense(5, activation="relu"), L.BatchNormalization(), L.Dense(3, activation="softmax")]
    )
    m.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    m.fit(rng.normal(size=(64, 6)), np.eye(3)[rng.integers(0, 3, 64)], epochs=1, verbose=0)
    return m


@model()
def adapted(K, L):
    norm = L.Normalization()
    norm.adapt(np.random.default_rng(0).normal(3, 2, size=(64, 6)))
    return K.Sequential([K.Input((6,)), norm, L.Dense(3)])


@model(only="keras")
def operations(K, L):
    ops, a, b = K.ops, K.Input((4, 6)), K.Input((4, 6))
    x = (2.0 - (a + 1.0)) * b / 3.0
    x = ops.maximum(ops.softmax(ops.relu(x) - ops.sigmoid(b), axis=-1), 0.1)
    x = x - ops.mean(x, axis=1, keepdims=True) + ops.max(b, axis=2, keepdims=True) - ops.sum(b, axis=-1, keepdims=True)
    x = ops.concatenate([x[:, 1:3], ops.abs(x[:, 3:]), -ops.square(x[:, :1])], axis=1)
    x = ops.transpose(ops.reshape(x, (-1, 12, 2)), (0, 2, 1))
    x = ops.clip(x, -1, 1.5) ** 2 + ops.expand_dims(x[:, 0], 1)
    return K.Model(
        [a, b], [ops.gelu(x), ops.leaky_relu(x), ops.hard_silu(x), ops.min(x, axis=(1,)), ops.elu(x, alpha=0.5)]
    )


@model(only="tf_keras")
def operations_tf(K, L):
    import tensorflow as tf

    a, b = K.Input((4, 6)), K.Input((4, 6))
    x = (2.0 - (a + 1.0)) * b / 3.0
    x = tf.maximum(tf.nn.softmax(tf.nn.relu(x) - tf.sigmoid(b), axis=-1), 0.1)
    x = x - tf.reduce_mean(x, axis=1, keepdims=True) + tf.reduce_max(b, axis=2, keepdims=True)
    x = tf.concat([x[:, 1:3], tf.abs(x[:, 3:]), -tf.square(x[:, :1])], axis=1)
    x = tf.transpose(tf.reshape(x, (-1, 12, 2)), (0, 2, 1))
    x = tf.clip_by_value(x, -1, 1.5) ** 2 + tf.expand_dims(x[:, 0], 1)
    return K.Model([a, b], [tf.nn.gelu(x), tf.nn.leaky_relu(x), tf.nn.relu6(x * 10)])


@model(only="tf_keras")
def bare_sequential(K, L):
    return K.Sequential([L.Dense(4, input_shape=(6,)), L.Dense(3)])


def application(name, size, **args):
    def build(K, L):
        top = getattr(K.applications, name)(
            input_shape=(size, size, 3), weights=None, classes=5, classifier_activation=None, **args
        )
        return top

    MODELS[f"app_{name}"] = build, None, name != "MobileNet"


application("MobileNet", 32, alpha=0.25)
application("MobileNetV2", 32, alpha=0.35)
application("MobileNetV3Small", 64)
application("EfficientNetB0", 32)
application("EfficientNetV2B0", 32)
application("ResNet50", 32)
application("ResNet50V2", 32)
application("DenseNet121", 32)
application("NASNetMobile", 32)
application("Xception", 71)
application("InceptionV3", 75)
application("VGG16", 32)
application("ConvNeXtTiny", 32)


def randomize(made, rng):
    """Give every weight other values, of a size that keeps activations in range."""
    values = []
    for value in made.get_weights():
        if value.dtype.kind != "f":
            values.append(value)
        elif value.ndim > 1:
            fan = max(1, int(np.prod(value.shape[:-1])))
            values.append(rng.normal(0, min(1.0, 1.5 / np.sqrt(fan)), value.shape).astype(value.dtype))
        else:
            values.append(rng.uniform(0.4, 1.6, value.shape).astype(value.dtype))
    made.set_weights(values)


def make(keras, name, build, folder):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    keras.backend.clear_session()
    made = build(keras, keras.layers)
    if name != "adapted":
        randomize(made, rng)
    inputs = []
    for tensor in made.inputs:
        shape = (2, *(n or 5 for n in tensor.shape[1:]))
        if any(word in name for word in ("embedding", "masked")):
            values = rng.integers(1, 20, shape).astype(np.float32)
            values[:, -2:] = 0
        else:
            values = rng.normal(0, 1.5, shape).astype(np.float32)
            if name == "masking":
                values[:, 6:] = 0
            if name.startswith(("app_", "rescaling")):
                values = rng.uniform(0, 255, shape).astype(np.float32)
        inputs.append(values)
    outputs = made(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    arrays = {f"x{i}": x for i, x in enumerate(inputs)} | {f"y{i}": np.asarray(y) for i, y in enumerate(outputs)}
    made.save(folder / f"{name}.keras")
    try:
        made.save(folder / f"{name}.h5")
    except ValueError:
        if name != "nested_twice":  # Keras 2 cannot write equal names at two depths.
            raise
        (folder / f"{name}.h5").unlink(missing_ok=True)
    np.savez(folder / f"{name}.npz", **arrays)


def names_of(flavour):
    """Return the names of the models that one generation of Keras can build."""
    return [name for name, (_, only, _) in MODELS.items() if only in (None, flavour)]


def main():
    flavour, folder = sys.argv[1], Path(sys.argv[2])
    if flavour == "keras":
        import keras
    else:
        import tf_keras as keras
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[3:] or names_of(flavour):
        try:
            make(keras, name, MODELS[name][0], folder)
        except Exception:
            (folder / f"{name}.error").write_text(traceback.format_exc())


if __name__ == "__main__":
    main()
