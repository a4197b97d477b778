"""Models between Keras and TensorFlow.js, without either of them being installed."""

from .comparing.verifying import verify
from .editing.cutting import cut_at, split_at
from .editing.folding import fold_batchnorm
from .editing.layer_table import summary
from .editing.new_head import make_head
from .editing.padding import absorb_padding
from .errors import ConvertError, UnsupportedLayerError
from .formats.keras_files.isolation import read_keras
from .formats.tfjs_reading import read_tfjs
from .formats.tfjs_writing import write_tfjs
from .models.dialects import CustomLayer, KerasModel, LayersModel
from .pipeline.conversion import convert
from .pipeline.conversion_report import Report
from .pipeline.request import Options
from .rules.keras_to_tfjs import to_layers_model
from .rules.tfjs_to_keras import write_keras
from .running.tfjs_runs import run_tfjs
from .sources.applications import Architecture

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
