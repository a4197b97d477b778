"""ready/page.html: the page that visitors take away as one file, for a double click; the model is put in later."""

from __future__ import annotations

import json
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from bundles import bundle
from fetch import WEB, content_of

_READY = WEB / "site/ready"
# Everything is within the file, and nothing may be asked of anybody.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "connect-src data: blob:; img-src blob: data:; media-src blob: mediastream:; style-src 'unsafe-inline'"
)


def one_file_page(vendor_files: Mapping[str, Path | bytes]) -> bytes:
    """Return the page; ``{inside}`` in it stands where the model's files and the texts come."""
    vendor = {name: content_of(source) for name, source in vendor_files.items()}
    scripts = _scripts(vendor["tf.js"])
    inside = {
        "worker.js": scripts["worker.js"],
        **{f"vendor/{name}": data for name, data in vendor.items() if name != "tf.js"},
    }
    listed = json.dumps({name: b64encode(data).decode() for name, data in inside.items()})
    page = (_READY / "index.html").read_text(encoding="utf-8")
    before, _, rest = page.partition('http-equiv="Content-Security-Policy" content="')
    page = before + 'http-equiv="Content-Security-Policy" content="' + _POLICY + rest[rest.index('"') :]
    style = (_READY / "page.css").read_text(encoding="utf-8")
    script = scripts["page.js"].decode().replace("</script", "<\\/script")
    for old, new in {
        '<link rel="stylesheet" href="page.css">': f"<style>\n{style}</style>",
        '<script type="module" src="page.js"></script>': (
            "<!-- TensorFlow.js, Apache-2.0, github.com/tensorflow/tfjs -->\n"
            f'    <script id="own-files" type="application/json">{listed[:-1]}{{inside}}}}</script>\n'
            f'    <script type="module">\n{script}</script>'
        ),
        "{unserved}": "",
    }.items():
        if old not in page:
            raise ValueError(f"Expected {old!r} in ready/index.html.")
        page = page.replace(old, new)
    return page.encode()


def _scripts(tf: bytes) -> dict[str, bytes]:
    """The page's script and its worker's, each with all that it imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in _READY.glob("*.js"):
            (folder / source.name).write_bytes(source.read_bytes())
        (folder / "vendor").mkdir()
        (folder / "vendor/tf.js").write_bytes(tf)
        # A blob has no address that others could lie beside; nothing is looked for there.
        options = ("--minify", "--legal-comments=none", '--define:import.meta.url="file:///"')
        files, _ = bundle(name, "page.js", "worker.js", options=options)
    return {path: content_of(source) for path, source in files.items()}
