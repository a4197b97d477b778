"""What can be learned from a dataset: its readable photos with their features, and which of them belong together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset, LabelEncoder, Problem, Sample, compute_class_weight
from ..embedding import FeatureExtractor, Variation, join_groups
from ..engines import Array, Engine, StoredRows
from ..notebook import Brief
from ..progress import Callbacks, Progress
from .heads import Chosen, TrainedHead, train_head
from .lesson import Lesson
from .settings import TrainSettings
from .splitting import draw_validation, group_samples

Ints = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Embedded(Brief):
    """Photos whose features are known, as `pyclassifier.ImageClassifier.fit_features` learns from them.

    Parameters
    ----------
    samples : tuple of Sample
        With labels; none of them is read.
    digests : tuple of str
        Hash of each one's content.
    X : ndarray of shape (N, n_features), float32, or StoredRows
    problems : tuple of Problem
        Photos that could not be used.
    alike : ndarray of shape (N,), int64, optional
        Number of the group of near-duplicates that each one belongs to; without it they are looked for.
    """

    samples: tuple[Sample, ...]
    digests: tuple[str, ...]
    X: Array | StoredRows
    problems: tuple[Problem, ...] = ()
    alike: Ints | None = None

    @property
    def dataset(self) -> Dataset:
        """The photos that can be learned from."""
        return Dataset(self.samples)


@dataclass(frozen=True, repr=False)
class Material(Brief):
    """The readable photos of a dataset with features, labels and groups: what a head is trained on.

    Parameters
    ----------
    samples : tuple of Sample
        In the order of their contents, so that the same photos give the same model in whatever order they come.
    digests : tuple of str
        Hash of each one's content.
    X : ndarray of shape (N, n_features), float32, or StoredRows
    y : ndarray of shape (N,), int64
        Class indices.
    classes : tuple of str
    groups : ndarray of shape (N,), int64
        What must not be parted, as `pyclassifier.training.group_samples` numbers it.
    problems : tuple of Problem
        What could not be read.
    copies : tuple of ndarray, each of the shape of X, float32
        Features of changed copies of the photos to train on; nan in rows that have none.
    """

    samples: tuple[Sample, ...]
    digests: tuple[str, ...]
    X: Array | StoredRows
    y: Ints
    classes: tuple[str, ...]
    groups: Ints
    problems: tuple[Problem, ...]
    copies: tuple[Array, ...] = ()

    def draw(self, rows: Ints, settings: TrainSettings) -> tuple[Ints, Ints]:
        """Part rows into those to learn from and those to judge by."""
        judged = draw_validation(
            [str(self.samples[i].label) for i in rows],
            [self.digests[i] for i in rows],
            self.groups[rows],
            settings.validation_split,
            settings.random_state,
        )
        return rows[~judged], rows[judged]


async def gather(
    dataset: Dataset, extractor: FeatureExtractor, settings: TrainSettings, callbacks: Callbacks
) -> Material:
    """Read a dataset's photos, compute their features, and group them.

    Parameters
    ----------
    dataset : Dataset
    extractor : FeatureExtractor
    settings : TrainSettings
    callbacks : Callbacks

    Returns
    -------
    Material

    Raises
    ------
    StoppedError, EngineError
        As `pyclassifier.ImageClassifier.fit` says.
    """
    features = await extractor.extract(
        dataset.samples, on_progress=callbacks.on_progress, should_stop=callbacks.should_stop
    )
    samples = tuple(dataset.samples[i] for i in features.kept)
    digests = tuple(str(extractor.cache.facts(sample).digest) for sample in samples)
    return arrange(Embedded(samples, digests, features.X, features.problems), extractor, settings)


def arrange(embedded: Embedded, extractor: FeatureExtractor, settings: TrainSettings) -> Material:
    """Put photos into the order of their contents, and group them.

    Parameters
    ----------
    embedded : Embedded
    extractor : FeatureExtractor
        What computed its features, or would have.
    settings : TrainSettings

    Returns
    -------
    Material
    """
    keys = [(digest, str(sample.label)) for digest, sample in zip(embedded.digests, embedded.samples, strict=True)]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)
    samples, digests = tuple(embedded.samples[i] for i in order), tuple(embedded.digests[i] for i in order)
    X = embedded.X[order]
    encoder = LabelEncoder()
    y = encoder.fit_transform([str(sample.label) for sample in samples])
    threshold = (
        extractor.card.near_duplicate if settings.duplicate_threshold == "auto" else settings.duplicate_threshold
    )
    if embedded.alike is not None:
        groups = join_groups(digests, [sample.group for sample in samples], embedded.alike[order])
    else:
        groups = group_samples(samples, digests, extractor.pooled(np.asarray(X, np.float32)), threshold)
    return Material(samples, digests, X, y, tuple(encoder.classes_.tolist()), groups, embedded.problems)


async def add_copies(
    material: Material, rows: Ints, extractor: FeatureExtractor, settings: TrainSettings, callbacks: Callbacks
) -> Material:
    """Compute features of changed copies of some photos, where the settings ask for them.

    Parameters
    ----------
    material : Material
    rows : ndarray of int64
        Of the photos.
    extractor, settings, callbacks
        As in `gather`.

    Returns
    -------
    Material
    """
    augmentation = settings.augmentation
    if augmentation is None:
        return material
    n_copies = augmentation.copies
    copies: list[Array] = []
    for k in range(n_copies):

        def on_progress(progress: Progress, done: int = k * len(rows)) -> None:
            if callbacks.on_progress and progress.stage == "features":
                total = len(rows) * n_copies
                callbacks.on_progress(Progress("augmenting", done + progress.done, total))

        features = await extractor.varied(Variation(augmentation, settings.random_state, k)).extract(
            [material.samples[i] for i in rows], on_progress=on_progress, should_stop=callbacks.should_stop
        )
        copies.append(np.full_like(material.X, np.nan))
        copies[-1][rows[list(features.kept)]] = features.X
    return replace(material, copies=tuple(copies))


async def train_on(
    material: Material,
    training: Ints,
    judged: Ints,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
    chosen: Chosen | None = None,
) -> TrainedHead:
    """Train a new head on some rows, judged after each epoch by others.

    Parameters
    ----------
    material : Material
    training, judged : ndarray of int64
        Rows of it; there are some of each class to train on, perhaps none to judge by.
    engine : Engine
    settings, callbacks
        As in `gather`.
    chosen : Chosen, optional
        What another training chose, instead of choosing.

    Returns
    -------
    TrainedHead
    """
    X, learned = _rows(material, training, judged)
    of_class = compute_class_weight(settings.class_weight, classes=material.classes, y=material.y[training])
    lesson = Lesson(
        X=X,
        y=material.y[np.concatenate([learned, judged])],
        weights=of_class[material.y[learned]].astype(np.float32),
        groups=material.groups[learned],
        n_photos=len(training),
    )
    return await train_head(engine, lesson, settings, callbacks, chosen)


def _rows(material: Material, training: Ints, judged: Ints) -> tuple[Array | StoredRows, Ints]:
    """Features of rows to learn from, changed copies of them, and rows to judge by; and which rows are learned from."""
    if isinstance(material.X, StoredRows):  # There are no copies: they are computed of photos.
        return material.X[np.concatenate([training, judged])], training
    parts = [(material.X, training)]
    for changed in material.copies:
        there = ~np.isnan(changed[training]).reshape(len(training), -1).any(axis=1)
        parts.append((changed, training[there]))
    X = np.concatenate([X[rows] for X, rows in (*parts, (material.X, judged))])
    return X, np.concatenate([rows for _, rows in parts])
