"""A desk <-> a project: what the page shows besides goes into the project's settings."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from album import Place
from exchange import Data
from runs import Runs

from pyclassifier import AsyncImageClassifier, Dataset, ModelCard, Project
from pyclassifier.archives import complaint

if TYPE_CHECKING:
    from workbench import Workbench

_ANOTHER = {-1: Place(-1)}  # What a model was trained on that is not what takes part now.


def project(bench: Workbench, name: str = "") -> Project[Any]:
    """The desk's photos, classifier and settings."""
    now = bench.album.now
    labels = tuple(category.label for category in now.classes.values())
    disabled = frozenset(category.label for category in now.classes.values() if not category.enabled)
    settings = {
        "fields": bench.settings,
        "model": bench.shown,
        "modelClasses": bench.classifier.classes_.tolist() if bench.shown else None,
        "stale": bench.describe()["stale"],
    }
    return Project(bench.album.whole(), bench.classifier, labels, disabled, name, settings)


def take(bench: Workbench, taken: Project[Any], ids: Sequence[int], class_keys: Sequence[int] | None = None) -> None:
    """Go on with a project instead of what is on the desk, its photos under these ids, its classes under these keys."""
    bench.classifier.close()
    bench.classifier = taken.classifier
    bench.album.restore(taken, ids, class_keys)
    fields = taken.settings.get("fields")
    bench.settings = fields if isinstance(fields, dict) else {}
    bench.outputs, bench.trained_on, bench.shown = None, {}, None
    bench.runs, bench.confirmed, bench.crossed, bench.rejects = Runs(), {}, None, True
    if not hasattr(taken.classifier, "classes_"):
        return
    names = taken.settings.get("modelClasses")
    n_classes = len(taken.classifier.classes_)
    if isinstance(names, list) and len({str(name) for name in names}) == len(names) == n_classes:
        taken.classifier.rename_classes([str(name) for name in names])
    bench.shown = _trained(taken) or describe_opened(taken.classifier)
    if "nTraining" in bench.shown:
        keys = {category.label: key for key, category in bench.album.now.classes.items()}
        bench.outputs = [keys.get(label, -1) for label in taken.classifier.classes_.tolist()]
        bench.trained_on = _ANOTHER if taken.settings.get("stale") else bench.album.now.taking_part()


def empty(bench: Workbench) -> None:
    """Begin with nothing."""
    take(bench, Project(Dataset(), AsyncImageClassifier(bench.find_card(None), engine=bench.engine)), [])


def describe_opened(classifier: AsyncImageClassifier) -> Data:
    """An opened classifier for the page."""
    card = classifier.backbone
    evaluation = classifier.evaluation_
    return {
        "name": classifier.name_,
        "classes": classifier.classes_.tolist(),
        "backbone": card.name if isinstance(card, ModelCard) else card,
        "inputSize": card.input_size if isinstance(card, ModelCard) else classifier.input_size,
        "evaluation": evaluation.to_dict() if evaluation else None,
        "history": classifier.history_ or None,
        "deviation": None if isnan(classifier.deviation_) else classifier.deviation_,
        "computesOtherwise": complaint(classifier.deviation_) is not None,
    }


def _trained(taken: Project[Any]) -> Data | None:
    """What the page showed when the model was trained, as far as it makes sense; its figures come from the model."""
    stored: Any = taken.settings.get("model")
    try:
        seconds = {name: float(stored["seconds"][name]) for name in ("features", "training", "total")}
        counts = {name: int(stored[name]) for name in ("nTraining", "epochs")}
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    described = describe_opened(taken.classifier)
    history = described["history"]
    if not history:
        return None
    shown = {name: described[name] for name in ("classes", "evaluation", "history")}
    shown["bestEpoch"] = taken.classifier.history_.best_epoch
    return {**shown, **counts, "stopped": bool(stored.get("stopped")), "seconds": seconds, "problems": []}
