"""A tf.js model compared with what it was made from, on made-up inputs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..formats import read_tfjs
from ..models import Array
from ..running import Job, has_keras, keras_outputs, run_all, run_tfjs
from .comparison import Comparison, compare
from .numpy_reference import numpy_outputs
from .probes import probe_inputs


def verify(
    folder: str | os.PathLike[str],
    reference: str | os.PathLike[str] | Sequence[Array],
    *,
    seed: int = 0,
    keras_version: str = "3",
    node_modules: str | os.PathLike[str] | None = None,
    custom: Sequence[str | os.PathLike[str]] = (),
) -> Comparison:
    """Compare a tf.js model with what it was made from.

    Parameters
    ----------
    folder : path
        The tf.js model.
    reference : path or sequence of ndarray
        Another tf.js model's folder, a Keras file (evaluated in numpy where Keras is not installed), or the outputs
        for `probe_inputs`.
    seed : int
        Of the inputs.
    keras_version : str
        Of a Keras file.
    node_modules : path, optional
    custom : sequence of path
        See `run_tfjs`.

    Returns
    -------
    Comparison
        Its `agrees` says whether the largest difference is at most 1e-4.

    Raises
    ------
    ConvertError
        One of them cannot be run.
    """
    inputs = probe_inputs(read_tfjs(folder), seed=seed)
    if not isinstance(reference, str | os.PathLike):
        return compare(run_tfjs(folder, inputs, node_modules=node_modules, custom=custom).outputs, reference)
    path = Path(reference)
    if path.is_dir() or path.suffix == ".json":
        made, wanted = run_all([Job(folder, inputs), Job(path, inputs)], node_modules=node_modules, custom=custom)
        return compare(made.outputs, wanted.outputs)
    wanted_outputs = keras_outputs(path, inputs, keras_version) if has_keras() else numpy_outputs(path, inputs)
    return compare(run_tfjs(folder, inputs, node_modules=node_modules, custom=custom).outputs, wanted_outputs)
