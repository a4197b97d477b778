"""How good photos' features are to tell classes by: accuracy of a logistic regression, for each built-in backbone.

On real photos (../shared/data/flowers and signs), of which 10 and 30 a class are learned from and all others judged by:
mean and standard error, in percent, of several draws, which are the same for all. Averaged features at 224 pixels,
embedded in numpy with the weights that the site has; scikit-learn's LogisticRegression with C=1. "both" has the
features of all backbones side by side, as they are.

    .venv/bin/python bench/linear_probe.py [--draws 10]
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray
from photo_features import Array, embed, find_photos
from testbed import shared_folder

from pyclassifier.backbones import get_card
from pyclassifier.convert.sources import REGISTRY

SETS = ("flowers", "signs")
PER_CLASS = (10, 30)


def judge(X: Array, y: NDArray[np.intp], n_per_class: int, seed: int) -> float:
    """Learn from some photos of each class, drawn at random; return the accuracy on the others, in percent."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    learned = np.zeros(len(y), np.bool_)
    for k in range(y.max() + 1):
        learned[rng.permutation(np.flatnonzero(y == k))[:n_per_class]] = True
    model = LogisticRegression(C=1, max_iter=1000).fit(X[learned], y[learned])
    return 100 * float(model.score(X[~learned], y[~learned]))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=10)
    draws = parser.parse_args().draws
    for name in SETS:
        photos = find_photos(shared_folder(f"data/{name}"))
        y = np.unique([path.parent.name for path in photos], return_inverse=True)[1]
        found = {backbone: embed(photos, get_card(backbone)) for backbone in REGISTRY}
        print(f"\n{name}: {len(photos)} photos of {y.max() + 1} classes; photos a class: {PER_CLASS}")
        for backbone, X in (found | {"both": np.hstack(list(found.values()))}).items():
            columns = []
            for n in PER_CLASS:
                accuracy = [judge(X, y, n, seed) for seed in range(draws)]
                columns.append(f"{np.mean(accuracy):8.1f} ± {np.std(accuracy, ddof=1) / draws**0.5:.1f}")
            print(f"{backbone:24}" + "".join(columns), flush=True)


if __name__ == "__main__":
    main()
