"""What everything here passes around: a model as Keras stores it, as tf.js reads it, and as one flat graph."""

from .dialects import Array, Config, CustomLayer, KerasModel, LayersModel, Weights
from .flat_graph import Graph, Layer, Ref, check_layers, flatten, weights_of
from .keras_graph import (
    KerasRef,
    calls_of,
    first_calls,
    flat_refs,
    input_shapes,
    is_model,
    is_operation,
    is_sequential,
    join_path,
    layer_paths,
    own_numbering,
    refs_of_ends,
    resolve,
)
from .tensor_shapes import Shape, output_shapes, side_pairs

__all__ = [
    "Array", "Config", "CustomLayer", "Graph", "KerasModel", "KerasRef", "Layer", "LayersModel", "Ref", "Shape",
    "Weights", "calls_of", "check_layers", "first_calls", "flat_refs", "flatten", "input_shapes", "is_model",
    "is_operation", "is_sequential", "join_path", "layer_paths", "output_shapes", "own_numbering", "refs_of_ends",
    "resolve", "side_pairs", "weights_of",
]  # fmt: skip
