"""What is learned in a browser goes on outside of one, and back: photos, features, split, model and project."""

from __future__ import annotations

import base64
import hashlib
import io
import json

import numpy as np
import pytest
from fetch import fetch_file
from PIL import Image

from pyclassifier import Dataset, ImageClassifier, Project, default_engine, open_project, save_project
from pyclassifier.backbones import Preprocessing
from pyclassifier.data import BytesSource, Sample, jpeg_decoder
from pyclassifier.embedding import load_image

SETTINGS = {"input_size": 96, "hidden_units": 8, "epochs": 6, "learning_rate": 0.01, "random_state": 3}
# Two in colours, as photos have them: by these the libraries that decode JPEGs differ.
PICTURES = {"cat": "chelsea.png", "cup": "coffee.png", "brick": "brick.png"}

IN_BROWSER = """
import base64, io, json
import numpy as np
from pyclassifier import AsyncImageClassifier, Dataset, Project, default_engine
from pyclassifier.aio import open_project, save_project
from pyclassifier.data import BytesSource, Sample, jpeg_decoder

given = json.loads(GIVEN)
engine = await default_engine(backend="wasm").load()
assert engine.backend == "wasm"

def text(data):
    return base64.b64encode(data).decode()

def dataset(files):
    return Dataset(tuple(Sample(path, BytesSource(base64.b64decode(data)), path.split("/")[0]) for path, data in files))

async def learned():
    pngs, jpegs = dataset(given["png"]), dataset(given["jpeg"])
    classifier = AsyncImageClassifier(**given["settings"], engine=engine)
    X = await classifier.extract_features(pngs)
    X_jpeg = await classifier.extract_features(jpegs)
    await classifier.fit(pngs)
    project = io.BytesIO()
    await save_project(Project(pngs, classifier, name="textures"), project)
    return {
        "X": X.tolist(), "X_jpeg": X_jpeg.tolist(), "decoder": jpeg_decoder(),
        "validation": sorted(sample.path for sample in classifier.validation_.samples),
        "history": dict(classifier.history_), "answers": (await classifier.predict(list(jpegs.samples))).tolist(),
        "model": text(await classifier.save()), "project": text(project.getvalue()),
    }

async def opened():
    model = await AsyncImageClassifier.load(base64.b64decode(given["model"]), engine=engine)
    project = await open_project(base64.b64decode(given["project"]), engine=engine)
    again = await project.classifier.predict(list(project.photos.samples))
    return {"deviation": [model.deviation_, project.classifier.deviation_], "answers": again.tolist(),
            "decoders": sorted(project.classifier.cache.decoders)}

json.dumps(await (learned() if "png" in given else opened()))
"""
RUN = """
async ([url, code, given]) => {
  const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
  globalThis.tf = await import(`${url}vendor/tf.js`);
  globalThis.kept ??= await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["pyclassifier"] });
  globalThis.kept.globals.set("GIVEN", given);
  return await globalThis.kept.runPythonAsync(code);
}
"""


def tiles(kind, side=128, **options):
    """Six parts of each picture, as files of such a side."""
    for label, name in PICTURES.items():
        with Image.open(fetch_file(name)) as picture:
            for i in range(6):
                left, top = i % 3 * 128, i // 3 * 128
                buffer = io.BytesIO()
                tile = picture.convert("RGB").crop((left, top, left + 128, top + 128))
                tile.resize((side, side), Image.Resampling.BICUBIC).save(buffer, kind, **options)
                yield f"{label}/{i}.{kind.lower()}", buffer.getvalue()


def dataset(files):
    return Dataset(tuple(Sample(path, BytesSource(data), path.split("/")[0]) for path, data in files))


def text(data):
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def files():
    return {"png": list(tiles("PNG")), "jpeg": list(tiles("JPEG", 512, quality=85))}


def run(tab, site, given):
    tab.goto(f"{site}favicon.svg")
    return json.loads(tab.evaluate(RUN, [site, IN_BROWSER, json.dumps(given)]))


@pytest.mark.parametrize("backend", ["numpy", "cpu"])
def test_both_sides_see_and_learn_the_same(tab, site, dist, files, backend):
    engine = default_engine(site_url=dist, backend=backend)
    given = {name: [(path, text(data)) for path, data in some] for name, some in files.items()}
    there = run(tab, site, given | {"settings": SETTINGS})
    here = ImageClassifier(**SETTINGS, engine=engine)
    pngs, jpegs = dataset(files["png"]), dataset(files["jpeg"])

    assert np.abs(here.extract_features(pngs) - np.array(there["X"])).max() < 1e-4
    X, X_there = here.extract_features(jpegs), np.array(there["X_jpeg"])
    assert there["decoder"] != jpeg_decoder(), "else there is nothing to see"
    assert np.abs(X - X_there).max() > 1e-3, "their JPEGs differ a little"
    cosine = (X * X_there).sum(axis=1) / np.linalg.norm(X, axis=1) / np.linalg.norm(X_there, axis=1)
    assert cosine.min() >= 0.999

    here.fit(pngs)
    assert sorted(sample.path for sample in here.validation_.samples) == there["validation"]
    for name, values in there["history"].items():
        assert np.abs(np.array(here.history_[name]) - values).max() < 1e-4, name
    assert here.predict(jpegs).tolist() == there["answers"]

    model = ImageClassifier.load(base64.b64decode(there["model"]), engine=engine)
    assert model.deviation_ < 1e-4 and model.predict(jpegs).tolist() == there["answers"]
    project = open_project(base64.b64decode(there["project"]), engine=engine)
    assert project.classifier.deviation_ < 1e-4 and project.name == "textures"
    assert project.classifier.cache.decoders == {there["decoder"]}
    project.classifier.fit(project.dataset)
    assert sorted(sample.path for sample in project.classifier.validation_.samples) == there["validation"]

    buffer = io.BytesIO()
    save_project(Project(pngs, here, name="mine"), buffer)
    back = run(tab, site, {"model": text(here.save()), "project": text(buffer.getvalue())})
    assert max(back["deviation"]) < 1e-4
    assert back["answers"] == here.predict(pngs).tolist() and jpeg_decoder() in back["decoders"]


def test_what_is_no_jpeg_has_the_same_pixels_everywhere(tab, site):
    # Formats of Pillow's that take no part in the features above.
    kinds = {"WEBP": {"lossless": True}, "GIF": {}, "BMP": {}, "TIFF": {}, "PNG": {}}
    files = {kind: next(iter(tiles(kind, **options)))[1] for kind, options in kinds.items()}
    code = """
import base64, hashlib, json
from pyclassifier.backbones import Preprocessing
from pyclassifier.embedding import load_image
files = json.loads(GIVEN)
read = {kind: load_image(base64.b64decode(data), kind, Preprocessing(96)) for kind, data in files.items()}
json.dumps({kind: hashlib.sha256(pixels.tobytes()).hexdigest() for kind, pixels in read.items()})
"""
    tab.goto(f"{site}favicon.svg")
    given = json.dumps({kind: text(data) for kind, data in files.items()})
    there = json.loads(tab.evaluate(RUN, [site, code, given]))
    for kind, data in files.items():
        pixels = load_image(data, kind, Preprocessing(96))
        assert there[kind] == hashlib.sha256(pixels.tobytes()).hexdigest(), kind
