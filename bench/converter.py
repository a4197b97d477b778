"""How often a converted Keras model computes in tf.js what it computes in Keras: ours beside tensorflowjs_converter.

The models are those of tests/convert/zoo.py, by Keras 3 and by Keras 2, each saved as .keras and as .h5. Both convert
every file in this run. What comes out is loaded by tf.loadLayersModel (tf.js 4.22 under Node.js; ours with the custom
layers that it wrote beside the model, where it did) and run on the inputs whose outputs Keras stored:

  agrees        largest difference / max(1, largest value) at most 1e-4
  differs       loads and computes something else
  fails         does not load, or loads and does not run
  refused       no model was written, or none within two minutes

Then seconds and peak memory of one conversion of MobileNet v1 0.25 (.h5) by each command line, and of their ratio.

The other converter gets an environment of its own, .cache/tensorflowjs/, with what our extra `graph` pins. It needs
Python 3.11, by --python or as python3.11.

    .venv/bin/python bench/converter.py [--only WORD] [--skip-applications] [--each] [--repeat 3] [--models DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from testbed import ROOT, SHARED, Row, arguments_parser, write_rows

sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "convert")]

import zoo  # type: ignore[import-not-found]  # noqa: E402

from pyclassifier.convert.comparing import compare  # noqa: E402
from pyclassifier.convert.errors import ConvertError  # noqa: E402
from pyclassifier.convert.formats import custom_module  # noqa: E402
from pyclassifier.convert.pipeline import convert  # noqa: E402
from pyclassifier.convert.running import (  # noqa: E402
    PACKAGES,
    Job,
    TfjsRun,
    run_many,
)

ENVIRONMENT = ROOT / ".cache" / "tensorflowjs"
THEIR_SCRIPT = ROOT / "bench" / "contestants" / "tensorflowjs_converter.py"
MOBILENET = SHARED / "models" / "mobilenet_v1_0.25_224" / "keras.h5"
MAKE_MOBILENET = "import keras, sys; keras.applications.MobileNet(alpha=0.25, weights=None).save(sys.argv[1])"
FLAVOURS = {"keras": "Keras 3", "tf_keras": "Keras 2"}
CONVERTERS = ("ours", "tensorflowjs_converter")
KINDS = ("agrees", "differs", "fails", "refused")
BATCH = 40  # Models at a time: one that ends Node.js takes few others with it.
QUIET = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
# Measured from a small process: a child starts with the peak of the one that it was forked from.
MEASURE = """
import json, os, subprocess, sys, time
start = time.perf_counter()
with open(os.devnull, "w") as nowhere:
    process = subprocess.Popen(sys.argv[1:], stdout=nowhere, stderr=nowhere)
    _, status, usage = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), time.perf_counter() - start, usage.ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Result:
    """What became of one file by one converter."""

    converter: str
    flavour: str
    file: Path
    kind: str
    said: str = ""
    custom: bool = False  # Whether it needs custom layers.


