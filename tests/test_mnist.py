"""MNIST's files, whole and hostile, and drawings made to look like its digits."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
from conftest import IN_PYODIDE
from photos import encode

from pyclassifier import decode_image
from pyclassifier.data import center_digit, draw_samples, from_idx, from_sprite, read_idx
from pyclassifier.errors import DatasetError

rng = np.random.default_rng(0)
PICTURES = rng.integers(0, 256, (30, 28, 28), np.uint8)
LABELS = (np.arange(30) % 10).astype(np.uint8)


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


async def check(dataset, n=30):
    assert [sample.label for sample in dataset.samples] == [str(label) for label in LABELS[:n]]
    for sample, picture in zip(dataset.samples, PICTURES, strict=False):
        assert (decode_image(await sample.read())[..., 0] == picture).all()


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
async def test_idx_files_in_either_order_plain_and_packed(pack):
    await check(from_idx(pack(idx(PICTURES)), pack(idx(LABELS))))
    await check(from_idx(pack(idx(LABELS)), idx(PICTURES)))


@pytest.mark.parametrize("form", ["indices", "one-hot"])
async def test_a_sprite_with_labels(form):
    labels = LABELS.tobytes() if form == "indices" else np.eye(10, dtype=np.uint8)[LABELS].tobytes()
    sprite = encode(PICTURES.reshape(30, 784))
    await check(from_sprite(sprite, labels))
    await check(from_sprite(encode(PICTURES[:12].reshape(12, 784)), labels), 12)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (b"", b"", "begins with"),
        (b"\0\0\x09\x01" + bytes(8), idx(LABELS), "unsigned bytes"),
        (idx(PICTURES)[:9], idx(LABELS), "ends within its header"),
        (idx(PICTURES)[:-1], idx(LABELS), r"Expected 23,520 bytes in an IDX file of \(30, 28, 28\), got 23,519"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, idx(LABELS), "got 0"),
        (idx(PICTURES), idx(LABELS[:5]), "a label for each of the 30 pictures, got 5"),
        (idx(PICTURES), idx(PICTURES), "one of labels"),
        (idx(PICTURES[:0]), idx(LABELS[:0]), "1 to 100,000 pictures"),
        (gzip.compress(idx(PICTURES))[:-9], idx(LABELS), "incomplete"),
        (b"\x1f\x8b" + bytes(40), idx(LABELS), "damaged"),
    ],
)
def test_what_is_no_idx_file_is_explained(images, labels, message):
    with pytest.raises(DatasetError, match=message):
        from_idx(images, labels)


def test_a_packed_bomb_is_not_unpacked():
    with pytest.raises(DatasetError, match="at most 134,217,728 bytes in a packed file"):
        read_idx(gzip.compress(bytes((1 << 27) + 1)))


@pytest.mark.parametrize(
    ("sprite", "labels", "message"),
    [
        (b"no picture", LABELS.tobytes(), "a picture in each row; the sprite: not an image"),
        (encode(PICTURES[0]), LABELS.tobytes(), "784 pixels wide, a 28 x 28 picture in each row; got 28"),
        (encode(PICTURES.reshape(30, 784)), b"", "1 to 100,000 pictures"),
    ],
)
def test_what_is_no_sprite_is_explained(sprite, labels, message):
    with pytest.raises(DatasetError, match=message):
        from_sprite(sprite, labels)


if not IN_PYODIDE:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=60), st.booleans())
    def test_random_bytes_are_one_line_errors(data, headed):
        try:
            read_idx((b"\0\0\x08" if headed else b"") + data)
        except DatasetError as error:
            assert "\n" not in str(error)


def test_drawn_samples_hold_about_as_many_of_each_class():
    dataset = from_idx(idx(PICTURES), idx(LABELS))
    drawn = draw_samples(dataset, 14, 6, random_state=1)
    counts = drawn.count()
    assert [sum(c.values()) for c in counts.values()] == [2] * 10
    assert {sample.split for sample in drawn.samples[:14]} == {"training"}
    paths = [sample.path for sample in drawn.samples]
    assert len(set(paths)) == 20
    assert paths == [sample.path for sample in draw_samples(dataset, 14, 6, random_state=1).samples]
    assert paths != [sample.path for sample in draw_samples(dataset, 14, 6, random_state=2).samples]
    with pytest.raises(DatasetError, match=r"at most 30 pictures .* got 20 \+ 11"):
        draw_samples(dataset, 20, 11)


@pytest.mark.parametrize(("width", "height"), [(30, 90), (90, 30), (3, 200), (60, 60)])
def test_a_drawing_is_fitted_and_its_mass_put_into_the_middle(width, height):
    drawing = np.zeros((300, 400), np.uint8)
    drawing[17 : 17 + height, 250 : 250 + width] = 200
    drawing[17 : 17 + height // 2, 250 : 250 + width] = 255
    digit = center_digit(drawing)
    assert digit.shape == (28, 28) and digit.dtype == np.uint8 and digit.max() == 255
    ink = digit > 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    y, x = np.mgrid[:28, :28]
    assert (digit * y).sum() / digit.sum() == pytest.approx(14, abs=0.51)
    assert (digit * x).sum() / digit.sum() == pytest.approx(14, abs=0.51)


def test_nothing_drawn_is_black_and_a_dot_is_no_crash():
    assert not center_digit(np.zeros((50, 50), np.uint8)).any()
    dot = np.zeros((50, 50), np.uint8)
    dot[3, 4] = 90
    assert center_digit(dot).max() == 255
