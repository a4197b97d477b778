"""From a layers model of tf.js to the files that Keras 3 loads, without Keras or TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ...errors import BROKEN, ConvertError
from ...formats import write_files
from ...models import LayersModel
from .containers import convert_topology
from .keras_writing import keras_archive, legacy_h5
from .layer import Context, KerasLayer, WeightTable, snake_keys
from .masks import check_masks

__all__ = ["write_keras"]

Format = Literal["keras", "h5"]


def write_keras(
    model: LayersModel, path: str | Path, *, format: Format | None = None, force: bool = False
) -> tuple[str, ...]:
    """Write a tf.js layers model as a Keras 3 file that computes the same.

    Parameters
    ----------
    model : LayersModel
        Its topology may nest models, and spell settings as tf.js or as Keras 2 does.
    path : str or Path
        Written whole or not at all.
    format : {"keras", "h5"}, optional
        Of the file: Keras 3's zip, or the legacy HDF5. By default what the path ends in.
    force : bool
        Replace an existing file.

    Returns
    -------
    tuple of str
        What was changed or dropped, one sentence each, the model's own notes first.

    Raises
    ------
    UnsupportedLayerError
        A layer that Keras 3 does not compute as tf.js does.
    ConvertError
        Topology and weights do not fit together, or the file cannot be written.
    """
    path = Path(path)
    chosen = format or {".keras": "keras", ".h5": "h5", ".hdf5": "h5"}.get(path.suffix.lower())
    if chosen not in ("keras", "h5"):
        raise ConvertError(
            f"Expected a path that ends in .keras or .h5, got {path.name!r}. Rename it, or state the format."
        )
    converted, notes = _convert(model)
    write_files({path: keras_archive(converted) if chosen == "keras" else legacy_h5(converted)}, force=force)
    return (*model.notes, *notes)


def _convert(model: LayersModel) -> tuple[KerasLayer, list[str]]:
    context = Context(WeightTable(model.weights))
    try:
        topology = snake_keys(model.topology)
        check_masks(topology)
        converted = convert_topology(topology, context)
    except BROKEN as error:
        raise ConvertError(
            f"Expected a topology as tf.js writes it, got a damaged one ({type(error).__name__}: {error!s:.100}). "
            "Write the model anew with tf.js's model.save()."
        ) from error
    context.weights.finish()
    return converted, context.notes
