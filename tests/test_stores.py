"""Where published weights come from: a folder, a cache of the user's; tests/pyodide has the built site."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy_engine import NumpyEngine, StandInStore

from pyclassifier import CATALOG
from pyclassifier.backbones import DEFAULT_BACKBONE, CacheStore, FolderStore, get_card, load_features, load_network
from pyclassifier.errors import EngineError

CARD = get_card(DEFAULT_BACKBONE, 64)
FILES = ("features/model.json", "features/weights.bin", "classification/model.json", "classification/weights.bin")
DATA = b"what was published"
DIGEST = hashlib.sha256(DATA).hexdigest()


class CountingStore:
    """Gives the same for each path, and counts."""

    def __init__(self, data: bytes = DATA) -> None:
        self.data = data
        self.asked: list[str] = []

    async def read(self, path: str) -> bytes:
        self.asked.append(path)
        return self.data


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


async def test_a_cache_asks_once_for_what_it_can_check(tmp_path):
    store = CountingStore()
    for _ in range(2):  # As another process would.
        cache = CacheStore(store, tmp_path / "new", {"x/model.json": DIGEST})
        assert await cache.read("x/model.json") == DATA
        assert await cache.read("x/other.json") == DATA
    assert store.asked == ["x/model.json", "x/other.json", "x/other.json"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == [DIGEST]


async def test_a_cache_mends_what_was_damaged_and_refuses_what_is_not_as_published(tmp_path):
    store = CountingStore()
    cache = CacheStore(store, tmp_path, {"x/model.json": DIGEST})
    await cache.read("x/model.json")
    (tmp_path / DIGEST).write_bytes(b"damaged")
    assert await cache.read("x/model.json") == DATA and (tmp_path / DIGEST).read_bytes() == DATA
    other = CacheStore(CountingStore(b"another"), tmp_path / "other", {"x/model.json": DIGEST})
    with pytest.raises(EngineError, match=f"sha256 {DIGEST}, got .* not the published file"):
        await other.read("x/model.json")
    assert not (tmp_path / "other").exists()


async def test_a_cache_takes_its_hashes_from_the_cards(tmp_path):
    card = CATALOG["mobilenet_v1_0.25_224"]
    cache = CacheStore(CountingStore(), tmp_path)
    assert (
        cache.sha256.items() >= {f"{card.name}/{file}": digest for file, digest in card.sha256}.items() and card.sha256
    )
    with pytest.raises(EngineError, match="not the published file"):
        await cache.read(f"{card.name}/model.json")


@pytest.mark.parametrize(
    ("platform", "variable", "where"),
    [
        ("linux", "XDG_CACHE_HOME", "caches/pyclassifier"),
        ("linux", None, "home/.cache/pyclassifier"),
        ("win32", "LOCALAPPDATA", "caches/pyclassifier"),
        ("darwin", None, "home/Library/Caches/pyclassifier"),
    ],
)
def test_a_cache_lies_where_the_system_keeps_them(monkeypatch, tmp_path, platform, variable, where):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(sys, "platform", platform)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "caches"))
    assert CacheStore(CountingStore()).folder == tmp_path / where


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
