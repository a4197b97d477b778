"""Photos, classes, features, model and settings <-> one zip, so that work goes on where it was left.

``project.json`` says what there is; ``photos/`` holds the files as they came, with numbers for names; ``features/``
rows of float32, little-endian; ``model.zip`` is the model's archive.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..classifiers import AsyncImageClassifier, ImageClassifier
from ..data import SUFFIXES, ZIP_ERRORS, Dataset, OpenZip, Problem, ZipSource, read_json_object, read_member
from ..engines import Engine
from ..errors import ArchiveError, NotFittedError, StoppedError
from ..progress import OnProgress, Progress, ShouldStop
from ..sentences import Sentence
from .description import C, Project, describe_project, reading, restore_project

# Of a project that somebody else made: bytes of project.json, of the model, of the features of one kind.
_MAX_JSON_BYTES = 1 << 27
_MAX_PART_BYTES = 1 << 30
_MAX_FILES = 100_100


async def save_project(
    project: Project[Any],
    target: str | Path | IO[bytes],
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> tuple[Problem, ...]:
    """Write a project as one zip file, a photo at a time.

    Parameters
    ----------
    project : Project
    target : str, Path or binary file
        Where to write it: a file is written whole or not at all. A stream need not be able to go back.
    on_progress : callable, optional
        Gets `Progress` of the stage "saving".
    should_stop : callable, optional
        Asked before each photo.

    Returns
    -------
    tuple of Problem
        Photos that could not be read, and are not in it.

    Raises
    ------
    StoppedError
        ``should_stop()`` was true.
    OSError
        The file cannot be written.

    Examples
    --------
    >>> await save_project(Project(dataset, classifier), "project.zip")  # doctest: +SKIP
    """
    model = None
    with suppress(NotFittedError):  # Photos alone are a project too.
        model = await project.classifier._save()
    with _writing(target) as stream, zipfile.ZipFile(stream, "w") as file:
        samples, files, lost = [], [], []
        for i, sample in enumerate(project.photos.samples):
            if should_stop and should_stop():
                raise StoppedError("stopped-saving")
            name = f"photos/{i:06}{_suffix(sample.path)}"
            try:
                file.writestr(name, await sample.read())
            except OSError as error:
                lost.append(Problem(sample.path, Sentence("unreadable-when-saved", error=str(error))))
            else:
                samples.append(sample)
                files.append(name)
            if on_progress:
                on_progress(Progress("saving", i + 1, len(project.photos.samples)))
        saved = replace(project, photos=Dataset(tuple(samples), (*project.photos.problems, *lost)))
        description = describe_project(saved)
        for entry, name in zip(description["photos"], files, strict=True):
            entry["file"] = name
        description["features"] = list(_write_features(file, saved))
        if model is not None:
            file.writestr("model.zip", model)
        file.writestr("project.json", json.dumps(description), zipfile.ZIP_DEFLATED)
    return tuple(lost)


async def open_project(
    source: bytes | str | Path | IO[bytes], *, engine: Engine | None = None
) -> Project[AsyncImageClassifier]:
    """Open what `save_project`, or a page of the site, wrote.

    Parameters
    ----------
    source : bytes, str, Path or binary file
        The zip file. It is not trusted: names in it are names and no more, and sizes are bounded. Photos are read when
        they are needed, so that the file must stay where it is.
    engine : Engine, optional
        As in `ImageClassifier`.

    Returns
    -------
    Project
        Its classifier predicts at once if it was trained, and computes no features of these photos again.

    Raises
    ------
    ArchiveError
        It is no such file, or a damaged one.
    EngineError
        The engine cannot build the model in it.

    Examples
    --------
    >>> project = await open_project("project.zip")  # doctest: +SKIP
    >>> await project.classifier.fit(project.dataset)  # doctest: +SKIP
    """
    return await open_as(AsyncImageClassifier, source, engine)


async def open_for_blocking(
    source: bytes | str | Path | IO[bytes], *, engine: Engine | None = None
) -> Project[ImageClassifier]:
    return await open_as(ImageClassifier, source, engine)


open_for_blocking.__doc__, open_for_blocking.__name__ = open_project.__doc__, open_project.__name__


async def open_as(make: type[C], source: bytes | str | Path | IO[bytes], engine: Engine | None) -> Project[C]:
    """Open a project as `open_project` does, with a classifier of the face that is asked for."""
    opened = OpenZip(source)
    try:
        file = opened.file
        names = set(file.namelist())
    except ZIP_ERRORS as error:
        raise ArchiveError("not-a-project", error=str(error)) from error
    if "project.json" not in names:
        raise ArchiveError("model-for-project" if "model.json" in names else "other-zip-for-project")
    if len(names) > _MAX_FILES:
        raise ArchiveError("large-project", most=_MAX_FILES, got=len(names))
    description = read_json_object(_read(file, "project.json", _MAX_JSON_BYTES), "project.json")
    with reading():
        paths = [str(entry["file"]) for entry in description["photos"]]
        features = [(str(one["kind"]), list(one["sha256"]), str(one["file"])) for one in description["features"]]
    photos = [ZipSource(opened, file.getinfo(path)) if path in names else None for path in paths]
    rows = ((kind, digests, _read(file, path, _MAX_PART_BYTES)) for kind, digests, path in features)
    model = _read(file, "model.zip", _MAX_PART_BYTES) if "model.zip" in names else None
    return await restore_project(description, photos, rows, model, make, engine)


def _read(file: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    try:
        return read_member(file, file.getinfo(name), max_bytes)
    except (KeyError, *ZIP_ERRORS) as error:
        raise ArchiveError("damaged-project", name=name, error=str(error)) from error


def _write_features(file: zipfile.ZipFile, project: Project[Any]) -> Iterator[dict[str, Any]]:
    """Write what is known of the project's photos, a file for each kind; what project.json says of each."""
    cache = project.classifier.cache
    wanted = {cache.facts(sample).digest for sample in project.photos.samples}
    kinds: dict[str, list[tuple[str, NDArray[np.float32]]]] = {}
    for (digest, kind), row in cache.items():
        if digest in wanted:
            kinds.setdefault(kind, []).append((digest, row))
    for i, (kind, rows) in enumerate(kinds.items()):
        name = f"features/{i}.f32"
        with file.open(name, "w", force_zip64=True) as part:
            for _, row in rows:
                part.write(row.astype("<f4").tobytes())
        yield {"kind": kind, "file": name, "sha256": [digest for digest, _ in rows]}


def _suffix(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    return suffix if suffix in SUFFIXES else ""


@contextmanager
def _writing(target: str | Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """A stream to the target; a file gets its name when all is in it."""
    if not isinstance(target, str | Path):
        yield target
        return
    path = Path(target)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
