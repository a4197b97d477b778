"""Damage files at random and see how opening, reading and converting them ends.

    python fuzz.py {convert,photo,pack,model,project} SEED CASES FILE ...

Each case runs in a process of its own with a bound on time and memory. Prints JSON: how often each end came, and the
cases that ended otherwise than well or in an error of ours, of one line. A crash of libhdf5 ("signal") is one that
`read_keras` turns into a ConvertError, as it reads in a process of its own. With FUZZ_KEEP=FOLDER such files are kept.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from pathlib import Path

SECONDS, BYTES = 10, 3 << 30
HOSTILE = [
    None, True, False, 0, 1, -1, 2, 3, 2**31, 2**63, -(2**63), 10**30, 0.5, -0.0, 1e308, float("nan"), float("inf"),
    "", "x", "x" * 5000, "../../etc/passwd", "\0", "\ud800", "line\nbreak", "channels_first", "same", "relu",
    [], {}, [[]], [None], [1, 2, 3], [-1], [0, 0], [[["a", 0, 0]]], {"a": 1}, {"class_name": "Lambda", "config": {}},
]  # fmt: skip


def damage_bytes(data, dice, others):
    """Flip, cut, fill or splice."""
    data = bytearray(data)
    way = dice.random()
    place, other = dice.randrange(len(data)), dice.randrange(len(data))
    if way < 0.5:
        for _ in range(dice.choice((1, 1, 1, 2, 3, 5, 10))):
            at = dice.randrange(len(data))
            data[at] = dice.choice((0, 1, 127, 128, 255, dice.randrange(256), data[at] ^ (1 << dice.randrange(8))))
    elif way < 0.6:
        data = data[:place]
    elif way < 0.8:
        size = dice.randrange(1, 64)
        data[place : place + size] = data[other : other + size]
    elif way < 0.9:
        size = dice.choice((2, 4, 8))
        data[place : place + size] = dice.choice((b"\xff", b"\0", b"\x7f")) * size
    else:
        data = data[:place] + dice.choice(others)[place:]
    return bytes(data)


def damage_json(data, dice):
    """Put values of other types, other parts of the tree, or deep ones at some of its places; or take some away."""
    content = json.loads(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        places = list(_places(content))
        if not places:
            break
        parent, key = dice.choice(places)
        way = dice.random()
        if way < 0.5:
            parent[key] = dice.choice(HOSTILE)
        elif way < 0.7:
            source, part = dice.choice(places)
            parent[key] = json.loads(json.dumps(source[part]))
        elif way < 0.85:
            del parent[key]
        elif way < 0.95 and isinstance(parent, list):
            parent.insert(key, json.loads(json.dumps(parent[key])))
        else:
            for _ in range(dice.choice((5, 300))):
                parent[key] = dice.choice(([parent[key]], {"config": parent[key]}))
    return json.dumps(content).encode()


def _places(value):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)


def damage(data, dice, others):
    """Damage a file, or the files in a zip."""
    if data[:2] == b"PK" and dice.random() < 0.9:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
            chosen = dice.choice(old.namelist())
            for name in old.namelist():
                part = old.read(name)
                if name == chosen and part:
                    as_json = name.endswith(".json") and dice.random() < 0.8
                    part = damage_json(part, dice) if as_json else damage_bytes(part, dice, [part])
                new.writestr(name, part)
        return made.getvalue()
    return damage_bytes(data, dice, others)


def convert(path, dice):
    """Do with a model file what the command does with one."""
    from pyclassifier.convert.comparing.probes import probe_inputs
    from pyclassifier.convert.editing import cut_at, fold_batchnorm, make_card, summary
    from pyclassifier.convert.errors import ConvertError
    from pyclassifier.convert.formats import read_tfjs, source_format, write_tfjs
    from pyclassifier.convert.formats.keras_files.parsing import parse_keras
    from pyclassifier.convert.models import flatten
    from pyclassifier.convert.pipeline.conversion import check_labels
    from pyclassifier.convert.rules import to_layers_model, write_keras

    is_tfjs = source_format(path) == "tfjs"
    model = read_tfjs(path) if is_tfjs else to_layers_model(parse_keras(path))
    layers = flatten(model.topology, model.weights).layers
    out = path.with_suffix(".out")
    steps = (
        lambda: summary(model),
        lambda: check_labels(model),
        lambda: probe_inputs(model),
        lambda: fold_batchnorm(model),
        lambda: summary(cut_at(model, dice.choice(layers)["name"])),
        lambda: make_card(model, "m"),
        lambda: write_tfjs(model, out / "folder", quantize=dice.choice((None, "uint8")), force=True),
        lambda: write_keras(model, out / "model.keras"),
        lambda: write_keras(model, out / "model.h5"),
    )
    out.mkdir(exist_ok=True)
    refusals = 0
    for step in steps:
        try:
            step()
        except ConvertError as error:
            refusals += 1
            _check(error)
    return "partly" if refusals else "model"


def read_photo(path, dice):
    """Look at a photo in all ways that there are."""
    from pyclassifier.data import make_thumbnail, open_image, read_size

    data = path.read_bytes()
    read_size(data)
    open_image(data, min_side=dice.choice((None, 32, 224)))
    make_thumbnail(data, "photo", 64)
    return "photo"


def read_pack(path, dice):
    """Read the photos of a zip or tar; a damaged one among them is told as a problem."""
    from pyclassifier import Dataset, check_dataset

    dataset = Dataset.from_zip(path.read_bytes(), label_by=dice.choice(("auto", "folder", "path")))
    check_dataset(dataset)
    for problem in dataset.problems:
        _check(problem.reason)
    return "dataset"


def open_model(path, dice):
    """Open a model, predict by it and save it."""
    import numpy as np

    from pyclassifier import ImageClassifier, default_engine

    classifier = ImageClassifier.load(path.read_bytes(), engine=default_engine(backend="numpy"))
    classifier.predict_proba([np.full((40, 30, 3), dice.randrange(256), np.uint8)])
    classifier.save(path.with_suffix(".zip"))
    return "classifier"


def open_project(path, dice):
    """Open a project, predict by its model and save it."""
    import pyclassifier

    project = pyclassifier.open_project(path.read_bytes(), engine=pyclassifier.default_engine(backend="numpy"))
    pyclassifier.save_project(project, path.with_suffix(".zip"))
    return "project"


USES = {"convert": convert, "photo": read_photo, "pack": read_pack, "model": open_model, "project": open_project}


def _check(error):
    text = str(error)
    if "\n" in text or len(text) > 1000:
        raise AssertionError(f"no short line: {text[:300]!r}")


def ending(use, path, dice):
    """Use a file within bounds in a fork of this process; return how it ended."""
    import resource

    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            from pyclassifier import PyClassifierError
            from pyclassifier.convert.errors import ConvertError

            try:
                said = use(path, dice)
            except (ConvertError, PyClassifierError) as error:
                _check(error)
                said = "refused"
        except BaseException:
            said = "traceback " + traceback.format_exc()[-1500:]
        os.write(writer, said.encode(errors="replace"))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        said = file.read().decode()
    _, status, _ = os.wait4(child, 0)
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else said


def main():
    import h5py  # noqa: F401 - once, not in every fork.

    from pyclassifier.convert.rules import tfjs_to_keras  # noqa: F401

    use, seed, count = USES[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])
    dice = random.Random(seed)
    samples = [Path(name).read_bytes() for name in sys.argv[4:]]
    ends, odd = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case"
        for index in range(count):
            case = damage(dice.choice(samples), dice, samples)
            path.write_bytes(case)
            said = ending(use, path, dice)
            ends[said.split()[0]] += 1
            if said.split()[0] in ("traceback", "signal"):
                odd.append(said)
                if os.environ.get("FUZZ_KEEP"):
                    kept = Path(os.environ["FUZZ_KEEP"]) / f"{said.split()[0]}-{seed}-{index}"
                    kept.write_bytes(case)
                    kept.with_suffix(".txt").write_text(said)
    sys.stdout.write(json.dumps({"ends": ends, "odd": odd}) + "\n")


if __name__ == "__main__":
    main()
