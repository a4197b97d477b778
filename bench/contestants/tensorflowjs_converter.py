"""Convert many Keras files by tensorflowjs_converter's own entry point, in one process, as it imports TensorFlow.

On stdin a JSON list of [source, target]. For each a line of JSON goes to stdout: null, or what it ended with.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

TIMEOUT_S = 120
# What its help gives for the two kinds of file.
OPTIONS = {
    ".h5": ["--input_format=keras"],
    ".keras": ["--input_format=keras_keras", "--output_format=tfjs_layers_model"],
}


def stop(*_: object) -> None:
    """Be the handler of SIGALRM."""
    raise TimeoutError(f"took more than {TIMEOUT_S} s")


def main() -> None:
    """Convert."""
    jobs = [(Path(source), target) for source, target in json.load(sys.stdin)]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # It prints where answers go.
    converter = importlib.import_module("tensorflowjs.converters.converter")
    signal.signal(signal.SIGALRM, stop)
    for source, target in jobs:
        said = None
        # It unpacks archives beside themselves.
        with tempfile.TemporaryDirectory() as temporary:
            copy = shutil.copy(source, temporary)
            signal.alarm(TIMEOUT_S)
            try:
                converter.convert([*OPTIONS[source.suffix], str(copy), target])
            except (Exception, SystemExit) as error:  # Of any kind: it is measured how often it fails.
                said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            finally:
                signal.alarm(0)
        answers.write(f"{json.dumps(said)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
