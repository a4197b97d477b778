"""Features as a backbone makes them, drawn at random: classes whose photos differ mostly in what all classes share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

N_DIRECTIONS = 150


def draw_clouds(
    counts: Sequence[int], n_features: int, *, apart: float = 1.0, seed: int = 0, world: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Rows and class indices of so many photos of each class.

    Gaussian classes of one covariance, with a spectrum as MobileNet's features have it: directions of variance 1, 1/2,
    1/3 ..., and noise in all features. ``world`` is the seed of classes and directions, ``seed`` that of the photos.
    """
    shared, rng = np.random.default_rng(world), np.random.default_rng([seed, 1])
    n_directions = min(N_DIRECTIONS, n_features)
    scales = np.arange(1, n_directions + 1) ** -0.5
    directions = np.linalg.qr(shared.standard_normal((n_features, n_directions)))[0].T * 6
    means = shared.standard_normal((len(counts), n_directions)) * scales * 0.35 * apart
    y = np.repeat(np.arange(len(counts)), counts)
    places = means[y] + rng.standard_normal((len(y), n_directions)) * scales
    X = 1 + places @ directions + rng.standard_normal((len(y), n_features)) * 0.15
    return X.astype(np.float32), y
