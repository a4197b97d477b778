"""How alike features of copies of a photo are, and of different photos: what a card's `near_duplicate` is chosen by.

The photos are 32 stock photos and 90 logos (../shared/data/pexel-images and brand), and 48 tiles of textures, each at
224 and 96 pixels, embedded in numpy with the weights that the site has. Printed for each threshold: how many pairs of
different photos it takes for the same (of tiles of one texture, of stock photos, and of two classes of anything), and
which share of the stock photos' copies it finds.

    .venv/bin/python bench/near_duplicates.py [--backbone efficientnet_lite0_224] [--sizes 224 96]
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from photo_features import embed, find_photos
from PIL import Image
from testbed import shared_folder

# isort: split
from fetch import fetch_file

from pyclassifier.backbones import CATALOG, get_card

Pixels = NDArray[np.uint8]
THRESHOLDS = (0.99, 0.985, 0.98, 0.975, 0.97, 0.965, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.9)
TILE = 128


def _encoded(photo: Image.Image) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=50)
    return Image.open(data)


def _lit(share: float) -> Callable[[Image.Image], Image.Image]:
    return lambda photo: photo.point(lambda value: min(255, round(value * share)))


def _cropped(photo: Image.Image) -> Image.Image:
    x, y = (round(side * 0.025) for side in photo.size)
    return photo.crop((x, y, photo.width - x, photo.height - y))


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG 50": _encoded,
    "half size": lambda photo: photo.resize((photo.width // 2, photo.height // 2)),
    "15 % darker": _lit(0.85),
    "15 % brighter": _lit(1.15),
    "5 % cropped": _cropped,
}


def read_photos() -> tuple[list[Pixels], list[str]]:
    """Return photos and the kind of each: "stock/wood", "logo/apple", "tile/brick"."""
    photos, kinds = [], []
    for name in ("pexel-images", "brand/train"):
        for path in find_photos(shared_folder(f"data/{name}")):
            kind = f"stock/{path.parent.name}" if name == "pexel-images" else f"logo/{path.stem.rpartition('-')[0]}"
            with Image.open(path) as image:
                image.draft("RGB", (1024, 1024))
                photos.append(np.asarray(image.convert("RGB")))
            kinds.append(kind)
    for texture in ("brick", "grass", "gravel"):
        with Image.open(fetch_file(f"{texture}.png")) as image:
            whole = np.asarray(image.convert("RGB"))
        for y in range(0, whole.shape[0], TILE):
            for x in range(0, whole.shape[1], TILE):
                photos.append(whole[y : y + TILE, x : x + TILE])
                kinds.append(f"tile/{texture}")
    return photos, kinds


def report(photos: list[Pixels], kinds: list[str], backbone: str, size: int) -> None:
    """Print what each threshold would do."""
    card = get_card(backbone, size)
    X = _units(embed(photos, card))
    names = np.array(kinds)
    first, second = np.triu_indices(len(X), 1)
    cosines = np.einsum("ij,ij->i", X[first], X[second])
    same = names[first] == names[second]
    groups = {
        "tiles": same & np.char.startswith(names[first], "tile/"),
        "stock": np.char.startswith(names[first], "stock/") & np.char.startswith(names[second], "stock/"),
        "classes": ~same,
    }
    stock = np.flatnonzero(np.char.startswith(names, "stock/"))
    copies = {}
    for name, change in COPIES.items():
        changed = [np.asarray(change(Image.fromarray(photos[i]))) for i in stock]
        copies[name] = np.einsum("ij,ij->i", X[stock], _units(embed(changed, card)))
    print(f"\n{backbone} at {size}: {len(stock)} stock photos of {len(X)} photos; most alike", end=" ")
    print(", ".join(f"{name} {cosines[chosen].max():.4f}" for name, chosen in groups.items()))
    print(f"{'':10}" + "".join(f"{name:>15}" for name in (*groups, *copies)))
    for threshold in THRESHOLDS:
        wrong = [int((cosines[chosen] >= threshold).sum()) for chosen in groups.values()]
        found = [100 * float((cosine >= threshold).mean()) for cosine in copies.values()]
        print(f"{threshold:<10}" + "".join(f"{n:>15}" for n in wrong) + "".join(f"{x:>13.0f} %" for x in found))


def _units(X: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(X / np.linalg.norm(X, axis=1, keepdims=True), np.float32)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", choices=CATALOG, default="efficientnet_lite0_224")
    parser.add_argument("--sizes", type=int, nargs="+", default=[224, 96])
    arguments = parser.parse_args()
    photos, kinds = read_photos()
    for size in arguments.sizes:
        report(photos, kinds, arguments.backbone, size)


if __name__ == "__main__":
    main()
