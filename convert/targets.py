"""Where results are written: whole or not at all, and never over what somebody may want to keep."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .errors import ConvertError

_OURS = re.compile(r"(model|metadata|card)\.json|.*\.bin|.*\.m?js|(saved_model|fingerprint)\.pb|variables|assets")


def write_folder(files: Mapping[str, bytes | memoryview], folder: Path, *, force: bool) -> list[Path]:
    """Write files into a folder that then holds exactly these; on failure it is as it was."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow the folder itself.
    check_target(folder, force=force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
            new, old = Path(temporary) / "new", Path(temporary) / "old"
            new.mkdir()
            for name, content in files.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(content)
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise
    except OSError as error:
        raise ConvertError(f"Expected to be able to write {folder}; {error.strerror or error}.") from error
    return [folder / name for name in files]


def check_target(folder: Path, *, force: bool) -> None:
    """Raise ConvertError where a folder may not be written: it is there already, or is no model's."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not force:
        raise ConvertError(
            f"Expected a new folder as the target, got {folder}, which exists. Use --force to replace it."
        )
    # A slip of the hand must not cost somebody's photos.
    others = (
        [path.name for path in folder.iterdir() if not _OURS.fullmatch(path.name)] if folder.is_dir() else ["a file"]
    )
    if others:
        raise ConvertError(
            f"Expected a folder with nothing but a model to replace, got {folder} with {others[0]!r}. "
            f"Choose another target."
        )


def write_file(content: bytes, path: Path, *, force: bool) -> Path:
    """Write a file; on failure what was there is as it was."""
    path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the file itself.
    check_target_file(path, force=force)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as temporary:
            new = Path(temporary) / "new"
            new.write_bytes(content)
            new.replace(path)
    except OSError as error:
        raise ConvertError(f"Expected to be able to write {path}; {error.strerror or error}.") from error
    return path


def check_target_file(path: Path, *, force: bool) -> None:
    """Raise ConvertError where a file may not be written."""
    if path.is_dir():
        raise ConvertError(f"Expected a file as the target, got the folder {path}.")
    if path.exists() and not force:
        raise ConvertError(f"Expected a new file as the target, got {path}, which exists. Use --force to replace it.")
