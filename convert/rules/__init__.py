"""One rule for each layer: from Keras to tf.js, back, and in numpy."""

from .keras_to_tfjs import to_layers_model
from .numpy_layers import Evaluation, evaluate
from .tfjs_to_keras import write_keras

__all__ = ["Evaluation", "evaluate", "to_layers_model", "write_keras"]
