"""Where a machine has weights from: its own folder, a site, the registry; and what it says without them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from conftest import IN_PYODIDE

if IN_PYODIDE:
    pytest.skip("a browser has its site", allow_module_level=True)

from numpy_engine import StandInStore

from pyclassifier.backbones import CLASSES_FILE, DEFAULT_BACKBONE, KeptBackbone, UserStore, get_card, load_features
from pyclassifier.backbones import user_store as module
from pyclassifier.blocking import run
from pyclassifier.errors import EngineError
from pyclassifier.serving import serving

MODEL = f"{DEFAULT_BACKBONE}/features/model.json"


@pytest.fixture
def no_network(monkeypatch):
    """pip and addresses lead nowhere."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.fixture
def site(tmp_path):
    async def write():
        for path in (MODEL, f"{DEFAULT_BACKBONE}/features/weights.bin"):
            (tmp_path / "site/models" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "site/models" / path).write_bytes(await StandInStore().read(path))

    run(write())
    return tmp_path / "site"


def read(store, path):
    return run(store.read(path))


def test_a_built_sites_folder_is_read_where_it_is(tmp_path, site, monkeypatch):
    store = UserStore(site, tmp_path / "cache")
    assert read(store, MODEL) == (site / "models" / MODEL).read_bytes()
    assert not (tmp_path / "cache").exists()
    monkeypatch.setenv("PYCLASSIFIER_SITE", str(site))
    assert read(UserStore(folder=tmp_path / "cache"), MODEL) == read(store, MODEL)
    with pytest.raises(EngineError, match="--backbone"):
        read(store, "mobilenet_v1_0.25_224/features/model.json")


def test_a_sites_files_are_fetched_once(tmp_path, site):
    with serving(site) as url:
        store = UserStore(url, tmp_path / "cache")
        topology, read_weights = run(load_features(store, get_card(DEFAULT_BACKBONE, 64), "avg"))
        assert list(run(read_weights())) == ["conv1/kernel"]
        with pytest.raises(EngineError, match="HTTP status 404"):
            read(store, "mobilenet_v1_0.25_224/features/model.json")
    assert run(load_features(UserStore(url, tmp_path / "cache"), get_card(DEFAULT_BACKBONE, 64), "avg"))[0] == (
        topology
    ), "the site is gone, and not asked"
    with pytest.raises(EngineError, match="the address of the built site"):
        read(UserStore("http://127.0.0.1:9", tmp_path / "cache"), MODEL)
    with pytest.raises(EngineError, match="within the store"):
        read(store, "../secret")


def test_without_a_network_it_says_what_to_do(tmp_path, no_network):
    store = UserStore(folder=tmp_path)
    with pytest.raises(EngineError, match=r"mobilenet_v1_1\.0_224, which .* PYCLASSIFIER_SITE") as caught:
        read(store, MODEL)
    assert "pip to download nudity" in str(caught.value) and "\n" not in str(caught.value)
    assert [kept.n_bytes for kept in store.list()] == [0] * len(store.list()) and not list(tmp_path.rglob("*.json"))
    with pytest.raises(EngineError, match=r"of the catalogue .* got 'resnet'"):
        read(store, "resnet/features/model.json")


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EngineError, match="PYCLASSIFIER_CACHE"):
        read(UserStore(folder=tmp_path / "file"), MODEL)


def test_what_was_fetched_is_kept_listed_and_mended(tmp_path, monkeypatch, no_network):
    # The converter's process is played by one that writes two files: fetching for real is the next test's.
    writes = (
        "import sys, pathlib; name, folder = sys.argv[1:]; part = pathlib.Path(folder, 'features'); "
        "part.mkdir(); (part / 'model.json').write_text(name)"
    )
    monkeypatch.setattr(module, "_FETCH", writes)
    monkeypatch.setenv("PYCLASSIFIER_CACHE", str(tmp_path))
    store = UserStore()
    assert read(store, MODEL) == DEFAULT_BACKBONE.encode()
    kept = {one.card.name: one for one in store.list()}
    folder = tmp_path / "models" / DEFAULT_BACKBONE
    assert isinstance(kept[DEFAULT_BACKBONE], KeptBackbone) and kept[DEFAULT_BACKBONE].folder == folder
    assert kept[DEFAULT_BACKBONE].n_bytes > 0 and kept["efficientnet_lite0_224"].n_bytes == 0
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [DEFAULT_BACKBONE], "nothing half done"
    monkeypatch.setattr(module, "_FETCH", "import sys; sys.exit('nothing is fetched twice')")
    assert read(UserStore(), MODEL) == DEFAULT_BACKBONE.encode()
    with pytest.raises(EngineError, match=r"Expected features/other\.bin in|nothing is fetched twice"):
        read(store, f"{DEFAULT_BACKBONE}/features/other.bin")
    monkeypatch.setattr(module, "_FETCH", writes)
    (folder / "features/model.json").write_text("damaged")
    assert read(store, MODEL) == DEFAULT_BACKBONE.encode()


def test_the_registry_gives_imagenets_classes(tmp_path):
    classes = json.loads(read(UserStore(folder=tmp_path), CLASSES_FILE))
    assert len(classes) == 1000 and classes[541] == ["n03249569", "drum, membranophone, tympan"]


def test_the_registry_gives_what_sites_have(tmp_path, dist):
    # Not only near: what one machine has learned on these weights another one goes on with.
    store = UserStore(folder=tmp_path)
    topology, read_weights = run(load_features(store, get_card(DEFAULT_BACKBONE), "avg"))
    theirs, read_theirs = run(load_features(UserStore(dist), get_card(DEFAULT_BACKBONE), "avg"))
    assert topology == theirs and run(read_weights()).data == run(read_theirs()).data


@pytest.mark.skipif(sys.platform != "linux", reason="platformdirs tells of this system only")
def test_it_lies_where_platformdirs_says(monkeypatch):
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("PYCLASSIFIER_CACHE", raising=False)
    assert UserStore().folder == Path(platformdirs.user_cache_dir("pyclassifier")) / "models"
