"""What can be learned from a dataset: its readable photos with their features, and which of them belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..data import Dataset, LabelEncoder, Problem, Sample, compute_class_weight
from ..embedding import FeatureExtractor, Variation, join_groups
from ..engines import Array, Engine, StoredRows
from ..notebook import Brief
from ..progress import Callbacks, Progress
from .folds import Ints
from .heads import Chosen, TrainedHead, train_head
from .lesson import Lesson
from .settings import TrainSettings
from .splitting import draw_validation, group_samples


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
    plain : ndarray of shape (N, n_features), float32, optional
        Features of the photos as they are, where X has the means over several views of them.
    """

    samples: tuple[Sample, ...]
    digests: tuple[str, ...]
    X: Array | StoredRows
    problems: tuple[Problem, ...] = ()
    alike: Ints | None = None
    plain: Array | None = None

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
    plain : Material, optional
        The same with the features of the photos as they are, where X has the means over several views of them.
    """

    samples: tuple[Sample, ...]
    digests: tuple[str, ...]
    X: Array | StoredRows
    y: Ints
    classes: tuple[str, ...]
    groups: Ints
    problems: tuple[Problem, ...]
    copies: tuple[Array, ...] = ()
    plain: Material | None = None

    @property
    def group_of(self) -> dict[str, int]:
        """Number of the group by the hash of a photo's content."""
        return dict(zip(self.digests, self.groups.tolist(), strict=True))

    def draw(
        self, rows: Ints, settings: TrainSettings, test_fold: Mapping[str, int] | None = None
    ) -> tuple[Ints, Ints]:
        """Part rows into those to learn from and those to judge by, which may keep to an earlier draw."""
        judged = draw_validation(
            [str(self.samples[i].label) for i in rows],
            [self.digests[i] for i in rows],
            self.groups[rows],
            settings.validation_split,
            settings.random_state,
            test_fold,
        )
        return rows[~judged], rows[judged]


async def gather(
    dataset: Dataset,
    extractor: FeatureExtractor,
    settings: TrainSettings,
    callbacks: Callbacks,
    groups: Mapping[str, int] | None = None,
) -> Material:
    """Read a dataset's photos, compute their features, and group them.

    Parameters
    ----------
    dataset : Dataset
    extractor : FeatureExtractor
    settings : TrainSettings
    callbacks : Callbacks
    groups : mapping of str to int, optional
        The `Material.groups` of the same photos by the hash of their content, where they were grouped before.

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
    embedded = Embedded(samples, digests, features.X, features.problems, plain=features.plain)
    return arrange(embedded, extractor, settings, groups)


def arrange(
    embedded: Embedded, extractor: FeatureExtractor, settings: TrainSettings, groups: Mapping[str, int] | None = None
) -> Material:
    """Put photos into the order of their contents, and group them.

    Parameters
    ----------
    embedded : Embedded
    extractor : FeatureExtractor
        What computed its features, or would have.
    settings : TrainSettings
    groups : mapping of str to int, optional
        As in `gather`.

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
    plain = X if embedded.plain is None else embedded.plain[order]
    if groups is not None and groups.keys() == set(digests):
        found = np.array([groups[digest] for digest in digests], np.int64)
    elif embedded.alike is not None:
        found = join_groups(digests, [sample.group for sample in samples], embedded.alike[order])
    else:
        # Of the photos as they are: whatever views there are, they are parted alike.
        found = group_samples(samples, digests, extractor.pooled(np.asarray(plain, np.float32)), threshold)
    material = Material(samples, digests, X, y, tuple(encoder.classes_.tolist()), found, embedded.problems)
    return material if embedded.plain is None else replace(material, plain=replace(material, X=plain))


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
    plain_copies: list[Array] = []
    for k in range(n_copies):

        def on_progress(progress: Progress, done: int = k * len(rows)) -> None:
            if callbacks.on_progress and progress.stage == "features":
                total = len(rows) * n_copies
                callbacks.on_progress(Progress("augmenting", done + progress.done, total))

        features = await extractor.varied(Variation(augmentation, settings.random_state, k)).extract(
            [material.samples[i] for i in rows], on_progress=on_progress, should_stop=callbacks.should_stop
        )
        for found, X in ((copies, features.X), (plain_copies, features.plain)):
            if X is not None:
                found.append(np.full_like(material.X, np.nan))
                found[-1][rows[list(features.kept)]] = X
    plain = material.plain and replace(material.plain, copies=tuple(plain_copies))
    return replace(material, copies=tuple(copies), plain=plain)


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
