"""The examples in the docstrings run as they stand, where no engine is needed."""

import doctest
import importlib

import pytest
from test_public_names import MODULES, PUBLIC

IN_BROWSER_ONLY = {name for name in MODULES if name.startswith("engines.tfjs")}
# Constants and errors, and what others are made of and show.
WITHOUT_EXAMPLES = {
    "CATALOG",
    "DEFAULT_BACKBONE",
    "NONE_OF_THESE",
    "LayerSummary",
    "Problem",
    "Recognition",
    "Sample",
} | {name for name in PUBLIC if name.endswith("Error")}
MODULE_NAMES = sorted(set(MODULES) - IN_BROWSER_ONLY - {"__init__"})


@pytest.mark.parametrize("name", MODULE_NAMES)
def test_examples_run(name):
    if name == "classifiers.for_sklearn":
        pytest.importorskip("sklearn", reason="its classes are scikit-learn's")
    module = importlib.import_module(f"pyclassifier.{name}")
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in WITHOUT_EXAMPLES])
def test_public_names_have_examples(name):
    thing = PUBLIC[name]
    assert any(test.examples for test in doctest.DocTestFinder().find(thing, name))
