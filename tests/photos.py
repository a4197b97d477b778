"""Files for tests, made on the spot: pictures whose class is their colour, and files that are none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pyclassifier import Dataset

COLORS = {"blue": (30, 40, 220), "green": (20, 200, 60), "red": (220, 30, 40)}


def encode(image: Image.Image | np.ndarray, format: str = "PNG", **options) -> bytes:
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def noisy(color: tuple[int, int, int], seed: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 25, (size[1], size[0], 3))
    return np.clip(np.array(color) + noise, 0, 255).astype(np.uint8)


class Reader:
    """An async reader of fixed bytes that counts how often it was asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.n_reads = 0

    async def __call__(self) -> bytes:
        self.n_reads += 1
        return self.data


class RawName(zipfile.ZipInfo):
    """A member whose name is written as these bytes, with no word about what encoding they are in."""

    raw = b""

    def _encodeFilenameFlags(self):
        return self.raw, self.flag_bits & ~0x800


def color_files(n: int = 6, prefix: str = "photos/", labels=("blue", "green", "red")) -> list[tuple[str, Reader]]:
    return [
        (f"{prefix}{label}/{i}.png", Reader(encode(noisy(COLORS[label], seed=100 * k + i))))
        for k, label in enumerate(labels)
        for i in range(n)
    ]


def color_dataset(n: int = 6, **options) -> Dataset:
    return Dataset.from_files(color_files(n, **options))


SHAPES = ("checks", "discs", "stripes")


def shape(kind: str, seed: int, side: int = 96) -> Image.Image:
    """A picture that a real backbone tells from those of other kinds: figures of any colour, place and size."""
    rng = np.random.default_rng([SHAPES.index(kind), seed])
    ground, colour = (tuple(rng.integers(low, low + 110, 3).tolist()) for low in rng.permutation([20, 130]).tolist())
    image = Image.new("RGB", (side, side), ground)
    draw, step = ImageDraw.Draw(image), int(rng.integers(10, 22))
    if kind == "discs":
        for x, y in rng.integers(0, side, (7, 2)).tolist():
            r = int(rng.integers(6, 18))
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    elif kind == "stripes":
        for y in range(int(rng.integers(0, step)), side, 2 * step):
            draw.rectangle((0, y, side, y + step - 1), fill=colour)
        image = image.rotate(float(rng.uniform(-20, 20)), fillcolor=ground)
    else:
        for x in range(0, side, step):
            for y in range(x // step % 2 * step, side, 2 * step):
                draw.rectangle((x, y, x + step - 1, y + step - 1), fill=colour)
    noise = rng.normal(0, 6, (side, side, 3))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def write_shapes(folder: Path, n: int, start: int = 0, kinds=SHAPES) -> Path:
    """Write n pictures of each kind into folders of their names; others with another start."""
    for kind in kinds:
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for i in range(start, start + n):
            shape(kind, i).save(folder / kind / f"{i}.png")
    return folder
