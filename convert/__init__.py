"""Models between Keras and TensorFlow.js, without either of them being installed."""

from .edit import cut_at, fold_batchnorm
from .errors import ConvertError, UnsupportedLayerError
from .keras_files import read_keras
from .keras_to_tfjs import to_layers_model
from .model import KerasModel, LayersModel
from .pipeline import convert
from .tfjs_files import read_tfjs, write_tfjs
from .tfjs_to_keras import write_keras
from .verify import verify

__all__ = [
    "ConvertError",
    "KerasModel",
    "LayersModel",
    "UnsupportedLayerError",
    "convert",
    "cut_at",
    "fold_batchnorm",
    "read_keras",
    "read_tfjs",
    "to_layers_model",
    "verify",
    "write_keras",
    "write_tfjs",
]
