"""What everything here passes around: a model as Keras stores it, as tf.js reads it, and as one flat graph."""

from .dialects import Array, Config, CustomLayer, KerasModel, LayersModel, Weights
from .flat_graph import Graph, Layer, Ref, check_layers, flatten, weights_of
from .keras_graph import (
    flat,
    input_shapes,
    is_model,
    is_operation,
    is_sequential,
    join_path,
    leaves,
    nested_model,
    run_graph,
)
from .tensor_shapes import Shape, output_shapes, side_pairs

__all__ = [
    "Array", "Config", "CustomLayer", "Graph", "KerasModel", "Layer", "LayersModel", "Ref", "Shape", "Weights",
    "check_layers", "flat", "flatten", "input_shapes", "is_model", "is_operation", "is_sequential", "join_path",
    "leaves", "nested_model", "output_shapes", "run_graph", "side_pairs", "weights_of",
]  # fmt: skip
