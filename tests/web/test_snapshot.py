"""py/: Python that was started when the site was built goes on where it was, and finds what it did not import."""

import gzip
import json
import subprocess

import pytest
import snapshot
from fetch import WEB
from runtime import runtime_files

# What a page asks Python for is tried on the page itself; here, what is imported later than all else.
ASK = """
import { readFileSync } from "node:fs";
const [pyodide, memory, python] = process.argv.slice(1);
await import(`${pyodide}/pyodide.asm.js`);
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const { startFrom, unpack } = await import(`${WEB}/site/js/python.js`);
const taken = unpack(new Uint8Array(readFileSync(memory)));
const stdLibURL = `${memory}.zip`;
(await import("node:fs")).writeFileSync(stdLibURL, taken.stdlib);
console.log((await startFrom(loadPyodide, taken, { stdLibURL })).runPython(python));
"""


@pytest.fixture(scope="module")
def memory(tmp_path_factory):
    packed = snapshot.snapshot_files(runtime_files())["python.pack"]
    path = tmp_path_factory.mktemp("snapshot") / "memory"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def ask(memory, python):
    """Take Python up in Node.js, and return what a program gives."""
    program = ASK.replace("${WEB}", WEB.as_posix())
    command = ["node", "--input-type=module", "--eval", program, str(WEB / "node_modules/pyodide"), str(memory), python]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_what_was_not_imported_is_found(memory):
    code = """
import codecs, json, sys
before = set(sys.modules)
codecs.lookup("cp1252"), codecs.lookup("gb18030"), codecs.lookup("shift_jis")
import email.mime.text, numpy.fft, numpy.ma, PIL.IcoImagePlugin, PIL.ImageDraw, urllib.request, wave, xml.dom.minidom
json.dumps(sorted(set(sys.modules) - before))
"""
    assert {"encodings.cp1252", "wave", "numpy.ma", "PIL.ImageDraw"} <= set(ask(memory, code))


def test_libraries_compute_and_metadata_is_there(memory):
    code = """
import io, json, sys
from importlib.metadata import version
import numpy as np
from PIL import Image
picture = io.BytesIO()
Image.fromarray(np.full((8, 8, 3), 200, np.uint8)).save(picture, "webp", lossless=True)
pixels = np.asarray(Image.open(picture).convert("RGB"))
X = np.random.default_rng(0).normal(size=(30, 30))
error = float(np.abs(np.linalg.inv(X) @ X - np.eye(30)).max())
json.dumps([error, pixels.min().item(), version("numpy"), version("pyclassifier"), "desks.session" in sys.modules])
"""
    error, pixel, *rest = ask(memory, code)
    assert error < 1e-12 and pixel == 200
    assert rest == ["2.0.2", "0.1.0", True]


def test_what_is_random_differs_from_one_start_to_the_next(memory):
    code = """
import json, random, numpy, uuid
json.dumps([random.random(), numpy.random.rand(), int(numpy.random.default_rng().integers(1 << 60)), str(uuid.uuid4())])
"""
    first, second = ask(memory, code), ask(memory, code)
    assert not set(first) & set(second)


@pytest.mark.full
def test_the_same_sources_give_the_same_memory(memory, tmp_path, monkeypatch):
    monkeypatch.setattr("caching.CACHE", tmp_path)
    again = snapshot.snapshot_files(runtime_files())
    assert gzip.decompress(again["python.pack"].read_bytes()) == memory.read_bytes()
