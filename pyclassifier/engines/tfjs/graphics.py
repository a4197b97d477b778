"""Where the graphics processor is reset, all that was in it is gone, and what waits for it would wait forever.

That happens when it hangs, when its driver is updated or a laptop sleeps, and when a browser takes it from a page that
is not looked at. tf.js 4.22 does not notice: it never answers again, or answers with zeros.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ...errors import EngineError
from .backends import BACKENDS, Backend, backend_of

_SECONDS = 1.0  # Between two looks at whether there is anything to wait for.
_MOMENT = 0.1  # In which a browser tells that a device is lost.
_n_resets = 0
_listeners: list[Callable[[], None]] = []


class ResetError(EngineError):
    """The graphics processor was reset."""

    def __init__(self) -> None:
        super().__init__(
            "Expected the graphics processor to keep what it computes with; the browser has reset it (WebGL's context "
            "or WebGPU's device is lost). Do the same again: features of photos are remembered, and models are "
            "loaded anew."
        )


def listen(tell: Callable[[], None]) -> None:
    """Have it told at once whenever a graphics processor that is started from now on is reset."""
    _listeners.append(tell)


def _tell() -> None:
    for tell in _listeners:
        tell()


async def start(tf: Any, name: str) -> bool:
    """Compute on a backend from now on; tell whether it could be started."""
    started = bool(await tf.setBackend(name))
    await tf.ready()
    if started:
        watch(tf)
    return started


def watch(tf: Any) -> None:
    """Notice when what is in use is lost."""
    device = tf.backend()
    if not hasattr(device, "isWatched"):
        device.isWatched = True
        backend_of(tf).watch(device, _tell)


def is_reset(tf: Any) -> bool:
    """Tell whether a graphics processor lost what it had, whatever backend is in use."""
    return bool(_lost(tf))


def _lost(tf: Any) -> list[Backend]:
    registry = tf.engine().registry
    devices = [(backend, getattr(registry, backend.name, None)) for backend in BACKENDS]
    return [backend for backend, device in devices if device is not None and backend.is_lost(device)]


class Held:
    """What tensors are held in, as it is when this is made: to know later whether they can still be used.

    Parameters
    ----------
    tf : JsProxy

    Attributes
    ----------
    at_once : bool
        Whether they can be read without waiting. tf.js cannot move them from where that is so to where it is not, nor
        back.
    """

    def __init__(self, tf: Any) -> None:
        self._tf = tf
        self._n_resets = _n_resets
        self.at_once = backend_of(tf).reads_at_once

    def let_go(self) -> None:
        """Have them count as gone."""
        self._n_resets = -1

    @property
    def is_lost(self) -> bool:
        """Whether what is read of them are zeros, or nothing."""
        return is_reset(self._tf) or self._n_resets != _n_resets

    async def is_gone(self) -> bool:
        """Whether they are to be made again; what was lost is started again."""
        if is_reset(self._tf):
            await restart(self._tf)
        return self._n_resets != _n_resets or self.at_once != backend_of(self._tf).reads_at_once


@asynccontextmanager
async def noticing_resets(tf: Any) -> AsyncIterator[None]:
    """Turn an error that comes of a reset into a `ResetError`: it may show before the browser tells of the reset."""
    try:
        yield
    except ResetError:
        raise
    except EngineError as error:
        await asyncio.sleep(_MOMENT)
        if is_reset(tf):
            raise ResetError from error
        raise


async def answered(tf: Any, promise: Any) -> Any:
    """Wait for an answer of tf.js, which never comes where the graphics processor was reset.

    Raises
    ------
    ResetError
        The graphics processor was reset meanwhile: there is no answer, or no true one.
    """
    waiting = asyncio.ensure_future(promise)
    waiting.add_done_callback(lambda late: late.cancelled() or late.exception())  # Seen, where nobody waits any more.
    done: set[Any] = set()
    while not done:
        done, _ = await asyncio.wait({waiting}, timeout=_SECONDS)
        if is_reset(tf):
            raise ResetError
    return waiting.result()


async def restart(tf: Any) -> None:
    """Start again what was lost, or another backend where that fails.

    Raises
    ------
    EngineError
        None starts.
    """
    global _n_resets
    used = str(tf.getBackend())
    for backend in _lost(tf):
        factory = tf.findBackendFactory(backend.name)
        tf.removeBackend(backend.name)
        tf.registerBackend(backend.name, factory)
    _n_resets += 1
    for name in (used, *(backend.name for backend in BACKENDS if backend.kind != "graphics")):
        if tf.findBackendFactory(name) and await start(tf, name):
            return
    raise EngineError("no-backend-after-reset")
