"""The local server: right types, the site's security policy, any prefix."""

import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import serve


@pytest.fixture
def folder(tmp_path):
    for name in ("index.html", "a.js", "b.mjs", "c.wasm", "d.whl"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_types_and_headers(folder):
    types = {"a.js": "text/javascript", "b.mjs": "text/javascript", "c.wasm": "application/wasm"}
    with serve.serving(folder) as url:
        for name, content_type in types.items():
            with urlopen(url + name) as response:
                assert response.headers.get_content_type() == content_type
                assert response.headers["Cache-Control"] == "no-cache"
                assert "'unsafe-eval'" not in response.headers["Content-Security-Policy"]


def test_a_prefix_is_all_there_is(folder):
    with serve.serving(folder, "/some/where/") as url:
        assert url.endswith("/some/where/")
        with urlopen(url) as response:
            assert response.read() == b"index.html"
        with pytest.raises(HTTPError, match="404"):
            urlopen(url.replace("/some/where/", "/index.html"))


def test_a_busy_port_is_said_in_one_line(folder):
    with serve.make_server(folder) as busy:
        port = str(busy.server_port)
        command = [sys.executable, serve.__file__, "--port", port, "--directory", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken. Choose another one: make serve PORT={int(port) + 1}\n"
