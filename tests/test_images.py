import base64
import io
import struct
import warnings
import zlib
from contextlib import suppress

import numpy as np
import pytest
from conftest import IN_PYODIDE
from photos import encode
from PIL import Image, features

from pyclassifier import decode_image
from pyclassifier.data import open_image
from pyclassifier.errors import ImageDecodeError

GRADIENT = np.stack([*np.meshgrid(np.arange(0, 240, 5), np.arange(0, 160, 5)), np.full((32, 48), 90)], -1).astype(
    np.uint8
)


@pytest.mark.parametrize(
    ("format", "tolerance"), [("PNG", 0), ("BMP", 0), ("TIFF", 0), ("WEBP", 0), ("JPEG", 8), ("GIF", 40)]
)
def test_formats_decode_to_the_same_rgb_pixels(format, tolerance):
    if format == "WEBP" and not features.check("webp"):
        pytest.skip("this build of Pillow reads no WebP")
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}}.get(format, {})
    pixels = decode_image(encode(GRADIENT, format, **options))
    assert pixels.dtype == np.uint8 and pixels.shape == (32, 48, 3)
    assert np.abs(pixels.astype(int) - GRADIENT).max() <= tolerance


@pytest.mark.parametrize("format", ["GIF", "PNG"])
def test_of_an_animation_the_first_frame_counts(format):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    pixels = decode_image(encode(frames[0], format, save_all=True, append_images=frames[1:]))
    assert (pixels == [255, 0, 0]).all()


def test_transparency_is_laid_over_white():
    half = Image.new("RGBA", (4, 4), (255, 0, 0, 128))
    assert decode_image(encode(half))[0, 0].tolist() == [255, 127, 127]


@pytest.mark.parametrize("mode", ["P", "L", "LA"])
def test_transparent_palette_and_grey_are_laid_over_white(mode):
    if mode == "P":
        image = Image.new("P", (4, 4), 1)
        image.putpalette([0, 0, 0, 10, 20, 30])
        data = encode(image, transparency=1)
    elif mode == "L":
        data = encode(Image.new("L", (4, 4), 7), transparency=7)
    else:
        data = encode(Image.new("LA", (4, 4), (0, 0)))
    assert (decode_image(data) == 255).all()


def test_palette_grey_and_one_bit_become_rgb():
    palette = Image.new("P", (2, 2), 1)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    assert decode_image(encode(palette))[0, 0].tolist() == [10, 20, 30]
    assert decode_image(encode(Image.new("L", (2, 2), 77)))[0, 0].tolist() == [77, 77, 77]
    assert decode_image(encode(Image.new("1", (2, 2), 1)))[0, 0].tolist() == [255, 255, 255]


def test_16_bit_grey_keeps_its_range():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    for format in ("PNG", "TIFF"):
        pixels = decode_image(encode(Image.fromarray(ramp), format))
        assert np.abs(pixels[..., 0].astype(int) - np.arange(256).reshape(16, 16)).max() <= 1


def test_16_bit_rgb_keeps_its_range():
    rows = b"".join(b"\0" + struct.pack(">3H", 65535, 32768, 0) * 2 for _ in range(2))
    header = struct.pack(">2I5B", 2, 2, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    assert decode_image(data)[0, 0].tolist() == [255, 128, 0]


def test_float_tiff_in_0_to_1_is_scaled():
    pixels = decode_image(encode(Image.fromarray(np.full((4, 4), 0.5, np.float32)), "TIFF"))
    assert pixels[0, 0].tolist() == [128, 128, 128]


def test_cmyk_becomes_rgb():
    assert decode_image(encode(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF"))[0, 0].tolist() == [255, 0, 0]
    red = decode_image(encode(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=95))[4, 4]
    assert red[0] > 240 and red[1:].max() < 15


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation):
    upright = Image.fromarray(GRADIENT)
    # How a camera held that way stores the picture: the inverse of what a viewer has to do.
    stored = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }.get(orientation, [])
    image = upright
    for step in stored:
        image = image.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert (decode_image(encode(image, "PNG", exif=exif)) == GRADIENT).all()


def test_draft_decoding_keeps_twice_the_wanted_size_and_the_picture():
    y, x = np.mgrid[0:1200, 0:1600]
    photo = np.stack([x / 1600 * 255, y / 1200 * 255, (np.sin(x / 90) + 1) * 127], -1).astype(np.uint8)
    data = encode(photo, "JPEG", quality=95)
    small = open_image(data, min_side=224)
    assert small.size == (800, 600)
    full = np.asarray(Image.open(io.BytesIO(data)).resize((800, 600), Image.Resampling.BOX)).astype(int)
    assert np.abs(np.asarray(small).astype(int) - full).mean() < 1.0


def test_an_empty_file_is_named():
    with pytest.raises(ImageDecodeError, match=r"cat/1\.jpg: the file is empty") as caught:
        decode_image(b"", "cat/1.jpg")
    assert caught.value.name == "cat/1.jpg"


@pytest.mark.parametrize("data", [b"hello, no image", b"%!PS-Adobe-3.0 EPSF-3.0", bytes(range(256)) * 4])
def test_what_is_no_image_is_said_to_be_none(data):
    with pytest.raises(ImageDecodeError, match="not an image"):
        decode_image(data, "x.jpg")


def test_a_video_gets_its_own_advice():
    with pytest.raises(ImageDecodeError, match="Export the photo as JPEG"):
        decode_image(b"\0\0\0\x18ftypisom" + bytes(64), "IMG_1.jpg")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "TIFF", "BMP"])
