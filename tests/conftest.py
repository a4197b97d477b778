"""Async tests run to their end in an event loop.

Under Pyodide that is the browser's loop, which can be waited for by way of JavaScript promise integration (JSPI).
Elsewhere it is one of their own, in a thread, because Playwright's synchronous interface occupies the main thread's.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

IN_PYODIDE = sys.platform == "emscripten"

if IN_PYODIDE:
    collect_ignore = ["browser", "pyodide", "web", "convert"]
    collect_ignore_glob = ["test_cli*.py", "test_command.py"]  # A page has no command line.
else:
    from browser_fixtures import (  # noqa: F401
        browsers,
        chromium,
        dist,
        page,
        profile,
        shared,
        site,
        tab,
        webgpu_chromium,
    )


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    if IN_PYODIDE:
        asyncio.run(pyfuncitem.obj(**arguments))
    else:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, pyfuncitem.obj(**arguments)).result()
    return True


def pytest_make_parametrize_id(val):
    # Files as parameters: their bytes make no name, and what gzip packs holds the time, so that two workers differ.
    return f"{len(val)} bytes" if isinstance(val, bytes) else None
