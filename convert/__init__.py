"""Models between Keras and TensorFlow.js, without either of them being installed.

Its wings, each of which imports only from those below it:

- `cli`: the command
- `pipeline`: a whole conversion, from what is asked to what was done
- `comparing`: whether a result computes what its original does; `sources`: where models come from
- `editing`: cut, fold, pad; `rules`: one for each layer, each way; `running`: other programs
- `formats`: files, read and written
- `models`: a model as Keras stores it, as tf.js reads it, and as one flat graph
"""

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
    "Architecture", "ConvertError", "CustomLayer", "KerasModel", "LayersModel", "Options", "Report",
    "UnsupportedLayerError", "absorb_padding", "convert", "cut_at", "fold_batchnorm", "make_head", "read_keras",
    "read_tfjs", "run_tfjs", "split_at", "summary", "to_layers_model", "verify", "write_keras", "write_tfjs",
]  # fmt: skip
