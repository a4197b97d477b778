"""The README's Python runs as it stands, in the browser."""

from __future__ import annotations

import base64
import re

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
  return { lines, saved: pyodide.FS.analyzePath("model.zip").exists };
}
"""


def test_the_readmes_python_runs(page, site, dist):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (code,) = [block for block in blocks if "await" in block]
    photos = sorted((dist / "samples/training").rglob("*.*"))
    files = {f"photos/{path.parent.name}/{path.name}": path.read_bytes() for path in photos}
    files["new.jpg"] = next((dist / "samples/validation/fruit").iterdir()).read_bytes()
    page.goto(f"{site}favicon.svg")
    encoded = {path: base64.b64encode(data).decode() for path, data in files.items()}
    result = page.evaluate(RUN, [site, encoded, code])
    figures, labels = result["lines"]
    assert float(figures.split()[0]) >= 5 / 6 and figures.endswith("()"), "no problems"
    assert labels == "['fruit']" and result["saved"]
