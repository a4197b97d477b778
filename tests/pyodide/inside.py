"""Unit tests of tests/ inside Pyodide, in a real browser, with TensorFlow.js."""

from __future__ import annotations

import base64
import io
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
# Pure Python, so what is installed here runs there as well.
PYTEST_PARTS = ("pytest", "_pytest", "py.py", "pluggy", "iniconfig", "pygments")


def zipped(folder: Path, names: tuple[str, ...]) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name in names:
            path = folder / name
            for part in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                file.write(part, part.relative_to(folder).as_posix())
    return base64.b64encode(buffer.getvalue()).decode()


RUN = """
async ([url, backend, options, pytestZip, testsZip]) => {
  const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
  const tf = await import(`${url}vendor/tf.js`);
  globalThis.tf = tf;
  if (!tf.findBackendFactory(backend)) await import(`${url}vendor/${backend}.js`);
  await tf.setBackend(backend);
  const lines = [];
  const pyodide = await loadPyodide({
    indexURL: `${url}pyodide/`,
    packages: ["pyclassifier"],
    enableRunUntilComplete: true,
    stdout: (line) => lines.push(line),
    stderr: (line) => lines.push(line),
  });
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  pyodide.unpackArchive(bytes(pytestZip), "zip", { extractDir: "/lib/python3.12/site-packages" });
  pyodide.unpackArchive(bytes(testsZip), "zip", { extractDir: "/tests" });
  pyodide.globals.set("options", options);
  const code = await pyodide.runPythonAsync(`
    import os, pytest
    os.chdir("/tests")
    int(pytest.main(["-q", "-rA", "-p", "no:cacheprovider", "--color=no", "--tb=short", *options.to_py()]))
  `);
  return { code, backend: tf.getBackend(), output: lines.join("\\n") };
}
"""


def run_inside(tab: Any, site: str, backend: str, *options: str) -> str:
    """Run unit tests with pytest's options; return what pytest says, once all have passed."""
    tab.goto(f"{site}favicon.svg")
    files = [*TESTS.glob("*.py"), *TESTS.glob("data/*")]
    names = tuple(path.relative_to(TESTS).as_posix() for path in sorted(files))
    site_packages = Path(sysconfig.get_path("purelib"))
    zips = zipped(site_packages, PYTEST_PARTS), zipped(TESTS, names)
    result = tab.evaluate(RUN, [site, backend, list(options), *zips])
    assert result["backend"] == backend
    assert result["code"] == 0, result["output"]
    output: str = result["output"]
    return output
