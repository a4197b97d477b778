"""Files damaged at random end in a model or in one line, within bounds; see fuzz.py."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tfjs_models import conv_model, dense_model, nested_model, zip_of

from pyclassifier.convert.formats import write_tfjs
from pyclassifier.convert.rules import write_keras

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each case needs a fork of the process")


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Model files by kind."""
    folder = tmp_path_factory.mktemp("samples")
    models = {"conv": replace(conv_model(), labels=tuple("abcde")), "nested": nested_model(), "dense": dense_model()}
    for name, model in models.items():
        write_tfjs(model, folder / name)
        (folder / f"{name}.zip").write_bytes(zip_of(folder / name))
        write_keras(model, folder / f"{name}.keras")
        write_keras(model, folder / f"{name}.h5")
    return folder


@pytest.mark.parametrize("kind", ["zip", "keras", "h5"])
@pytest.mark.parametrize("count", [60, pytest.param(300, marks=pytest.mark.full)])
def test_damaged_files_end_in_a_model_or_a_line(kind, count, samples):
    script = Path(__file__).with_name("fuzz.py")
    files = [str(path) for path in sorted(samples.glob(f"*.{kind}"))]
    command = [sys.executable, str(script), "5", str(count), *files]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    found = json.loads(process.stdout)
    # What crashes or hangs libhdf5 does so in a process of its own.
    assert not [one for one in found["odd"] if kind == "zip" or not one.startswith("signal")], found["odd"][:3]
    assert sum(found["ends"].values()) == count and found["ends"]["refused"] > count / 20
