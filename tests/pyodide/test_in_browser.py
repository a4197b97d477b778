"""Run the unit tests of tests/ inside Pyodide, in a real browser, with TensorFlow.js on WebGL and on WebAssembly."""

from __future__ import annotations

import base64
import io
import sysconfig
import zipfile
from pathlib import Path

import pytest

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
async ([url, backend, pytestZip, testsZip]) => {
  const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
  const tf = await import(`${url}vendor/tf.js`);
  await tf.setBackend(backend);
  globalThis.tf = tf;
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
  const code = await pyodide.runPythonAsync(`
    import os, pytest
    os.chdir("/tests")
    int(pytest.main(["-q", "-rA", "-p", "no:cacheprovider", "--color=no", "--tb=short"]))
  `);
  return { code, backend: tf.getBackend(), output: lines.join("\\n") };
}
"""


@pytest.mark.parametrize("backend", ["webgl", pytest.param("wasm", marks=pytest.mark.full)])
def test_unit_tests_pass_in_pyodide(tab, site, backend):
    tab.goto(f"{site}favicon.svg")
    files = [*TESTS.glob("*.py"), *TESTS.glob("data/*")]
    names = tuple(path.relative_to(TESTS).as_posix() for path in sorted(files))
    site_packages = Path(sysconfig.get_path("purelib"))
    result = tab.evaluate(RUN, [site, backend, zipped(site_packages, PYTEST_PARTS), zipped(TESTS, names)])
    assert result["backend"] == backend
    assert result["code"] == 0, result["output"]
    assert "PASSED test_engines.py::test_fit_learns_and_reports_each_epoch[tfjs]" in result["output"]
