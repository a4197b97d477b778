"""Work in threads, where there are any: a picture to each, and numpy's products by the thread that asks for them.

Where there are none, helpers do what is put in for them to do, such as decoders of a page.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
Item = TypeVar("Item")
Result = TypeVar("Result")

# Of OpenBLAS, as numpy's wheels name it, and as others do.
_PREFIXES = ("scipy_openblas_", "openblas_")
_SUFFIXES = ("64_", "")


class Helpers(Protocol):
    """What computes beside the only thread, where there is but one."""

    def prepare(self, n_bytes: int) -> None:
        """Get ready, if that pays for photos of so many bytes."""

    def n_ahead(self, n_left: int) -> int:
        """How many items are to be begun before the first of them is waited for, with so many still to come."""

    async def call(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Result:
        """Call a function of a module with what can be pickled; its result is the same wherever that is done."""


_helpers: Helpers | None = None
_lock = threading.Lock()
_n_inside = 0
_n_before = 0


async def in_thread(function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Call a function in a thread, where there are any; a cancelled wait ends when the function does."""
    if sys.platform == "emscripten":
        return function(*args, **kwargs)
    call = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        with suppress(Exception):  # What the wait was cancelled for is what counts.
            await call
        raise


async def beside(function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Result:
    """Call a function of a module with what can be pickled: in a thread, or by a helper, where there are any."""
    if _helpers:
        return await _helpers.call(function, *args, **kwargs)
    return await in_thread(function, *args, **kwargs)


def use_helpers(helpers: Helpers | None) -> None:
    """Have `beside` call functions by these from now on."""
    global _helpers
    _helpers = helpers


def prepare(n_bytes: int) -> None:
    """Have helpers get ready for photos of so many bytes, which are soon to be read."""
    if _helpers:
        _helpers.prepare(n_bytes)


@contextmanager
def without_helpers() -> Iterator[None]:
    """Have all done by the only thread for a while, such as to measure it."""
    helpers = _helpers
    use_helpers(None)
    try:
        yield
    finally:
        use_helpers(helpers)


async def in_order(
    items: Sequence[Item], look_up: Callable[[Item], Coroutine[Any, Any, Result]], go_on: Callable[[], None]
) -> AsyncIterator[tuple[int, Result]]:
    """Look items up, several at once where there are threads or helpers, and yield what was found in their order.

    Parameters
    ----------
    items : sequence
    look_up : coroutine function
        Of an item; what it has done `in_thread` or `beside` is what is gained.
    go_on : callable
        Called before each item is begun; it raises where none should be begun any more.

    Yields
    ------
    tuple of (int, object)
        Number of an item, and what was found.
    """
    begun: deque[asyncio.Task[Result]] = deque()
    try:
        for i, item in enumerate(items):
            go_on()
            begun.append(asyncio.ensure_future(look_up(item)))
            n_ahead = _n_ahead(len(items) - i - 1)
            while len(begun) >= n_ahead:
                yield i + 1 - len(begun), await begun.popleft()
        for i in range(len(items) - len(begun), len(items)):
            yield i, await begun.popleft()
    finally:
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)


def _n_ahead(n_left: int) -> int:
    if _helpers:
        return _helpers.n_ahead(n_left)
    return 1 if sys.platform == "emscripten" else n_processors() + 1


def in_threads(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Call a function with each item, as many at once as there are processors."""
    n = min(len(items), n_processors())
    if n < 2 or sys.platform == "emscripten":
        return [function(item) for item in items]
    with single_products(), ThreadPoolExecutor(n) as pool:
        return list(pool.map(function, items))


def n_processors() -> int:
    """How many processors this process may use."""
    with suppress(AttributeError):  # Not on every system.
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def single_products() -> Iterator[None]:
    """Have numpy's matrix products computed by one thread each for a while.

    OpenBLAS else shares each of them out among all processors. Where several are computed at once, or others need the
    processors too, its threads wait for each other by counting: MobileNet then takes 7 times as long.
    """
    global _n_inside, _n_before
    openblas = _openblas()
    if openblas is None:
        yield
        return
    get, choose = openblas
    with _lock:
        _n_inside += 1
        if _n_inside == 1:
            _n_before = get()
            choose(1)
    try:
        yield
    finally:
        with _lock:
            _n_inside -= 1
            if not _n_inside:
                choose(_n_before)


@cache
def _openblas() -> tuple[Callable[[], int], Callable[[int], Any]] | None:
    """What tells and what chooses how many threads OpenBLAS uses; None where numpy computes with something else."""
    if sys.platform == "emscripten":  # There is one thread.
        return None
    try:
        import ctypes

        # Its symbols and those of the libraries that it was linked with.
        library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    except (ImportError, OSError, TypeError):
        return None
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            names = f"{prefix}get_num_threads{suffix}", f"{prefix}set_num_threads{suffix}"
            if all(hasattr(library, name) for name in names):
                get, choose = (getattr(library, name) for name in names)
                return get, choose
    return None
