"""Features of photos as the site's backbones give them, evaluated in numpy: without a browser and TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from testbed import ROOT as ROOT  # puts web/ on the path

# isort: split
import backbones

from pyclassifier.backbones import ModelCard, get_card, see
from pyclassifier.convert import KerasModel, read_tfjs
from pyclassifier.convert.rules import evaluate
from pyclassifier.embedding import fit_image, load_image, make_batch

Array = NDArray[np.float32]
SUFFIXES = {".jpg", ".jpeg", ".png"}


def find_photos(folder: Path) -> list[Path]:
    """Return the photos of a folder and of those in it, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def embed(photos: Sequence[Path | NDArray[np.uint8]], card: ModelCard, view: str = "") -> Array:
    """Return averaged features (N, channels) of a view of photos, by the backbone with the site's weights."""
    model = _model(card.name)
    rows = []
    for photo in photos:
        how = card.preprocessing
        fitted = load_image(photo.read_bytes(), photo.name, how) if isinstance(photo, Path) else fit_image(photo, how)
        maps: Any = evaluate(model, [see(view, make_batch([fitted], how))]).outputs[0]
        rows.append(maps.mean(axis=(1, 2))[0])
    return np.array(rows, np.float32)


@cache
def _model(name: str) -> KerasModel:
    model = read_tfjs(backbones.prepare(get_card(name), None) / "features")
    weights: dict[str, list[NDArray[Any]]] = {}
    for path, array in model.weights.items():
        weights.setdefault(path.rpartition("/")[0], []).append(array)
    return KerasModel(model.topology, weights, "2.15.0", "h5")
