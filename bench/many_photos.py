"""JPEG photos for measurements, as many as wanted: textures in changing light, of sizes as people have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

LABELS = ("brick", "grass", "gravel")
# Width, height, and how many of a hundred have it: a few from old cameras and new phones, most of about a megapixel.
SIZES = (((640, 480), 20), ((1152, 864), 60), ((1600, 1200), 12), ((2592, 1944), 6), ((4000, 3000), 2))
_QUALITY = 85


def write_photos(textures: dict[str, Path], folder: Path, n_photos: int) -> list[Path]:
    """Write photos to folder/label/number.jpg, those that are there already excepted; return the paths.

    The first n are the same for every number of photos.
    """
    opened = {label: Image.open(path).convert("RGB") for label, path in textures.items()}
    shares = [share / 100 for _, share in SIZES]
    paths = []
    for i in range(n_photos):
        label = LABELS[i % len(LABELS)]
        path = folder / label / f"{i:05}.jpg"
        paths.append(path)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draw = np.random.default_rng(i)
        size, _ = SIZES[draw.choice(len(SIZES), p=shares)]
        photo = _paint(opened[label], opened[LABELS[draw.integers(len(LABELS))]], draw)
        # Sizes come last: a photo of 12 megapixels that is painted as such takes seconds.
        photo.resize(size, Image.Resampling.BILINEAR).save(path, "JPEG", quality=_QUALITY)
    return paths


def _paint(texture: Image.Image, other: Image.Image, draw: np.random.Generator) -> Image.Image:
    """Lay a piece of a texture over another one, turned, tinted, and with a few things on it."""
    front, back = _piece(texture, draw), _piece(other, draw)
    mask = Image.new("L", front.size, 0)
    # The larger part is the front: it is what the photo is of.
    corner = draw.integers(0, 160, 2)
    ImageDraw.Draw(mask).ellipse([*corner.tolist(), *(corner + draw.integers(420, 620, 2)).tolist()], fill=255)
    photo = Image.composite(front, back, mask.filter(ImageFilter.GaussianBlur(12)))
    painter = ImageDraw.Draw(photo)
    for _ in range(draw.integers(0, 5)):
        x, y, w, h = (draw.integers([0, 0, 20, 20], [600, 440, 160, 160])).tolist()
        painter.rectangle([x, y, x + w, y + h], fill=tuple(draw.integers(0, 256, 3).tolist()))
    return photo


def _piece(texture: Image.Image, draw: np.random.Generator) -> Image.Image:
    side = int(texture.width * draw.uniform(0.2, 0.9))
    left, top = (int(draw.integers(0, texture.width - side + 1)) for _ in range(2))
    piece = texture.crop((left, top, left + side, top + side)).rotate(90 * int(draw.integers(4))).resize((640, 480))
    tint, light = draw.uniform(0.5, 1.3, 3), draw.uniform(-40, 40)
    return Image.fromarray((np.asarray(piece, np.float32) * tint + light).clip(0, 255).astype(np.uint8))
