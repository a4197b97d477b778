"""samples/: pictures to begin with, on each page where something is trained or recognised.

Animals, fruit and vehicles to train on, and signs for the page "Logos": Fluent Emoji by Microsoft (MIT), each picture
of another thing. Photos to recognise: scikit-image's (CC0).
"""

from __future__ import annotations

import io
import json
import tarfile

from fetch import fetch_file, fetch_npm
from PIL import Image

SIDE = 128
N_TRAINING, N_VALIDATION, N_NEW = 12, 4, 3
# Emoji by their code points. In this order they are for training, for validation, and new to the model.
THINGS = {
    "animal": "1f415 1f408 1f404 1f416 1f412 1f405 1f406 1f993 1f401 1f418 1f407 1f40e 1f411 1f410 1f42a 1f98f"
    " 1f992 1f998 1f994",
    "fruit": "1f34e 1f34f 1f350 1f34a 1f34b 1f34c 1f349 1f347 1f353 1fad0 1f348 1f352 1f351 1f96d 1f34d 1f345"
    " 1f95d 1f965 1f951",
    "vehicle": "1f697 1f695 1f699 1f68c 1f6b2 1f6f5 1f68a 1f691 1f692 1f682 1f3cd-fe0f 1f69c 1f68e 1f693 1f69a 1f69b"
    " 1f3ce-fe0f 1f690 1f6fb",
}
# The last two are new to the model.
SIGNS = {
    "arrow": "2b06-fe0f 2197-fe0f 27a1-fe0f 2198-fe0f 2b07-fe0f 2199-fe0f 2b05-fe0f 21aa-fe0f 21a9-fe0f 2934-fe0f"
    " 2196-fe0f 2935-fe0f",
    "clock": "1f550 1f551 1f552 1f553 1f554 1f555 1f556 1f557 1f558 1f559 1f55a 1f55b",
    "heart": "2764-fe0f 1f9e1 1f49b 1f5a4 1f499 1f90d 1f90e 1fa75 1fa76 1fa77 1f49a 1f49c",
}
N_NEW_SIGNS = 2
PHOTOS = ("chelsea.png", "coffee.png", "rocket.jpg")
_PHOTO_SIDE = 360
# Behind the pictures, in turn, so that no colour belongs to a class.
_GROUNDS = ("#f6e7d8", "#dcebf7", "#e3f3e1", "#f4dfe9", "#eee9fa")
_COLOURS = 192


def sample_files() -> dict[str, bytes]:
    """Return the files of samples/ by their names on the site.

    index.json says what there is to train on, of each split; others.json what there is besides, by page: pictures that
    are new to the model, and what is trained on for the page "Logos".
    """
    files: dict[str, bytes] = {}
    index: dict[str, list[str]] = {"training": [], "validation": []}
    new: list[str] = []
    logos: dict[str, list[str]] = {"training": [], "new": []}
    with tarfile.open(fetch_npm("fluent-emoji")) as emoji:
        for label, codes in THINGS.items():
            for number, code in enumerate(codes.split()):
                picture = _drawn(emoji, code, number)
                if number < N_TRAINING + N_VALIDATION:
                    split = "training" if number < N_TRAINING else "validation"
                    path = f"{label}/{number if split == 'training' else number - N_TRAINING:02}.png"
                    files[f"{split}/{path}"] = picture
                    index[split].append(path)
                else:
                    new.append(f"new/{label}-{number - N_TRAINING - N_VALIDATION}.png")
                    files[new[-1]] = picture
        for label, codes in SIGNS.items():
            for number, code in enumerate(codes.split()):
                path = f"logos/{label}-{number}.png"
                files[path] = _drawn(emoji, code, number)
                logos["new" if number >= len(codes.split()) - N_NEW_SIGNS else "training"].append(path)
    photos = {f"photos/{name.split('.')[0]}.jpg": _photo(name) for name in PHOTOS}
    others = {"photos": {"new": new}, "logos": logos, "recognise": {"new": list(photos)}}
    texts = {"index.json": index, "others.json": others}
    return files | photos | {name: json.dumps(text, indent=1).encode() for name, text in texts.items()}


def _drawn(emoji: tarfile.TarFile, code: str, number: int) -> bytes:
    """Return an emoji as a picture, on a ground of some colour."""
    member = emoji.extractfile(f"package/assets/{code}.webp")
    if member is None:
        raise FileNotFoundError(code)
    picture = Image.new("RGB", (SIDE, SIDE), _GROUNDS[number % len(_GROUNDS)])
    with Image.open(member) as drawn:
        small = drawn.convert("RGBA").resize((SIDE - 16, SIDE - 16), Image.Resampling.LANCZOS)
    picture.paste(small, (8, 8), small)
    return _saved(picture.quantize(_COLOURS), "PNG")


def _photo(name: str) -> bytes:
    with Image.open(fetch_file(name)) as photo:
        photo.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE), Image.Resampling.LANCZOS)
        return _saved(photo.convert("RGB"), "JPEG")


def _saved(picture: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, optimize=True)
    return file.getvalue()
