"""Pictures of any size -> the (N, S, S, 3) float32 batch that a backbone expects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..backbones import ModelCard
from ..data import MAX_PIXELS, REDUCING_GAP, open_image

FitMode = Literal["crop", "pad", "stretch", "central"]
FIT_MODES: tuple[str, ...] = get_args(FitMode)
_CENTRAL_SHARE = 0.875


def load_image(
    data: bytes, name: str, size: int, fit_mode: FitMode = "crop", *, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Decode an image file straight to the size that a backbone expects.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in an error.
    size : int
        Side S of the result in pixels.
    fit_mode : {"crop", "pad", "stretch", "central"}
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
    return fit_image(open_image(data, name, max_pixels=max_pixels, min_side=size), size, fit_mode)


def fit_image(image: Image.Image | NDArray[np.uint8], size: int, fit_mode: FitMode = "crop") -> NDArray[np.uint8]:
    """Bring a picture to a square of ``size`` pixels, bilinear.

    Parameters
    ----------
    image : PIL.Image.Image or ndarray of shape (H, W, 3), uint8
        RGB.
    size : int
        Side S of the result in pixels.
    fit_mode : {"crop", "pad", "stretch", "central"}
        ``crop`` takes the largest square in the middle, ``pad`` shows all of the picture between black bars,
        ``stretch`` ignores the aspect ratio, ``central`` stretches the middle 87.5 % of each side, as Google evaluated
        MobileNet (``inception_preprocessing.preprocess_for_eval`` of TF-Slim).

    Returns
    -------
    ndarray of shape (S, S, 3), uint8
        RGB.

    Raises
    ------
    ValueError
        An unknown fit mode.
    """
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    square = (size, size)
    bilinear = Image.Resampling.BILINEAR
    if fit_mode == "crop":
        side = min(image.size)
        left, top = (image.width - side) / 2, (image.height - side) / 2
        box = (left, top, left + side, top + side)
        fitted = image.resize(square, bilinear, box=box, reducing_gap=REDUCING_GAP)
    elif fit_mode == "pad":
        fitted = _pad(image, size)
    elif fit_mode == "stretch":
        fitted = image.resize(square, bilinear, reducing_gap=REDUCING_GAP)
    elif fit_mode == "central":
        left, top = (side * (1 - _CENTRAL_SHARE) / 2 for side in image.size)
        box = (left, top, image.width - left, image.height - top)
        fitted = image.resize(square, bilinear, box=box, reducing_gap=REDUCING_GAP)
    else:
        raise ValueError(f"Expected fit_mode to be one of {', '.join(FIT_MODES)}; got {fit_mode!r}.")
    return np.asarray(fitted)


def _pad(image: Image.Image, size: int) -> Image.Image:
    # Not `ImageOps.pad`: Pillow 10 rounds the short side of a very long picture to 0 pixels and fails.
    scale = size / max(image.size)
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    fitted = image.resize(inner, Image.Resampling.BILINEAR, reducing_gap=REDUCING_GAP)
    square = Image.new("RGB", (size, size), "black")
    square.paste(fitted, ((size - inner[0]) // 2, (size - inner[1]) // 2))
    return square


def make_batch(images: Sequence[NDArray[np.uint8]], card: ModelCard) -> NDArray[np.float32]:
    """Stack pictures and scale them as the model card says.

    Parameters
    ----------
    images : sequence of ndarray of shape (S, S, 3), uint8
        RGB, all of the same size.
    card : ModelCard
        Its ``divisor`` and ``offset`` apply.

    Returns
    -------
    ndarray of shape (N, S, S, 3), float32
        C-contiguous; in [-1, 1] for MobileNet.
    """
    # np.stack keeps the order of Fortran-ordered pictures; engines read the bytes in C order.
    batch = np.stack(images).astype(np.float32, order="C")
    batch /= np.float32(card.divisor)
    batch += np.float32(card.offset)
    return batch
