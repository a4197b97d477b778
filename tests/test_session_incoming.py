"""Photos come in, and small pictures of them go out."""

import io

import pytest
from conftest import IN_PYODIDE
from photos import Reader, color_files, encode
from PIL import Image

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import Page, files


async def test_a_small_picture_of_a_photo_is_a_jpeg_in_proportion():
    page = Page()
    wide = encode(Image.new("RGB", (900, 300), "red"), "TIFF")
    await page.call("add", "training", files([("p/cat/wide.tif", Reader(wide)), ("p/cat/no.jpg", Reader(b"no"))]))
    picture = Image.open(io.BytesIO(await page.call("picture", 0, 120)))
    assert (picture.format, picture.size) == ("JPEG", (120, 40))
    red, green, blue = picture.getpixel((60, 20))
    assert red > 240 and green < 15 and blue < 15
    assert "p/cat/no.jpg: not an image" in (await page.try_call("picture", 1, 120))["error"]["message"]


@pytest.mark.parametrize(("photo", "size", "message"), [(99, 120, "99"), (0, 0, "1..2048"), (0, 4096, "1..2048")])
async def test_impossible_pictures_are_said(photo, size, message):
    page = Page()
    await page.call("add", "training", files(color_files(1)))
    error = (await page.try_call("picture", photo, size))["error"]
    assert error["name"] == "ValueError" and message in error["message"]
