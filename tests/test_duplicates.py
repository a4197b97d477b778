"""Near-duplicates, compared with all pairs."""

import numpy as np
import pytest

from pyclassifier.embedding import join_groups, near_duplicates


def clustered(n=400, n_features=256, seed=0):
    """Rows as a backbone gives them: not negative, alike within a class; every fourth one has a near twin."""
    rng = np.random.default_rng(seed)
    centres = np.maximum(rng.normal(0, 1, (3, n_features)), 0)
    X = np.maximum(centres[np.arange(n) % 3] + rng.normal(0, 0.7, (n, n_features)), 0)
    twins = rng.permutation(n)[: n // 4]
    noise = rng.normal(0, 1, (n // 4, n_features)) * np.linspace(0.01, 0.4, n // 4)[:, None]
    return np.concatenate([X, np.maximum(X[twins] * 1.3 + noise, 0)]).astype(np.float32)


def all_pairs(X, threshold):
    rows = X / np.linalg.norm(X, axis=1, keepdims=True)
    return np.argwhere(np.triu(rows @ rows.T >= threshold, 1))


@pytest.mark.parametrize("threshold", [0.9, 0.95, 0.97, 0.99])
def test_groups_are_those_of_all_pairs(threshold):
    X = clustered()
    pairs = all_pairs(X, threshold)
    assert len(pairs) > 20, "there is something to find"
    # Each pair is a group of its own to join: the partition that has these two together and nothing else.
    labels = np.arange(len(X))
    for i, j in pairs:
        labels[labels == labels[j]] = labels[i]
    expected = np.unique(labels, return_inverse=True)[1]
    groups = near_duplicates(X, threshold).groups
    assert len(set(zip(groups.tolist(), expected.tolist(), strict=True))) == groups.max() + 1 == expected.max() + 1


def test_pairs_link_the_groups():
    X = clustered()
    found = near_duplicates(X, 0.97)
    assert len(found.pairs) == len(X) - (found.groups.max() + 1)
    assert (found.pairs[:, 0] < found.pairs[:, 1]).all()
    rows = X / np.linalg.norm(X, axis=1, keepdims=True)
    cosines = (rows[found.pairs[:, 0]] * rows[found.pairs[:, 1]]).sum(axis=1)
    assert np.abs(cosines - found.similarity).max() < 1e-6 and found.similarity.min() >= 0.97 - 1e-6
    assert (found.groups[found.pairs[:, 0]] == found.groups[found.pairs[:, 1]]).all()


def test_a_set_of_nothing_but_one_photo_is_one_group_in_little_time():
    X = np.ones((3000, 64), np.float32) + np.random.default_rng(0).normal(0, 0.01, (3000, 64)).astype(np.float32)
    found = near_duplicates(X)
    assert found.groups.max() == 0 and len(found.pairs) == 2999


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_photos(n):
    found = near_duplicates(np.ones((n, 8), np.float32), 1.0)
    assert found.groups.tolist() == [0] * n and len(found.pairs) == max(n - 1, 0) == len(found.similarity)


def test_rows_of_zeros_are_like_nothing():
    assert near_duplicates(np.zeros((3, 8), np.float32)).groups.tolist() == [0, 1, 2]


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="finite"):
        near_duplicates(np.full((2, 3), np.nan))
    for threshold in (0, 1.1, float("nan")):
        with pytest.raises(ValueError, match=r"threshold in 0\.\.1"):
            near_duplicates(np.ones((2, 3)), threshold)


def test_groups_join_wherever_they_touch():
    chain = join_groups([1, 1, 2, 2, 3, 4], [0, 9, 9, 8, 8, 7], [None] * 6)
    assert chain.tolist() == [0, 0, 0, 0, 0, 1]
    assert join_groups([], []).tolist() == []
