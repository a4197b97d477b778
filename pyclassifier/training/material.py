"""What can be learned from a dataset: its readable photos with their features, and which of them belong together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset, LabelEncoder, Problem, Sample, compute_class_weight
from ..embedding import FeatureExtractor, Variation
from ..engines import Array, Engine, FitConfig
from ..progress import Callbacks, Progress
from .heads import TrainedHead, train_head
from .splitting import draw_validation, group_samples

Ints = NDArray[np.int64]
_MOST_STEPS = 50


@dataclass(frozen=True)
class Material:
    """The readable photos of a dataset.

    Parameters
    ----------
    samples : tuple of Sample
        In the order of their contents, so that the same photos give the same model in whatever order they come.
    digests : tuple of str
        Hash of each one's content.
    X : ndarray of shape (N, n_features), float32
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
    X: Array
    y: Ints
    classes: tuple[str, ...]
    groups: Ints
    problems: tuple[Problem, ...]
    copies: tuple[Array, ...] = ()

    def draw(self, rows: Ints, params: Mapping[str, Any]) -> tuple[Ints, Ints]:
        """Part rows into those to learn from and those to judge by, as a classifier's parameters say."""
        judged = draw_validation(
            [str(self.samples[i].label) for i in rows],
            [self.digests[i] for i in rows],
            self.groups[rows],
            params["validation_split"],
            params["random_state"],
        )
        return rows[~judged], rows[judged]


async def gather(
    dataset: Dataset, extractor: FeatureExtractor, params: Mapping[str, Any], callbacks: Callbacks
) -> Material:
    """Read a dataset's photos, compute their features, and group them.

    Parameters
    ----------
    dataset : Dataset
    extractor : FeatureExtractor
    params : mapping of str to value
        As `pyclassifier.ImageClassifier.get_params` gives them.
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
    kept = [(str(extractor.cache.facts(dataset.samples[i]).digest), dataset.samples[i]) for i in features.kept]
    order = sorted(range(len(kept)), key=lambda i: (kept[i][0], str(kept[i][1].label)))
    samples, digests = tuple(kept[i][1] for i in order), tuple(kept[i][0] for i in order)
    X = features.X[order]
    encoder = LabelEncoder()
    y = encoder.fit_transform([str(sample.label) for sample in samples])
    groups = group_samples(samples, digests, extractor.pooled(X), params["duplicate_threshold"])
    return Material(samples, digests, X, y, tuple(encoder.classes_.tolist()), groups, features.problems)


async def add_copies(
    material: Material, rows: Ints, extractor: FeatureExtractor, params: Mapping[str, Any], callbacks: Callbacks
) -> Material:
    """Compute features of changed copies of some photos, where a classifier's parameters ask for them.

    Parameters
    ----------
    material : Material
    rows : ndarray of int64
        Of the photos.
    extractor, params, callbacks
        As in `gather`.

    Returns
    -------
    Material
    """
    augmentation = params["augmentation"]
    copies: list[Array] = []
    for k in range(augmentation.copies if augmentation else 0):

        def on_progress(progress: Progress, done: int = k * len(rows)) -> None:
            if callbacks.on_progress and progress.stage == "features":
                total = len(rows) * augmentation.copies
                callbacks.on_progress(Progress("augmenting", done + progress.done, total))

        features = await extractor.varied(Variation(augmentation, params["random_state"], k)).extract(
            [material.samples[i] for i in rows], on_progress=on_progress, should_stop=callbacks.should_stop
        )
        copies.append(np.full_like(material.X, np.nan))
        copies[-1][rows[list(features.kept)]] = features.X
    return replace(material, copies=tuple(copies))


def batch_size(n_training: int, params: Mapping[str, Any]) -> int:
    """Photos per step, as the parameters say or a power of two such that an epoch has at most 50 steps.

    Each step costs the engine some milliseconds whatever its size: 5,000 photos in steps of 16 take minutes.
    """
    given: int | None = params["batch_size"]
    return 1 << max(4, math.ceil(math.log2(n_training / _MOST_STEPS))) if given is None else given


async def train_on(
    material: Material, training: Ints, judged: Ints, engine: Engine, params: Mapping[str, Any], callbacks: Callbacks
) -> TrainedHead:
    """Train a new head on some rows, judged after each epoch by others.

    Parameters
    ----------
    material : Material
    training, judged : ndarray of int64
        Rows of it; there are some of each class to train on, perhaps none to judge by.
    engine : Engine
    params, callbacks
        As in `gather`.

    Returns
    -------
    TrainedHead
    """
    y = material.y[training]
    parts = [(material.X[training], y)]
    for changed in material.copies:
        there = ~np.isnan(changed[training]).reshape(len(training), -1).any(axis=1)
        parts.append((changed[training][there], y[there]))
    parts.append((material.X[judged], material.y[judged]))
    return await train_head(
        engine,
        np.concatenate([X for X, _ in parts]),
        np.concatenate([y for _, y in parts]),
        sum(len(y) for _, y in parts[:-1]),
        FitConfig(
            **{
                **{config.name: params[config.name] for config in fields(FitConfig)},
                "batch_size": batch_size(len(training), params),
            }
        ),
        hidden_units=params["hidden_units"],
        topology=params["topology"],
        class_weight=compute_class_weight(params["class_weight"], classes=material.classes, y=y),
        on_epoch=callbacks.on_epoch,
        should_stop=callbacks.should_stop,
    )
