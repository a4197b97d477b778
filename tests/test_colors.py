"""Photos whose colours an ICC profile describes, and formats that Pillow lacks somewhere."""

from __future__ import annotations

import io
import struct
import sys

import numpy as np
import pytest
from photos import encode, noisy
from PIL import Image, features

from pyclassifier.data import Dataset, as_readable, decode_image, make_thumbnail, open_image, use_decoder, why_skip
from pyclassifier.errors import ImageDecodeError

# Primaries of Display P3, adapted to D50, as Apple's profile has them, and sRGB's curve as kind 3.
P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))
OF_SRGB = ("para", 3, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))


def fixed(*numbers):
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def curve(kind, function, numbers):
    if kind == "para":
        return b"para\0\0\0\0" + struct.pack(">HH", function, 0) + fixed(*numbers)
    return b"curv\0\0\0\0" + struct.pack(f">I{len(numbers)}H", len(numbers), *numbers)


def profile(primaries, tone):
    """An ICC profile of three primaries and a curve: https://www.color.org/specification/ICC.1-2022-05.pdf"""
    tags = {
        name: b"XYZ \0\0\0\0" + fixed(*xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)
    }
    tags |= {name: curve(*tone) for name in (b"rTRC", b"gTRC", b"bTRC")}
    tags[b"wtpt"] = b"XYZ \0\0\0\0" + fixed(0.9642, 1, 0.8249)
    tags[b"desc"] = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags[b"cprt"] = b"text\0\0\0\0none\0"
    table, body = b"", b""
    for name, data in tags.items():
        body += bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, 132 + 12 * len(tags) + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", 0, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ") + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + fixed(0.9642, 1, 0.8249)
    whole = head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def with_profile(pixels, icc, format="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format, icc_profile=icc)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)


@pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide's Pillow has no ImageCms")
@pytest.mark.parametrize(
    ("primaries", "tone"),
    [
        (P3, OF_SRGB),
        (P3, ("curv", 0, ())),
        (SRGB, ("curv", 0, (int(1.8 * 256),))),
        (P3, ("curv", 0, tuple(round(65535 * (i / 63) ** 2) for i in range(64)))),
        (P3, ("para", 0, (2.2,))),
        (P3, ("para", 1, (2.2, 0.9, 0.1))),
        (P3, ("para", 2, (2.2, 0.8, 0.1, 0.05))),
        (P3, ("para", 4, (2.4, 0.9, 0.05, 0.07, 0.04, 0.01, 0.002))),
    ],
)
def test_colours_are_those_of_littlecms(pixels, primaries, tone):
    from PIL import ImageCms

    icc = profile(primaries, tone)
    right = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    got = decode_image(with_profile(pixels, icc)).astype(int)
    difference = np.abs(got - np.asarray(right))
    assert np.abs(got - pixels).max() > 8
    assert difference.max() <= 3 and np.mean(difference) < 0.3


def test_display_p3_is_converted_in_every_way_to_read_a_photo():
    green = np.full((40, 40, 3), (120, 160, 110), np.uint8)
    photo = with_profile(green, profile(P3, OF_SRGB), "JPEG")
    light = ((green[0, 0] / 255 + 0.055) / 1.055) ** 2.4
    # From Display P3 to sRGB: https://www.w3.org/TR/css-color-4/#color-conversion-code
    matrix = [[1.22494, -0.22494, 0], [-0.042057, 1.042057, 0], [-0.019638, -0.078636, 1.098274]]
    want = 255 * (1.055 * (np.array(matrix) @ light) ** (1 / 2.4) - 0.055)
    assert np.abs(want - green[0, 0]).max() > 5
    assert np.abs(decode_image(photo)[20, 20].astype(int) - want).max() <= 3
    assert np.abs(np.asarray(open_image(photo, min_side=4))[2, 2].astype(int) - want).max() <= 3
    assert np.abs(decode_image(make_thumbnail(photo, "x", 20))[10, 10].astype(int) - want).max() <= 4


def test_srgb_profile_changes_no_pixel(pixels):
    assert np.array_equal(decode_image(with_profile(pixels, profile(SRGB, OF_SRGB))), pixels)


@pytest.mark.parametrize("cut", [0, 4, 100, 131, 140, 200, 300])
def test_damaged_profiles_cost_no_photo(pixels, cut):
    icc = profile(P3, OF_SRGB)
    assert np.array_equal(decode_image(with_profile(pixels, icc[:cut] or b"x")), pixels)


@pytest.mark.parametrize("primaries", [((0, 0, 0),) * 3, ((1e4, 1e4, 1e4),) * 3])
@pytest.mark.parametrize("tone", [("para", 1, (2.2, 0, 0.1)), ("para", 9, (1,)), ("para", 0, (-20000,))])
def test_absurd_profiles_cost_no_photo(pixels, primaries, tone):
    assert decode_image(with_profile(pixels, profile(primaries, tone))).shape == pixels.shape


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow reads no AVIF; in a browser the browser does")
def test_avif_is_a_photo_like_others(tmp_path):
    photo = encode(noisy((200, 30, 30), 40), "AVIF")
    assert np.abs(decode_image(photo).mean((0, 1)) - (200, 30, 30)).max() < 12
    (tmp_path / "red").mkdir()
    (tmp_path / "red" / "1.avif").write_bytes(photo)
    assert len(Dataset.from_folder(tmp_path).samples) == 1


@pytest.mark.skipif(sys.platform == "emscripten", reason="pillow-heif is for CPython; in a browser the browser decodes")
def test_heic_is_read_by_pillow_heif():
    heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    heif.from_pillow(Image.new("RGB", (64, 48), (200, 30, 30))).save(buffer, format="HEIF")
    pixels = decode_image(buffer.getvalue(), "IMG_1.HEIC")
    assert pixels.shape == (48, 64, 3) and np.abs(pixels.mean((0, 1)) - (200, 30, 30)).max() < 6
    assert why_skip("cat/IMG_1.HEIC") is None


@pytest.fixture
def drawn():
    """A decoder of SVG that draws all of it in half transparent blue, as a browser would be asked to."""

    async def decode(data, media_type):
        if b"no" in data:
            raise ValueError("it is damaged")
        return np.full((20, 1000 if b"large" in data else 30, 4), (0, 0, 255, 128), np.uint8)

    before = why_skip("cat/1.svg")
    use_decoder({"image/svg+xml"}, decode)
    yield
    use_decoder(set(), decode)
    if before:
        assert why_skip("cat/1.svg") == before


@pytest.mark.skipif(sys.platform == "emscripten", reason="a browser has a decoder already; tests/browser tries it")
async def test_what_pillow_lacks_is_decoded_by_what_was_put_in(drawn):
    assert why_skip("cat/1.svg") is None
    readable = await as_readable(b"<svg xmlns='x'></svg>", "1.svg")
    assert decode_image(readable)[0, 0].tolist() == [127, 127, 255] and decode_image(readable).shape == (20, 30, 3)
    photo = encode(noisy((200, 30, 30), 40), "PNG")
    assert await as_readable(photo, "1.png") is photo
    with pytest.raises(ImageDecodeError, match=r"SVG photo .*it is damaged"):
        await as_readable(b"<?xml version='1.0'?><svg>no</svg>", "1.svg")
    with pytest.raises(ImageDecodeError, match="1000 x 20 pixels"):
        await as_readable(b"<svg>large</svg>", "1.svg", max_pixels=10_000)


@pytest.mark.skipif(sys.platform == "emscripten", reason="a browser has a decoder; tests/browser tries it")
def test_formats_that_nothing_reads_are_named():
    assert "SVG photos cannot be read here" in str(why_skip("cat/1.svg"))
    with pytest.raises(ImageDecodeError, match="JPEG XL photos cannot be read here"):
        decode_image(b"\xff\x0a" + bytes(60), "1.jpg")
