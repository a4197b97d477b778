"""Files damaged at random end in a model or in one line, within bounds; see fuzz.py."""

import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from photos import COLORS, color_files, encode, noisy
from PIL import Image
from tfjs_models import conv_model, dense_model, nested_model, zip_of

from pyclassifier.convert.formats import write_tfjs
from pyclassifier.convert.rules import write_keras

DATA = Path(__file__).parents[1] / "data"

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


def fuzz(use, seed, count, files):
    """How many cases ended in which way, and those that ended in none of ours."""
    command = [sys.executable, str(Path(__file__).with_name("fuzz.py")), use, str(seed), str(count), *map(str, files)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    found = json.loads(process.stdout)
    assert sum(found["ends"].values()) == count
    return found["ends"], found["odd"]


@pytest.mark.parametrize("kind", ["zip", "keras", "h5"])
@pytest.mark.parametrize("count", [60, pytest.param(300, marks=pytest.mark.full)])
def test_damaged_files_end_in_a_model_or_a_line(kind, count, samples):
    ends, odd = fuzz("convert", 5, count, sorted(samples.glob(f"*.{kind}")))
    # What crashes or hangs libhdf5 does so in a process of its own.
    assert not [one for one in odd if kind == "zip" or not one.startswith("signal")], odd[:3]
    assert ends["refused"] > count / 20


def photos_of_all_formats():
    """A photo of each format, some with all that a camera adds."""
    picture = Image.fromarray(noisy(COLORS["red"], 1))
    exif = Image.Exif()
    exif[0x0112] = 6
    for format in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        yield encode(picture, format, exif=exif)
    yield encode(picture, "JPEG", progressive=True, quality=30)
    yield encode(picture, "GIF", save_all=True, append_images=[picture.rotate(90)])
    yield encode(picture.convert("P"), "BMP")
    for compression in ("tiff_lzw", "jpeg", "tiff_deflate"):
        yield encode(picture, "TIFF", compression=compression)


def packs():
    """Folders of photos and a table, as zips and tars."""
    table = ("labels.csv", b"file,label\n" + b"".join(b"%d.png,red\n" % i for i in range(3)))
    members = [*((path, reader.data) for path, reader in color_files(3)), table]
    for some in (members, members[:-1]):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as pack:
            for name, data in some:
                pack.writestr(name, data)
        yield buffer.getvalue()
    for mode in ("w", "w:gz"):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode=mode) as pack:
            for name, data in members:
                member = tarfile.TarInfo(name)
                member.size = len(data)
                pack.addfile(member, io.BytesIO(data))
        yield buffer.getvalue()


def stored(pattern):
    """Files that versions of the package wrote."""
    return (path.read_bytes() for path in sorted(DATA.glob(pattern)))


@pytest.mark.parametrize("use", ["photo", "pack", "model", "project"])
@pytest.mark.parametrize("count", [15, pytest.param(300, marks=pytest.mark.full)])
def test_damaged_files_of_visitors_end_in_what_is_in_them_or_a_line(use, count, tmp_path):
    made = {
        "photo": photos_of_all_formats,
        "pack": packs,
        "model": lambda: stored("archive-*.zip"),
        "project": lambda: stored("project-*.zip"),
    }[use]()
    files = []
    for i, data in enumerate(made):
        files.append(tmp_path / str(i))
        files[-1].write_bytes(data)
    ends, odd = fuzz(use, 7, count, files)
    assert not odd, odd[:3]
    assert ends.get("refused", 0) > count / 20 or use == "pack"
