"""`make serve` as the README has it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import urllib.request

from browser_fixtures import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["make", "serve", f"PORT={port}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")},
    )


def test_make_serve_prints_its_url_and_serves_the_page():
    port = free_port()
    process = serve(port)
    try:
        url = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))[0]
        assert url == f"http://localhost:{port}/"
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert "<title>pyclassifier</title>" in answer.read().decode()
            assert "unsafe-eval" not in answer.headers["Content-Security-Policy"].replace("wasm-unsafe-eval", "")
        second = serve(port)
        output, _ = second.communicate(timeout=120)
        assert second.returncode != 0 and f"Port {port} is taken" in output and "Traceback" not in output
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
