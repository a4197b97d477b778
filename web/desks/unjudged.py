"""Classes of which a training could hold out nothing that tells much, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, cast, get_args

from pyclassifier import AsyncImageClassifier, Dataset, Sample
from pyclassifier.training import LONG_RECORDING

RECORDED = "burst-"  # So the groups of the camera's photos begin: js/capture.js.

Reason = Literal["one photo", "one recording", "own end", "alike", "not marked", "stopped"]


class Unjudged(TypedDict):
    """A class that was never judged, or only by the end of its own recording."""

    index: int  # its place among the model's classes
    reason: Reason  # alike: its photos are nearly the same, or belong together, so that none can check the others
    recorded: bool  # all of its photos came from the camera
    long: bool  # its only recording is long enough to be judged by its end


def find_unjudged(classifier: AsyncImageClassifier, dataset: Dataset) -> list[Unjudged]:
    """The classes that a training on a dataset did not judge; none where no photo was to be held out.

    Parameters
    ----------
    classifier : AsyncImageClassifier
        Just trained.
    dataset : Dataset
        What it was trained on.

    Returns
    -------
    list of Unjudged
    """
    marked = any(sample.split == "validation" for sample in dataset.samples)
    if not marked and classifier.validation_split == 0 and classifier.cv in (0, "auto"):
        return []
    classes, evaluation = classifier.classes_.tolist(), classifier.evaluation_
    unjudged = set(evaluation.unjudged if evaluation else classes)
    by_own_end = set() if marked else {leak.validation.label for leak in classifier.leaks_}
    found: list[Unjudged] = []
    for index, label in enumerate(classes):
        if label not in unjudged | by_own_end:
            continue
        samples = [one for one in dataset.samples if one.label == label and one.split != "test"]
        recorded = all((one.group or "").startswith(RECORDED) for one in samples)
        if label in by_own_end:
            reason: Reason = "own end"
        elif classifier.stopped_:
            reason = "stopped"
        else:
            reason = "not marked" if marked else _why(samples)
        long = reason == "one recording" and len(samples) >= LONG_RECORDING
        found.append({"index": index, "reason": reason, "recorded": recorded, "long": long})
    return found


def _why(samples: Sequence[Sample]) -> Reason:
    if len(samples) == 1:
        return "one photo"
    groups = {sample.group for sample in samples}
    return "one recording" if len(groups) == 1 and (groups.pop() or "").startswith(RECORDED) else "alike"


def read_unjudged(told: Mapping[str, Any], n_classes: int) -> list[Unjudged]:
    """What `find_unjudged` found when a project was trained, as far as it makes sense."""
    listed = told.get("unjudged")
    return [
        {
            "index": one["index"],
            "reason": cast(Reason, one["reason"]),
            "recorded": one.get("recorded") is True,
            "long": one.get("long") is True,
        }
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
        and one.get("reason") in get_args(Reason)
        and type(one.get("index")) is int
        and one["index"] in range(n_classes)
    ]
