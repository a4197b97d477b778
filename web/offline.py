"""What lets the site be installed and used without network: service workers, a manifest, icons."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import resvg_py
from fetch import WEB, content_of

from pyclassifier.serving import ISOLATION, NOT_ISOLATED

_FAVICON = WEB / "site/favicon.svg"
_SCRIPTS = WEB / "service_worker"
LAB_WORKER = "lab/service-worker.js"
_ICONS = {"icons/192.png": 192, "icons/512.png": 512}
_MASKABLE = "icons/maskable.png"
# What remains of a maskable icon under every mask is a circle of 80 % of its width.
_SAFE = 0.8


def app_files() -> dict[str, bytes]:
    """Return the manifest and its icons, which are drawn from favicon.svg."""
    svg = _FAVICON.read_text(encoding="utf-8")
    icons = {path: _draw(svg, size) for path, size in _ICONS.items()}
    return {**icons, _MASKABLE: _draw(_maskable(svg), 512), "manifest.webmanifest": _manifest()}


def _draw(svg: str, size: int) -> bytes:
    drawn: bytes = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True)
    return drawn


def _maskable(svg: str) -> str:
    """Return the picture, smaller, on its own background up to the edges."""
    head, body = re.fullmatch(r"(<svg[^>]*>)(.*)</svg>\s*", svg, re.DOTALL).groups()  # type: ignore[union-attr]
    side, fill = int(re.search(r'viewBox="0 0 (\d+)', head)[1]), re.search(r'fill="(#\w+)"', body)[1]  # type: ignore[index]
    margin = side * (1 - _SAFE) / 2
    square = f'<rect width="{side}" height="{side}" fill="{fill}"/>'
    return f'{head}{square}<g transform="translate({margin} {margin}) scale({_SAFE})">{body}</g></svg>'


def _manifest() -> bytes:
    icons = [{"src": path, "sizes": f"{size}x{size}", "type": "image/png"} for path, size in _ICONS.items()]
    maskable = {"src": _MASKABLE, "sizes": "512x512", "type": "image/png", "purpose": "maskable"}
    return json.dumps(
        {
            "name": "pyclassifier",
            "description": "Train image classifiers in your own browser, in Python.",
            "id": "./",
            "start_url": "./",
            "scope": "./",
            "display": "standalone",
            "background_color": "#f5f4f0",
            "theme_color": "#0b6e69",
            "icons": [*icons, maskable],
        },
        indent=1,
    ).encode()


def worker_files(files: Mapping[str, Path | bytes], is_kept: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the service workers for a site of these files: its own, and JupyterLite's, which has a scope of its own.

    Both know all files and their hashes, and have one cache. Only the first fetches what is to be kept in advance.
    """
    first: dict[str, str] = {}
    later: dict[str, str] = {}
    for path in sorted(files.keys() - {LAB_WORKER}):
        (first if is_kept(path) else later)[path] = _integrity(files[path])
    build: dict[str, Mapping[str, str] | str] = {"first": first, "later": later, "isolation": ISOLATION}
    build["notIsolated"] = NOT_ISOLATED
    lab = (
        {LAB_WORKER: _script("../", build, "answer.js") + content_of(files[LAB_WORKER])} if LAB_WORKER in files else {}
    )
    return {"sw.js": _script("./", build, "answer.js", "keep.js"), **lab}


def _script(site: str, build: Mapping[str, Mapping[str, str] | str], *names: str) -> bytes:
    data = json.dumps({"site": site, **build}, separators=(",", ":"))
    parts = [f"const BUILD = {data};", *((_SCRIPTS / name).read_text(encoding="utf-8") for name in names)]
    return "\n".join(["(() => {", *parts, "})();\n"]).encode()


def _integrity(source: Path | bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content_of(source)).digest()).decode()
