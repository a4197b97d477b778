"""Where the graphics processor is reset, all that was in it is gone, and what waits for it would wait forever.

That happens when it hangs, when its driver is updated or a laptop sleeps, and when a browser takes it from a page that
is not looked at. tf.js 4.22 does not notice: it never answers again, or answers with zeros.
"""

from __future__ import annotations

import asyncio
from typing import Any

from ...errors import EngineError

_SECONDS = 1.0  # Between two looks at whether there is anything to wait for.
_n_resets = 0


class ResetError(EngineError):
    """The graphics processor was reset."""

    def __init__(self) -> None:
        super().__init__(
            "Expected the graphics processor to keep what it computes with; the browser has reset it (its WebGL "
            "context is lost). Do the same again: features of photos are remembered, and models are loaded anew."
        )


def count_resets() -> int:
    """How often WebGL was started again so far; a model that was there before has lost its weights."""
    return _n_resets


def is_reset(tf: Any) -> bool:
    """Tell whether WebGL lost what it had, whatever backend is in use."""
    backend = getattr(tf.engine().registry, "webgl", None)
    return backend is not None and bool(backend.gpgpu.gl.isContextLost())


async def answered(tf: Any, promise: Any) -> Any:
    """Wait for an answer of tf.js, which never comes where the graphics processor was reset.

    Raises
    ------
    ResetError
        The graphics processor was reset meanwhile: there is no answer, or no true one.
    """
    waiting = asyncio.ensure_future(promise)
    done: set[Any] = set()
    while not done:
        done, _ = await asyncio.wait({waiting}, timeout=_SECONDS)
        if is_reset(tf):
            waiting.add_done_callback(lambda late: late.cancelled() or late.exception())  # Seen, whatever it says.
            raise ResetError
    return waiting.result()


async def restart(tf: Any) -> None:
    """Start WebGL again, or another backend where that fails.

    Raises
    ------
    EngineError
        None starts.
    """
    global _n_resets
    used = str(tf.getBackend())
    factory = tf.findBackendFactory("webgl")
    tf.removeBackend("webgl")
    tf.registerBackend("webgl", factory)
    _n_resets += 1
    for name in (used, "wasm", "cpu"):
        if tf.findBackendFactory(name) and await tf.setBackend(name):
            await tf.ready()
            return
    raise EngineError("no-backend-after-reset")
