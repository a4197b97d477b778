"""Async tests run in an event loop of their own; under Pyodide that is the browser's, by JavaScript promise integration."""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
from pathlib import Path

import pytest

IN_PYODIDE = sys.platform == "emscripten"
SHARED = Path(os.environ.get("PYCLASSIFIER_SHARED", Path(__file__).parents[2] / "shared"))

if IN_PYODIDE:
    collect_ignore = ["browser", "pyodide", "web", "convert"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(pyfuncitem.obj(**arguments))
    return True
