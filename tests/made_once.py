"""What costs a test run much to make, and is the same for all of its workers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder that `make(folder)` fills when the first of pytest's workers asks for it."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # Each worker has a folder of its own in it.
    made = root / name
    with FileLock(root / f"{name}.lock"):
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=root) as folder:
                make(Path(folder) / name)
                (Path(folder) / name).rename(made)
    return made
