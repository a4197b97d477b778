"""Models between Keras and TensorFlow.js, without either of them being installed."""

from .applications import Architecture
from .conversion_report import Report
from .cutting import cut_at, split_at
from .errors import ConvertError, UnsupportedLayerError
from .folding import fold_batchnorm
from .head import make_head
from .isolation import read_keras
from .keras_to_tfjs import to_layers_model
from .model import CustomLayer, KerasModel, LayersModel
from .padding import absorb_padding
from .pipeline import convert
from .request import Options
from .summary import summary
from .tfjs_reading import read_tfjs
from .tfjs_runs import run_tfjs
from .tfjs_to_keras import write_keras
from .tfjs_writing import write_tfjs
from .verify import verify

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
