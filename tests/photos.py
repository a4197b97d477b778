"""Files for tests, made on the spot: pictures whose class is their colour, and files that are none."""

from __future__ import annotations

import io
import zipfile

import numpy as np
from PIL import Image

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
