"""The two models that everything here passes around: one as Keras stores it, one as tf.js reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # The process that reads Keras files imports nothing but this.
    from pyclassifier.backbones import Preprocessing

Array = NDArray[Any]
Config = dict[str, Any]
Weights = dict[str, list[Array]]  # Of each layer, by its path in the model.


@dataclass(frozen=True)
class KerasModel:
    """A model as a Keras file holds it.

    Parameters
    ----------
    config : dict
        ``{"class_name": ..., "config": {...}}`` as stored, in the dialect of the Keras that wrote it.
    weights : dict of str to list of ndarray
        Arrays of each layer that has any, in the order of Keras's ``layer.weights`` (trainable, then others), by the
        layer's path in the model: ``"outer/inner/layer"``, without the name of the outermost model. A wrapper
        (Bidirectional, TimeDistributed) holds the weights of what it wraps.
    keras_version : str
        As stored: ``"2.19.0"``, ``"3.11.3"``.
    source_format : "keras" or "h5"
    """

    config: Config
    weights: Weights
    keras_version: str
    source_format: Literal["keras", "h5"]


@dataclass(frozen=True)
class LayersModel:
    """A model in the dialect of tf.js's layers API.

    Parameters
    ----------
    topology : dict
        ``{"class_name": "Model" or "Sequential", "config": {...}}`` with Keras 2's snake_case keys: what lies at
        ``modelTopology.model_config`` of a model.json.
    weights : dict of str to ndarray
        By tf.js's name, in the manifest's order; float32, int32 or bool.
    notes : tuple of str
        What was dropped or changed on the way, one sentence each.
    labels : tuple of str
        Names of the classes in output order; empty where unknown.
    custom_js : tuple of str
        Names of those custom layers, from our optional ES module, that the model needs.
    preprocessing : Preprocessing, optional
        What the model's files say of the pictures that it takes, but for their size.
    """

    topology: Config
    weights: dict[str, NDArray[np.generic]]
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    custom_js: tuple[str, ...] = ()
    preprocessing: Preprocessing | None = None


@dataclass(frozen=True)
class CustomLayer:
    """A layer of Keras that a user has written in JS.

    Parameters
    ----------
    name : str
        Its class in Keras, or, as for a Lambda, the layer's name.
    js_class : str
        The static className of the class in JS.
    shape : tuple, "same" or None
        Of its output, without the batch, None for any size; that of its first input; or what the file tells.
    """

    name: str
    js_class: str
    shape: tuple[int | None, ...] | Literal["same"] | None = None
