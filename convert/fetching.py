"""Backbones of the catalogue, fetched from where they are published."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyclassifier.archive import MAX_JSON_BYTES
from pyclassifier.catalog import CATALOG, ModelCard

from .errors import ConvertError
from .model import LayersModel
from .tfjs_files import MAX_WEIGHT_BYTES, check_path, read_tfjs

_TIMEOUT_S = 60


def is_backbone(source: Path) -> bool:
    """Return whether a source is a name of the catalogue rather than a path."""
    return str(source) in CATALOG and not source.exists()


def fetch_backbone(name: str, folder: Path) -> LayersModel:
    """Fetch a backbone's published tf.js model.

    Parameters
    ----------
    name : str
        In `pyclassifier.catalog.CATALOG`.
    folder : Path
        For the files.

    Returns
    -------
    LayersModel
        Whole: with its classification.

    Raises
    ------
    ConvertError
        It cannot be reached, or its files are not those that the catalogue knows.
    """
    card = CATALOG[name]
    expected = dict(card.sha256)
    _fetch(card, "model.json", folder, expected, MAX_JSON_BYTES)
    try:
        content: dict[str, Any] = json.loads((folder / "model.json").read_bytes())
        shards = [path for group in content["weightsManifest"] for path in group["paths"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConvertError(f"Expected a tf.js model at {card.source}, got something else.") from error
    for shard in shards:
        check_path(shard)
        _fetch(card, shard, folder, expected, MAX_WEIGHT_BYTES)
    model = read_tfjs(folder)
    if expected:
        return model
    return replace(model, notes=("The catalogue holds no sha256 of these files: they could not be verified.",))


def _fetch(card: ModelCard, name: str, folder: Path, expected: dict[str, str], limit: int) -> None:
    import urllib.parse
    import urllib.request

    address = urllib.parse.urljoin(card.source, urllib.parse.quote(name))
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_S) as answer:
            data: bytes = answer.read(limit + 1)
    except (OSError, ValueError) as error:  # Those of urllib and of sockets are OSErrors.
        raise ConvertError(
            f"Expected to fetch {address}, could not ({error}). Fetch the model by other means and name its folder."
        ) from error
    if len(data) > limit:
        raise ConvertError(f"Expected at most {limit:,} bytes from {address}, got more.")
    digest = hashlib.sha256(data).hexdigest()
    if expected and expected.get(name) != digest:
        raise ConvertError(f"Expected the published {name} of {card.name}, got another file: sha256 {digest}.")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
