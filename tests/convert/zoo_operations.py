"""Attention, keras.ops in graphs, preprocessing: models most of which need our own layers in tf.js."""

from __future__ import annotations

import numpy as np
from zoo_registry import IMAGE, LINE, chain, model

for act in ["exponential", "squareplus", "sparsemax", "glu"]:
    old = act == "exponential"
    chain(f"act_{act}", (7,), lambda L, a=act: L.Dense(6, activation=a), only=None if old else "keras")
chain("softmax_axes", (4, 5, 3), lambda L: L.Softmax(axis=[1, 3]))
chain("layer_norm_5_axes", (3, 4, 5, 2), lambda L: L.LayerNormalization(axis=[2, 4]))
for kind in ("bicubic", "lanczos3", "lanczos5"):
    chain(
        f"up_2d_{kind}", (4, 5, 3), lambda L, k=kind: L.UpSampling2D((2, 3), interpolation=k), full=kind == "lanczos5"
    )
    chain(f"resizing_{kind}", (7, 9, 3), lambda L, k=kind: L.Resizing(5, 12, interpolation=k), full=kind == "lanczos5")
for kind in ("area", "gaussian", "mitchellcubic"):
    chain(
        f"up_2d_{kind}",
        (4, 5, 3),
        lambda L, k=kind: L.UpSampling2D((2, 3), interpolation=k),
        only="tf_keras",
        full=True,
    )
    chain(
        f"resizing_{kind}", (7, 9, 3), lambda L, k=kind: L.Resizing(5, 12, interpolation=k), only="tf_keras", full=True
    )
chain("resizing_crop", (7, 9, 3), lambda L: L.Resizing(5, 12, crop_to_aspect_ratio=True))
chain("resizing_pad", (7, 9, 3), lambda L: L.Resizing(5, 12, pad_to_aspect_ratio=True), only="keras")
for kind in ("bilinear", "bicubic", "lanczos3"):
    chain(
        f"resizing_smooth_{kind}", (17, 9, 3), lambda L, k=kind: L.Resizing(5, 4, interpolation=k, antialias=True),
        only="keras",
    )  # fmt: skip
chain("center_crop_small", (4, 6, 3), lambda L: L.CenterCrop(5, 5))
for rank, shape in ((1, LINE), (2, IMAGE), (3, (5, 6, 7, 3))):
    chain(
        f"adaptive_{rank}d", shape, lambda L, r=rank: getattr(L, f"AdaptiveAveragePooling{r}D")(4), only="keras",
        full=rank > 1,
    )  # fmt: skip
for mode in ("multi_hot", "count", "one_hot"):
    chain(
        f"embedding_free_encoding_{mode}", (5,), lambda L, m=mode: L.CategoryEncoding(20, output_mode=m), only="keras"
    )
    chain(
        f"discretization_{mode}", (5,),
        lambda L, m=mode: L.Discretization(bin_boundaries=[-1.0, 0.2, 1.5], output_mode=m), only="keras",
    )  # fmt: skip
chain("discretization_int", (5,), lambda L: L.Discretization(bin_boundaries=[-1.0, 0.2, 1.5]))
chain("einsum_dense_heads", (4, 6), lambda L: L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 5), bias_axes="de"))
chain("einsum_dense_dots", (4, 3, 6), lambda L: L.EinsumDense("...x,xy->...y", output_shape=5, activation="gelu"))
chain("einsum_dense_batch", (4, 6), lambda L: L.EinsumDense("abc,bcd->abd", output_shape=(4, 5), activation="relu"))


def attention(name, call, *, only=None, full=False, length=LINE):
    """Register a model of two sequences, from what makes its outputs."""

    def build(K, L):
        a, b = K.Input(length), K.Input((7, *length[1:]))
        made = call(L, a, b)
        return K.Model([a, b], made)

    build.__name__ = name
    model(only=only, full=full)(build)


for label, call in {
    "self": lambda L, a, b: [L.MultiHeadAttention(2, 3)(a, a), b],
    "cross": lambda L, a, b: L.MultiHeadAttention(3, 4, value_dim=5, output_shape=7, use_bias=False)(a, b),
    "key": lambda L, a, b: L.MultiHeadAttention(2, 4, dropout=0.2)(a, b, L.Dense(3)(b)),
    "causal": lambda L, a, b: [L.MultiHeadAttention(2, 4)(a, a, use_causal_mask=True), b],
    "scores": lambda L, a, b: [*L.MultiHeadAttention(2, 4)(a, b, return_attention_scores=True)],
}.items():
    attention(f"heads_{label}", call)
