"""samples/: three photos of textures (scikit-image, CC0) cut into tiles, to train on and to recognise."""

from __future__ import annotations

import io
import json

from fetch import fetch_file
from PIL import Image

LABELS = ("brick", "grass", "gravel")
TILE = 128

Box = tuple[int, int, int, int]


def tile_boxes(width: int, height: int, tile: int = TILE) -> dict[str, list[Box]]:
    """Return the (left, top, right, bottom) of the tiles of each split.

    Tiles lie side by side and share no pixel; the lowest row is for validation, so that training and
    validation touch along one border only.
    """
    rows = [
        [(left, top, left + tile, top + tile) for left in range(0, width - tile + 1, tile)]
        for top in range(0, height - tile + 1, tile)
    ]
    return {"training": [box for row in rows[:-1] for box in row], "validation": rows[-1]}


def sample_files() -> dict[str, bytes]:
    """Return the files of samples/ by their names on the site, index.json among them."""
    files: dict[str, bytes] = {}
    index: dict[str, list[str]] = {"training": [], "validation": []}
    for label in LABELS:
        with Image.open(fetch_file(f"{label}.png")) as photo:
            for split, boxes in tile_boxes(*photo.size).items():
                for number, box in enumerate(boxes):
                    path = f"{label}/{number:02}.png"
                    png = io.BytesIO()
                    photo.crop(box).save(png, "PNG")
                    files[f"{split}/{path}"] = png.getvalue()
                    index[split].append(path)
    files["index.json"] = json.dumps(index, indent=1).encode()
    return files
