"""A project: photos, classes, features and model together <-> one zip."""

from .description import (
    FeatureRows,
    Project,
    describe_predictions,
    describe_project,
    is_bearable,
    read_predictions,
    reading,
    restore_project,
)
from .files import open_for_blocking, open_project, save_project

__all__ = [
    "FeatureRows",
    "Project",
    "describe_predictions",
    "describe_project",
    "is_bearable",
    "open_for_blocking",
    "open_project",
    "read_predictions",
    "reading",
    "restore_project",
    "save_project",
]
