"""The built-in digits, and that digits of MNIST are already as `center_digit` makes them."""

from __future__ import annotations

import numpy as np
from mnist import digit_files

from pyclassifier import decode_image
from pyclassifier.data import center_digit, from_sprite


async def test_the_built_in_digits_are_mlxtends():
    files = digit_files()
    dataset = from_sprite(files["mnist_images.png"], files["mnist_labels_uint8"])
    assert [sum(c.values()) for c in dataset.count().values()] == [500] * 10
    assert sum(map(len, files.values())) < 1_000_000


async def test_digits_of_mnist_enlarged_and_moved_come_back():
    files = digit_files()
    samples = from_sprite(files["mnist_images.png"], files["mnist_labels_uint8"]).samples[::50]
    differences = []
    for sample in samples:
        digit = decode_image(await sample.read())[..., 0]
        drawing = np.zeros((400, 400), np.uint8)
        drawing[30:254, 130:354] = np.kron(digit, np.ones((8, 8), np.uint8))
        differences.append(np.abs(center_digit(drawing).astype(int) - digit).mean())
    # Mean of the grey values' differences, of 255.
    assert max(differences) < 1, differences
