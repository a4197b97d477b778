"""Photos as people have them at hand, whatever they are: paths, folders, bytes, Pillow's images, pixels."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .datasets import Dataset
from .images import encode_bmp, to_upright_rgb
from .local import list_samples
from .names import is_packed
from .photos import BytesSource, FileSource, Sample
from .remote import is_address

Photo = Sample | bytes | str | os.PathLike[str] | Image.Image | NDArray[np.uint8]
Photos = Dataset | Photo | Iterable[Photo]

_KINDS = "a path, the bytes of an image file, a PIL image, pixels (uint8) or a Sample"


def as_samples(photos: Photos) -> list[Sample]:
    """Make samples of photos, however they come.

    Parameters
    ----------
    photos : Dataset, photo, or iterable of photos
        A photo is a Sample; the path of a file; the bytes of an image file; a Pillow image; or pixels, uint8, of shape
        (H, W, 3) (RGB), (H, W) or (H, W, 1) (grey). The path of a folder, zip or tar stands for all photos in it, with
        their classes where they have one; so does an address, such as ``s3://bucket/photos``, where fsspec is
        installed. An array of shape (N, H, W, 3) is N photos.

    Returns
    -------
    list of Sample

    Raises
    ------
    TypeError
        Something else.
    ValueError
        Pixels of another kind or shape.
    FileNotFoundError
        A folder, zip or address without photos.
    """
    if isinstance(photos, Dataset):
        return list(photos.samples)
    if isinstance(photos, str | os.PathLike) and _holds_photos(photos):
        return _within(photos)
    if isinstance(photos, np.ndarray) and photos.ndim == 4:
        return [as_sample(photos[i], i) for i in range(len(photos))]
    if _is_photo(photos):
        return [as_sample(photos, 0)]
    if hasattr(photos, "columns") and not isinstance(photos, np.ndarray):
        raise TypeError(
            f"Expected photos, got a table. Choose its column of paths, such as table[{photos.columns[0]!r}]."
        )
    if not isinstance(photos, Iterable) or isinstance(photos, Mapping) or hasattr(photos, "read"):
        raise TypeError(f"Expected photos ({_KINDS}), a list of them, a folder or a Dataset; got {_told(photos)}.")
    listed: Iterable[Any] = photos
    return [as_sample(photo, i) for i, photo in enumerate(listed)]


def as_sample(photo: Photo, index: int) -> Sample:
    """Make a sample of a photo, as `as_samples` takes it, which is called by a number where it has no name."""
    if isinstance(photo, Sample):
        return photo
    if isinstance(photo, str | os.PathLike):
        if _holds_photos(photo):
            raise TypeError(
                f"Expected photos, got a folder or address among them ({photo}). Give it by itself, not in a list."
            )
        path = Path(photo)
        return Sample(path.as_posix(), FileSource(path))
    if isinstance(photo, bytes | bytearray | memoryview):
        data = bytes(photo)
    elif isinstance(photo, Image.Image):
        data = encode_bmp(np.asarray(to_upright_rgb(photo)))
    elif isinstance(photo, np.ndarray):
        data = encode_bmp(_checked(photo))
    else:
        raise TypeError(f"Expected a photo: {_KINDS}; got {_told(photo)}.")
    return Sample(f"photo {index}", BytesSource(data))


def _holds_photos(place: str | os.PathLike[str]) -> bool:
    path = Path(place)
    return is_address(place) or path.is_dir() or (is_packed(path.name) and path.is_file())


def _within(place: str | os.PathLike[str]) -> list[Sample]:
    samples, problems = list_samples(place if isinstance(place, str) else Path(place))
    if not samples:
        found = f" ({problems[0].path}: {problems[0].reason})" if problems else ""
        raise FileNotFoundError(f"Expected photos in {place}, found none{found}.")
    return list(samples)


def _is_photo(value: object) -> TypeGuard[Photo]:
    kinds = (Sample, str, os.PathLike, bytes, bytearray, memoryview, Image.Image)
    return isinstance(value, kinds) or (isinstance(value, np.ndarray) and value.ndim in (2, 3))


def _checked(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Pixels (H, W, 3) or (H, W), uint8."""
    if pixels.dtype != np.uint8:
        remedy = (
            "Convert them: np.uint8(255 * pixels) where they are in 0..1, np.uint8(pixels) where they are in 0..255."
        )
        raise ValueError(f"Expected pixels as whole numbers in 0..255 (uint8), got {pixels.dtype}. {remedy}")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.size == 0 or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        remedy = "Leave alpha out: pixels[:, :, :3]." if pixels.shape[2:] == (4,) else "Put several into a list."
        raise ValueError(f"Expected pixels of shape (H, W, 3), RGB, or (H, W), grey; got {pixels.shape}. {remedy}")
    return np.ascontiguousarray(pixels)


def _told(value: object) -> str:
    told = f"{value!r:.60} ({type(value).__name__})"
    return f"{told}; give what its read() gives" if hasattr(value, "read") else told
