"""Workers that decode photos beside the engine: the same to the bit, whatever becomes of them."""

from __future__ import annotations

import pytest

# The test's own view of the workers: how many photos each decoded, and a way to end one that tells nobody.
RUN = """
async ([url, code]) => {
  Object.defineProperty(navigator, "hardwareConcurrency", { value: 3 });
  const Original = Worker;
  globalThis.started = [];
  globalThis.Worker = class extends Original {
    constructor(...how) {
      super(...how);
      this.replies = 0;
      this.addEventListener("message", ({ data }) => (this.replies += "reply" in data));
      started.push(this);
    }
  };
  const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
  const pyodide = await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["pyclassifier"] });
  pyodide.globals.set("site", url);
  const result = await pyodide.runPythonAsync(code);
  return result?.toJs?.({ dict_converter: Object.fromEntries }) ?? result;
}
"""
PHOTOS = """
import asyncio, io, js, time
import numpy as np
from PIL import Image
from pyclassifier import Sample, threads
from pyclassifier.backbones import small_cnn
from pyclassifier.data import BytesSource
from pyclassifier.embedding import Augmentation, FeatureExtractor, MemoryCache, Pixels, Variation, pixels_card
from pyclassifier.engines.tfjs import decoders

WAYS = ["JPEG RGB", "JPEG CMYK", "JPEG L", "PNG RGBA", "PNG P", "WEBP RGB", "TIFF RGB"]

def photo(i):
    format, mode = WAYS[i % len(WAYS)].split()
    noise = np.random.default_rng(i).integers(0, 256, (40, 60, 3), np.uint8)
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 1 + i % 8
    how = {"exif": exif} if format == "JPEG" else {}
    Image.fromarray(noise).resize((900, 600)).convert(mode).save(buffer, format, **how)
    return buffer.getvalue()

samples = [Sample(f"{i}", BytesSource(photo(i))) for i in range(42)]
samples[9] = Sample("bad", BytesSource(b"none"))
# Features that are the pixels themselves.
card = pixels_card(small_cnn(2, 96, 3))

def extractor():
    return FeatureExtractor(Pixels(3), card, pooling="flatten", cache=MemoryCache())

async def ready(n):
    started = time.monotonic()
    while sum(one.ready for one in used._all) < n:
        assert time.monotonic() - started < 120, "they never got ready"
        await asyncio.sleep(0.05)

def replies():
    return [int(worker.replies) for worker in js.started]

def equal(one, other):
    return one.X.tobytes() == other.X.tobytes() and one.kept == other.kept and one.problems == other.problems

async def running():
    await asyncio.sleep(0)
    return len(asyncio.all_tasks()) - 1
"""


@pytest.fixture
def run(tab, site):
    """Run Python on a page that counts workers."""

    def run(code):
        tab.goto(f"{site}favicon.svg")
        return tab.evaluate(RUN, [site, PHOTOS + code])

    return run


def test_pixels_are_the_same_to_the_bit_though_a_decoder_is_killed(run):
    result = run("""
alone = await extractor().extract(samples)
varied = extractor().varied(Variation(Augmentation(flip=True, crop=0.3, contrast=0.4), 1, 0))
changed = await varied.extract(samples)
decoders.use_decoders(site)
used = decoders._decoders
used.prepare(1000)
n_for_few = len(js.started)
used.prepare(10**9)
await ready(2)
result = {"n_for_few": n_for_few, "same": equal(await extractor().extract(samples), alone), "replies": replies()}
result["same_copies"] = equal(await varied.forgetful().extract(samples), changed)

def kill(progress):
    if (progress.stage, progress.done) == ("decoding", 4):
        js.started[0].terminate()

before = replies()
began = time.monotonic()
found = await asyncio.wait_for(extractor().extract(samples, on_progress=kill), 50)
result |= {"same_without_one": equal(found, alone), "seconds": time.monotonic() - began, "running": await running()}
result |= {"left": len(used._all), "later": [after - n for n, after in zip(before, replies())]}

def kill_all(progress):
    if (progress.stage, progress.done) == ("decoding", 4):
        js.started[1].terminate()

found = await asyncio.wait_for(extractor().extract(samples, on_progress=kill_all), 50)
result |= {"same_without_any": equal(found, alone), "none_left": len(used._all), "n_started": len(js.started)}
result
""")
    assert result["n_for_few"] == 0
    assert result["same"] and min(result["replies"]) > 0 and sum(result["replies"]) < 42, "this thread decodes, too"
    assert result["same_copies"]
    assert result["same_without_one"] and result["running"] == 0 and result["left"] == 1
    assert result["later"][1] > result["later"][0], "the other one went on"
    assert result["same_without_any"] and result["none_left"] == 0 and result["n_started"] == 2


@pytest.mark.full
def test_decoders_that_cannot_start_or_are_not_needed_any_more_end(run):
    result = run("""
alone = await extractor().extract(samples)
decoders._SHOWN_S = 0
used = decoders.Decoders(site + "js/none.js")
threads.use_helpers(used)
used.prepare(10**9)
await asyncio.sleep(0.01)
result = {"tried": len(js.started), "same": equal(await extractor().extract(samples), alone)}
await asyncio.sleep(1)
used.prepare(10**9)
result |= {"left": len(used._all), "tried_again": len(js.started) - result["tried"]}
used = decoders.Decoders(site + "js/decoder.js")
threads.use_helpers(used)
decoders._IDLE_S = decoders._WATCH_S = 0.2
used.prepare(10**9)
await ready(1)
used.end()
used.prepare(10**9)
await ready(1)
await extractor().extract(samples)
await asyncio.sleep(1)
result["idle"] = len(used._all)
result
""")
    assert result["tried"] == 2 and result["same"]
    assert result["left"] == 0 and result["tried_again"] == 0
    assert result["idle"] == 0
