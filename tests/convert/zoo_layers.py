"""Models of one layer, or a few in a row."""

from __future__ import annotations

from zoo_registry import IMAGE, LINE, chain

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
for cell in ("LSTM", "GRU", "SimpleRNN"):
    chain(
        f"masked_bi_{cell}",
        (7,),
        lambda L: L.Embedding(20, 4, mask_zero=True),
        lambda L, c=cell: L.Bidirectional(getattr(L, c)(5, return_sequences=True)),
        lambda L, c=cell: L.Bidirectional(getattr(L, c)(3), merge_mode="sum"),
    )
    chain(
        f"masked_bi_sequence_{cell}",
        (7,),
        lambda L: L.Embedding(20, 4, mask_zero=True),
        lambda L, c=cell: L.Bidirectional(getattr(L, c)(5, return_sequences=True)),
        full=cell == "SimpleRNN",
    )
    chain(
        f"masked_back_{cell}",
        (7,),
        lambda L: L.Embedding(20, 4, mask_zero=True),
        lambda L, c=cell: getattr(L, c)(5, go_backwards=True, return_sequences=True),
        full=cell == "SimpleRNN",
    )
    chain(f"rnn_{cell}", LINE, lambda L, c=cell: L.RNN(getattr(L, f"{c}Cell")(4), return_sequences=True))
for label, args in {"last": {}, "back": {"go_backwards": True, "return_sequences": True}}.items():
    chain(
        f"rnn_stacked_{label}",
        LINE,
        lambda L, a=args: L.RNN([L.LSTMCell(4), L.GRUCell(3, reset_after=False), L.LSTMCell(2, use_bias=False)], **a),
    )
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