def test_a_truncated_file_is_damaged(format):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    data = encode(noise, format)
    with pytest.raises(ImageDecodeError, match=r"damaged|not an image"):
        decode_image(data[: len(data) // 2], "half")


def test_hostile_bytes_only_ever_raise_our_error():
    rng = np.random.default_rng(1)
    for format in ("JPEG", "PNG", "GIF", "BMP", "TIFF"):
        data = encode(GRADIENT, format)
        for _ in range(60):
            broken = bytearray(data)
            for position in rng.integers(0, len(data), 4):
                broken[position] = int(rng.integers(0, 256))
            with suppress(ImageDecodeError):
                assert decode_image(bytes(broken), max_pixels=1_000_000).shape[2] == 3


def test_the_pixel_limit_can_be_set_and_is_checked_before_decoding():
    data = encode(Image.new("1", (3000, 3000)))
    with pytest.raises(ImageDecodeError, match=r"more than 4 million pixels"):
        decode_image(data, max_pixels=4_000_000)
    with pytest.raises(ImageDecodeError, match=r"more than 1 million pixels"):
        decode_image(data, max_pixels=1_000_000)  # Beyond twice the limit Pillow itself refuses.
    assert decode_image(data, max_pixels=9_000_000).shape == (3000, 3000, 3)
    assert Image.MAX_IMAGE_PIXELS == 89478485  # Pillow's own limit is left as it was.


@pytest.mark.skipif(IN_PYODIDE, reason="a browser starts no threads")
def test_threads_decode_side_by_side_each_with_its_own_limit():
    from concurrent.futures import ThreadPoolExecutor  # which cannot be imported in a browser

    data = encode(Image.new("1", (1500, 1000)))

    def decode(number):
        if number % 2:
            return decode_image(data).shape
        with pytest.raises(ImageDecodeError, match="more than 1 million"):
            decode_image(data, max_pixels=1_000_000)

    filters = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(decode, range(100))) == [None, (1000, 1500, 3)] * 50
    assert Image.MAX_IMAGE_PIXELS == 89478485 and warnings.filters == filters


# Whole TIFFs of one colour, packed as not every build of Pillow can unpack them: those of browsers cannot.
PACKED = {
    "lzma": (
        "SUkqAEwAAAD9N3pYWgAAAP8S2UECAQMBACEBFnkgxO7gAL8ACl0AZBB8C6rRw+YgAAAAAAABHsABAAAAiDggq6gACvwCAAAAAABZ"
        "WgoAAAEDAAEAAAAIAAAAAQEDAAEAAAAIAAAAAgEDAAMAAADKAAAAAwEDAAEAAABtiAAABgEDAAEAAAACAAAAEQEEAAEAAAAIAAAA"
        "FQEDAAEAAAADAAAAFgEDAAEAAAAIAAAAFwEEAAEAAABEAAAAHAEDAAEAAAABAAAAAAAAAAgACAAIAA=="
    ),
    "zstd": (
        "SUkqABwAAAAotS/9AGBVAAAYyAoKAQA6KTcEAAoAAAEDAAEAAAAIAAAAAQEDAAEAAAAIAAAAAgEDAAMAAACaAAAAAwEDAAEAAABQ"
        "wwAABgEDAAEAAAACAAAAEQEEAAEAAAAIAAAAFQEDAAEAAAADAAAAFgEDAAEAAAAIAAAAFwEEAAEAAAATAAAAHAEDAAEAAAABAAAA"
        "AAAAAAgACAAIAA=="
    ),
}


def test_a_tiff_that_is_packed_in_another_way_is_not_called_damaged():
    data = encode(Image.new("RGB", (16, 16)), "TIFF")
    tag = struct.pack("<HHI", 259, 3, 1)  # its compression
    at = data.index(tag) + len(tag)
    for number in (34712, 65000):
        other = data[:at] + struct.pack("<H", number) + data[at + 2 :]
        with pytest.raises(ImageDecodeError, match=f"packed by {number}, which cannot be read here. Save it without"):
            decode_image(other)
    with pytest.raises(ImageDecodeError, match="damaged or incomplete"):
        decode_image(data[:-100])


@pytest.mark.parametrize("compression", PACKED)
def test_what_a_build_of_pillow_cannot_unpack_of_a_tiff_is_said(compression):
    data = base64.b64decode(PACKED[compression])
    try:
        Image.new("RGB", (8, 8)).save(io.BytesIO(), "TIFF", compression=compression)
    except OSError:
        with pytest.raises(ImageDecodeError, match=f"packed by {compression}, which cannot be read here"):
            decode_image(data)
    else:
        assert (decode_image(data) == [200, 10, 10]).all()
