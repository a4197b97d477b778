"""Keras to tf.js and back to Keras: models with our own layers predict what they did.

Reference: Keras's own outputs before. Tolerance: 1e-4 of the largest value, or of 1.
"""

from __future__ import annotations

import numpy as np
import pytest
import zoo_check
import zoo_operations  # noqa: F401 - Registers its models.
from test_tfjs_to_keras import predict_in_keras
from zoo_fixture import zoo  # noqa: F401
from zoo_registry import MODELS

from pyclassifier.convert.formats import read_keras
from pyclassifier.convert.rules import to_layers_model, write_keras

NAMES = [
    *("act_exponential", "act_squareplus", "act_sparsemax", "einsum_dense_heads", "einsum_dense_batch"),
    *("heads_self", "heads_cross", "heads_key", "heads_causal", "heads_scores", "heads_window", "heads_gate"),
    *("heads_grouped", "heads_images", "heads_masked_by_input", "masked_transformer", "masked_average", "transformer"),
    *("attention_concat", "gru_states", "bidirectional_states", "discretization_one_hot", "nested_transformer"),
    *("ops_functions", "ops_pairs", "ops_reductions", "ops_shapes", "ops_products"),
]


@pytest.fixture(scope="module")
def returned(zoo, tmp_path_factory):  # noqa: F811
    """What Keras predicts by the files that came back, and what it did before."""
    folder = tmp_path_factory.mktemp("returned")
    before = {}
    for file in sorted(zoo["keras"].glob("*.keras")):
        if file.stem not in NAMES:
            continue
        with np.load(file.with_suffix(".npz")) as arrays:
            inputs = [arrays[f"x{i}"] for i in range(sum(name[0] == "x" for name in arrays))]
            before[file.stem] = [arrays[f"y{i}"] for i in range(len(arrays) - len(inputs))]
        model = to_layers_model(read_keras(file))
        for suffix in ("keras", "h5"):
            write_keras(model, folder / f"{file.stem}.{suffix}")
        np.savez(folder / f"{file.stem}.in.npz", **{str(i): x for i, x in enumerate(inputs)})
    return predict_in_keras(folder), before


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize(("flavour", "name"), [("keras", name) for name in NAMES])
def test_a_model_that_comes_back_predicts_the_same(returned, flavour, name, suffix):
    results, before = returned
    made = results[f"{name}.{suffix}"]
    assert not isinstance(made, str), made
    assert zoo_check.compare(before[name], made) is None


def test_all_of_these_models_exist():
    assert set(NAMES) <= set(MODELS)