attention("heads_window", lambda L, a, b: [L.MultiHeadAttention(2, 4, sliding_window=3)(a, a), b], only="keras")
attention("heads_gate", lambda L, a, b: L.MultiHeadAttention(2, 4, use_gate=True)(a, b), only="keras")
attention("heads_grouped", lambda L, a, b: L.GroupQueryAttention(4, 6, 2)(a, b), only="keras")
for label, call in {
    "plain": lambda L, a, b: L.Attention()([a, b]),
    "scale": lambda L, a, b: L.Attention(use_scale=True)([a, b, L.Dense(6)(b)]),
    "concat": lambda L, a, b: L.Attention(score_mode="concat", use_scale=True)([a, b]),
    "causal": lambda L, a, b: L.Attention()([a, b], use_causal_mask=True),
    "scores": lambda L, a, b: [*L.Attention()([a, b], return_attention_scores=True)],
}.items():
    attention(f"attention_{label}", call)
attention("additive_attention", lambda L, a, b: L.AdditiveAttention()([a, b]))
attention("additive_attention_plain", lambda L, a, b: L.AdditiveAttention(use_scale=False)([a, b]), full=True)


@model()
def heads_images(K, L):
    a = K.Input((3, 4, 6))
    return K.Model(a, [L.MultiHeadAttention(2, 3)(a, a), L.MultiHeadAttention(2, 3, attention_axes=(2,))(a, a)])


@model(only="keras")
def heads_masked_by_input(K, L):
    a, mask = K.Input(LINE), K.Input((10, 10))
    return K.Model([a, mask], L.MultiHeadAttention(2, 4)(a, a, attention_mask=mask > 0.3))


@model(only="keras")
def masked_heads(K, L):
    a, b = K.Input((7,)), K.Input((6,))
    words = L.Embedding(20, 4, mask_zero=True)
    x, y = words(a), words(b)
    x = L.MultiHeadAttention(2, 3)(x, y, use_causal_mask=True)
    return K.Model([a, b], L.GlobalAveragePooling1D()(L.Dense(5)(x)))


@model(only="keras")
def masked_attention(K, L):
    a, b = K.Input((7,)), K.Input((6,))
    words = L.Embedding(20, 4, mask_zero=True)
    return K.Model([a, b], [L.Attention()([words(a), words(b)]), L.AdditiveAttention()([words(b), words(a)])])


@model()
def masked_average(K, L):
    a = K.Input((7,))
    return K.Model(a, L.Dense(3)(L.GlobalAveragePooling1D()(L.Embedding(20, 4, mask_zero=True)(a))))


@model()
def masked_transformer(K, L):
    """Of words with a mask, and their places."""
    a = K.Input((7,))
    x = L.Embedding(20, 8, mask_zero=True)(a)
    x = L.Add()([x, L.Dense(8, use_bias=False)(x)])
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 4)(x, x)]))
    return K.Model(a, [L.GlobalAveragePooling1D()(x), L.GlobalMaxPooling1D()(x), x[:, 0]])


@model()
def transformer(K, L):
    """A block as tutorials have it."""
    a = K.Input((10, 8))
    x = L.LayerNormalization(epsilon=1e-6)(L.Add()([a, L.Dropout(0.1)(L.MultiHeadAttention(2, 4)(a, a))]))
    y = L.Dense(8)(L.Dense(16, activation="gelu")(x))
    x = L.LayerNormalization(epsilon=1e-6)(L.Add()([x, y]))
    return K.Model(a, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(x)))


@model()
def nested_transformer(K, L):
    a = K.Input((10, 8))
    block = K.Model(a, L.LayerNormalization()(L.MultiHeadAttention(2, 4)(a, a)), name="block")
    b = K.Input((10, 8))
    return K.Model(b, L.Flatten()(block(L.Dense(8)(b))))


@model()
def gru_states(K, L):
    a, state = K.Input(LINE), K.Input((4,))
    x, h = L.GRU(4, return_state=True, return_sequences=True)(a, initial_state=state)
    return K.Model([a, state], [L.GRU(4, go_backwards=True)(x, initial_state=h), h])


