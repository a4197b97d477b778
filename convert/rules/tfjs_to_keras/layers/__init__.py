"""One rule per layer class of tf.js 4.22; what has none is refused."""

from __future__ import annotations

from ..layer import KerasLayer, TfjsLayer
from . import activations, convolutions, customs, plain, recurrent
from .recurrent import Rule

RULES: dict[str, Rule] = {
    "Activation": activations.activation_layer,
    "Add": plain.unchanged,
    "AlphaDropout": plain.dropout,
    "Average": plain.unchanged,
    "AveragePooling1D": plain.pooling,
    "AveragePooling2D": plain.pooling,
    "AveragePooling3D": plain.pooling,
    "BatchNormalization": plain.batch_normalization,
    "CategoryEncoding": plain.category_encoding,
    "Concatenate": plain.concatenate,
    "Conv1D": convolutions.convolution,
    "Conv2D": convolutions.convolution,
    "Conv2DTranspose": convolutions.transposed_convolution,
    "Conv3D": convolutions.convolution,
    "Conv3DTranspose": convolutions.transposed_convolution,
    "ConvLSTM2D": recurrent.conv_lstm,
    "Cropping2D": plain.cropping,
    "Dense": plain.dense,
    "DepthwiseConv2D": convolutions.depthwise_convolution,
    "Dot": plain.dot,
    "Dropout": plain.dropout,
    "ELU": activations.elu,
    "EinsumDense": customs.einsum_dense,
    "Embedding": plain.embedding,
    "Flatten": plain.flatten,
    "GRU": recurrent.recurrent,
    "GRUResetAfter": recurrent.recurrent,
    "GaussianDropout": plain.dropout,
    "GaussianNoise": plain.gaussian_noise,
    "GlobalAveragePooling1D": plain.global_pooling,
    "GlobalAveragePooling2D": plain.global_pooling,
    "GlobalMaxPooling1D": plain.global_pooling,
    "GlobalMaxPooling2D": plain.global_pooling,
    "LSTM": recurrent.recurrent,
    "LayerNormalization": plain.layer_normalization,
    "LeakyReLU": activations.leaky_relu,
    "Masking": plain.masking,
    "MaxPooling1D": plain.pooling,
    "MaxPooling2D": plain.pooling,
    "MaxPooling3D": plain.pooling,
    "Maximum": plain.unchanged,
    "Minimum": plain.unchanged,
    "MultiHeadAttention": customs.multi_head_attention,
    "Multiply": plain.unchanged,
    "Operation": customs.operation,
    "PReLU": activations.prelu,
    "Permute": plain.permute,
    "RNN": recurrent.rnn,
    "ReLU": activations.relu,
    "RepeatVector": plain.repeat_vector,
    "Rescaling": plain.rescaling,
    "Reshape": plain.reshape,
    "SeparableConv2D": convolutions.separable_convolution,
    "SimpleRNN": recurrent.recurrent,
    "Softmax": activations.softmax,
    "SpatialDropout1D": plain.dropout,
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
