"""What the page can set of a training -> the parameters of a classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from exchange import Data, as_dict

from pyclassifier import AsyncImageClassifier, Augmentation, ModelCard

# What the page calls them -> what AsyncImageClassifier calls them.
OPTIONS = {
    "epochs": "epochs",
    "patience": "patience",
    "learningRate": "learning_rate",
    "hiddenUnits": "hidden_units",
    "batchSize": "batch_size",
    "classWeight": "class_weight",
    "augmentation": "augmentation",
    "validationSplit": "validation_split",
    "inputSize": "input_size",
    "fitMode": "fit_mode",
    "pooling": "pooling",
    "seed": "random_state",
}


def read_options(options: Any, find_card: Callable[[str | None], ModelCard]) -> Data:
    """Parameters for `ImageClassifier.set_params`; what is not given has the package's default."""
    given = {name: value for name, value in as_dict(options).items() if value is not None}
    unknown = sorted(set(given) - set(OPTIONS) - {"backbone"})
    if unknown:
        raise ValueError(f"Expected options among backbone, {', '.join(OPTIONS)}; got {', '.join(unknown)}.")
    defaults = AsyncImageClassifier().get_params()
    params = {ours: given.get(name, defaults[ours]) for name, ours in OPTIONS.items()}
    if given.get("augmentation"):
        try:
            params["augmentation"] = Augmentation(**given["augmentation"])
        except TypeError as error:
            raise ValueError(f"Expected the fields of an augmentation ({error}).") from error
    if given.get("backbone"):
        params["backbone"] = find_card(given["backbone"])
    return params


def describe_params(params: Data) -> Data:
    """Parameters under the page's names."""
    described = {name: params[ours] for name, ours in OPTIONS.items()}
    augmentation = described["augmentation"]
    return {**described, "augmentation": asdict(augmentation) if augmentation else None}
