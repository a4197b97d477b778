"""What TensorFlow.js needs of a browser: where the site is, its scripts and its files.

It works on a page as well as in classic workers (JupyterLite's kernel is one) and in module workers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import js
import pyodide_js
from pyodide.code import run_js
from pyodide.ffi import JsException, can_run_sync, create_once_callable, create_proxy, run_sync

from ...errors import EngineError
from ...sentences import Sentence

# Where TensorFlow.js comes from if it is neither there nor on the site: both scripts make or extend the global `tf`.
CDN_URL = "https://cdn.jsdelivr.net/npm/@tensorflow/"
_CDN_SCRIPTS = ("tfjs@4.22.0/dist/tf.min.js", "tfjs-backend-wasm@4.22.0/dist/tf-backend-wasm.min.js")

# One at a time: a second copy of TensorFlow.js would share its engine with the first one.
_loading = asyncio.Lock()
_n_failures = 0


async def load_tensorflow(tfjs_url: str | None, site_url: str | None) -> Any:
    """Return the global ``tf``, loaded if it is not there yet.

    Parameters
    ----------
    tfjs_url : str, optional
        A script or module that has TensorFlow.js 4; by default the site's own, or a CDN's where there is no site.
    site_url : str, optional
        As `find_site` gives it.

    Raises
    ------
    EngineError
        It cannot be loaded; a later call tries anew.
    """
    global _n_failures
    async with _loading:
        if _global_tf() is None:
            try:
                for url in [tfjs_url] if tfjs_url else [f"{site_url}vendor/tf.js"] if site_url else _cdn_urls():
                    await _load_script(url)
            except EngineError:
                _n_failures += 1
                raise
            tf = _global_tf()
            if tf is None:
                raise EngineError("no-tf", tfjs_url=str(tfjs_url))
            if not tfjs_url and not site_url:
                tf.wasm.setWasmPaths(f"{CDN_URL}tfjs-backend-wasm@4.22.0/dist/")
        return _global_tf()


async def load_addition(tf: Any, addition: str, package: str, site_url: str | None) -> None:
    """Load what adds to the global ``tf``: a file that lies beside the site's, or a CDN's where there is no site."""
    global _n_failures
    async with _loading:
        try:
            if hasattr(tf, "importBeside"):
                await tf.importBeside(addition + _retry())
            else:
                await _load_script(f"{site_url}vendor/{addition}" if site_url else CDN_URL + package)
        except JsException as error:
            _n_failures += 1
            failure = Sentence("no-tfjs", url=addition)
            raise EngineError("failed-because", failure=failure, error=str(error.message)) from error
        except EngineError:
            _n_failures += 1
            raise


def _global_tf() -> Any:
    tf = getattr(js, "tf", None)
    return tf if hasattr(tf, "loadLayersModel") else None


def _cdn_urls() -> list[str]:
    return [CDN_URL + script for script in _CDN_SCRIPTS]


async def _load_script(url: str) -> None:
    url = urljoin(str(js.location.href), url) + _retry()
    failure = Sentence("no-tfjs", url=url)
    if hasattr(js, "document"):
        # An element works whatever the page's policy says about code in texts.
        if not await _add_script_element(url):
            raise EngineError(failure)
        if _global_tf() is not None:
            return
    try:
        # Python has no import() of its own. Unlike importScripts it is there in workers of both kinds.
        module = await run_js("url => import(url)")(url)
    except JsException as error:
        if error.name == "EvalError":
            failure = Sentence("forbidden-tfjs")
        raise EngineError("failed-because", failure=failure, error=str(error.message)) from error
    if _global_tf() is None and hasattr(module, "loadLayersModel"):
        js.tf = module


def _retry() -> str:
    # A browser may remember that an address failed, which is why another attempt has another one.
    return f"?retry={_n_failures}" if _n_failures else ""


async def _add_script_element(url: str) -> bool:
    """Load a script by an element of the page; tell whether it loaded."""
    loaded: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    script = js.document.createElement("script")
    script.type = "module"
    script.onload = create_once_callable(lambda event: loaded.set_result(True))
    script.onerror = create_once_callable(lambda event: loaded.set_result(False))
    script.src = url
    js.document.head.append(script)
    return await loaded


async def find_site() -> str | None:
    """Return the URL of the built site that this runs on, with ``/`` at its end; None where there is none.

    A site has ``models/`` beside ``pyodide/``, and its notebooks in ``lab/``. Only places of this very origin are
    looked at.
    """
    location = str(js.location.href).removeprefix("blob:")
    index_url = str(getattr(pyodide_js._api.config, "indexURL", ""))
    candidates = [urljoin(location, urljoin(index_url, "../"))] if index_url else []
    candidates += [location.rpartition("/lab/")[0] + "/"] if "/lab/" in location else []
    candidates += [urljoin(location, "./")]
    for url in dict.fromkeys(candidates):
        if urlsplit(url)[:2] == urlsplit(location)[:2]:
            response = await js.fetch(f"{url}models/index.json")
            if response.ok:
                return url
    return None


async def fetch(url: str, remedy: str) -> bytes:
    """Get a file; `EngineError`, with the remedy in it, where it cannot be had."""
    try:
        response = await js.fetch(url)
    except JsException as error:
        raise EngineError("failed-request", url=url, error=str(error.message), remedy=remedy) from error
    if not response.ok:
        raise EngineError("http-status", url=url, status=int(response.status), remedy=remedy)
    data: bytes = (await response.arrayBuffer()).to_bytes()
    return data


class SiteStore:
    """The store that a built site is: its folder ``models/``.

    Parameters
    ----------
    url : str, optional
        Of the site; by default the one that this runs on.
    """

    def __init__(self, url: str | None = None) -> None:
        self._url = url and url.rstrip("/") + "/"

    async def find(self) -> str | None:
        """The site's URL, with ``/`` at its end; None where there is none."""
        if self._url is None:
            self._url = await find_site()
        return self._url

    async def read(self, path: str) -> bytes:
        """Give a file; see `pyclassifier.backbones.WeightStore`."""
        site = await self.find()
        if site is None:
            raise EngineError("no-site")
        return await fetch(f"{site}models/{path}", Sentence("check-models"))


def wait(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end, by what suspends Python alone: the thread goes on with what else there is to do.

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
        This browser lacks that (JavaScript Promise Integration).
    """
    if not can_run_sync():
        coroutine.close()
        raise EngineError("not-awaited")
    return run_sync(coroutine)


@contextmanager
def listening(channel: str) -> Iterator[Callable[[], bool]]:
    """Listen for a message that any page of this origin sends; yields a function that tells whether one came.

    Parameters
    ----------
    channel : str
        Name of a `BroadcastChannel`.
    """
    messages: list[str] = []
    receiver = js.BroadcastChannel.new(channel)
    listen = create_proxy(lambda event: messages.append(str(event.data)))
    receiver.onmessage = listen
    try:
        yield lambda: bool(messages)
    finally:
        receiver.close()
        listen.destroy()
