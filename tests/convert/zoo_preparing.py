"""Models that prepare their own images: preprocess_input, tf.image.resize, layers that act at random in training."""

from __future__ import annotations

from zoo_registry import MODELS, chain, model

SIZES = (8, 9, 3)


def _preprocessing(family, full, flavour=None):
    def build(K, L):
        entry = K.Input(SIZES)
        x = getattr(K.applications, family).preprocess_input(entry * 1.0 if family == "mobilenet" else entry)
        return K.Model(entry, L.Conv2D(4, 3)(x))

    MODELS[f"preparing_{family}"] = build, flavour, full


_preprocessing("resnet50", full=False)  # caffe: BGR, less the mean.
_preprocessing("densenet", full=False)  # torch: less the mean, through the deviation.
_preprocessing("mobilenet", full=False)  # tf: -1 to 1.
_preprocessing("resnet_v2", full=True)
_preprocessing("vgg16", full=True)
_preprocessing("efficientnet", full=True)


@model(only="tf_keras")
def preparing_resized_tf(K, L):
    import tensorflow as tf

    a = K.Input(SIZES)
    outs = [tf.image.resize(a, (5, 12)), tf.image.resize(a, [11, 4], method="nearest")]
    outs += [tf.image.resize(a, (6, 6), method="bicubic"), tf.image.resize(a, (4, 4), antialias=True)]
    outs += [tf.image.resize(a, (4, 4), "area"), tf.image.resize(images=a, size=(3, 3))]
    return K.Model(a, outs)


@model(only="keras")
def preparing_resized(K, L):
    a = K.Input(SIZES)
    resize = K.ops.image.resize
    outs = [resize(a, (5, 12)), resize(a, [11, 4], interpolation="nearest"), resize(a, (6, 6), interpolation="bicubic")]
    outs += [resize(a, (4, 4), antialias=True), resize(a, (4, 4), interpolation="lanczos3")]
    outs += [resize(a, (6, 4), crop_to_aspect_ratio=True), resize(a, (6, 4), pad_to_aspect_ratio=True)]
    return K.Model(a, outs)


for index, (padding, strides, extra) in enumerate(
    [("same", 2, 1), ("same", 3, (0, 2)), ("valid", 2, 1), ("valid", 3, (2, 0)), ("same", 2, 0)]
):
    chain(
        f"output_padding_{index}",
        SIZES,
        lambda L, p=padding, s=strides, e=extra: L.Conv2DTranspose(4, 3, padding=p, strides=s, output_padding=e),
    )
for rank, shape in ((1, (8, 3)), (3, (3, 4, 5, 2))):
    chain(
        f"output_padding_{rank}d",
        shape,
        lambda L, r=rank: getattr(L, f"Conv{r}DTranspose")(4, 3, padding="same", strides=2, output_padding=1),
    )
    chain(
        f"output_padding_{rank}d_valid",
        shape,
        lambda L, r=rank: getattr(L, f"Conv{r}DTranspose")(4, 3, strides=2, output_padding=1),
        full=True,
    )
for word in ("Crop", "Height", "Width"):
    given = (6, 6) if word == "Crop" else (0.3,)
    chain(
        f"preparing_random_{word}",
        SIZES,
        lambda L, w=word, g=given: getattr(L, f"Random{w}")(*g),
        only="tf_keras",
    )
chain("preparing_random_crop_of_all", SIZES, lambda L: L.RandomCrop(8, 9))
