"""digits/: 5,000 handwritten digits of MNIST, as the pair of files that `pyclassifier.mnist.from_sprite` reads."""

from __future__ import annotations

import io

import numpy as np
from fetch import fetch_file
from PIL import Image


def digit_files() -> dict[str, bytes]:
    """Return the files of digits/ by their names on the site."""
    # 784 pixels and the label in each line.
    table = np.loadtxt(fetch_file("mnist_5k.csv.gz"), np.uint8, delimiter=",")
    png = io.BytesIO()
    Image.fromarray(table[:, :-1]).save(png, "PNG", optimize=True)
    return {"mnist_images.png": png.getvalue(), "mnist_labels_uint8": table[:, -1].tobytes()}
