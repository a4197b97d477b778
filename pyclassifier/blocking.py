"""Two faces of one core: what waits is written once, with ``await``, and made to return when it is done from here."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from .errors import EngineError

P = ParamSpec("P")
Result = TypeVar("Result")
Own = TypeVar("Own")
Waiter = Callable[[Coroutine[Any, Any, Any]], Any]

_waiter: Waiter | None = None


def use_waiter(waiter: Waiter | None) -> None:
    """Have coroutines run to their end in a browser by what knows how to wait there.

    Parameters
    ----------
    waiter : callable or None
        Gets a coroutine and returns what that returns, or raises the EngineError "not-awaited" where it cannot wait.
    """
    global _waiter
    _waiter = waiter


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in this thread: in scripts, and where an event loop runs already, as in Jupyter.

    Parameters
    ----------
    coroutine : coroutine

    Returns
    -------
    object
        What it returns.

    Raises
    ------
    EngineError
        In a browser that cannot wait while its only thread goes on.
    """
    if sys.platform == "emscripten":
        if _waiter:
            result: Result = _waiter(coroutine)
            return result
        coroutine.close()
        raise EngineError("not-awaited")
    outer = asyncio._get_running_loop()
    # A loop of its own in this very thread: callbacks, displays and Ctrl+C stay where the caller is.
    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(None)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        try:
            _end(loop)
        finally:
            loop.close()
            asyncio._set_running_loop(outer)


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Let what Ctrl+C left behind come to an end: a training keeps what it has learned."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())


def blocking(function: Callable[P, Coroutine[Any, Any, Result]]) -> Callable[P, Result]:
    """Make a function that returns when it is done of one that has to be awaited.

    Parameters
    ----------
    function : coroutine function

    Returns
    -------
    callable
        With the same parameters and documentation.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> Result:
        return run(function(*args, **kwargs))

    call.__doc__ = (function.__doc__ or "").replace("await ", "")
    return call


def blocking_method(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Any, P], Result]:
    """Make a method as `blocking` makes a function.

    Parameters
    ----------
    method : coroutine function

    Returns
    -------
    callable
    """
    return blocking(method)


def chained_method(
    method: Callable[Concatenate[Any, P], Coroutine[Any, Any, Any]],
) -> Callable[Concatenate[Own, P], Own]:
    """Make a method, of one that gives the object itself, as `blocking_method` does.

    Parameters
    ----------
    method : coroutine function

    Returns
    -------
    callable
    """
    return blocking(method)
