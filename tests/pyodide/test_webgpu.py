"""TensorFlow.js on WebGPU keeps the contract of every engine, computes as on WebGL, and outlives a lost device."""

from __future__ import annotations

import pytest
from browser_fixtures import opened_tab
from inside import run_inside

SHORT = "predict_computes_what or fit_learns or memory or outlive or multiplies"


@pytest.fixture
def webgpu_tab(webgpu_chromium, site):
    with opened_tab(webgpu_chromium, site) as tab:
        yield tab


@pytest.mark.parametrize("options", [["-k", SHORT], pytest.param([], marks=pytest.mark.full)], ids=["short", "all"])
def test_the_contract_of_engines_is_kept(webgpu_tab, site, options):
    output = run_inside(webgpu_tab, site, "webgpu", "test_engines.py", *options)
    assert "PASSED test_engines.py::test_models_outlive_a_reset_of_the_graphics_processor" in output
