"""Build a network of keras.applications: `python build_application.py NAME OPTIONS.json OUT.keras`.

Called by applications.py.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable
from typing import Any


def main() -> None:
    """Build it and save it; end with one line where that cannot be done."""
    name, described, path = sys.argv[1:]
    sys.path.pop(0)  # The folder of this file, whose modules are others.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import keras

        keras.utils.set_random_seed(json.loads(described)["seed"] or 0)
        build = getattr(keras.applications, name, None)
        if build is None:
            sys.exit(f"Keras {keras.__version__} has no {name}.")
        build(**_arguments(build, name, json.loads(described))).save(path)
    except Exception as error:  # Of any kind: it is said in one line.
        sys.exit(" ".join(str(error).split()) or type(error).__name__)


def _arguments(build: Callable[..., Any], name: str, options: dict[str, Any]) -> dict[str, Any]:
    """What Keras's function takes."""
    size, weights = options["input_size"], options["weights"] or "imagenet"
    arguments = {
        "alpha": options["alpha"],
        "include_top": options["include_top"],
        "pooling": options["pooling"],
        "input_shape": [size, size, 3] if size else None,
    }
    arguments = {key: value for key, value in arguments.items() if value is not None}
    unknown = [key for key in arguments if key not in inspect.signature(build).parameters]
    if unknown:
        sys.exit(f"{name} has no {', '.join(unknown)}.")
    return {**arguments, "weights": None if weights == "none" else weights}


if __name__ == "__main__":
    main()
