"""Fetched files are what was pinned, or the build stops."""

import hashlib

import fetch
import pytest

DATA = b"the pinned file"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "CACHE", tmp_path)
    monkeypatch.setattr(fetch, "_unreachable", set())


def test_a_file_is_obtained_once():
    calls = []

    def obtain(path):
        calls.append(path)
        path.write_bytes(DATA)

    first = fetch.cached("data.bin", DIGEST, obtain)
    assert fetch.cached("data.bin", DIGEST, obtain) == first
    assert first.read_bytes() == DATA
    assert len(calls) == 1


def test_a_wrong_hash_stops_with_the_name_and_both_hashes():
    got = hashlib.sha256(b"another file").hexdigest()
    with pytest.raises(fetch.BuildError, match=rf"(?s)data\.bin: wrong sha256.*{DIGEST}.*{got}"):
        fetch.cached("data.bin", DIGEST, lambda path: path.write_bytes(b"another file"))
    assert not (fetch.CACHE / "downloads" / DIGEST / "data.bin").exists()


def test_a_cached_file_that_was_changed_is_noticed():
    path = fetch.cached("data.bin", DIGEST, lambda path: path.write_bytes(DATA))
    path.write_bytes(b"changed")
    with pytest.raises(fetch.BuildError, match=r"data\.bin: wrong sha256"):
        fetch.cached("data.bin", DIGEST, lambda path: None)


def test_an_official_place_that_does_not_answer_is_asked_once(monkeypatch):
    asked = []

    def refuse(url, timeout):
        asked.append(url)
        raise OSError("no route")

    monkeypatch.setattr(fetch.urllib.request, "urlopen", refuse)
    monkeypatch.setattr(fetch, "_extract", lambda package, member, path: path.write_bytes(DATA))
    for file in ("one.whl", "two.whl"):
        assert fetch.fetch_pyodide_wheel(file, DIGEST, "0.27.7").read_bytes() == DATA
    assert len(asked) == 1


def test_no_source_lacks_a_hash():
    sources = fetch.sources()
    for entry in (*sources["files"].values(), *sources["packages"].values()):
        assert len(bytes.fromhex(entry["sha256"])) == 32
    assert {entry["package"] for entry in sources["files"].values()} <= set(sources["packages"])
