"""A desk <-> a project: what the page shows besides goes into the project's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyclassifier import AsyncImageClassifier, Project

from ..album import Placement
from ..desk import Desk, Model, Opened, describe_opened
from ..trainings import Trained, describe_scores
from ..unjudged import read_unjudged

_ANOTHER = {-1: Placement(-1)}  # What a model was trained on that is not what takes part now.


def as_project(desk: Desk, name: str = "") -> Project[AsyncImageClassifier]:
    """The desk's photos, classifier and settings as a project."""
    state, now = desk.state, desk.album.now
    labels = tuple(category.label for category in now.classes.values())
    disabled = frozenset(category.label for category in now.classes.values() if not category.enabled)
    settings = {
        "fields": state.settings,
        "model": state.model and state.model.told,
        "modelClasses": state.classifier.classes_.tolist() if state.model else None,
        "stale": state.stale,
    }
    return Project(desk.album.whole(), state.classifier, labels, disabled, name, settings)


def place_project(
    desk: Desk, project: Project[AsyncImageClassifier], ids: Sequence[int], class_keys: Sequence[int] | None = None
) -> None:
    """Put a project on the desk instead of what is there, its photos under these ids, its classes under these keys."""
    classifier, fields = project.classifier, project.settings.get("fields")
    album = desk.album.restore(project, ids, class_keys)
    told: Trained | Opened | None = None
    if hasattr(classifier, "classes_"):
        names = project.settings.get("modelClasses")
        n_classes = len(classifier.classes_)
        if isinstance(names, list) and len({str(name) for name in names}) == len(names) == n_classes:
            classifier.rename_classes([str(name) for name in names])
        told = _trained(project) or describe_opened(classifier)
    model = told and Model(told)
    if model and "nTraining" in model.told:
        keys = {category.label: key for key, category in album.now.classes.items()}
        outputs = [keys.get(label, -1) for label in classifier.classes_.tolist()]
        photos = _ANOTHER if project.settings.get("stale") else album.now.taking_part()
        model = Model(model.told, outputs, photos)
    desk.change(
        classifier=classifier,
        album=album,
        model=model,
        trainings=(),
        last_training=0,
        rejects=True,
        crossed=None,
        confirmed={},
        settings=fields if isinstance(fields, dict) else {},
        planned=(),
        tried={},
    )


def _trained(project: Project[AsyncImageClassifier]) -> Trained | None:
    """What the page showed when the model was trained, as far as it makes sense; its figures come from the model."""
    stored: Any = project.settings.get("model")
    try:
        seconds = {name: float(stored["seconds"][name]) for name in ("features", "training", "total")}
        n_training, epochs = int(stored["nTraining"]), int(stored["epochs"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    described = describe_opened(project.classifier)
    history = described["history"]
    if not history:
        return None
    return {
        "classes": described["classes"],
        "evaluation": described["evaluation"],
        "refit": described["refit"],
        "test": described["test"],
        "history": history,
        "bestEpoch": project.classifier.history_.best_epoch if not project.classifier.history_.converging else None,
        "nTraining": n_training,
        "epochs": epochs,
        "stopped": bool(stored.get("stopped")),
        "seconds": {"features": seconds["features"], "training": seconds["training"], "total": seconds["total"]},
        "problems": [],
        "unjudged": read_unjudged(stored, len(described["classes"])),
        "backbones": describe_scores(project.classifier.backbones_),
    }
