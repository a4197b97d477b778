"""The README's Python for the browser, and the guide's, run there as they stand."""

from __future__ import annotations

import base64
import re

import pytest
from browser_fixtures import ROOT

RUN = """
async ([url, files, code]) => {
  const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
  globalThis.tf = await import(`${url}vendor/tf.js`);
  await tf.setBackend("webgl");
  const lines = [];
  const pyodide = await loadPyodide({
    indexURL: `${url}pyodide/`,
    packages: ["pyclassifier"],
    stdout: (line) => lines.push(line),
  });
  for (const [path, text] of Object.entries(files)) {
    const full = `${pyodide.FS.cwd()}/${path}`;
    pyodide.FS.mkdirTree(full.slice(0, full.lastIndexOf("/")));
    pyodide.FS.writeFile(full, Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  }
  await pyodide.runPythonAsync(code);
  return { lines, files: pyodide.FS.readdir(".") };
}
"""


def run_what_awaits(page, site, dist, document):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    (code,) = [block for block in blocks if "await" in block]
    photos = sorted((dist / "samples/training").rglob("*.*"))
    files = {f"photos/{path.parent.name}/{path.name}": path.read_bytes() for path in photos}
    files["new.jpg"] = next((dist / "samples/validation/fruit").iterdir()).read_bytes()
    page.goto(f"{site}favicon.svg")
    encoded = {path: base64.b64encode(data).decode() for path, data in files.items()}
    return page.evaluate(RUN, [site, encoded, code])


def test_the_readmes_python_runs(page, site, dist):
    result = run_what_awaits(page, site, dist, "README.md")
    figures, labels = result["lines"]
    assert float(figures.split()[0]) >= 5 / 6 and figures.endswith("()"), "no problems"
    assert labels == "['fruit']" and "model.zip" in result["files"]


@pytest.mark.full
def test_the_guides_python_runs(page, site, dist):
    result = run_what_awaits(page, site, dist, "docs/guide/index.md")
    assert float(result["lines"][0].split()[0]) >= 5 / 6 and "from-notebook.zip" in result["files"]
