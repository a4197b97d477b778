import functools
import hashlib
import http.server
import threading
from dataclasses import replace

import pytest
from pyclassifier_convert import ConvertError, cli
from pyclassifier_convert.fetching import fetch_backbone
from pyclassifier_convert.tfjs_files import read_tfjs, write_tfjs
from tfjs_models import conv_model

from pyclassifier.catalog import CATALOG

NAME = "mobilenet_v1_0.25_224"


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A model on a local server, in the place of a backbone; its sha256 in the catalogue."""
    folder = tmp_path / "published"
    files = write_tfjs(conv_model(), folder, shard_size=500)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        digests = tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files)
        address = f"http://127.0.0.1:{server.server_port}/model.json"
        monkeypatch.setitem(CATALOG, NAME, replace(CATALOG[NAME], source=address, sha256=digests))
        yield folder
        server.shutdown()


def test_a_backbone_is_fetched_by_name(published, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main([NAME, "out", "--cut-at", "relu"]) == 0
    assert next(iter(read_tfjs("out").weights)) == "conv/kernel"


def test_other_files_than_the_published_ones_are_refused(published, tmp_path):
    shard = published / "group1-shard1of3.bin"
    shard.write_bytes(bytes(shard.stat().st_size))
    with pytest.raises(ConvertError, match="another file: sha256"):
        fetch_backbone(NAME, tmp_path)


def test_files_that_nobody_has_checked_are_said_to_be(published, tmp_path, monkeypatch):
    monkeypatch.setitem(CATALOG, NAME, replace(CATALOG[NAME], sha256=()))
    assert "could not be verified" in fetch_backbone(NAME, tmp_path / "new").notes[0]


def test_what_cannot_be_reached_is_named(published, tmp_path, monkeypatch, capsys):
    (published / "group1-shard1of3.bin").unlink()
    assert cli.main([NAME, str(tmp_path / "out")]) == 1
    assert "group1-shard1of3.bin, could not (HTTP Error 404" in capsys.readouterr().err
