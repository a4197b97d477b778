"""One rule per layer class of tf.js 4.22; what has none is refused."""

from __future__ import annotations

from ..layer import KerasLayer, TfjsLayer
from . import activations, convolutions, customs, plain, recurrent
from .recurrent import Rule

RULES: dict[str, Rule] = {
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply"), plain.unchanged),
    **dict.fromkeys(("AlphaDropout", "Dropout", "GaussianDropout", "SpatialDropout1D"), plain.dropout),
    **dict.fromkeys(
        ("AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
        plain.pooling,
    ),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), convolutions.convolution),
    **dict.fromkeys(("Conv2DTranspose", "Conv3DTranspose"), convolutions.transposed_convolution),
    **dict.fromkeys(("GRU", "GRUResetAfter", "LSTM", "SimpleRNN"), recurrent.recurrent),
    **dict.fromkeys(
        ("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D"),
        plain.global_pooling,
    ),
    "Activation": activations.activation_layer,
    "BatchNormalization": plain.batch_normalization,
    "CategoryEncoding": plain.category_encoding,
    "Concatenate": plain.concatenate,
    "ConvLSTM2D": recurrent.conv_lstm,
    "Cropping2D": plain.cropping,
    "Dense": plain.dense,
    "DepthwiseConv2D": convolutions.depthwise_convolution,
    "Dot": plain.dot,
    "ELU": activations.elu,
    "EinsumDense": customs.einsum_dense,
    "Embedding": plain.embedding,
    "Flatten": plain.flatten,
    "GaussianNoise": plain.gaussian_noise,
    "LayerNormalization": plain.layer_normalization,
    "LeakyReLU": activations.leaky_relu,
    "Masking": plain.masking,
    "MultiHeadAttention": customs.multi_head_attention,
    "Operation": customs.operation,
    "PReLU": activations.prelu,
    "Permute": plain.permute,
    "RNN": recurrent.rnn,
    "ReLU": activations.relu,
    "RepeatVector": plain.repeat_vector,
    "Rescaling": plain.rescaling,
    "Reshape": plain.reshape,
    "SeparableConv2D": convolutions.separable_convolution,
    "Softmax": activations.softmax,
    "ThresholdedReLU": activations.thresholded_relu,
    "UpSampling2D": plain.upsampling,
    "ZeroPadding2D": plain.padding,
}

_REMEDIES = {
    "CenterCrop": "tf.js crops other pixels than Keras does: crop the pictures before the model.",
    "Resizing": "tf.js resizes by another rule than Keras does: resize the pictures before the model.",
    "RandomHeight": "tf.js changes pictures at random even outside of training: take the layer out.",
    "RandomWidth": "tf.js changes pictures at random even outside of training: take the layer out.",
    "Lambda": "Its code is never run: write it as layers.",
}


def convert_leaf(layer: TfjsLayer) -> KerasLayer:
    """Convert a layer that is no model and wraps no model."""
    if layer.class_name == "Bidirectional":
        return recurrent.bidirectional(layer, RULES)
    rule = RULES.get(layer.class_name)
    if rule is None:
        layer.refuse("", _REMEDIES.get(layer.class_name, "It is no layer of tf.js 4.22 that has an equal in Keras 3."))
    return rule(layer)
