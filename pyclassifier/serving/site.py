"""Serve the built site on this machine: `python web/serve.py [--port 8000]`."""

from __future__ import annotations

import argparse
import contextlib
import errno
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

DIST = Path(__file__).resolve().parent / "dist"

# What the site needs and no more: scripts, wasm and data of its own origin, previews from blobs.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "img-src 'self' blob: data:; connect-src 'self' blob:; style-src 'self'"
)
# JupyterLab has scripts and styles in its pages and compiles its settings' schemas; still nothing of another origin.
LAB_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob:; "
    "img-src 'self' blob: data:; connect-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:"
)
# The API reference is one page with its style in it and no script.
DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
# fetch.html is opened to fetch one picture from another site, and does nothing else.
FETCH_POLICY = "default-src 'none'; script-src 'self'; connect-src http: https:"


class SiteHandler(SimpleHTTPRequestHandler):
    """Files of one folder, under an optional prefix."""

    prefix = "/"
    # HTTP/1.1 keeps connections open: the first load is some thirty files.
    protocol_version = "HTTP/1.1"
    # Not left to the machine's own table, in which .js may be text/plain and .mjs or .wasm be missing.
    extensions_map: ClassVar[dict[str, str]] = {  # type: ignore[misc]
        **SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".html": "text/html; charset=utf-8",
        ".ipynb": "application/json",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".py": "text/x-python",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
        ".whl": "application/zip",
        ".zip": "application/zip",
    }

    def translate_path(self, path: str) -> str:
        """Return the file of a URL path; outside of the prefix there is none."""
        path = urlsplit(path).path
        if not path.startswith(self.prefix):
            return str(Path(self.directory) / "no such file")
        return super().translate_path("/" + path.removeprefix(self.prefix))

    def end_headers(self) -> None:
        """Add the headers that every answer has."""
        # The browser asks each time whether a file has changed, and gets a 304 where not.
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Security-Policy", self._policy())
        super().end_headers()

    def _policy(self) -> str:
        path = urlsplit(self.path).path.removeprefix(self.prefix)
        if path == "fetch.html":
            return FETCH_POLICY
        if path.startswith("docs/"):
            return DOCS_POLICY
        return LAB_CONTENT_SECURITY_POLICY if path.startswith("lab/") else CONTENT_SECURITY_POLICY

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet, the terminal is for the URL."""


class SiteServer(ThreadingHTTPServer):
    """A browser that closes its tab in the middle of an answer is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: object) -> None:
        """Report errors other than a lost connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def make_server(directory: Path = DIST, port: int = 0, prefix: str = "/") -> SiteServer:
    """Return a server, not started yet, of a folder on 127.0.0.1; port 0 takes a free one."""
    handler = type("PrefixHandler", (SiteHandler,), {"prefix": prefix})
    return SiteServer(("127.0.0.1", port), partial(handler, directory=str(directory)))


@contextlib.contextmanager
def serving(directory: Path = DIST, prefix: str = "/") -> Iterator[str]:
    """Serve a folder on a free port in a thread; yield its URL, which ends with the prefix ("/sub/path/")."""
    server = make_server(directory, prefix=prefix)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Serve the built site on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--directory", type=Path, default=DIST)
    arguments = parser.parse_args()
    if not (arguments.directory / "index.html").exists():
        sys.exit(f"Expected a built site in {arguments.directory}, found none. Build it: make build")
    try:
        server = make_server(arguments.directory, arguments.port)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        sys.exit(f"Port {arguments.port} is taken. Choose another one: make serve PORT={arguments.port + 1}")
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"\nServing on http://localhost:{arguments.port}/ (Ctrl+C stops)", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