@model()
def bidirectional_states(K, L):
    a = K.Input(LINE)
    inputs = [K.Input((4,)) for _ in range(6)]
    lstm = L.Bidirectional(L.LSTM(4, return_sequences=True))(a, initial_state=inputs[:4])
    return K.Model([a, *inputs], L.Bidirectional(L.GRU(4), merge_mode="sum")(lstm, initial_state=inputs[4:]))


@model(only="keras")
def ops_functions(K, L):
    o, a = K.ops, K.Input((4, 6))
    b = o.abs(a) + 0.5
    c = o.clip(a, -0.9, 0.9)
    outs = [o.exp(c), o.log(b), o.log1p(b), o.expm1(c), o.sqrt(b), o.rsqrt(b), o.sin(a), o.cos(a), o.tan(c), o.sinh(c)]
    outs += [o.cosh(c), o.arcsin(c), o.arccos(c), o.arctan(a), o.arcsinh(a), o.arccosh(b + 1), o.arctanh(c), o.sign(a)]
    outs += [o.floor(a), o.ceil(a), o.round(a), o.reciprocal(b), o.erf(a), o.power(b, 0.7), o.power(2.0, a)]
    return K.Model(a, outs)


@model(only="keras")
def ops_pairs(K, L):
    o, a, b = K.ops, K.Input((4, 6)), K.Input((4, 6))
    c = o.abs(b) + 0.5
    outs = [a / c, 1.0 / c, a // c, a % c, o.arctan2(a, b), o.power(c, a), a / o.ones((1, 4, 1)), a % 2.0, a // -0.7]
    truth = [a > b, a >= 0.5, a < b, b >= 0.5, o.equal(o.sign(a), o.sign(b)), o.not_equal(o.sign(a), 1.0)]
    both = o.logical_and(a > 0, b > 0)
    truth += [both, o.logical_or(a > 0, b > 0), o.logical_xor(a > 0, b > 0), o.logical_not(a > 0)]
    outs += [o.cast(one, "float32") for one in truth]
    return K.Model([a, b], [*outs, o.where(a > b, a, 0.0), o.where(both, b, a), a * o.cast(a > 0, "float32")])


@model(only="keras")
def ops_reductions(K, L):
    o, a = K.ops, K.Input((4, 6))
    b = o.abs(a) + 0.5
    outs = [o.prod(b, axis=1), o.var(a, axis=-1, keepdims=True), o.std(a, axis=(1, 2)), o.logsumexp(a, axis=2)]
    outs += [o.argmax(a, axis=1), o.argmin(a, axis=-1, keepdims=True), o.cumsum(a, axis=1), o.cumprod(b, axis=2)]
    outs += [o.mean(a, axis=(1, 2)), o.sum(a, axis=(1, 2)), o.max(a, axis=(1, 2)), o.average(a, axis=1)]
    outs += [o.cast(o.any(a > 1, axis=1), "float32"), o.cast(o.all(a > -1, axis=2), "float32")]
    outs += [o.log_softmax(a, axis=1), o.squeeze(a[:, :1, :1], axis=(1, 2)), a[:, 1, 2]]
    return K.Model(a, outs)


@model(only="keras")
def ops_shapes(K, L):
    o, a, b = K.ops, K.Input((4, 6)), K.Input((4, 6))
    first, second, third = o.split(a, [2, 3], axis=1)
    outs = [o.stack([a, b], axis=1), o.stack([a, b], axis=-1), *o.split(a, 3, axis=-1), first, second, third]
    outs += [o.swapaxes(a, 1, 2), o.moveaxis(o.expand_dims(a, 1), 1, 3), o.take(a, [3, 0, 0], axis=1)]
    outs += [
        o.take(a, 2, axis=2),
        o.repeat(a, 2, axis=1),
        o.roll(a, 2, axis=-1),
        o.flip(a, axis=1),
        o.tile(a, (1, 2, 3)),
    ]
    outs += [o.pad(a, ((0, 0), (1, 2), (0, 1))), o.pad(a, ((0, 0), (1, 0), (0, 1)), constant_values=2.5)]
    outs += [a[:, ::2], a[:, ::-1, 1:5:3], a[..., 0], a[:, None, :, 1], a[..., None], a[:, -1:, ..., -2]]
    return K.Model([a, b], outs)


@model(only="keras")
def ops_products(K, L):
    o, a, b = K.ops, K.Input((4, 6)), K.Input((6, 3))
    matrix = np.random.default_rng(0).normal(size=(6, 2)).astype("float32")
    outs = [o.matmul(a, b), a @ b, o.matmul(a, matrix), o.einsum("abc,acd->adb", a, b), o.einsum("abc->acb", a)]
    outs += [
        o.einsum("abc,abd->acd", a, o.swapaxes(b, 1, 2)[:, :1] * o.ones((1, 4, 6))),
        o.einsum("a...b,abc->a...c", a, b),
    ]
    return K.Model([a, b], outs)


@model(only="keras")
def embedding_one_hot(K, L):
    a = K.Input((5,), dtype="int32")
    return K.Model(a, [K.ops.one_hot(a, 20), L.Flatten()(L.Embedding(20, 3)(a))])


@model(only="tf_keras")
def ops_tf(K, L):
    import tensorflow as tf

    a, b = K.Input((4, 6)), K.Input((4, 6))
    c = tf.abs(b) + 0.5
    outs = [tf.exp(a), tf.math.log(c), tf.sqrt(c), tf.math.rsqrt(c), tf.sin(a), a / c, 1.0 / c, tf.pow(c, a)]
    outs += [tf.matmul(a, tf.transpose(b, (0, 2, 1))), tf.floor(a)]
    outs += [tf.where(a > b, a, b), tf.cast(a > 0, "float32"), tf.reduce_prod(c, axis=1), tf.stack([a, b], axis=1)]
    outs += [*tf.split(a, 2, axis=2), tf.tile(a, (1, 2, 1)), tf.reduce_mean(a, axis=(1, 2)), tf.sign(a)]
    return K.Model([a, b], outs)


@model(only="tf_keras")
def ops_raw(K, L):
    """TensorFlow's operations as TF 2.0 to 2.3 kept them in graphs, by the layer that still reads those."""
    import tensorflow as tf
    from google.protobuf import json_format
    from tf_keras.src.engine.base_layer import TensorFlowOpLayer

    def raw(function, *tensors):
        """The last operation of those that a function makes of tensors; constants are its own."""
        with tf.Graph().as_default():
            last = function(*(tf.compat.v1.placeholder("float32", (2, *one.shape[1:])) for one in tensors)).op
            constants = {
                i: tf.get_static_value(one).tolist() for i, one in enumerate(last.inputs) if one.op.type == "Const"
            }
            definition = json_format.MessageToDict(last.node_def)
        definition["attr"].pop("_output_shapes", None)
        return TensorFlowOpLayer(definition, f"op_{len(made)}", constants)(
            list(tensors) if len(tensors) > 1 else tensors[0]
        )

    made, matrix = [], np.arange(12, dtype=np.float32).reshape(6, 2)
    a, b = K.Input((4, 6)), K.Input((4, 6))
    for function, *tensors in [
        (lambda x: x + 1.5, a), (lambda x: 2.0 - x, a), (lambda x, y: x * y, a, b), (lambda x: 1.0 / x, b),
        (lambda x, y: tf.maximum(x, y), a, b), (tf.nn.relu6, a), (tf.nn.softmax, a), (tf.nn.leaky_relu, a),
        (lambda x: tf.reduce_mean(x, axis=1, keepdims=True), a), (lambda x: tf.reduce_sum(x, axis=[1, 2]), a),
        (lambda x: tf.reshape(x, (-1, 12, 2)), a), (lambda x: tf.transpose(x, (0, 2, 1)), a),
        (lambda x, y: tf.concat([x, y], axis=1), a, b), (lambda x, y: tf.stack([x, y], axis=1), a, b),
        (lambda x: x[:, 1:3], a), (lambda x: x[:, -1], a), (lambda x: x[..., ::2], a),
        (lambda x: tf.expand_dims(x, 1), a),
        (lambda x: tf.pad(x, ((0, 0), (1, 2), (0, 0))), a), (lambda x: tf.nn.bias_add(x, [1.0, 2, 3, 4, 5, 6]), a),
        (lambda x: tf.tile(x, (1, 2, 1)), a), (lambda x: tf.matmul(x, matrix), a),
    ]:  # fmt: skip
        made.append(raw(function, *tensors))
    return K.Model([a, b], made)
