"""The built site on a server of this machine: right types, the site's security policy, any prefix."""

from __future__ import annotations

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

from ..backbones import installed_site

LOOPBACK = "127.0.0.1"

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
# Guide and API reference are pages with their style in them and no script.
DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
# fetch.html is opened to fetch one picture from another site, and does nothing else.
FETCH_POLICY = "default-src 'none'; script-src 'self'; connect-src http: https:"
# Browsers let threads share memory, and so all cores compute, in pages that are isolated from other origins. The page's
# service worker sends the same, where a host does not. Not JupyterLab: its outputs may show what is elsewhere.
ISOLATION: dict[str, str] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
NOT_ISOLATED = "lab/"


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
        # Within pages of the site alone: fetch.html is, and JupyterLab shows outputs so.
        self.send_header("Content-Security-Policy", f"{self._policy()}; frame-ancestors 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        if not self._path().startswith(NOT_ISOLATED):
            for name, value in ISOLATION.items():
                self.send_header(name, value)
        super().end_headers()

    def _path(self) -> str:
        return urlsplit(self.path).path.removeprefix(self.prefix)

    def _policy(self) -> str:
        path = self._path()
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


def make_server(directory: Path, port: int = 0, prefix: str = "/", host: str = LOOPBACK) -> SiteServer:
    """Make a server of a folder, which is not started yet.

    Parameters
    ----------
    directory : Path
    port : int
        0 takes a free one.
    prefix : str
        Below which the folder lies, with a slash at both ends.
    host : str
        Who can ask: by default this machine alone.

    Returns
    -------
    SiteServer

    Raises
    ------
    OSError
        The port cannot be had; the message says what to do.
    """
    handler = type("PrefixHandler", (SiteHandler,), {"prefix": prefix})
    with free_port_asked_for(port):
        return SiteServer((host, port), partial(handler, directory=str(directory)))


@contextlib.contextmanager
def free_port_asked_for(port: int) -> Iterator[None]:
    """Say of a port that cannot be had what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise OSError(f"Port {port} is taken. Choose another one, such as --port {port + 1}.") from error


@contextlib.contextmanager
def serving(directory: Path, prefix: str = "/") -> Iterator[str]:
    """Serve a folder on a free port while a context lasts.

    Parameters
    ----------
    directory : Path
    prefix : str
        As in `make_server`.

    Yields
    ------
    str
        Its address, which ends with the prefix.
    """
    server = make_server(directory, prefix=prefix)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def find_site(folder: Path | None = None) -> Path:
    """Find a built site.

    Parameters
    ----------
    folder : Path, optional
        Where to look; by default what the package ``pyclassifier_site`` brings.

    Returns
    -------
    Path

    Raises
    ------
    FileNotFoundError
        There is none.
    """
    if folder is None:
        folder = installed_site()
        if folder is None:
            raise FileNotFoundError(
                "Expected the package pyclassifier_site, which holds the site, it is not installed. Install its wheel "
                "(pip install pyclassifier_site-*.whl), or name the folder of a built site by --site."
            )
    if not (folder / "index.html").is_file():
        raise FileNotFoundError(f"Expected a built site in {folder}, found none. Build it: make build")
    return folder
