"""client.js on pages of other origins, under their security policies, and in bundles of others."""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler

import pytest
from browser_fixtures import ROOT
from playwright.sync_api import expect

from pyclassifier.serving.site import SiteServer

LEARNED_MS = 180_000
SAID_MS = 30_000
NODE_MODULES = ROOT / "web/node_modules"

# Asks a client for the class of what a canvas shows, after training on two colours that canvases gave.
SCRIPT = """
const say = (text) => (document.querySelector("output").textContent = text);
async function paint(colour) {
  const canvas = new OffscreenCanvas(96, 96);
  const context = canvas.getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 96, 96);
  context.fillStyle = `rgb(${Math.random() * 255} 128 128)`;
  context.fillRect(80 * Math.random(), 80 * Math.random(), 9, 9);
  return canvas.convertToBlob();
}
async function main() {
  const client = await connect(OPTIONS);
  for (const colour of ["red", "blue"])
    for (let i = 0; i < 6; i++)
      await client.add("training", [{ path: `${colour}/${i}.png`, blob: await paint(colour) }]);
  await client.train({ inputSize: 96, epochs: 10, cv: 0, refit: false });
  const page = await client.exportPage({ name: "colours" });
  const [{ label }, { label: other }] = await client.predict([await paint("blue"), await paint("red")]);
  say(`${label} ${other} ${page.size > 1_000_000} ${client.info.backend}`);
}
main().catch((error) => say(`${error.name}: ${error.message}`));
"""
RIGHT = "blue red true wasm"


def scripted(imported, **options):
    """A module that imports `connect` and says what comes of it."""
    given = ", ".join(f"{name}: {value!r}" for name, value in {"backend": "wasm", **options}.items())
    return f'import {{ connect }} from "{imported}";\n{SCRIPT.replace("OPTIONS", f"{{ {given} }}")}'


class Handler(SimpleHTTPRequestHandler):
    """Files of a folder, with headers of their own."""

    headers_of = staticmethod(lambda path: {})
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".mjs": "text/javascript"}

    def end_headers(self):
        for name, value in self.headers_of(self.path).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format, *args):
        pass


@contextlib.contextmanager
def served(folder, headers_of):
    """The address of a folder, on an origin of its own."""
    handler = type("Headers", (Handler,), {"headers_of": staticmethod(headers_of)})
    server = SiteServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def open_site(dist):
    """The site, on a host that lets other origins read its files."""
    with served(dist, lambda path: {"Access-Control-Allow-Origin": "*"}) as url:
        yield url


@contextlib.contextmanager
def said(chromium, folder, script, policy=None):
    """Where the page with this script, in a folder of its own origin, says what came of it."""
    page = '<!doctype html><link rel="icon" href="data:,"><output></output><script type="module" src="{}"></script>'
    (folder / "index.html").write_text(page.format("page.js"))
    (folder / "page.js").write_text(script)
    headers = {"Content-Security-Policy": policy} if policy else {}
    with served(folder, lambda path: headers) as url:
        context = chromium.new_context()
        tab = context.new_page()
        tab.goto(url)
        yield tab.locator("output")
        context.close()


def policy_of(site, **changes):
    """The least that a page must allow to use the client of that site, with changes."""
    host = site.rstrip("/")
    least = {
        "default_src": "'self'",
        "script_src": f"'self' {host} 'wasm-unsafe-eval'",
        "connect_src": host,
        "worker_src": f"{host} blob:",
    }
    return "; ".join(f"{name.replace('_', '-')} {value}" for name, value in (least | changes).items())


@pytest.mark.full
def test_a_page_of_another_origin_trains_and_predicts_under_the_least_policy(chromium, open_site, tmp_path):
    with said(chromium, tmp_path, scripted(f"{open_site}js/client.js"), policy_of(open_site)) as output:
        expect(output).to_have_text(RIGHT, timeout=LEARNED_MS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"script_src": "'self' {site}"}, r"pyodide.asm.wasm could not be loaded .*'wasm-unsafe-eval'"),
        ({"worker_src": "{site}"}, r"blob: in worker-src"),
        ({"connect_src": "'self'"}, r"could not be loaded"),
    ],
    ids=["no wasm", "no blobs", "no connections"],
)
def test_a_policy_that_forbids_something_is_told_and_never_waited_for(chromium, open_site, tmp_path, changes, words):
    changes = {name: value.format(site=open_site.rstrip("/")) for name, value in changes.items()}
    with said(chromium, tmp_path, scripted(f"{open_site}js/client.js"), policy_of(open_site, **changes)) as output:
        expect(output).to_have_text(re.compile(f"Error: .*{words}"), timeout=SAID_MS)


def node(folder, *command):
    """Run a bundler in a folder."""
    subprocess.run(["node", *map(str, command)], cwd=folder, check=True, capture_output=True, timeout=300)


def vite(folder):
    """Bundle the script and its page, as `vite build` does."""
    node(folder, NODE_MODULES / "vite/bin/vite.js", "build", "--outDir", "built")


def esbuild(folder):
    """Bundle to a classic script, where `import.meta` is empty."""
    (folder / "built").mkdir()
    node(folder, NODE_MODULES / "esbuild/bin/esbuild", "page.js", "--bundle", "--outfile=built/page.js")
    (folder / "built/index.html").write_text('<output></output><script src="page.js"></script>')


@pytest.mark.full
@pytest.mark.parametrize("bundle", [vite, esbuild], ids=["vite", "esbuild"])
def test_a_bundle_of_others_is_told_where_the_site_is(chromium, dist, tmp_path, bundle):
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/pyclassifier-site").symlink_to(dist, target_is_directory=True)
    (tmp_path / "index.html").write_text('<output></output><script type="module" src="page.js"></script>')
    (tmp_path / "page.js").write_text(scripted("pyclassifier-site", site="/classifier"))
    bundle(tmp_path)
    (tmp_path / "built/classifier").symlink_to(dist, target_is_directory=True)
    with served(tmp_path / "built", lambda path: {}) as url:
        tab = chromium.new_page()
        tab.goto(url)
        expect(tab.locator("output")).to_have_text(RIGHT, timeout=LEARNED_MS)
        tab.close()


def test_a_client_that_finds_no_site_says_how_to_name_it(chromium, dist, tmp_path):
    for path in (dist / "js").glob("*.js"):
        if path.name != "worker.js":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with said(chromium, tmp_path, scripted("./client.js")) as output:
        expect(output).to_contain_text(
            re.compile(r'worker.js could not be loaded. .*connect\({ site: "/classifier/" }\)')
        )
