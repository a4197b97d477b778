"""TensorFlow.js on WebGPU keeps the contract of every engine, computes as on WebGL, and outlives a lost device."""

from __future__ import annotations

import pytest
from browser_fixtures import opened_tab
from inside import run_inside

OUTLIVE = "test_engines.py::test_models_outlive_a_reset_of_the_graphics_processor"
SHORT = ["test_engines.py::test_predict_computes_what_the_layers_say[tfjs-5]", OUTLIVE]


@pytest.fixture
def webgpu_tab(webgpu_chromium, site):
    with opened_tab(webgpu_chromium, site) as tab:
        yield tab


@pytest.mark.parametrize(
    "tests",
    [SHORT, pytest.param(["test_engines.py", "test_backends.py"], marks=pytest.mark.full)],
    ids=["in short", "in full"],
)
def test_the_contract_of_engines_is_kept(webgpu_tab, site, tests):
    output = run_inside(webgpu_tab, site, "webgpu", *tests)
    assert f"PASSED {OUTLIVE}" in output
    if tests != SHORT:
        assert "PASSED test_backends.py::test_training_comes_to_the_same[network]" in output
