"""How the engine finds and loads TensorFlow.js: on the page and in both kinds of workers, with and without the site."""

from __future__ import annotations

import json

import pytest
from browser_fixtures import ROOT

NODE_MODULES = ROOT / "web/node_modules/@tensorflow"
CDN = "https://cdn.jsdelivr.net/npm/@tensorflow/"

# The same script is a classic worker, a module worker, or a page's module.
SCRIPT = """
const run = async ([url, code]) => {
  const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
  const pyodide = await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["pyclassifier"] });
  return await pyodide.runPythonAsync(code);
};
if (globalThis.document) globalThis.run = run;
else {
  self.onmessage = ({ data }) =>
    run(data).then((result) => self.postMessage({ result }), (error) => self.postMessage({ error: error.message }));
}
"""
CALL = """
async ([kind, script, url, code]) => {
  if (kind === "page") {
    await import(script);
    return globalThis.run([url, code]);
  }
  const worker = new Worker(script, { type: kind });
  const { result, error } = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => resolve({ error: event.message });
    worker.postMessage([url, code]);
  });
  worker.terminate();
  if (error) throw new Error(error);
  return result;
}
"""
LOAD = """
import asyncio, json, js, numpy as np
from pyclassifier import default_engine
from pyclassifier.backbones import head, initial_weights
from pyclassifier.errors import EngineError

async def predict(engine):
    topology = head(4, 8, 2)
    model = await engine.build(topology, initial_weights(topology, np.random.default_rng(0)))
    y_proba = await model.predict(np.ones((3, 4), np.float32))
    model.dispose()
    return float(y_proba.sum())
"""


@pytest.fixture
def run(tab, site):
    """Run Python that ends with an expression, in "classic" or "module" workers or on the "page"."""
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.requests = requests
    # Deep below lab/, as JupyterLite's kernel; and without the site's policy, as JupyterLite needs it.
    script = f"{site}lab/extensions/kernel/static/1.js"
    tab.route(script, lambda route: route.fulfill(body=SCRIPT, content_type="text/javascript"))

    def run(kind, code, *, script=script):
        if not tab.url.startswith(site):
            tab.goto(f"{site}lab/jupyter-lite.json")  # Workers of isolated pages would have to be isolated themselves.
        return tab.evaluate(CALL, [kind, script, site, LOAD + code])

    return run


@pytest.mark.parametrize("kind", ["classic", "module", "page"])
def test_it_is_found_beside_the_site_and_loaded_once(run, tab, site, kind):
    messages: list[str] = []
    tab.on("console", lambda message: messages.append(message.text))
    if kind == "page":
        tab.goto(f"{site}examples/none.html")  # HTML, so that there is a head; under the site's own policy.
    result = run(
        kind,
        """
engines = [default_engine(), default_engine()]
assert (repr(engines[0]), engines[0].memory()["numTensors"]) == ("<TfjsEngine: not loaded yet>", 0)
await asyncio.gather(*(engine.load() for engine in engines))
total = await predict(engines[1])
assert abs(total - 3) < 1e-5 and engines[0].memory()["numTensors"] == 0
json.dumps([repr(engines[0]), engines[0].backend, engines[0].software])
""",
    )
    assert result == '["<TfjsEngine: tfjs 4.22.0 on wasm>", "wasm", true]', "WebGL is SwiftShader here"
    assert sum(url == f"{site}vendor/tf.js" for url in tab.requests) == 1
    assert not [text for text in messages if "already" in text or "unsafe-eval" in text]


@pytest.mark.parametrize(("preferred", "used"), [("webgl", "webgl"), ("webgpu", "wasm")])
def test_what_is_preferred_is_used_where_it_is_here(run, preferred, used):
    code = f"""
engine, asked = default_engine(), []
engine.prefer(lambda renderer: asked.append(renderer) or {preferred!r})
await engine.load()
found = await engine.find_backends()
json.dumps([engine.backend, asked == [engine.renderer], [one.name for one in found], engine.backends])
"""
    assert json.loads(run("module", code)) == [used, True, ["webgl", "wasm", "cpu"], ["webgl", "wasm", "cpu"]]


