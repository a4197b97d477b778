"""Run the unit tests of tests/ inside Pyodide, in a real browser, with TensorFlow.js on WebGL and on WebAssembly."""

from __future__ import annotations

import pytest
from inside import run_inside


@pytest.mark.parametrize("backend", ["webgl", pytest.param("wasm", marks=pytest.mark.full)])
def test_unit_tests_pass_in_pyodide(tab, site, backend):
    output = run_inside(tab, site, backend)
    assert "PASSED test_engines.py::test_fit_learns_and_reports_each_epoch[tfjs]" in output
