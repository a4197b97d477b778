"""Convert the models that zoo.py made, run them in tf.js, compare with Keras.

python tests/convert/zoo_check.py FOLDER [words]     from the checkout, prints what fails and a table
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from pyclassifier.convert.errors import ConvertError
from pyclassifier.convert.formats import custom_module, write_tfjs
from pyclassifier.convert.formats.keras_files.parsing import parse_keras
from pyclassifier.convert.rules import to_layers_model
from pyclassifier.convert.running import Job, run_many

TOLERANCE = 1e-4


def check_all(folder, target, words=()):
    """Return per (name, format) None where both agree, else what is wrong."""
    results, jobs = {}, {}
    for file in sorted(folder.iterdir()):
        key = file.stem, file.suffix[1:]
        if file.suffix not in (".keras", ".h5") or not all(word in file.name for word in words):
            continue
        wanted = np.load(file.with_suffix(".npz"))
        inputs = [wanted[f"x{i}"] for i in range(sum(name[0] == "x" for name in wanted))]
        try:
            model = to_layers_model(parse_keras(file))
            write_tfjs(model, target / file.name, force=True)
            jobs[key] = Job(target / file.name, inputs), [wanted[f"y{i}"] for i in range(len(wanted) - len(inputs))]
        except ConvertError as error:
            results[key] = f"refused: {error}"
    runs = run_many([job for job, _ in jobs.values()], custom=[custom_module()]) if jobs else []
    for (key, (_, outputs)), run in zip(jobs.items(), runs, strict=True):
        results[key] = f"failed: {run}" if isinstance(run, ConvertError) else compare(outputs, run.outputs)
    return results


def compare(wanted, got):
    """Return None where the arrays agree within the tolerance."""
    if [a.shape for a in wanted] != [b.shape for b in got]:
        return f"shapes {[a.shape for a in wanted]} became {[b.shape for b in got]}"
    worst = 0.0
    for a, b in zip(wanted, got, strict=True):
        difference = np.abs(a - b).max(initial=0) / max(1.0, np.abs(a).max(initial=0))
        worst = max(worst, float("inf") if np.isnan(difference) else difference)
    return None if worst <= TOLERANCE else f"differs by {worst:.2g}"


def main():
    with tempfile.TemporaryDirectory() as target:
        results = check_all(Path(sys.argv[1]), Path(target), sys.argv[2:])
    for key, problem in sorted(results.items()):
        if problem:
            print(*key, problem)  # noqa: T201
    for suffix in ("keras", "h5"):
        mine = [problem for key, problem in results.items() if key[1] == suffix]
        print(suffix, sum(p is None for p in mine), "of", len(mine))  # noqa: T201


if __name__ == "__main__":
    main()
