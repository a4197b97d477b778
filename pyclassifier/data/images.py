"""Bytes of an image file -> RGB pixels."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError, features

from ..errors import ImageDecodeError
from .colors import to_srgb
from .formats import FORMATS, decoder_of, format_of, is_readable, why_unreadable
from .tiffs import unreadable_compression

MAX_PIXELS = 100_000_000

# What the decoder halves, quarters ... before we resize must keep at least this many times the wanted size,
# the same rule as Pillow's `Image.thumbnail(reducing_gap=2.0)`: no visible loss against a full decode.
REDUCING_GAP = 2.0


def decode_image(data: bytes, name: str = "image", *, max_pixels: int = MAX_PIXELS) -> NDArray[np.uint8]:
    """Decode the first frame of an image file.

    Parameters
    ----------
    data : bytes
        A JPEG, PNG, APNG, WebP, GIF, BMP or TIFF file; AVIF and HEIC ones where Pillow, or pillow-heif, reads them.
    name : str
        What to call the file in an error.
    max_pixels : int
        Largest width x height to accept: a small file can claim to be a picture that fills the memory.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        RGB, in sRGB if the file says what its colours mean, upright as its EXIF orientation says, transparency laid
        over white.

    Raises
    ------
    ImageDecodeError
        The file is empty, no image, truncated or too large.

    Examples
    --------
    >>> buffer = io.BytesIO()
    >>> Image.new("RGB", (4, 3), "red").save(buffer, "PNG")
    >>> pixels = decode_image(buffer.getvalue())
    >>> pixels.shape, pixels[0, 0].tolist()
    ((3, 4, 3), [255, 0, 0])
    """
    return np.asarray(open_image(data, name, max_pixels=max_pixels))


def open_image(
    data: bytes, name: str = "image", *, max_pixels: int = MAX_PIXELS, min_side: int | None = None
) -> Image.Image:
    """Decode like `decode_image`, into a Pillow image, at reduced size where that saves work.

    Parameters
    ----------
    data, name, max_pixels
        As in `decode_image`.
    min_side : int, optional
        A JPEG may be decoded at 1/2, 1/4 or 1/8 of its size as long as both sides keep twice this many pixels.

    Returns
    -------
    PIL.Image.Image
        Mode RGB, upright.

    Raises
    ------
    ImageDecodeError
        As in `decode_image`.
    """
    with _opened(data, name, max_pixels) as image:
        if min_side is not None:
            side = int(min_side * REDUCING_GAP)
            image.draft("RGB", (side, side))
        image.load()
        return to_upright_rgb(image)


def to_upright_rgb(image: Image.Image) -> Image.Image:
    """Bring a Pillow image of any mode to 8 bits of RGB, on white where it is transparent, turned as its EXIF says."""
    profile = image.info.get("icc_profile")
    upright = _to_rgb(_upright(image))
    return to_srgb(upright, profile) if isinstance(profile, bytes) and image.mode != "CMYK" else upright


def read_size(data: bytes, name: str = "image", *, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Read the width and height of an image file from its header, as they are stored: before EXIF turns it.

    Parameters
    ----------
    data, name, max_pixels
        As in `decode_image`.

    Returns
    -------
    width, height : int
        In pixels.

    Raises
    ------
    ImageDecodeError
        The file is empty, no image or too large; whether its pixels can be decoded is not looked at.
    """
    with _opened(data, name, max_pixels) as image:
        return image.size


@contextmanager
def _opened(data: bytes, name: str, max_pixels: int) -> Iterator[Image.Image]:
    """An image file with its header read; whatever goes wrong with it is an ImageDecodeError."""
    if not data:
        raise ImageDecodeError(name, "empty-file")
    try:
        with _without_bomb_check:  # Our own check follows before a pixel is decoded.
            image = Image.open(io.BytesIO(data), formats=_of_pillow(data))
            _check_size(image, name, max_pixels)
            yield image
    except ImageDecodeError:
        raise
    # Pillow's decoders raise whatever their parsers trip over on a hostile file (struct.error, KeyError, ...).
    except Exception as error:
        is_unknown = isinstance(error, UnidentifiedImageError)
        raise _failure(data, name, error, is_unknown) from (None if is_unknown else error)


