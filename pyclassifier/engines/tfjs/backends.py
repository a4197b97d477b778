"""What TensorFlow.js can compute on, as a table: the only place that knows backends by their names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

import js
from pyodide.ffi import JsException, create_once_callable, to_js

Kind = Literal["graphics", "compiled", "plain"]

_PATIENCE_S = 5.0
_SOFTWARE_RENDERER = re.compile("swiftshader|llvmpipe|softpipe|software|basic render", re.IGNORECASE)


async def _anywhere() -> str:
    return ""


def _never(device: Any) -> bool:
    return False


def _one(tf: Any) -> int:
    return 1


def _no_watch(device: Any, tell: Callable[[], None]) -> None:
    """It cannot be lost."""


@dataclass(frozen=True)
class Backend:
    """What tensors are computed on, and what is peculiar about it there.

    Where a function takes a ``device``, that is tf.js's own object of the backend, once it is started.

    Parameters
    ----------
    name : str
        As tf.js calls it.
    kind : {"graphics", "compiled", "plain"}
        Shaders, made for each kernel when it is first needed; WebAssembly; JavaScript.
    find : callable
        Gives what it runs on, as far as that is known; None where it cannot work here.
    is_lost : callable
        Whether all that was in the device is gone.
    watch : callable
        Has it told when that happens, once.
    count_threads : callable
        On how many cores of the processor it computes, of tf.js once the backend is started.
    automatic : bool
        Whether it is chosen where nobody asks for one.
    addition : str
        The script that adds it to tf.js, where that is one of its own: in the site's ``vendor/``.
    package : str
        The same of a CDN.
    reads_at_once : bool
        Whether tensors can be read without waiting.
    pads_batches : bool
        Each new batch size costs a compilation of all shaders.
    shapes_flag : str
        The flag of tf.js that lets shapes share shaders, where there is one.
    float32_flag : str
        The flag of tf.js that says whether it computes with 32 bits, where tf.js takes these for 16.
    """

    name: str
    kind: Kind
    find: Callable[[], Awaitable[str | None]] = _anywhere
    is_lost: Callable[[Any], bool] = _never
    watch: Callable[[Any, Callable[[], None]], None] = _no_watch
    count_threads: Callable[[Any], int] = _one
    automatic: bool = True
    addition: str = ""
    package: str = ""
    reads_at_once: bool = True
    pads_batches: bool = False
    shapes_flag: str = ""
    float32_flag: str = ""


async def _find_webgl() -> str | None:
    canvas = js.OffscreenCanvas.new(1, 1) if hasattr(js, "OffscreenCanvas") else js.document.createElement("canvas")
    gl = canvas.getContext("webgl2")
    if not gl:
        return None
    names = gl.getExtension("WEBGL_debug_renderer_info")
    renderer = str(gl.getParameter(names.UNMASKED_RENDERER_WEBGL if names else gl.RENDERER))
    context = gl.getExtension("WEBGL_lose_context")
    if context:
        context.loseContext()
    return renderer


def _is_webgl_lost(device: Any) -> bool:
    return bool(device.gpgpu.gl.isContextLost())


def _watch_webgl(device: Any, tell: Callable[[], None]) -> None:
    told = create_once_callable(lambda event: tell())
    once = to_js({"once": True}, dict_converter=js.Object.fromEntries)
    device.gpgpu.gl.canvas.addEventListener("webglcontextlost", told, once)


async def _find_webgpu() -> str | None:
    gpu = getattr(js.navigator, "gpu", None)
    if not gpu:
        return None
    try:
        adapter = await asyncio.wait_for(gpu.requestAdapter(), _PATIENCE_S)
    except (JsException, TimeoutError):  # A driver may not answer.
        return None
    if not adapter:
        return None
    info = getattr(adapter, "info", None)
    return f"{info.vendor} {info.architecture} {info.description}".strip() if info else ""


def _is_webgpu_lost(device: Any) -> bool:
    return hasattr(device, "isLost")


def _watch_webgpu(device: Any, tell: Callable[[], None]) -> None:
    def note(reason: Any) -> None:
        device.isLost = True
        tell()

    device.device.lost.then(create_once_callable(note))


def _count_wasm_threads(tf: Any) -> int:
    # The site's tf.js has it beside all else; that of a CDN, as its documentation says.
    return int((tf if hasattr(tf, "getThreadsCount") else tf.wasm).getThreadsCount())


# The fastest on a graphics processor first; where one fails, the next one is tried.
BACKENDS = (
    # It has no need of the padding, nor of a flag: shapes are no part of its shaders.
    Backend(
        "webgpu",
        "graphics",
        find=_find_webgpu,
        is_lost=_is_webgpu_lost,
        watch=_watch_webgpu,
        automatic=False,
        addition="webgpu.js",
        package="tfjs-backend-webgpu@4.22.0/dist/tf-backend-webgpu.min.js",
        reads_at_once=False,
    ),
    Backend(
        "webgl",
        "graphics",
        find=_find_webgl,
        is_lost=_is_webgl_lost,
        watch=_watch_webgl,
        pads_batches=True,
        shapes_flag="WEBGL_USE_SHAPES_UNIFORMS",
        float32_flag="WEBGL_RENDER_FLOAT32_ENABLED",
    ),
    Backend("wasm", "compiled", count_threads=_count_wasm_threads),
    Backend("cpu", "plain"),
)
BY_NAME = {backend.name: backend for backend in BACKENDS}


def backend_of(tf: Any) -> Backend:
    """Return the backend that tf.js uses now, which may be somebody's own."""
    name = str(tf.getBackend())
    return BY_NAME.get(name) or Backend(name, "plain")


def is_software(renderer: str) -> bool:
    """Tell whether a graphics backend would run on the CPU, where WebAssembly is several times faster."""
    return bool(_SOFTWARE_RENDERER.search(renderer))
