"""Models between Keras and TensorFlow.js, without either of them being installed."""

from .errors import ConvertError, UnsupportedLayerError
from .model import KerasModel, LayersModel

__all__ = ["ConvertError", "KerasModel", "LayersModel", "UnsupportedLayerError"]