def test_a_failed_load_can_be_tried_again(run, tab, site):
    refused: list[str] = []

    def refuse(route):
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    tab.route("**/vendor/tf.js*", refuse)
    result = run(
        "classic",
        """
engine = default_engine(backend="webgl")
try:
    await engine.load()
except EngineError as error:
    message = str(error)
await engine.load()
json.dumps([message, engine.backend, await predict(engine)])
""",
    )
    assert "vendor/tf.js, which could not be loaded" in result and "Check the connection and try again" in result
    assert '"webgl", ' in result and len(refused) == 1


@pytest.mark.parametrize("backend", ["auto", pytest.param("webgpu", marks=pytest.mark.full)])
def test_without_a_site_it_comes_from_the_cdn_and_says_that_there_are_no_backbones(request, site, backend):
    chromium = request.getfixturevalue("webgpu_chromium" if backend == "webgpu" else "chromium")
    # Not the `tab`, which refuses other origins; the real files of the CDN are those of npm.
    context = chromium.new_context()
    page = context.new_page()
    asked: list[str] = []

    def answer(route):
        path = route.request.url.removeprefix(CDN)
        package, _, file = path.partition("@4.22.0/")
        asked.append(path)
        headers = {"Access-Control-Allow-Origin": "*"}
        route.fulfill(path=NODE_MODULES / package / file, headers=headers)

    page.route(f"{CDN}**", answer)
    page.route("**/models/index.json", lambda route: route.fulfill(status=404))
    script = f"{site}lab/extensions/kernel/static/1.js"
    page.route(script, lambda route: route.fulfill(body=SCRIPT, content_type="text/javascript"))
    page.route(f"{site}blank", lambda route: route.fulfill(body="<title>blank</title>", content_type="text/html"))
    page.goto(f"{site}blank")
    code = f"""
from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE, load_features
engine = default_engine(backend="{backend}")
total = await predict(engine)
try:
    await load_features(engine.store, CATALOG[DEFAULT_BACKBONE], "avg")
except EngineError as error:
    message = str(error)
json.dumps([engine.backend, total, message])
"""
    result = page.evaluate(CALL, ["classic", script, site, LOAD + code])
    context.close()
    assert f'"{backend.replace("auto", "wasm")}", ' in result and "default_engine(site_url=...)" in result
    assert asked[:2] == ["tfjs@4.22.0/dist/tf.min.js", "tfjs-backend-wasm@4.22.0/dist/tf-backend-wasm.min.js"]
    own = ".wasm" if backend == "auto" else "tfjs-backend-webgpu@4.22.0/dist/tf-backend-webgpu.min.js"
    assert asked[2].endswith(own)


def test_another_address_can_be_set(run, tab, site):
    url = f"{site}elsewhere/tf.js"
    module = (NODE_MODULES / "tfjs/dist/tf.fesm.min.js").read_bytes()
    tab.route(url, lambda route: route.fulfill(body=module, content_type="text/javascript"))
    result = run(
        "module",
        f"""
engine = await default_engine(tfjs_url="{url}").load()
json.dumps([engine.backend, await predict(engine)])
""",
    )
    assert '"webgl", ' in result, "this module has no WebAssembly"
    assert f"{site}vendor/tf.js" not in tab.requests


def test_a_worker_whose_policy_forbids_it_says_so(run, tab, site):
    script = f"{site}strict.js"
    policy = {"Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'"}
    tab.route(script, lambda route: route.fulfill(body=SCRIPT, content_type="text/javascript", headers=policy))
    result = run(
        "module",
        """
try:
    await default_engine().load()
except EngineError as error:
    message = str(error)
message
""",
        script=script,
    )
    assert "without 'unsafe-eval'" in result and "as the global `tf`" in result
