"""What passes between the page and Python: files and wishes come in, plain data goes out.

Nothing here knows Pyodide: files and callbacks are objects with a few agreed methods, so that tests run it on CPython.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from pyclassifier import Problem, Progress, Sample

Data = dict[str, Any]
Emit = Callable[[Data], None]


class File(Protocol):
    """A photo that the page handed over."""

    path: str

    async def read(self) -> Any:
        """Give the bytes, or a JavaScript buffer of them."""


class Stop(Protocol):
    """The page's wish to stop."""

    requested: bool


def reader(file: File) -> Callable[[], Awaitable[bytes]]:
    """An async function that reads a file, whose failure is an OSError."""

    async def read() -> bytes:
        try:
            return as_bytes(await file.read())
        except Exception as error:  # The browser's own errors: the file was moved, changed or locked meanwhile.
            raise OSError(str(error)) from error

    return read


def as_samples(files: Sequence[File]) -> list[Sample]:
    """Photos without labels."""
    return [Sample(str(file.path), reader(file)) for file in files]


def as_bytes(buffer: Any) -> bytes:
    """Bytes of a JavaScript buffer, or of what is like one."""
    return buffer.to_bytes() if hasattr(buffer, "to_bytes") else bytes(buffer)


def as_dict(options: Any) -> Data:
    """Options that may be a JavaScript object, or nothing."""
    return dict(options.to_py() if hasattr(options, "to_py") else options or {})


def listed(problems: Sequence[Problem]) -> list[Data]:
    """Problems for the page."""
    return [{"path": problem.path, "reason": problem.reason} for problem in problems]


def reporter(emit: Emit) -> Callable[[Progress], None]:
    """What passes progress on to the page."""
    return lambda progress: emit({"stage": progress.stage, "done": progress.done, "total": progress.total})


def error(name: str, message: str) -> Data:
    """A reply that is an error."""
    return {"error": {"name": name, "message": message}}