def _of_pillow(data: bytes) -> list[str]:
    """What Pillow calls the formats that it reads here."""
    known = [one.name for one in FORMATS if one.readable]
    one = format_of(data)
    if one is not None and one.name == "HEIC" and is_readable(one) and decoder_of(one) is None:
        import_module("pillow_heif").register_heif_opener()
        return [*known, "HEIF"]
    return known


def _failure(data: bytes, name: str, error: Exception, is_unknown: bool) -> ImageDecodeError:
    """What to say of a file that Pillow does not know, or cannot decode."""
    packed = unreadable_compression(data)
    if packed is not None:
        return ImageDecodeError(name, "tiff-compression", compression=packed)
    if not is_unknown:
        return ImageDecodeError(name, "damaged-image", error=str(error))
    one = format_of(data)
    if one is not None and not is_readable(one):
        return ImageDecodeError(name, why_unreadable(one))
    return ImageDecodeError(name, "heic-or-video" if data[4:8] == b"ftyp" else "not-an-image")


async def as_readable(data: bytes, name: str = "image", *, max_pixels: int = MAX_PIXELS) -> bytes:
    """Give an image file that Pillow reads: the same one, or what the browser decoded of one that Pillow cannot read.

    Parameters
    ----------
    data, name, max_pixels
        As in `decode_image`.

    Returns
    -------
    bytes

    Raises
    ------
    ImageDecodeError
        What decodes files of this format cannot decode this one, or it is too large.
    """
    one = format_of(data)
    decode = None if one is None or one.readable else decoder_of(one)
    if one is None or decode is None:
        return data
    try:
        pixels = await decode(data, one.media_type)
    except Exception as error:  # Whatever a browser says of a damaged file, or of one whose codec it lacks.
        raise ImageDecodeError(name, "undecodable-photo", format=one.name, error=str(error)) from error
    image = Image.fromarray(pixels)
    _check_size(image, name, max_pixels)
    return encode_bmp(np.asarray(_to_rgb(image)))


def jpeg_decoder() -> str:
    """The library that decodes JPEGs here, such as "libjpeg-turbo 3.1.2".

    Pixels of a JPEG differ a little from one to another (up to 16 of 255 between libjpeg 9 and libjpeg-turbo); those of
    all other formats do not.

    Returns
    -------
    str
    """
    turbo = features.version_feature("libjpeg_turbo")
    return f"libjpeg-turbo {turbo}" if turbo else f"libjpeg {features.version('jpg')}"


def make_thumbnail(data: bytes, name: str, side: int) -> bytes:
    """Make a small JPEG of an image file.

    Parameters
    ----------
    data, name
        As in `decode_image`.
    side : int
        Pixels of its longer side at most.

    Returns
    -------
    bytes
        The whole picture as a JPEG, its sides in proportion.

    Raises
    ------
    ImageDecodeError
        As in `decode_image`.
    """
    image = open_image(data, name, min_side=side // 2)  # both sides are decoded with `side` pixels at least
    image.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=REDUCING_GAP)
    return encode_jpeg(image)


def encode_bmp(pixels: NDArray[np.uint8]) -> bytes:
    """Write RGB pixels (H, W, 3) or grey ones (H, W), uint8, as an image file that keeps them as they are."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "BMP")
    return buffer.getvalue()


def encode_jpeg(image: Image.Image) -> bytes:
    """Write an RGB image as a JPEG that is good enough to look at."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


class _WithoutBombCheck:
    """Nothing of Pillow's own is asked how large a picture may be, nor warned about, while one is opened in any thread.

    Both are settings of the whole process, so the first thread that comes switches them off and the last one back on.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._before = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before.callback(setattr, Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
                self._before.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
                Image.MAX_IMAGE_PIXELS = None
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._before.close()


_without_bomb_check = _WithoutBombCheck()


def _check_size(image: Image.Image, name: str, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        shape = {"width": image.width, "height": image.height}
        raise ImageDecodeError(name, "large-image", **shape, millions=max_pixels / 1e6)


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # Damaged EXIF data must not cost us a picture that is otherwise fine.
        return image


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_to_8_bit(np.asarray(image))).convert("RGB")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _to_8_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey of more than 8 bits: integers are 16-bit, floats 0..1 or 0..255."""
    grey = np.nan_to_num(values.astype(np.float64))
    if np.issubdtype(values.dtype, np.integer):
        grey = grey / 257
    elif grey.max(initial=0) <= 1:
        grey = grey * 255
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)
