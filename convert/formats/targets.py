"""Where results are written: whole or not at all, and never over what somebody may want to keep."""

from __future__ import annotations

import os
import re
import signal
import stat
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import ConvertError

_OURS = re.compile(
    r"(model|metadata|card)\.json|[^/]*\.bin|[^/]*\.m?js"
    r"|(saved_model|fingerprint)\.pb|variables/variables\.(index|data-\d+-of-\d+)"
)

_HIDDEN = ".pyclassifier-convert-"  # What is being written, beside its target.


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl+C wait until what must be done whole is done."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    heard: list[Any] = []
    signal.signal(signal.SIGINT, lambda *arguments: heard.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            before(*heard[0])


@uninterrupted()
def write_folder(files: Mapping[str, bytes | memoryview], folder: Path, *, force: bool) -> list[Path]:
    """Write files into a folder that then holds exactly these; on failure it is as it was."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow the folder itself.
    check_target(folder, force=force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_HIDDEN, dir=folder.parent) as temporary:
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
        raise _unwritable(folder, error) from error
    return [folder / name for name in files]


def check_target(folder: Path, *, force: bool) -> None:
    """Raise ConvertError where a folder may not be written: it is there already, or is no model's."""
    try:
        # Not exists(), which lets some errors out and takes others for a no.
        found = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return
    except NotADirectoryError:
        found = ["a file"]  # Or a device, which is no less to be kept.
    except OSError as error:
        raise _unwritable(folder, error) from error
    if not found:
        return
    if not force:
        raise ConvertError(
            f"Expected a new folder as the target, got {folder}, which exists. Use --force to replace it."
        )
    # A slip of the hand must not cost somebody's photos.
    if folder.is_dir():
        files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
        found = [path.relative_to(folder).as_posix() for path in files]
    others = [name for name in found if not _OURS.fullmatch(name)]
    if others:
        raise ConvertError(
            f"Expected a folder with nothing but a model to replace, got {folder} with {others[0]!r}. "
            f"Choose another target."
        )


@uninterrupted()
def write_files(files: Mapping[Path, bytes], *, force: bool) -> list[Path]:
    """Write files into one folder, all or none; on failure what was there is as it was."""
    # abspath, as resolve() would follow the files themselves.
    whole = {Path(os.path.abspath(path)): content for path, content in files.items()}  # noqa: PTH100
    first = next(iter(whole))
    for path in whole:
        check_target_file(path, force=force)
    try:
        first.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_HIDDEN, dir=first.parent) as temporary:
            for index, content in enumerate(whole.values()):
                Path(temporary, str(index)).write_bytes(content)
            for index, path in enumerate(whole):
                Path(temporary, str(index)).replace(path)
    except OSError as error:
        raise _unwritable(first, error) from error
    return list(whole)


def _unwritable(path: Path, error: OSError) -> ConvertError:
    return ConvertError(f"Expected to be able to write {path}; {error.strerror or error}.")


def holds(path: Path, content: bytes) -> bool:
    """Whether a file is there already, with just this content."""
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def check_target_file(path: Path, *, force: bool) -> None:
    """Raise ConvertError where a file may not be written."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _unwritable(path, error) from error
    if not stat.S_ISREG(mode):
        kind = "folder" if stat.S_ISDIR(mode) else "pipe or device"
        raise ConvertError(f"Expected a file as the target, got the {kind} {path}.")
    if not force:
        raise ConvertError(f"Expected a new file as the target, got {path}, which exists. Use --force to replace it.")
