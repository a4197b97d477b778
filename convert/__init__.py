"""Models between Keras and TensorFlow.js, without either of them being installed."""

from .comparing import verify
from .editing import absorb_padding, cut_at, fold_batchnorm, make_head, split_at, summary
from .errors import ConvertError, UnsupportedLayerError
from .formats import read_keras, read_tfjs, write_tfjs
from .models import CustomLayer, KerasModel, LayersModel
from .pipeline import Options, Report, convert
from .rules import to_layers_model, write_keras
from .running import run_tfjs
from .sources import Architecture

__all__ = [
    "Architecture",
    "ConvertError",
    "CustomLayer",
    "KerasModel",
    "LayersModel",
    "Options",
    "Report",
    "UnsupportedLayerError",
    "absorb_padding",
    "convert",
    "cut_at",
    "fold_batchnorm",
    "make_head",
    "read_keras",
    "read_tfjs",
    "run_tfjs",
    "split_at",
    "summary",
    "to_layers_model",
    "verify",
    "write_keras",
    "write_tfjs",
]
