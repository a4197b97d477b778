"""Models of any format read into tf.js's dialect."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import ConvertError
from ..formats import read_keras, read_tfjs, source_format
from ..models import CustomLayer, LayersModel
from ..rules import to_layers_model
from .fetching import fetch_backbone, is_backbone


def find_format(source: Path, from_format: str | None = None) -> str:
    """Return the format of a source: the given one, tf.js's for a backbone's name, else what its content tells."""
    return from_format or ("tfjs" if is_backbone(source) else source_format(source))


def read_model(
    source: str | os.PathLike[str], from_format: str | None = None, custom: Sequence[CustomLayer] = ()
) -> tuple[LayersModel, str, str]:
    """Read a model of any format.

    Parameters
    ----------
    source : path
        Or the name of a backbone in the catalogue, which is fetched.
    from_format : {"keras", "h5", "tfjs"}, optional
        Told from the content where it is not given.
    custom : sequence of CustomLayer
        See `to_layers_model`.

    Returns
    -------
    model : LayersModel
    source_format : str
    keras_version : str
        Of the Keras that wrote it; empty for tf.js models.
    """
    path = Path(source)
    if is_backbone(path):
        with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
            return fetch_backbone(str(path), Path(temporary)), "tfjs", ""
    found = find_format(path, from_format)
    if found == "tfjs":
        return read_tfjs(path), found, ""
    if found == "saved_model":
        raise ConvertError(f"{path}: Expected a model with layers, got a SavedModel, which has none.")
    stored = read_keras(path)
    model = to_layers_model(stored, custom)
    # In the order of the layers' names, as the published conversions have them.
    names = sorted(model.weights, key=lambda name: name.rpartition("/")[0])
    return replace(model, weights={name: model.weights[name] for name in names}), found, stored.keras_version
