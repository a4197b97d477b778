"""What everything here passes around: a model as Keras stores it, as tf.js reads it, and as one flat graph."""

from .dialects import Array, Config, CustomLayer, KerasModel, LayersModel, Weights
from .flat_graph import MODELS, Graph, Layer, Ref, flatten, layer_name, refs_of, weights_of
from .keras_graph import (
    flat,
    group_name,
    input_shapes,
    is_model,
    is_operation,
    is_sequential,
    join_path,
    leaves,
    nested_model,
    run_graph,
)
from .tensor_shapes import Shape, output_shapes, per_axis, side_pairs

__all__ = [
    "MODELS", "Array", "Config", "CustomLayer", "Graph", "KerasModel", "Layer", "LayersModel", "Ref", "Shape",
    "Weights", "flat", "flatten", "group_name", "input_shapes", "is_model", "is_operation", "is_sequential",
    "join_path", "layer_name", "leaves", "nested_model", "output_shapes", "per_axis", "refs_of", "run_graph",
    "side_pairs", "weights_of",
]  # fmt: skip
