"""What passes between the page and Python: files and wishes come in, plain data goes out.

Nothing here knows Pyodide: files and callbacks are objects with a few agreed methods, so that tests run it on CPython.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol, cast

import pyclassifier
from pyclassifier import Sample
from pyclassifier.progress import OnProgress, ShouldStop

from .shapes import Problem, Progress, Recognised, coded

Data = dict[str, Any]
Emit = Callable[[Progress], None]
SLICE = 1 << 18


class File(Protocol):
    """A photo that the page handed over."""

    path: str
    size: int

    async def read(self) -> Any:
        """Give the bytes, or a JavaScript buffer of them."""

    def slice(self, start: int, stop: int) -> Any:
        """Give some of the bytes at once."""


class Stop(Protocol):
    """The page's wish to stop."""

    requested: bool


class Reader:
    """Reads a file when it is called; its failure is an OSError.

    Parameters
    ----------
    file : File
    """

    def __init__(self, file: File) -> None:
        self.file = file

    async def __call__(self) -> bytes:
        """Give the bytes."""
        try:
            return as_bytes(await self.file.read())
        except Exception as error:  # The browser's own errors: the file was moved, changed or locked meanwhile.
            raise OSError(str(error)) from error


class _Slices(io.RawIOBase):
    """A file that is read by slices, so that a zip of a gigabyte takes no more memory than the photo that is read."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.size = int(file.size)
        self.at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError(f"Expected a place in the file, got {start + offset}.")
        self.at = start + offset
        return self.at

    def readinto(self, buffer: Any) -> int:
        stop = min(self.at + len(buffer), self.size)
        if stop <= self.at:
            return 0
        try:
            chunk = as_bytes(self.file.slice(self.at, stop))
        except Exception as error:  # As in `Reader`.
            raise OSError(str(error)) from error
        buffer[: len(chunk)] = chunk
        self.at += len(chunk)
        return len(chunk)


def open_slices(file: File) -> BinaryIO:
    """A binary file of what the page handed over, read as it is needed."""
    return cast(BinaryIO, io.BufferedReader(_Slices(file), SLICE))


def as_samples(files: Sequence[File]) -> list[Sample]:
    """Photos without labels."""
    return [Sample(str(file.path), Reader(file)) for file in files]


def as_bytes(buffer: Any) -> bytes:
    """Bytes of a JavaScript buffer, or of what is like one."""
    return buffer.to_bytes() if hasattr(buffer, "to_bytes") else bytes(buffer)


def plain(value: Any) -> Any:
    """What the page passed, without JavaScript: buffers as bytes, objects as dicts and lists."""
    if hasattr(value, "to_bytes") and not isinstance(value, int):
        return value.to_bytes()
    return value.to_py() if hasattr(value, "to_py") else value


def listed(problems: Sequence[pyclassifier.Problem]) -> list[Problem]:
    """Problems for the page."""
    return [{"path": problem.path, "reason": problem.reason, **coded(problem.reason)} for problem in problems]


def unread(problem: pyclassifier.Problem) -> Recognised:
    """What is told of a photo that was to be recognised and cannot be read."""
    return cast(Recognised, {"path": problem.path, "error": problem.reason, **coded(problem.reason)})


def reporter(emit: Emit) -> OnProgress:
    """What passes progress on to the page."""
    return lambda progress: emit({"stage": progress.stage, "done": progress.done, "total": progress.total})


def stopper(stop: Stop) -> ShouldStop:
    """What asks whether the page wishes to stop."""
    return lambda: bool(stop.requested)


def error(name: str, message: str) -> Data:
    """A reply that is an error."""
    return {"error": {"name": name, "message": message, **coded(message)}}
