"""Backbones: what has to be known about each pretrained network, its layers and its weights, as plain data."""

from .cards import FIT_MODES, MAX_INPUT_SIZE, FitMode, ModelCard, Preprocessing
from .catalog import AUTO, BUILT_IN, CATALOG, DEFAULT_BACKBONE, get_card, is_backbone
from .cutting import DEFAULT_BLOCKS, Cut, cut_backbone
from .layer_rules import initial_weights, input_shape, output_shapes
from .layers import small_cnn
from .pairs import join_backbones, join_weights, named_cards, rescaling, side_by_side
from .stores import (
    CLASSES_FILE,
    FolderStore,
    Network,
    ReadWeights,
    StoredWeights,
    WeightStore,
    load_features,
    load_network,
)
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
from .user_store import KeptBackbone, UserStore, installed_site
from .views import VIEWS, Views, join_views, lay_back, moves_pixels, part_views, see, views_of
from .weights import Quantization, decode_arrays, decode_weights, encode_weights

__all__ = [
    "AUTO",
    "BUILT_IN",
    "CATALOG",
    "CLASSES_FILE",
    "DEFAULT_BACKBONE",
    "DEFAULT_BLOCKS",
    "FIT_MODES",
    "MAX_INPUT_SIZE",
    "VIEWS",
    "Cut",
    "FitMode",
    "FolderStore",
    "KeptBackbone",
    "LayerSummary",
    "ModelCard",
    "Network",
    "NetworkSummary",
    "Pooling",
    "Preprocessing",
    "Quantization",
    "ReadWeights",
    "StoredWeights",
    "Topology",
    "UserStore",
    "Views",
    "WeightStore",
    "Weights",
    "classification_network",
    "cut_backbone",
    "decode_arrays",
    "decode_weights",
    "encode_weights",
    "feature_extractor",
    "get_card",
    "head",
    "initial_weights",
    "input_shape",
    "input_size",
    "installed_site",
    "is_backbone",
    "join_backbones",
    "join_views",
    "join_weights",
    "lay_back",
    "leaf_layers",
    "load_features",
    "load_network",
    "model_config",
    "moves_pixels",
    "named_cards",
    "output_shapes",
    "part_views",
    "pooling_of",
    "rescaling",
    "see",
    "sequential",
    "side_by_side",
    "small_cnn",
    "views_of",
]
