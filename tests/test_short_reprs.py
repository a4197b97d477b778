"""What a terminal shows of thousands of photos fits on a screen, and says what there is."""

from dataclasses import replace

import numpy as np
import pytest

from pyclassifier import Dataset, ImageClassifier, Problem, Project, Sample
from pyclassifier.data import BytesSource, FileSource
from pyclassifier.embedding.features import Features
from pyclassifier.judging import DatasetReport, Finding, Fix, Predictions
from pyclassifier.training.material import Material

N = 5000
SAMPLES = tuple(
    Sample(
        f"photos/kind {i % 12}/{i}.jpg", BytesSource(bytes(1000)), f"kind {i % 12}", "validation" if i < 60 else None
    )
    for i in range(N)
)
PROBLEMS = (Problem("x.txt", "not an image"),) * N
DATASET = Dataset(SAMPLES, PROBLEMS)
X, Y = np.zeros((N, 12), np.float32), np.zeros(N, np.int64)


def test_a_dataset_shows_its_classes_and_splits():
    assert repr(DATASET).splitlines() == [
        "Dataset(photos=5,000, problems=5,000, classes=12",
        "  'kind 0': 417, 5 for validation",
        "  'kind 1': 417, 5 for validation",
        "  'kind 10': 416, 5 for validation",
        "  'kind 11': 416, 5 for validation",
        "  'kind 2': 417, 5 for validation",
        "  'kind 3': 417, 5 for validation",
        "  'kind 4': 417, 5 for validation",
        "  'kind 5': 417, 5 for validation",
        "  and 4 more)",
    ]
    assert repr(Dataset()) == "Dataset(photos=0, problems=0, classes=0)"
    one = Dataset((replace(SAMPLES[0], split="training", label="x" * 1000),))
    assert "992" not in repr(one) and len(repr(one)) < 120 and "1, 1 for training" in repr(one)


def test_a_sample_shows_where_it_is_and_not_its_bytes():
    assert repr(SAMPLES[0].source) == "BytesSource(data=<1,000 bytes>)"
    sample = Sample("cat/1.jpg", FileSource("cat/1.jpg"), "cat")
    assert repr(sample).startswith("Sample(path='cat/1.jpg', source=FileSource(path='cat/1.jpg'), label='cat', ")


@pytest.mark.parametrize(
    "thing",
    [
        Predictions(SAMPLES, tuple(DATASET.labels), X, PROBLEMS),
        Fix("delete", SAMPLES),
        DatasetReport((Finding("small", (SAMPLES,), (Fix("delete", SAMPLES),), numbers={"photos": N}),) * 8, N),
        Features(X, tuple(range(N)), PROBLEMS),
        Material(SAMPLES, ("0" * 64,) * N, X, Y, tuple(DATASET.labels), Y, PROBLEMS, (X, X)),
        Project(DATASET, ImageClassifier(), tuple(DATASET.labels)),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_others_show_a_few_photos_and_how_many_there_are(thing):
    shown = repr(thing)
    assert len(shown) < 1000 and shown.count("\n") < 12
    assert f"{N:,}" in shown and shown.startswith(f"{type(thing).__name__}(")
