"""What the page can set of a training -> the parameters of a classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Literal, TypedDict

import pyclassifier
from pyclassifier import AsyncImageClassifier
from pyclassifier.backbones import FitMode, Pooling, Views

from .desk import OPENED, Desk


class Augmentation(TypedDict):
    """Changed copies of the training photos."""

    flip: bool
    crop: float  # 0..0.9
    brightness: float  # 0..1, as contrast and saturation
    contrast: float
    saturation: float
    copies: int


class TrainOptions(TypedDict, total=False):
    """Options of a training, each optional: what is not given, or null, has the package's default."""

    epochs: int
    patience: int  # stop once val_loss has not got lower for so many epochs
    learningRate: float
    hiddenUnits: int
    l2: float
    batchSize: int
    classWeight: Literal["balanced"] | dict[str, float]
    augmentation: Augmentation
    validationSplit: float  # 0..1, used where no photo is marked for validation
    splitRecordings: bool  # whether a class of one long recording is judged by its end
    cv: int  # folds to judge by, 0 for none; by default 5 where one draw would leave few photos of a class to judge by
    refit: bool  # whether it learns from the photos that judged it, too, after that
    backbone: str  # one of the site's, several joined by "+"; "auto": photos choose; "opened": that of the model in use
    inputSize: int  # a multiple of 32
    fitMode: FitMode
    pooling: Pooling
    views: Views  # what is seen of each photo beside the photo itself
    fineTune: bool  # whether the last layers of the backbone are trained as well, and kept where that helps
    seed: int


# By their names here: their names in the package.
_PARAMETERS = {
    name: "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    for name in TrainOptions.__annotations__
    if name != "backbone"
} | {"seed": "random_state"}


def read_options(options: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Parameters for `set_params` of a desk's classifier; an opened model uses its backbone as before."""
    given = {name: value for name, value in options.items() if value is not None}
    unknown = sorted(set(given) - set(TrainOptions.__annotations__))
    if unknown:
        raise ValueError(f"Expected options among backbone, {', '.join(_PARAMETERS)}; got {', '.join(unknown)}.")
    defaults = AsyncImageClassifier().get_params()
    params = {ours: given.get(name, defaults[ours]) for name, ours in _PARAMETERS.items()}
    if given.get("augmentation"):
        try:
            params["augmentation"] = pyclassifier.Augmentation(**given["augmentation"])
        except TypeError as error:
            raise ValueError(f"Expected the fields of an augmentation ({error}).") from error
    if given.get("backbone"):
        params["backbone"] = desk.find_backbone(given["backbone"])
    if given.get("backbone") == OPENED:
        before = desk.classifier
        params |= {"input_size": None, "fit_mode": before.fit_mode, "pooling": before.pooling}
    return {**params, "topology": None}


@contextmanager
def set_meanwhile(options: Mapping[str, Any], desk: Desk) -> Iterator[AsyncImageClassifier]:
    """The desk's classifier with the parameters of options; afterwards it has those of before."""
    params, classifier = read_options(options, desk), desk.classifier
    before = classifier.get_params()
    classifier.set_params(**params)
    try:
        yield classifier
    finally:
        classifier.set_params(**before)


def describe_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters under the page's names."""
    described = {name: params[ours] for name, ours in _PARAMETERS.items()}
    augmentation = described["augmentation"]
    return {**described, "augmentation": asdict(augmentation) if augmentation else None}
