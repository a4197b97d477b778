"""Slow parts of the build are made once, and anew where their code or what they are made of has changed."""

from __future__ import annotations

import ast
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec, resolve_name
from pathlib import Path

from fetch import CACHE, WEB

# Where the code is that may change from one build to the next. What others wrote changes with its version.
OURS = (WEB, WEB.parent / "pyclassifier", WEB.parent / "convert")


def made_once(name: str, make: Callable[[Path], None], *inputs: str | Path) -> Path:
    """Return the folder of .cache/ that `make(folder)` filled, for these inputs and with the code that it has now.

    Parameters
    ----------
    name
        Of what is made, such as ``"docs"``.
    make
        A function of a module. What that imports, directly or not, counts as its code.
    inputs
        Files by their paths, and all else that decides about what is made, such as versions.
    """
    digest = hashlib.sha256()
    for path in code_of(make.__module__):
        digest.update(path.read_bytes())
    for one in inputs:
        digest.update(b"\0" + (one.read_bytes() if isinstance(one, Path) else one.encode()))
    folder = CACHE / name / digest.hexdigest()[:16]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            made = Path(temporary) / "made"
            made.mkdir()
            make(made)
            try:
                made.replace(folder)
            except OSError:
                if not folder.exists():  # Else another process made the same meanwhile.
                    raise
    return folder


def code_of(module: str) -> list[Path]:
    """Return the file of a module and those of all modules of ours that it imports, directly or not.

    What a package's `__init__` imports counts where something is imported from the package itself.
    """
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file_of(name)
        if path and path not in found:
            found.add(path)
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            waiting += _imports(ast.parse(path.read_bytes()), package)
    return sorted(found)


def _file_of(name: str) -> Path | None:
    """Return the file of a module of ours; None for one of others, and for what is no module."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return None  # `name` is of a function, "package.module.function"
    path = Path(spec.origin).resolve() if spec and spec.origin else Path()
    return path if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in OURS) else None


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Return the names of what a module imports, among them some that are no modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))
