"""Where published weights come from: a folder, a cache of the user's; tests/pyodide has the built site."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy_engine import NumpyEngine, StandInStore

from pyclassifier.backbones import DEFAULT_BACKBONE, FolderStore, UserStore, get_card, load_features, load_network
from pyclassifier.errors import EngineError

CARD = get_card(DEFAULT_BACKBONE, 64)
FILES = ("features/model.json", "features/weights.bin", "classification/model.json", "classification/weights.bin")


async def write_models(folder: Path) -> Path:
    for path in ("imagenet_classes.json", f"{CARD.name}/summary.json", *(f"{CARD.name}/{file}" for file in FILES)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(await StandInStore().read(path))
    return folder


@pytest.mark.parametrize("pooling", ["avg", "flatten"])
async def test_a_folder_gives_the_features_that_any_store_gives(tmp_path, pooling):
    engine, X = NumpyEngine(), np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype(np.float32)
    rows = []
    for store in (StandInStore(), FolderStore(await write_models(tmp_path))):
        topology, read_weights = await load_features(store, CARD, pooling)
        assert list(await read_weights()) == ["conv1/kernel"]
        rows.append(await (await engine.build(topology, read_weights)).predict(X))
    assert np.array_equal(*rows)


async def test_a_network_comes_with_its_classes_and_its_weights(tmp_path):
    network = await load_network(FolderStore(await write_models(tmp_path)), CARD)
    assert len(network.classes) == 1000 and network.classes[3] == ("n00000003", "class 3")
    assert network.summary.cut_at == CARD.feature_layer
    weights = await network.read_weights()
    assert len(weights) == 4 and weights["head_hidden/kernel"].shape == (25, 16)


async def test_what_a_folder_lacks_is_an_error_that_says_so(tmp_path):
    with pytest.raises(EngineError, match=r"Expected mobilenet_v1_1\.0_224/features/model\.json in .*--backbone"):
        await load_features(FolderStore(tmp_path), CARD, "avg")
    (tmp_path / "secret").write_bytes(b"x")
    for path in ("../secret", "a/../../secret", str(tmp_path / "secret")):
        with pytest.raises(EngineError, match="within the store"):
            await FolderStore(tmp_path / "models").read(path)


@pytest.mark.parametrize(
    ("platform", "variable", "where"),
    [
        ("linux", "XDG_CACHE_HOME", "caches/pyclassifier"),
        ("linux", None, "home/.cache/pyclassifier"),
        ("win32", "LOCALAPPDATA", "caches/pyclassifier"),
        ("darwin", None, "home/Library/Caches/pyclassifier"),
    ],
)
def test_what_is_fetched_lies_where_the_system_keeps_them(monkeypatch, tmp_path, platform, variable, where):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "PYCLASSIFIER_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(sys, "platform", platform)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "caches"))
    assert UserStore().folder == tmp_path / where / "models"


async def test_weights_are_read_anew_where_an_engine_asks_again():
    class Twice(StandInStore):
        n_read = 0

        async def read(self, path: str) -> bytes:
            self.n_read += path.endswith(".bin")
            return await super().read(path)

    store = Twice()
    _, read_weights = await load_features(store, CARD, "avg")
    assert store.n_read == 0, "the layers alone"
    first, second = await read_weights(), await read_weights()
    assert store.n_read == 2 and first is not second and json.dumps(first.entries) == json.dumps(second.entries)
