"""WebAssembly on several cores: the same values as on one, and one core where the threads cannot be had."""

from __future__ import annotations

import os

import numpy as np
import pytest
from browser_fixtures import ROOT
from build import write_files
from vendor import threads_files, vendor_files

from pyclassifier.serving import serving

THREADED = "tfjs-backend-wasm-threaded-simd"
several_cores = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is one core, so there is nothing to share")

# A small network of the layers that backbones have, and a training of it; random numbers are the same in each worker.
WORKER = """
import * as tf from "./vendor/tf.js";

const bytes = () => tf.engine().backendInstance?.wasm.HEAPU8.length;

self.onmessage = async ({ data: { threads } }) => {
  try {
    if (!threads) tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    await tf.setBackend("wasm");
    const before = tf.memory().numTensors;
    const random = (seed) => tf.initializers.glorotUniform({ seed });
    const convolution = { kernelInitializer: random(1), useBias: true, padding: "same", activation: "relu6" };
    const depthwise = { depthwiseInitializer: random(2), kernelSize: 3, padding: "same" };
    const model = tf.sequential({ layers: [
      tf.layers.conv2d({ ...convolution, inputShape: [40, 40, 3], filters: 32, kernelSize: 3, strides: 2 }),
      tf.layers.depthwiseConv2d(depthwise),
      tf.layers.conv2d({ ...convolution, filters: 64, kernelSize: 1 }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 5, kernelInitializer: random(3), activation: "softmax" }),
    ]});
    const x = tf.randomUniform([32, 40, 40, 3], -1, 1, "float32", 4);
    const y = tf.oneHot(tf.tidy(() => tf.range(0, 32).mod(tf.scalar(5)).cast("int32")), 5);
    const values = [];
    const predict = async () => {
      const z = model.predict(x);
      values.push(...await z.data());
      z.dispose();
    };
    await predict();
    const optimizer = tf.train.adam(0.01);
    model.compile({ optimizer, loss: "categoricalCrossentropy" });
    const { history } = await model.fit(x, y, { epochs: 3, batchSize: 16, shuffle: false });
    values.push(...history.loss);
    await predict();
    const grown = bytes();
    for (let i = 0; i < 20; i++) await predict();
    const workers = tf.backend().wasm.PThread;
    self.postMessage({
      values, cores: tf.getThreadsCount(), growth: bytes() - grown,
      workers: workers ? Object.keys(workers.pthreads).length + workers.unusedWorkers.length : 0,
    });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
"""
RUN = """(job) => new Promise((resolve, reject) => {
    const worker = new Worker("worker.js", { type: "module" });
    worker.onmessage = ({ data }) => { worker.terminate(); resolve({ ...data, isolated: crossOriginIsolated }); };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(job);
})"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    write_files({**vendor_files(), **threads_files()}, folder / "vendor")
    (folder / "index.html").write_text("<!doctype html><title>threads</title>")
    (folder / "worker.js").write_text(WORKER)
    return folder


@pytest.fixture
def run(folder, chromium):
    """Compute in a worker of a page; its console must show no error but those about the files that were lost."""
    with serving(folder, "/a/sub/path/") as url:
        page = chromium.new_page()

        def run(*, threads=True):
            page.goto(url)
            found = page.evaluate(RUN, {"threads": threads})
            assert "error" not in found, found
            return found

        run.page = page
        yield run
        page.close()


@several_cores
def test_all_cores_give_the_values_of_one_and_keep_no_more_memory(run):
    several, one = run(), run(threads=False)
    assert several["isolated"] and several["cores"] == min(os.cpu_count(), 8) and one["cores"] == 1
    # A thread for each core but the one of the worker itself; tf.js would keep eight.
    assert several["workers"] == several["cores"] - 1
    assert len(several["values"]) == 2 * 32 * 5 + 3 + 20 * 32 * 5
    np.testing.assert_allclose(several["values"], one["values"], atol=1e-5)
    assert several["growth"] == one["growth"] == 0


@several_cores
@pytest.mark.parametrize("name", [f"{THREADED}.wasm", f"{THREADED}.js", f"{THREADED}.worker.js"])
@pytest.mark.parametrize(
    "way", ["missing", *(pytest.param(way, marks=pytest.mark.full) for way in ("cut off", "a web page"))]
)
def test_one_core_computes_where_a_file_of_the_threads_does_not_come(run, folder, tmp_path, name, way):
    file = folder / "vendor" / name
    kept = file.rename(tmp_path / name)
    if way == "cut off":
        file.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    elif way == "a web page":
        file.write_text("<!doctype html><title>Please log in</title>")
    try:
        found = run()
    finally:
        kept.replace(file)
    assert found["isolated"] and found["cores"] == 1 and found["workers"] == 0
    assert np.isfinite(found["values"]).all()


def test_one_core_computes_where_the_page_is_not_isolated(run, monkeypatch):
    monkeypatch.setattr("pyclassifier.serving.site.ISOLATION", {})
    asked = []
    run.page.on("request", lambda request: asked.append(request.url))
    found = run()
    assert not found["isolated"] and found["cores"] == 1
    assert not any(THREADED in url for url in asked)


def test_the_sites_policy_lets_no_script_be_made_of_a_text():
    """Which tf.js would do for its threads."""
    page = (ROOT / "web/site/index.html").read_text(encoding="utf-8")
    (policy,) = [line for line in page.splitlines() if "Content-Security-Policy" in line]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
