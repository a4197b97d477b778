"""Pictures of any size -> the (N, S, S, 3) float32 batch that a backbone expects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..backbones import Preprocessing
from ..data import MAX_PIXELS, REDUCING_GAP, open_image

_CENTRAL_SHARE = 0.875


def load_image(
    data: bytes, name: str, preprocessing: Preprocessing, *, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Decode an image file straight to the size that a backbone expects.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in an error.
    preprocessing : Preprocessing
        As in `fit_image`.
    max_pixels : int
        As in `pyclassifier.data.decode_image`.

    Returns
    -------
    ndarray of shape (S, S, 3), uint8
        RGB.

    Raises
    ------
    ImageDecodeError
        The file cannot be read as an image.
    """
    return fit_image(open_image(data, name, max_pixels=max_pixels, min_side=preprocessing.size), preprocessing)


def fit_image(image: Image.Image | NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    """Bring a picture to the square that a backbone expects.

    Parameters
    ----------
    image : PIL.Image.Image or ndarray of shape (H, W, 3), uint8
        RGB.
    preprocessing : Preprocessing
        Its size S, fit mode, crop share and interpolation apply.

    Returns
    -------
    ndarray of shape (S, S, 3), uint8
        RGB.
    """
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    how, size = preprocessing, preprocessing.size
    resample = Image.Resampling[how.interpolation.upper()]
    width: float
    height: float
    width, height = image.size
    if how.fit_mode == "pad":
        # Not `ImageOps.pad`: Pillow 10 rounds the short side of a very long picture to 0 pixels and fails.
        scale = size / max(width, height)
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        square = Image.new("RGB", (size, size), "black")
        fitted = image.resize(inner, resample, reducing_gap=REDUCING_GAP)
        square.paste(fitted, ((size - inner[0]) // 2, (size - inner[1]) // 2))
        return np.asarray(square)
    if how.fit_mode == "crop":
        width = height = min(width, height) * (how.crop_share or 1)
    elif how.fit_mode == "central":
        share = how.crop_share or _CENTRAL_SHARE
        width, height = width * share, height * share
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    return np.asarray(image.resize((size, size), resample, box=box, reducing_gap=REDUCING_GAP))


def make_batch(images: Sequence[NDArray[np.uint8]], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """Stack pictures and scale them as a backbone expects it.

    Parameters
    ----------
    images : sequence of ndarray of shape (S, S, 3), uint8
        RGB, all of the same size.
    preprocessing : Preprocessing
        Its mean, std and channel order apply.

    Returns
    -------
    ndarray of shape (N, S, S, 3), float32
        C-contiguous; in [-1, 1] for MobileNet.
    """
    stacked = np.stack(images)
    if preprocessing.channel_order == "bgr":
        stacked = stacked[..., ::-1]
    # np.stack keeps the order of Fortran-ordered pictures; engines read the bytes in C order.
    batch = stacked.astype(np.float32, order="C")
    mean, std = np.array(preprocessing.mean), np.array(preprocessing.std)
    # So divided, and by rows of pixels: MobileNet's come out as x / 127.5 - 1 to the last bit, and as quickly.
    width = batch.shape[2]
    rows = batch.reshape(-1, 3 * width)
    rows /= np.tile(std, width).astype(np.float32)
    rows -= np.tile(mean / std, width).astype(np.float32)
    return batch
