"""The local server: right types, the site's security policy, any prefix."""

import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from pyclassifier.serving import find_site, make_server, serving


@pytest.fixture
def folder(tmp_path):
    for name in ("index.html", "a.js", "b.mjs", "c.wasm", "d.whl"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_types_and_headers(folder):
    types = {"a.js": "text/javascript", "b.mjs": "text/javascript", "c.wasm": "application/wasm"}
    with serving(folder) as url:
        for name, content_type in types.items():
            with urlopen(url + name) as response:
                assert response.headers.get_content_type() == content_type
                assert response.headers["Cache-Control"] == "no-cache"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
                assert "'unsafe-eval'" not in response.headers["Content-Security-Policy"]


def test_a_prefix_is_all_there_is(folder):
    with serving(folder, "/some/where/") as url:
        assert url.endswith("/some/where/")
        with urlopen(url) as response:
            assert response.read() == b"index.html"
        with pytest.raises(HTTPError, match="404"):
            urlopen(url.replace("/some/where/", "/index.html"))


def test_a_busy_port_is_said_in_one_line(folder):
    with make_server(folder) as busy:
        port = str(busy.server_port)
        command = [sys.executable, "-m", "pyclassifier", "serve", "--port", port, "--site", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr == (f"pyclassifier: Port {port} is taken. Choose another one, such as --port {int(port) + 1}.\n")


def test_without_a_site_it_is_said_how_to_get_one(folder, tmp_path):
    assert find_site(folder) == folder
    (folder / "index.html").unlink()
    with pytest.raises(FileNotFoundError, match="make build"):
        find_site(folder)
    with pytest.raises(FileNotFoundError, match="pyclassifier_site"):
        find_site()
