"""Photos from which the ranges of an int8 model are taken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pyclassifier.backbones import Preprocessing
from pyclassifier.embedding import load_image, make_batch
from pyclassifier.errors import ImageDecodeError

from ..errors import ConvertError
from ..models import LayersModel, flatten

_MAX_VALUES = 1 << 27
MAX_PHOTOS = 200  # More hardly move the ranges, https://ai.google.dev/edge/litert/conversion/tensorflow/quantization


def calibration_photos(
    model: LayersModel, folder: Path, scaling: tuple[float, float] | None = None
) -> tuple[NDArray[np.float32], list[str]]:
    """Load photos for calibration, as the model takes them.

    Parameters
    ----------
    model : LayersModel
        With one input of known size, RGB or grey.
    folder : Path
        Photos in it and in its folders; of more than 200, as many that are spread evenly over all names. Their middle
        square is taken.
    scaling : (divisor, offset), optional
        By default as the model's files say; 0..255 for models that scale by a layer of their own; else MobileNet's
        ``pixel / 127.5 - 1``.

    Returns
    -------
    photos : ndarray of shape (N, H, W, C), float32
    skipped : list of str
        Names of files that are no photos, with the reason.

    Raises
    ------
    ConvertError
        The model takes no photos, or there are none.
    """
    height, width, channels, scales = _input(model)
    if height != width:
        raise ConvertError(f"Expected a model of square photos to calibrate, got {height} x {width}.")
    how = model.preprocessing or (Preprocessing.scaled(1.0, 0.0) if scales else Preprocessing())
    how = replace(Preprocessing.scaled(*scaling) if scaling else how, size=height)
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise ConvertError(f"Expected a folder of photos at {folder}; {error.strerror or error}.") from error
    count = min(len(files), MAX_PHOTOS, max(1, _MAX_VALUES // (3 * height * width)))
    chosen = [files[i * len(files) // count] for i in range(count)]
    photos, skipped = [], []
    for path in chosen:
        try:
            pixels = load_image(path.read_bytes(), path.name, how)
            photos.append(pixels if channels == 3 else np.asarray(Image.fromarray(pixels).convert("L").convert("RGB")))
        except (ImageDecodeError, OSError) as error:
            skipped.append(f"{path.name}: {error.reason if isinstance(error, ImageDecodeError) else error.strerror}")
    if not photos:
        raise ConvertError(f"Expected a folder of photos to calibrate int8 with, got none that can be read: {folder}.")
    return make_batch(photos, how)[..., :channels], skipped


def _input(model: LayersModel) -> tuple[int, int, int, bool]:
    """Height, width and channels of the input, and whether a layer of the model's own scales it."""
    graph = flatten(model.topology, model.weights)
    (name, *_), *others = graph.inputs
    shape = graph.by_name()[name]["config"].get("batch_input_shape")
    is_photo = isinstance(shape, list) and len(shape) == 4 and shape[0] in (None, 1) and shape[3] in (1, 3)
    if others or not is_photo or not shape[1] or not shape[2]:
        raise ConvertError(f"Expected a model of one RGB or grey input of known size for int8, got {shape!r:.100}.")
    return shape[1], shape[2], shape[3], graph.scales_pixels()
