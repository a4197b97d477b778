"""Hashes of photos' files, by which their content is known; where the browser computes them, it does so on the side."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from ..threads import in_thread

Digest = Callable[[bytes], Awaitable[str]]


def digest_of(data: bytes) -> str:
    """Hash (SHA-256, hex) of a photo's bytes, by which the cache knows its content."""
    return hashlib.sha256(data).hexdigest()


async def _in_thread(data: bytes) -> str:
    return await in_thread(digest_of, data)


_digest: Digest = _in_thread


def use_digest(digest: Digest) -> None:
    """Put in what computes the same as `digest_of`, such as the browser."""
    global _digest
    _digest = digest


async def find_digest(data: bytes) -> str:
    """Compute `digest_of` bytes while others go on: in a thread, or by the browser."""
    return await _digest(data)
