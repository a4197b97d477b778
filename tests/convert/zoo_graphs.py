"""Models with branches, nested models, shared layers; and those of keras.applications."""

from __future__ import annotations

import numpy as np
from zoo_registry import LINE, MODELS, model


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


def _encoder(K, L, name="encoder"):
    return K.Sequential([K.Input((4,)), L.Dense(4, activation="tanh", name="dense"), L.BatchNormalization()], name=name)


@model()
def model_in_two_models(K, L):
    encoder, a = _encoder(K, L), K.Input((4,))
    first = K.Model(a, L.Dense(3)(encoder(a)), name="first")
    b = K.Input((4,))
    return K.Model(b, L.Concatenate()([first(b), encoder(b)]))


@model()
def model_in_two_models_later(K, L):
    encoder, a, b, c = _encoder(K, L), K.Input((4,)), K.Input((4,)), K.Input((4,))
    first, second = K.Model(a, L.Dense(3)(encoder(a)), name="first"), K.Model(b, encoder(L.Dense(4)(b)), name="second")
    return K.Model(c, L.Concatenate()([encoder(c), second(c), first(c)]))


@model()
def layer_in_two_models(K, L):
    shared, a, b = L.Dense(4, activation="tanh"), K.Input((4,)), K.Input((4,))
    first = K.Model(a, L.Dense(4)(shared(a)), name="first")
    own = L.Dense(4, name="own")(shared(L.Dense(4, name="other")(b)))
    return K.Model(b, L.Add()([first(b), own]))


@model()
def layer_alone_and_in_a_wrapper(K, L):
    shared, a, b = L.Dense(4, activation="tanh"), K.Input(LINE), K.Input((6,))
    x = L.GlobalAveragePooling1D()(L.TimeDistributed(shared)(a))
    y = L.TimeDistributed(shared)(L.RepeatVector(3)(b))
    return K.Model([a, b], [x, shared(b), L.Flatten()(y)])


@model()
def equal_names_in_models(K, L):
    one, two, a = _encoder(K, L, "one"), _encoder(K, L, "two"), K.Input((4,))
    return K.Model(a, L.Concatenate()([one(a), L.Dense(4, activation="tanh", name="dense")(two(a)), two(one(a))]))


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
