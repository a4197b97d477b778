"""How often the interval that is shown covers the accuracy that a model turns out to have.

Sets are made of what the build fetches: handwritten digits (MNIST), and tiles of three photos of textures. Half of a
set's photos are held back; from the others so many a class are drawn, again and again. A classifier learns from each
draw as it does by default, and then meets all photos that were held back. Features are those of the tests' stand-in
for a backbone: how good they are makes no difference to how honest the figures are.

Chance moves the share of 200 draws by 1.5 points: of "3 or 8" with 5 a class, 94.5 % of 200 and 95.5 % of 1,000 draws
were covered.

  judged      by folds or by one draw, as the classifier chose
  covered     share of draws whose 95 % interval holds the accuracy on the photos that were held back
  as if       the same for Wilson's interval of all judged photos, as if they were independent
  width       of the interval, mean, in points
  shown       accuracy, mean, in percent
  held back   accuracy, mean, in percent

    .venv/bin/python bench/coverage.py [--draws 200] [--only digits] [--per-class 10]
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from testbed import ROOT as ROOT  # puts web/ and tests/ on the path

# isort: split
from fetch import fetch_file
from numpy_engine import NumpyEngine

from pyclassifier import Dataset, ImageClassifier, Sample
from pyclassifier.data import BytesSource

TILE = 32
TEXTURES = ("brick", "grass", "gravel")
PER_CLASS = (5, 10, 20, 60)


def _sample(picture: Image.Image, path: str, label: str) -> Sample:
    png = io.BytesIO()
    picture.save(png, "PNG")
    return Sample(path, BytesSource(png.getvalue()), label)


def read_digits(kinds: str = "0123456789") -> list[Sample]:
    """Return the digits of some kinds."""
    table = np.loadtxt(fetch_file("mnist_5k.csv.gz"), np.uint8, delimiter=",")
    return [
        _sample(Image.fromarray(row[:-1].reshape(28, 28)), f"{row[-1]}/{i}.png", str(row[-1]))
        for i, row in enumerate(table)
        if str(row[-1]) in kinds
    ]


def read_textures() -> list[Sample]:
    """Return tiles of three textures."""
    samples = []
    for label in TEXTURES:
        with Image.open(fetch_file(f"{label}.png")) as photo:
            corners = [(x, y) for y in range(0, photo.height, TILE) for x in range(0, photo.width, TILE)]
            boxes = [(x, y, x + TILE, y + TILE) for x, y in corners]
            samples += [_sample(photo.crop(box), f"{label}/{i}.png", label) for i, box in enumerate(boxes)]
    return samples


# With the side of the input: the stand-in gives 25 figures of each cell of 32 pixels.
SETS: dict[str, tuple[Callable[[], list[Sample]], int]] = {
    "digits": (read_digits, 96),
    "3 or 8": (lambda: read_digits("38"), 96),
    "textures": (read_textures, 32),
}


def halve(samples: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    """Part samples by chance into those to draw from and those that are held back, class by class."""
    rng, drawn_from, held_back = np.random.default_rng(0), [], []
    for label in sorted({str(sample.label) for sample in samples}):
        own = [samples[i] for i in rng.permutation([i for i, s in enumerate(samples) if s.label == label])]
        drawn_from += own[: len(own) // 2]
        held_back += own[len(own) // 2 :]
    return drawn_from, held_back


def draw(samples: list[Sample], per_class: int, seed: int) -> Dataset:
    """Draw so many samples of each class."""
    rng, labels = np.random.default_rng(seed), np.array([sample.label for sample in samples])
    rows = [rng.permutation(np.flatnonzero(labels == label))[:per_class] for label in np.unique(labels)]
    return Dataset(tuple(samples[i] for i in np.concatenate(rows)))


def measure(
    classifier: ImageClassifier, samples: list[Sample], others: Dataset, per_class: int, n_draws: int
) -> NDArray[np.float64]:
    """Return, for each draw: folds, covered, covered as if independent, width, accuracy shown and held back."""
    rows = []
    for seed in range(n_draws):
        classifier.fit(draw(samples, per_class, seed))
        shown, accuracy = classifier.evaluation_, classifier.evaluate(others).accuracy
        assert shown is not None
        (low, high), (inner, outer) = shown.interval, replace(shown, n_splits=None).interval
        covered, as_if = low <= accuracy <= high, inner <= accuracy <= outer
        rows.append([shown.n_splits or 0, covered, as_if, high - low, shown.accuracy, accuracy])
    return np.array(rows, np.float64)


def main() -> None:
    """Draw, train, compare, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200, help="of each kind (default: 200)")
    parser.add_argument("--only", action="append", choices=SETS, help="only this set; may be repeated")
    parser.add_argument("--per-class", action="append", type=int, help="photos of a class; may be repeated")
    arguments = parser.parse_args()
    columns = ("covered", "as if", "width", "shown", "held back")
    print(f"{'set':10} {'a class':>8} {'judged':>8} {' '.join(f'{name:>10}' for name in columns)}")
    for name in arguments.only or SETS:
        read, side = SETS[name]
        samples, held_back = halve(read())
        # Digits are alike without being copies of each other.
        engine, others = NumpyEngine(), Dataset(tuple(held_back))
        classifier = ImageClassifier(input_size=side, pooling="flatten", duplicate_threshold=None, engine=engine)
        for per_class in arguments.per_class or PER_CLASS:
            rows = measure(classifier, samples, others, per_class, arguments.draws)
            judged = " or ".join(f"{k:.0f} folds" if k else "one draw" for k in np.unique(rows[:, 0]))
            figures = " ".join(f"{100 * value:10.1f}" for value in rows[:, 1:].mean(axis=0))
            print(f"{name:10} {per_class:8} {judged:>8} {figures}", flush=True)


if __name__ == "__main__":
    main()