def their_python(given: str | None) -> Path:
    """Return the Python of an environment with tensorflowjs; make it where it is not there yet."""
    python = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / "done"
    if done.exists():
        return python
    base = given or (sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11"))
    if not base:
        sys.exit("tensorflowjs needs Python 3.11, found none. Name it by --python.")
    subprocess.run([base, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    done.touch()
    return python


def make_models(folder: Path, asked: argparse.Namespace) -> None:
    """Build the zoo, each Keras in a process of its own."""
    for flavour in FLAVOURS:
        names = [name for name in zoo.names_of(flavour) if not (asked.skip_applications and name.startswith("app_"))]
        names = [name for name in names if asked.only in name]
        if names:
            command = [sys.executable, str(Path(zoo.__file__)), flavour, str(folder / flavour), *names]
            subprocess.run(command, check=True, env=QUIET, capture_output=True)


def convert_ours(files: Sequence[Path], folders: Sequence[Path]) -> list[tuple[str | None, bool]]:
    """Convert; return what went wrong with each file, and whether it needs custom layers."""
    results: list[tuple[str | None, bool]] = []
    for file, folder in zip(files, folders, strict=True):
        try:
            results.append((None, bool(convert(file, folder).model.custom_js)))
        except Exception as error:  # Of any kind: one that is no ConvertError counts as well.
            results.append((f"{type(error).__name__}: {error}", False))
    return results


def convert_theirs(python: Path, files: Sequence[Path], folders: Sequence[Path]) -> list[tuple[str | None, bool]]:
    """Do the same by tensorflowjs_converter."""
    jobs = json.dumps([[str(file), str(folder)] for file, folder in zip(files, folders, strict=True)])
    run = subprocess.run([str(python), str(THEIR_SCRIPT)], input=jobs, capture_output=True, text=True, env=QUIET)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    answers += [f"ended with code {run.returncode}: {run.stderr[-200:]}"] * (len(files) - len(answers))
    return [(answer, False) for answer in answers]


def run_models(jobs: Sequence[Job], custom: Sequence[Path]) -> list[TfjsRun | ConvertError]:
    """Run models in tf.js, a batch at a time, and those alone whose Node.js ended with others."""
    if len(jobs) > BATCH:
        return [run for i in range(0, len(jobs), BATCH) for run in run_models(jobs[i : i + BATCH], custom)]
    try:
        runs = run_many(jobs, custom=custom)
    except ConvertError as error:
        runs = [error] * len(jobs)
    gone = [i for i, run in enumerate(runs) if isinstance(run, ConvertError) and "Node.js" in str(run)]
    if len(jobs) > 1:
        for i in gone:
            runs[i] = run_models([jobs[i]], custom)[0]
    return runs


def judge(converter: str, flavour: str, files: Sequence[Path], python: Path) -> list[Result]:
    """Convert the files of one Keras and compare what comes out with what it computes."""
    with tempfile.TemporaryDirectory() as temporary:
        folders = [Path(temporary) / str(i) for i in range(len(files))]
        ours = converter == "ours"
        made = convert_ours(files, folders) if ours else convert_theirs(python, files, folders)
        jobs, wanted = {}, {}
        for file, folder, (problem, _) in zip(files, folders, made, strict=True):
            if problem is None:
                with np.load(file.with_suffix(".npz")) as stored:
                    arrays = {name[0]: [stored[key] for key in stored if key[0] == name[0]] for name in stored}
                jobs[file], wanted[file] = Job(folder, arrays["x"]), arrays["y"]
        runs = dict(zip(jobs, run_models(list(jobs.values()), [custom_module()] if ours else []), strict=True))
        results = []
        for file, (problem, custom) in zip(files, made, strict=True):
            kind, said = ("refused", problem) if problem else verdict(runs[file], wanted[file])
            results.append(Result(converter, flavour, file, kind, said, custom))
        return results


def verdict(run: TfjsRun | ConvertError, wanted: list[Any]) -> tuple[str, str]:
    """Return the kind of a result, and what there is to say about it."""
    if isinstance(run, ConvertError):
        return "fails", str(run).partition("it said: ")[2]
    found = compare(run.outputs, wanted)
    return ("agrees", "") if found.agrees else ("differs", f"by {found.difference:.2g}")


def print_table(results: Sequence[Result]) -> None:
    """Print what the closing note quotes, and all that did not agree with ours."""
    print("| saved by | converter | loads and agrees | computes something else | does not load | refused |")
    print("| --- | --- | --- | --- | --- | --- |")
    for flavour, name in FLAVOURS.items():
        for suffix in (".keras", ".h5"):
            for converter in CONVERTERS:
                row = [r for r in results if (r.flavour, r.file.suffix, r.converter) == (flavour, suffix, converter)]
                n = Counter(result.kind for result in row)
                own = sum(result.custom for result in row if result.kind == "agrees")
                with_own = f", {own} of them with custom layers" if own else ""
                counts = " | ".join(str(n[kind]) for kind in KINDS[1:])
                print(f"| {name} `{suffix}` | {converter} | {n['agrees']} of {len(row)}{with_own} | {counts} |")


def print_each(results: Sequence[Result], asked: argparse.Namespace) -> None:
    """Print what did not agree: ours always, the other's where it is asked for."""
    for result in results:
        if result.kind != "agrees" and (asked.each or result.converter == "ours"):
            print(f"  {result.converter}: {result.flavour} {result.file.name} {result.kind}: {result.said[:200]}")


def agreeing(results: Sequence[Result]) -> list[Row]:
    """Return how many files of all agree, by each converter."""
    rows = []
    for converter in CONVERTERS:
        kinds = [result.kind for result in results if result.converter == converter]
        what = "Keras models that tf.js computes as Keras does"
        rows.append(Row(what, converter, f"{kinds.count('agrees')} of {len(kinds)}"))
    return rows


def measure(python: Path, repeat: int) -> list[Row]:
    """Print seconds and peak memory of one conversion by each; return them beside the other converter's."""
    with tempfile.TemporaryDirectory() as temporary:
        source = MOBILENET
        if not source.exists():
            source = Path(temporary) / "mobilenet.h5"
            subprocess.run([sys.executable, "-c", MAKE_MOBILENET, str(source)], check=True, env=QUIET)
        target = Path(temporary) / "target"
        their_command = [str(python.with_name("tensorflowjs_converter")), "--input_format=keras"]
        commands = {"ours": [sys.executable, "-m", "convert"], "tensorflowjs_converter": their_command}
        figures = {}
        print(f"\n| MobileNet v1 0.25 `.h5`, median of {repeat} | seconds | MB |\n| --- | --- | --- |")
        for name, command in commands.items():
            runs = []
            for _ in range(repeat):
                shutil.rmtree(target, ignore_errors=True)
                measured = [sys.executable, "-S", "-c", MEASURE, *command, str(source), str(target)]
                output = subprocess.run(measured, cwd=ROOT, check=True, capture_output=True, text=True).stdout
                code, seconds, megabytes = json.loads(output)
                if code or not (target / "model.json").exists():
                    sys.exit(f"Expected {name} to convert {source.name}, it ended with {code}.")
                runs.append((seconds, megabytes))
            figures[name] = [statistics.median(values) for values in zip(*runs, strict=True)]
            print(f"| {name} | {figures[name][0]:.2f} | {figures[name][1]:.0f} |")
        ratios = [their / our for our, their in zip(figures["ours"], figures["tensorflowjs_converter"], strict=True)]
        print(f"| ratio | {ratios[0]:.1f} | {ratios[1]:.1f} |")
    rows = []
    for i, (what, unit) in enumerate((("Seconds to convert", "s"), ("Peak memory of converting", "MB"))):
        other = figures[CONVERTERS[1]][i]
        for name, values in figures.items():
            rows.append(Row(f"{what} MobileNet v1 0.25 (.h5)", name, f"{values[i]:.3g} {unit}", values[i] / other))
    return rows


def main() -> None:
    """Convert everything by both and print the tables."""
    parser = arguments_parser(__doc__, site=False)
    parser.add_argument("--only", default="", metavar="WORD", help="only models with this in their name")
    parser.add_argument("--skip-applications", action="store_true", help="without those of keras.applications")
    parser.add_argument("--each", action="store_true", help="also print each model that the other converter fails on")
    parser.add_argument("--repeat", type=int, default=3, help="measurements of time and memory (default: 3)")
    parser.add_argument("--models", type=Path, help="folder with models that zoo.py made (default: make them)")
    parser.add_argument("--python", help="Python 3.11 for tensorflowjs (default: this one, or python3.11)")
    asked = parser.parse_args()
    python = their_python(asked.python)
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.models or Path(temporary)
        if not asked.models:
            make_models(folder, asked)
        for flavour in FLAVOURS:
            paths = sorted((folder / flavour).glob("*"))
            for error in (path for path in paths if path.suffix == ".error"):
                print(f"  {flavour} could not make {error.stem}: {error.read_text().strip().splitlines()[-1][:200]}")
            files = [path for path in paths if path.suffix in (".keras", ".h5") and asked.only in path.name]
            if asked.skip_applications:
                files = [path for path in files if not path.name.startswith("app_")]
            for converter in CONVERTERS:
                print(f"{len(files)} files of {flavour} by {converter} ...", file=sys.stderr, flush=True)
                results += judge(converter, flavour, files, python)
    print_each(results, asked)
    print_table(results)
    write_rows(asked.rows, [*agreeing(results), *measure(python, asked.repeat)])


if __name__ == "__main__":
    main()
