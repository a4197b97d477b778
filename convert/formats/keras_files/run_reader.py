"""Read a Keras file within bounds: `python run_reader.py PATHS PACKAGES READER FILE OUT LIMITS`.

Called by isolation.py.
"""

from __future__ import annotations

import json
import sys
import types
from importlib import import_module


def main() -> None:
    """Read FILE; write configuration and arrays, or the error, to the folder OUT."""
    search, packages, reader, file, out, limits = sys.argv[1:]
    _limit(**json.loads(limits))
    sys.path[:] = json.loads(search)
    # Of the packages above the reader only what it needs is imported: that halves the time this process takes.
    for name, folders in json.loads(packages).items():
        package = sys.modules[name] = types.ModuleType(name)
        package.__path__ = folders
    import_module(reader).read_here(file, out)


def _limit(seconds: int, n_bytes: int) -> None:
    """Let the system end this process where a file keeps it busy, or makes it grow."""
    try:
        import resource
    except ImportError:  # On Windows the calling process's time limit must do.
        return
    wanted = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_AS: n_bytes, resource.RLIMIT_CORE: 0}
    for which, value in wanted.items():
        _, highest = resource.getrlimit(which)
        value = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(which, (value, highest))


if __name__ == "__main__":
    main()
