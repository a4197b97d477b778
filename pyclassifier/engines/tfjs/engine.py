"""TensorFlow.js as an engine, driven from Pyodide. Only this folder imports js and pyodide.

Whatever tf.js allocates for a call is disposed of in that call, or in `TfjsModel.dispose`: Python's garbage collector
never frees a tensor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import numpy as np
from pyodide.ffi import to_js

from ...backbones import ReadWeights, StoredWeights, Topology, Weights, encode_weights, head, initial_weights
from ...errors import EngineError
from ..base import Array
from . import graphics
from .backends import BACKENDS, BY_NAME, Backend, Kind, backend_of, is_software
from .browser import SiteStore, load_addition, load_tensorflow
from .decoders import use_decoders
from .matrix import TfjsMatrix
from .model import TfjsModel, engine_errors, to_object
from .pictures import refine


class TfjsEngine:
    """Engine on TensorFlow.js 4, which is found and loaded when it is first needed.

    It is taken from the global ``tf`` where there is one; else from the site that this runs on, else from a CDN.

    Parameters
    ----------
    site_url : str, optional
        A built site, which has ``vendor/tf.js`` and ``models/``; by default the one that this runs on.
    tfjs_url : str, optional
        Where to load TensorFlow.js from instead: a script that makes the global ``tf``, or an ES module.
    backend : {"auto", "webgpu", "webgl", "wasm", "cpu"}
        What computes. "auto" takes the one that is in use already, else what was found to be the fastest here, where
        something was (`prefer`), else WebGL on a graphics processor, else WebAssembly.

    Attributes
    ----------
    name : str
        Such as ``tfjs 4.22.0``; ``tfjs`` before it is loaded.
    renderer : str
        What graphics processor there is, as far as the browser tells; "" before anything is loaded.
    store : WeightStore
        The site's backbones.
    """

    def __init__(self, *, site_url: str | None = None, tfjs_url: str | None = None, backend: str = "auto") -> None:
        self.name = "tfjs"
        self.renderer = ""
        self.store = SiteStore(site_url)
        self._tfjs_url = tfjs_url
        self._wanted = backend
        self._prefer: Callable[[str], str] = lambda renderer: ""
        # By name what it runs on, None where it cannot work here; without those that nobody asked for yet.
        self._found: dict[str, str | None] = {one.name: "" for one in BACKENDS if one.kind != "graphics"}
        self._tf: Any = None

    def __repr__(self) -> str:
        return f"<TfjsEngine: {self.name} on {self.backend}>" if self._tf else "<TfjsEngine: not loaded yet>"

    async def load(self) -> TfjsEngine:
        """Load TensorFlow.js and start a backend now, so that the first computation need not.

        Returns
        -------
        TfjsEngine
            Itself.

        Raises
        ------
        EngineError
            It cannot be loaded, or the backend does not start here. Another call tries anew.
        """
        await self._loaded()
        return self

    async def _loaded(self) -> Any:
        if self._tf is None:
            site_url = await self.store.find()
            tf = await load_tensorflow(self._tfjs_url, site_url)
            use_decoders(site_url)
            await refine()
            await self._find(one for one in BACKENDS if one.automatic or one.name == self._wanted)
            self.renderer = next(filter(None, reversed(self._runs_on.values())), "")
            await self._start_backend(tf)
            self.name = f"tfjs {tf.version_core}"
            self._tf = tf
        return self._tf

    async def _start_backend(self, tf: Any) -> None:
        if self._wanted == "auto" and tf.getBackend():
            await tf.ready()
            graphics.watch(tf)
            return
        if self._wanted != "auto":
            candidates = [self._wanted]
        elif await self._start_preferred(tf):
            return
        else:
            able = [backend for backend in BACKENDS if backend.automatic and backend.name in self._runs_on]
            # In software a graphics processor is slower than WebAssembly.
            first = "compiled" if self.software else "graphics"
            candidates = [backend.name for backend in sorted(able, key=lambda backend: backend.kind != first)]
        for name in candidates:
            if await self._start(tf, name):
                return
        raise EngineError("no-backend", got=self._wanted)

    def prefer(self, choose: Callable[[str], str]) -> None:
        """Have "auto" first try the backend that is named for a renderer, such as the one that was the fastest there.

        Parameters
        ----------
        choose : callable
            Gets `renderer`; "" leaves the choice as it is.
        """
        self._prefer = choose

    async def _start_preferred(self, tf: Any) -> bool:
        name = self._prefer(self.renderer)
        if name not in BY_NAME:
            return False
        await self._find([BY_NAME[name]])
        with suppress(EngineError):  # Then it is as if none were preferred.
            return name in self._runs_on and await self._start(tf, name)
        return False

    async def _find(self, backends: Iterable[Backend]) -> None:
        new = [backend for backend in backends if backend.name not in self._found]
        renderers = await asyncio.gather(*(backend.find() for backend in new))
        self._found |= {backend.name: renderer for backend, renderer in zip(new, renderers, strict=True)}

    async def find_backends(self) -> dict[Backend, str]:
        """Look for all backends: those that can work here, the fastest on a graphics processor first.

        To look for WebGPU takes up to some tenths of a second, which is why `load` only does so where it is asked for.

        Returns
        -------
        dict of Backend to str
            What each runs on, as far as the browser tells.
        """
        await self._find(BACKENDS)
        return {BY_NAME[name]: renderer for name, renderer in self._runs_on.items()}

    @property
    def _runs_on(self) -> dict[str, str]:
        found = ((one.name, self._found.get(one.name)) for one in BACKENDS)
        return {name: renderer for name, renderer in found if renderer is not None}

    @property
    def software(self) -> bool:
        """Whether a graphics backend would run on the CPU."""
        return is_software(self.renderer)

    @property
    def backends(self) -> list[str]:
        """Names of the backends that are known to work here, the fastest on a graphics processor first.

        WebGPU is known once it was asked for, or by `find_backends`.
        """
        return list(self._runs_on)

    @property
    def backend(self) -> str:
        """Name of the backend in use, one of `backends`; "" before it is loaded."""
        return str(self._tf.getBackend()) if self._tf else ""

    @property
    def kind(self) -> Kind:
        """What the backend in use makes of kernels: shaders ("graphics"), "compiled" code, "plain" JavaScript."""
        return backend_of(self._tf).kind if self._tf else "plain"

    @property
    def n_threads(self) -> int:
        """On how many cores of the processor the backend in use computes.

        With WebAssembly that is all of them, at most 8, where the page is isolated from other origins (COOP, COEP).
        """
        return backend_of(self._tf).count_threads(self._tf) if self._tf else 1

    @property
    def thread_locks(self) -> tuple[str, ...]:
        """Names of the browser's locks that threads hold as long as they live, for who waits to see that one is gone.

        What computes waits for a thread that died for ever. None where there are no threads, or of another tf.js than
        the site's.
        """
        return tuple(self._tf.getThreadLocks().to_py()) if hasattr(self._tf, "getThreadLocks") else ()

    def on_reset(self, tell: Callable[[], None]) -> None:
        """Have it told when the graphics processor is reset; what it held is gone."""
        graphics.listen(tell)

    async def set_backend(self, name: str) -> None:
        """Compute on another backend from now on; tf.js moves what it holds when it is next used.

        Raises `EngineError` where the backend does not start on this machine.
        """
        tf = await self._loaded()
        if name not in self.backends:
            await self.find_backends()
        if name not in self.backends or not await self._start(tf, name):
            raise EngineError("other-backend", known=self.backends, got=name)

    async def _start(self, tf: Any, name: str) -> bool:
        backend = BY_NAME.get(name)
        if backend and backend.addition and name in self._runs_on and not tf.findBackendFactory(name):
            await load_addition(tf, backend.addition, backend.package, await self.store.find())
        if not tf.findBackendFactory(name):
            return False
        with engine_errors("backend-failed", backend=name):
            return await graphics.start(tf, name)

    async def build(self, topology: Topology, weights: Weights | ReadWeights) -> TfjsModel:
        """Build a model from a topology and all of its weights; see `Engine.build`."""
        tf = await self._loaded()

        async def assemble(trained: Weights | None = None) -> tuple[Any, Weights]:
            given = trained or (await weights() if callable(weights) else weights)
            return await self._assemble(topology, given), given

        model, given = await assemble()
        return TfjsModel(tf, model, topology, given, assemble)

    async def load_matrix(self, X: Array) -> TfjsMatrix:
        """Take in a matrix (N, D) float32; it goes to the backend when it is first multiplied."""
        return TfjsMatrix(await self._loaded(), X)

    async def _assemble(self, topology: Topology, weights: Weights) -> Any:
        """Build a `LayersModel` of topology and weights."""
        if isinstance(weights, StoredWeights):
            entries, data = weights.entries, weights.data
        else:
            entries, data = encode_weights(weights)
        # Not modelFromJSON: only this way tf.js knows that it need not draw random weights first.
        artifacts = to_object({"modelTopology": topology, "weightSpecs": entries})
        artifacts.weightData = to_js(data).buffer
        tf = await self._loaded()
        with engine_errors("build-failed"):
            model = await tf.loadLayersModel(tf.io.fromMemory(artifacts))
            # The site's tf.js brings it (web/fuse.js): nested models, such as a backbone, with fewer kernels.
            for layer in model.layers if hasattr(tf, "fuseRelu6") else ():
                if layer.getClassName() == "Model" or layer.getClassName() == "Functional":
                    tf.fuseRelu6(layer)
        return model

    async def warm_up(self) -> None:
        """Compile what the training of any head runs on, so that the first one need not wait for it."""
        await self._loaded()
        if self.kind != "graphics":
            return
        # Sizes of a usual head: some shaders depend on how tensors are laid out.
        topology = head(1024, 0, 3)
        X = np.zeros((600, 1024), np.float32)
        model = await self.build(topology, initial_weights(topology, np.random.default_rng(0)))
        matrix = await self.load_matrix(X)
        try:
            await matrix.transposed_times(await matrix.times(X[:15].T))
            await model.predict(X[:30])
        finally:
            model.dispose()
            matrix.dispose()

    def memory(self) -> dict[str, int]:
        """``numTensors`` and ``numBytes`` that tf.js holds now."""
        if self._tf is None:
            return {"numTensors": 0, "numBytes": 0}
        memory = self._tf.memory()
        return {"numTensors": int(memory.numTensors), "numBytes": int(memory.numBytes)}
