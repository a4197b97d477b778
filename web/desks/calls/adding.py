"""Photos come in, and small pictures of them go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypedDict

import pyclassifier
from pyclassifier import Dataset, data
from pyclassifier.data import Files, LabelBy, Split
from pyclassifier.embedding import read_photo
from pyclassifier.errors import StoppedError
from pyclassifier.progress import ShouldStop
from pyclassifier.sentences import Sentence
from pyclassifier.threads import prepare

from ..bridge import File, Problem, Reader, call, listed, open_slices
from ..desk import AlbumOverview, Desk
from .questions import Columns, Found, Question, question_of

MOST_PIXELS = 2048


class AddOptions(TypedDict, total=False):
    """How photos are added; each option may be left out."""

    split: Split  # "training" (by default) leaves it to their folders to say otherwise
    label: str  # the class of all of the photos, whatever their folders say
    group: str  # with a label: what all of the photos belong to, such as a recording, which the split never parts
    mapping: dict[str, Columns | None]  # by their paths: columns of tables; null: not to be used
    encodings: dict[str, str]  # by their paths: what names in zips, or tables, are written in
    labelBy: LabelBy  # how folders are to be read, where a question was about that
    splitFolders: bool | None


class AddedPhoto(TypedDict):
    """A photo that was added."""

    index: int | None  # position in the files handed over, null for what came out of a zip
    id: int  # of the photo from now on
    path: str
    label: str
    split: Split | None  # null: will be drawn when training starts


class Added(AlbumOverview):
    """What came of adding photos.

    A question: nothing was taken in. Add the same again with `mapping`, with `encodings`, with `labelBy` and
    `splitFolders` of a reading, or with a `label` where no photo says its class, or open them as the model or project
    that they are.
    """

    added: list[AddedPhoto]
    question: Question | None
    problems: list[Problem]  # all files held back so far


@call("add")
async def add(desk: Desk, how: Split | AddOptions, *, files: Sequence[File], should_stop: ShouldStop) -> Added:
    """Photos come in: folders, zips and tables as one set, or all of them into one class.

    Where the columns of a table are not certain, folders can be read in several ways, no photo says its class, or the
    files are a model or a project, nothing is taken in yet, and the reply holds a question.
    """
    options: AddOptions = {"split": how} if isinstance(how, str) else how
    asked = options.get("split")
    split: Split | None = None if asked == "training" else asked
    encodings = options.get("encodings") or {}
    listing, problems, positions, unsure = _list(files, encodings)
    if _is_model(listing):
        return _ask(desk, {"kind": "model"})
    if _is_project(files, listing):
        return _ask(desk, {"kind": "project"})
    if unsure and options.get("label") is None:
        return _ask(desk, question_of(unsure, listing))
    if options.get("label") is not None:
        label, group = str(options["label"]), options.get("group")
        found: Found = data.from_files(listing, label=label, split=split, group=group)
    else:
        tables = await _read_tables(listing, problems)
        photos = [(path, read) for path, read in listing if not data.is_table(path)]
        answers = _answers(options.get("mapping") or {})
        found = data.from_set(
            photos,
            tables,
            answers,
            encodings=encodings,
            split=split,
            label_by=options.get("labelBy") or desk.label_by,
            split_folders=options.get("splitFolders"),
        )
    if should_stop():
        raise StoppedError("stopped-adding")
    question = question_of(found, listing)
    if question or not isinstance(found, tuple):
        return _ask(desk, question)
    samples, more = found
    first = desk.album.next_photo
    desk.change(album=desk.album.add(Dataset(samples, (*problems, *more))))
    prepare(sum(int(file.size) for file in files))
    added: list[AddedPhoto] = [
        {
            "index": positions.get(sample.source),
            "id": photo,
            "path": sample.path,
            "label": str(sample.label),
            "split": sample.split,
        }
        for photo, sample in enumerate(samples, first)
    ]
    return {"added": added, "question": None, "problems": listed(desk.album.problems), **desk.overview()}


def _list(
    files: Sequence[File], encodings: Mapping[str, str]
) -> tuple[Files, list[pyclassifier.Problem], dict[Any, int], data.NamesQuestion | None]:
    """List files.

    Paths and readers, those in zips included; zips that are none; positions by readers of files that came alone; and a
    zip whose names can be read in several ways.
    """
    listing: Files = []
    problems: list[pyclassifier.Problem] = []
    positions: dict[Any, int] = {}
    unsure: data.NamesQuestion | None = None
    for i, file in enumerate(files):
        path = str(file.path)
        if data.is_packed(path):
            found = data.unpack(path, open_slices(file), problems, encodings.get(path))
            listing += found.files
            if found.readings:
                unsure = data.NamesQuestion(path, found.readings)
        else:
            read = Reader(file)
            positions[read] = i
            listing.append((path, read))
    return listing, problems, positions, unsure


async def _read_tables(listing: Files, problems: list[pyclassifier.Problem]) -> dict[str, bytes]:
    tables = {}
    for path, read in listing:
        if data.is_table(path):
            try:
                tables[path] = await read()
            except OSError as error:
                problems.append(pyclassifier.Problem(path, Sentence("could-not-read", error=str(error))))
    return tables


def _answers(mapping: Mapping[str, Columns | None]) -> dict[str, data.Columns | None]:
    return {path: _columns(answer) if answer else None for path, answer in mapping.items()}


def _columns(answer: Columns) -> data.Columns:
    label = answer["label"]
    return data.Columns(answer["file"], label if isinstance(label, str) else tuple(label), answer.get("split"))


def _is_model(listing: Files) -> bool:
    """Whether these are the files of a model and nothing else, as Teachable Machine writes and zips them."""
    names = {PurePosixPath(path).name for path, _ in listing}
    weights = any(name.endswith(".bin") for name in names)
    topology = any(name.startswith("model") and name.endswith(".json") for name in names)  # "model (1).json", too
    return weights and topology and all(data.why_skip(path) for path, _ in listing)


def _is_project(files: Sequence[File], listing: Files) -> bool:
    """Whether this is the zip of a project and nothing else."""
    if len(files) != 1:
        return False
    description = PurePosixPath(str(files[0].path)).with_suffix("") / "project.json"
    return any(path == str(description) for path, _ in listing)


def _ask(desk: Desk, question: Question | None) -> Added:
    return {"added": [], "question": question, "problems": listed(desk.album.problems), **desk.overview()}


@call("picture", at_once=True)
async def picture(desk: Desk, photo: int, size: int) -> bytes:
    """A JPEG of a photo, its longer side of `size` pixels at most."""
    sample = desk.album.sample(photo)
    if not 1 <= size <= MOST_PIXELS:
        raise ValueError(f"Expected a size in 1..{MOST_PIXELS} pixels, got {size}.")
    content = await data.as_readable(await read_photo(sample), sample.path)
    return data.make_thumbnail(content, sample.path, size)
