"""Backbones: what has to be known about each pretrained network, its layers and its weights, as plain data."""

from .cards import (
    CATALOG,
    DEFAULT_BACKBONE,
    FIT_MODES,
    MAX_INPUT_SIZE,
    FitMode,
    ModelCard,
    Preprocessing,
    get_card,
)
from .layer_rules import initial_weights, input_shape, output_shapes
from .layers import small_cnn
from .summary import LayerSummary, NetworkSummary
from .topology import (
    Pooling,
    Topology,
    Weights,
    classification_network,
    feature_extractor,
    head,
    input_size,
    leaf_layers,
    model_config,
    pooling_of,
    sequential,
)
from .weights import Quantization, decode_arrays, decode_weights, encode_weights

__all__ = [
    "CATALOG",
    "DEFAULT_BACKBONE",
    "FIT_MODES",
    "MAX_INPUT_SIZE",
    "FitMode",
    "LayerSummary",
    "ModelCard",
    "NetworkSummary",
    "Pooling",
    "Preprocessing",
    "Quantization",
    "Topology",
    "Weights",
    "classification_network",
    "decode_arrays",
    "decode_weights",
    "encode_weights",
    "feature_extractor",
    "get_card",
    "head",
    "initial_weights",
    "input_shape",
    "input_size",
    "leaf_layers",
    "model_config",
    "output_shapes",
    "pooling_of",
    "sequential",
    "small_cnn",
]
