"""Tar files, packed by gzip or not, that are not trusted: as with zips, paths are names and no more."""

from __future__ import annotations

import io
import tarfile
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

from ..errors import DatasetError
from ..sentences import Sentence

TAR_ERRORS = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError, RecursionError)
GZIP_START = b"\x1f\x8b"
_MAX_HEADER_BYTES = 1 << 16
_MAX_NAME_BYTES = 1 << 12
# A file that inflates to more than this is no pack of photos, which deflate hardly.
_MAX_RATIO = 100
_LEAST_INFLATED = 1 << 28
_CHUNK = 1 << 16
_STRIDE = 1 << 23


class Gunzip(io.RawIOBase):
    """What a gzip file holds, to be read from any place: the state of inflating is kept every 8 MB.

    Parameters
    ----------
    file : binary file
    most_bytes : int
        An OSError where it holds more.
    """

    def __init__(self, file: IO[bytes], most_bytes: int) -> None:
        self._file = file
        self._most = most_bytes
        self._inflate = zlib.decompressobj(31)
        self._pending = b""
        self._at, self._packed = 0, 0  # how far, in what it holds and in itself
        self._marks = [(0, 0, self._inflate.copy())]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at}[whence]
        at, packed, inflate = max((mark for mark in self._marks if mark[0] <= target), key=lambda mark: mark[0])
        if target < self._at or at > self._at:
            self._at, self._packed, self._inflate, self._pending = at, packed, inflate.copy(), b""
        while self._at < target and self._some(min(target - self._at, _CHUNK)):
            pass
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._some(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _some(self, n: int) -> bytes:
        """The next bytes, n of them at most; none at the end."""
        data = b""
        while n and not data:
            if not self._pending:
                self._file.seek(self._packed)
                self._pending = self._file.read(_CHUNK)
                self._packed += len(self._pending)
                if not self._pending:
                    if not self._inflate.eof:
                        raise OSError(Sentence("short-gzip"))
                    break
            if self._inflate.eof:  # Another one may follow, after zeros.
                self._pending = self._pending.lstrip(b"\0")
                self._inflate = zlib.decompressobj(31) if self._pending else self._inflate
                continue
            try:
                data = self._inflate.decompress(self._pending, n)
            except zlib.error as error:
                raise OSError(Sentence("damaged-gzip", error=str(error))) from error
            self._pending = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        self._at += len(data)
        if self._at > self._most:
            raise OSError(Sentence("large-gzip", most=self._most))
        if self._at >= self._marks[-1][0] + _STRIDE and not self._inflate.eof:
            self._marks.append((self._at, self._packed - len(self._pending), self._inflate.copy()))
        return data


class OpenTar:
    """A tar file that stays open for its members; where it is pickled to, it is opened again.

    Parameters
    ----------
    source : bytes, str, Path or binary file
        As in `OpenZip`.
    """

    def __init__(self, source: bytes | str | Path | IO[bytes]) -> None:
        self.source = source
        self._lock = threading.Lock()

    @cached_property
    def file(self) -> IO[bytes]:
        """What it holds, inflated where it is packed; raises some of `TAR_ERRORS`."""
        source = self.source
        if isinstance(source, bytes):
            file: IO[bytes] = io.BytesIO(source)
        else:
            file = Path(source).open("rb") if isinstance(source, str | Path) else source  # noqa: SIM115 - stays open
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        is_packed = file.read(2) == GZIP_START
        file.seek(0)
        return io.BufferedReader(Gunzip(file, max(_MAX_RATIO * size, _LEAST_INFLATED)), _CHUNK) if is_packed else file

    def read(self, offset: int, size: int) -> bytes:
        """Read some bytes; fewer of them are an error."""
        with self._lock:
            self.file.seek(offset)
            data = self.file.read(size)
        if len(data) < size:
            raise EOFError("the file ends within it")
        return data

    def __getstate__(self) -> dict[str, object]:
        return {"source": self.source}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.source = state["source"]
        self._lock = threading.Lock()


@dataclass(frozen=True)
class TarSource:
    """The source of a photo in a tar file; what is wrong with either is an OSError.

    Parameters
    ----------
    tar : OpenTar
        The same one for all members.
    offset, size : int
        Where its bytes are; a negative size of what has none.
    most_bytes : int
        The most that it may have.
    """

    tar: OpenTar = field(repr=False)
    offset: int
    size: int
    most_bytes: int

    def now(self) -> bytes:
        """Read the file at once."""
        if self.size < 0:
            raise OSError(Sentence("link-in-tar"))
        if self.size > self.most_bytes:
            raise OSError(Sentence("large-member", most=self.most_bytes, got=self.size, name="the tar file"))
        try:
            return self.tar.read(self.offset, self.size)
        except TAR_ERRORS as error:
            raise OSError(str(error)) from error

    async def __call__(self) -> bytes:
        """Read the photo's file."""
        return self.now()


def read_members(opened: OpenTar, most_files: int, most_bytes: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and size of each file in a tar; a size of -1 of what is none, such as a link.

    Raises DatasetError, and some of `TAR_ERRORS`.
    """
    opened.file.seek(0)
    headers = cast(IO[bytes], _Headers(opened.file))
    tar: Any = tarfile.TarFile(fileobj=headers, encoding="utf-8", errors="surrogateescape")
    n_files, n_bytes, before = 0, 0, -1
    while (member := tar.next()) is not None:
        tar.members.clear()  # They hold headers of any size.
        if member.offset_data <= before or member.size < 0:
            raise tarfile.ReadError("members that overlap")
        before = member.offset_data
        n_files, n_bytes = n_files + 1, n_bytes + max(member.size, 0)
        if n_files > most_files or n_bytes > most_bytes:
            most = {"most_files": most_files, "most_bytes": most_bytes}
            raise DatasetError("large-zip", **most, files=n_files, bytes=n_bytes)
        name = member.name.encode("utf-8", "surrogateescape")
        if len(name) > _MAX_NAME_BYTES:
            raise tarfile.ReadError("a name that is too long")
        if member.isreg() and not member.issparse():
            yield name, member.offset_data, member.size
        elif not member.isdir():
            yield name, member.offset_data, -1


class _Headers:
    """A file of which tarfile reads headers, each of a bounded size whatever it says."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MAX_HEADER_BYTES:
            raise tarfile.ReadError("a header that is too large")
        return self.file.read(size)
