"""What must be known before photos are taken in: columns of a table, how folders are meant, a class."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from pyclassifier import data
from pyclassifier.data import Files, Intake, LabelBy

MOST_CLASSES = 12
MOST_FOLDERS = 3


class Columns(TypedDict):
    """Names of a table's columns; several labels: each is a class, and holds 1 for the photos of it."""

    file: str
    label: str | list[str]
    split: NotRequired[str | None]


class Column(TypedDict):
    """A column of a table."""

    name: str
    examples: list[str]


class MappingQuestion(TypedDict):
    """A table whose columns are not certain."""

    kind: Literal["columns"]
    path: str
    rows: int
    columns: list[Column]
    oneHot: list[str]  # columns that may be a class each
    guess: Columns


class Branch(TypedDict):
    """What hangs together in a tree: a class and its folders."""

    name: str
    photos: int
    branches: list[Branch]
    more: int  # branches that are not listed


class FoldersReading(TypedDict):
    """One way to read folders of photos."""

    labelBy: LabelBy
    splitFolders: bool | None
    tree: list[Branch]  # classes, and in them the folders whose photos they take
    classes: int
    leftOut: int  # photos without class


class FoldersQuestion(TypedDict):
    """Folders that can be read in several ways, the likelier first."""

    kind: Literal["folders"]
    readings: list[FoldersReading]


class Letters(TypedDict):
    """Names in one of several encodings."""

    encoding: str
    examples: list[str]


class NamesQuestion(TypedDict):
    """A zip, or a table, that does not say in which encoding it is; the likelier first."""

    kind: Literal["names"]
    path: str
    readings: list[Letters]


class LabelQuestion(TypedDict):
    """Photos that nothing says the class of."""

    kind: Literal["label"]
    photos: int


class ModelQuestion(TypedDict):
    """Files that are a model, not photos."""

    kind: Literal["model"]


class ProjectQuestion(TypedDict):
    """A file that is a project, not a photo."""

    kind: Literal["project"]


Question = MappingQuestion | NamesQuestion | FoldersQuestion | LabelQuestion | ModelQuestion | ProjectQuestion
Found = Intake | data.Question


def question_of(found: Found, listing: Files) -> Question | None:
    """What must be known before anything of what was found is taken in."""
    if isinstance(found, data.MappingQuestion):
        return _about_columns(found)
    if isinstance(found, data.NamesQuestion):
        letters: list[Letters] = [{"encoding": name, "examples": list(some)} for name, some in found.readings.items()]
        return {"kind": "names", "path": found.path, "readings": letters}
    if isinstance(found, data.FoldersQuestion):
        return {"kind": "folders", "readings": [_reading(one) for one in found.readings]}
    n_photos = 0 if found[0] else sum(data.why_skip(path) is None for path, _ in listing)
    return {"kind": "label", "photos": n_photos} if n_photos else None


def _about_columns(found: data.MappingQuestion) -> MappingQuestion:
    table, guess = found.table, found.guess
    label = guess.label if isinstance(guess.label, str) else list(guess.label)
    return {
        "kind": "columns",
        "path": table.name,
        "rows": len(table.rows),
        "columns": [{"name": name, "examples": found.examples(name)} for name in table.columns],
        "oneHot": list(found.one_hot),
        "guess": {"file": guess.file, "label": label, "split": guess.split},
    }


def _reading(reading: data.Reading) -> FoldersReading:
    counts = reading.count()
    return {
        "labelBy": reading.label_by,
        "splitFolders": reading.split_folders,
        "tree": [_branch(label, folders) for label, folders in list(counts.items())[:MOST_CLASSES]],
        "classes": len(counts),
        "leftOut": reading.n_left_out,
    }


def _branch(label: str, folders: dict[str, int]) -> Branch:
    listed = list(folders.items())[:MOST_FOLDERS]
    return {
        "name": label,
        "photos": sum(folders.values()),
        "branches": [{"name": name, "photos": n, "branches": [], "more": 0} for name, n in listed],
        "more": len(folders) - len(listed),
    }
