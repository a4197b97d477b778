"""Photos come in, and small pictures of them go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from exchange import Data, Emit, File, Reader, Stop, as_dict, listed, open_slices

from pyclassifier import Dataset, Problem
from pyclassifier.data import (
    Columns,
    Files,
    Intake,
    MappingQuestion,
    Split,
    from_files,
    from_set,
    is_table,
    is_zip,
    make_thumbnail,
    unpack,
    why_skip,
)
from pyclassifier.errors import ImageDecodeError, StoppedError
from pyclassifier.sentences import Sentence

if TYPE_CHECKING:
    from workbench import Workbench

MOST_PIXELS = 2048


async def add(bench: Workbench, how: Any, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
    """Take photos in: folders, zips and tables as one set, or all of them into one class.

    Where the columns of a table are not certain, no photo says its class, or the files are a model or a project,
    nothing is taken in yet, and the reply holds a question.
    """
    options: Data = {"split": how} if isinstance(how, str) else as_dict(how)
    split: Split | None = "validation" if options.get("split") == "validation" else None
    listing, problems, positions = _list(files)
    kind = "model" if _is_model(listing) else "project" if _is_project(files, listing) else None
    if kind:
        return _ask(bench, {"kind": kind})
    if options.get("label") is not None:
        found: Any = from_files(listing, label=str(options["label"]), split=split, group=options.get("group"))
    else:
        tables = await _read_tables(listing, problems)
        photos = [(path, read) for path, read in listing if not is_table(path)]
        found = from_set(
            photos, tables, _answers(as_dict(options.get("mapping"))), split=split, label_by=bench.label_by
        )
    if stop.requested:
        raise StoppedError("stopped-adding")
    question = _question(found, listing)
    if question:
        return _ask(bench, question)
    samples, more = found
    ids = bench.album.add(Dataset(samples, (*problems, *more)))
    return {
        "added": [
            {
                "index": positions.get(sample.source),
                "id": photo,
                "path": sample.path,
                "label": sample.label,
                "split": sample.split,
            }
            for photo, sample in zip(ids, samples, strict=True)
        ],
        "question": None,
        "problems": listed(bench.album.problems),
        **bench.describe(),
    }


def _list(files: Sequence[File]) -> tuple[Files, list[Problem], dict[Any, int]]:
    """Paths and readers, those in zips included; zips that are none; positions by readers of files that came alone."""
    listing: Files = []
    problems: list[Problem] = []
    positions: dict[Any, int] = {}
    for i, file in enumerate(files):
        path = str(file.path)
        if is_zip(path):
            listing += unpack(path, open_slices(file), problems)
        else:
            read = Reader(file)
            positions[read] = i
            listing.append((path, read))
    return listing, problems, positions


async def _read_tables(listing: Files, problems: list[Problem]) -> dict[str, bytes]:
    tables = {}
    for path, read in listing:
        if is_table(path):
            try:
                tables[path] = await read()
            except OSError as error:
                problems.append(Problem(path, Sentence("could-not-read", error=str(error))))
    return tables


def _answers(mapping: Data) -> dict[str, Columns | None]:
    return {path: _columns(answer) if answer else None for path, answer in mapping.items()}


def _columns(answer: Data) -> Columns:
    label = answer["label"]
    return Columns(answer["file"], label if isinstance(label, str) else tuple(label), answer.get("split"))


def _is_model(listing: Files) -> bool:
    """Whether these are the files of a model and nothing else, as Teachable Machine writes and zips them."""
    names = {PurePosixPath(path).name for path, _ in listing}
    weights = any(name.endswith(".bin") for name in names)
    return weights and "model.json" in names and all(why_skip(path) for path, _ in listing)


def _is_project(files: Sequence[File], listing: Files) -> bool:
    """Whether this is the zip of a project and nothing else."""
    if len(files) != 1:
        return False
    description = PurePosixPath(str(files[0].path)).with_suffix("") / "project.json"
    return any(path == str(description) for path, _ in listing)


def _ask(bench: Workbench, question: Data) -> Data:
    return {"added": [], "question": question, "problems": listed(bench.album.problems), **bench.describe()}


def _question(found: Intake | MappingQuestion, listing: Files) -> Data | None:
    """What must be known before anything is taken in."""
    if not isinstance(found, MappingQuestion):
        n_photos = 0 if found[0] else sum(why_skip(path) is None for path, _ in listing)
        return {"kind": "label", "photos": n_photos} if n_photos else None
    table, label = found.table, found.guess.label
    return {
        "kind": "columns",
        "path": table.name,
        "rows": len(table.rows),
        "columns": [{"name": name, "examples": found.examples(name)} for name in table.columns],
        "oneHot": list(found.one_hot),
        "guess": {**asdict(found.guess), "label": label if isinstance(label, str) else list(label)},
    }


async def picture(bench: Workbench, photo: int, size: int, *, emit: Emit, stop: Stop) -> bytes:
    """A JPEG of a photo, its longer side of `size` pixels at most."""
    sample = bench.album.sample(photo)
    if not 1 <= size <= MOST_PIXELS:
        raise ValueError(f"Expected a size in 1..{MOST_PIXELS} pixels, got {size}.")
    try:
        data = await sample.read()
    except OSError as error:
        raise ImageDecodeError(sample.path, "could-not-read", error=str(error)) from error
    return make_thumbnail(data, sample.path, size)


METHODS: dict[str, Callable[..., Any]] = {"add": add, "picture": picture}
