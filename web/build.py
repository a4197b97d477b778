"""Build the site: `python web/build.py [--backbone NAME=DIR]... [--out DIR]` puts all of it into web/dist/.

web/site/ (scripts and styles bundled) + Pyodide with our wheel, and Python with that and web/desks/ imported + tf.js +
backbones + sample photos + notebooks + guide and API reference + example pages, hostable under any path. Slow parts
are made once and kept in .cache/; files that have not changed are not written again.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Mapping
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

from backbones import model_files
from bundles import page_files
from declare import Declarations
from fetch import WEB, BuildError
from first_paint import with_texts
from guide import guide_files
from lab import lab_files
from mnist import digit_files
from offline import app_files, worker_files
from onefile import one_file_page
from reference import reference_files
from runtime import runtime_files
from samples import sample_files
from snapshot import snapshot_files
from vendor import threads_files, vendor_files, webgpu_file
from wheels import package_wheel

from pyclassifier.backbones import DEFAULT_BACKBONE
from pyclassifier.convert.errors import ConvertError

BUDGET = 28_000_000
SITE = WEB / "site"
# Folders of it that are put together, not copied.
_SOURCES = {"css", "js", "pages"}
# Pages, and what the ids in the parts that they share begin with.
PAGES = {"train": "", "recognise": "", "digits": "digits-", "logos": "logos-"}
_PART = re.compile(r" *<!-- part (\w+)(?: with (\w+))? -->\n")
Files = dict[str, Path | bytes]
# A built site is a package of npm, too: `npm install ./classifier`, `import { connect } from "pyclassifier-site"`.
_PACKAGE = {
    "name": "pyclassifier-site",
    "version": version("pyclassifier"),
    "license": "Apache-2.0",
    "exports": "./js/client.js",
}

# Kept for use without network, too: what computes on a later visit may be this, where the first one had one core.
_ALSO_KEPT = "vendor/*-threaded-simd.*"

# Which files make a part, and whether a visitor's first load has it; the first pattern that fits counts.
_PARTS = (
    ("vendor/tf.js", True, "tf.js"),
    ("vendor/webgpu.js", False, "tf.js on WebGPU"),
    (_ALSO_KEPT, False, "tf.js's WebAssembly on several cores"),
    ("vendor/*-simd.wasm", True, "tf.js's WebAssembly"),
    ("vendor/*.wasm", False, "tf.js's WebAssembly without SIMD"),
    ("py/*", True, "Python, with all imported"),
    ("pyodide/pyodide.mjs", True, "Pyodide's scripts"),
    ("pyodide/pyodide.asm.js", True, "Pyodide's scripts"),
    ("pyodide/pyodide-lock.json", True, "Pyodide's scripts"),
    ("pyodide/matplotlib-*", False, "matplotlib"),
    ("pyodide/*", False, "notebooks' Python and its packages"),
    (f"models/{DEFAULT_BACKBONE}/features/*", True, "default backbone, features"),
    (f"models/{DEFAULT_BACKBONE}/*", False, "default backbone, classification"),
    ("models/*/*", False, "other backbones"),
    ("models/imagenet_classes.json", False, "ImageNet's classes"),
    ("ready/page.html", False, "the page that recognises by itself, as one file"),
    ("samples/*", False, "sample photos"),
    ("digits/*", False, "handwritten digits"),
    ("lab/*", False, "notebooks (JupyterLite)"),
    ("docs/*", False, "guide and API reference"),
    ("examples/*", False, "example pages"),
    ("wheels/*", False, "the package, for machines of one's own"),
    ("js/*.d.ts", False, "for scripts of others"),
    ("package.json", False, "for scripts of others"),
    ("*", True, "page"),
)


def site_files(backbones: Mapping[str, Path]) -> Files:
    """Return every file of the site by its path."""
    sources = [path.relative_to(SITE) for path in SITE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    files: Files = {path.as_posix(): SITE / path for path in sources if path.parts[0] not in _SOURCES}
    files |= page_files()
    files |= {"index.html": index_file(), "js/calls.d.ts": Declarations().text().encode()}
    files["package.json"] = json.dumps(_PACKAGE, indent=1).encode()
    vendor = vendor_files()
    runtime = runtime_files()
    parts: dict[str, Mapping[str, Path | bytes]] = {
        "vendor": {**vendor, **threads_files(), **webgpu_file()},
        "ready": {"page.html": one_file_page(vendor)},
        "pyodide": runtime,
        "py": snapshot_files(runtime),
        "models": model_files(backbones),
        "samples": sample_files(),
        "digits": digit_files(),
        "lab": lab_files(),
        "docs": {**guide_files(), **reference_files()},
        "wheels": {package_wheel().name: package_wheel()},
        "examples": {path.name: path for path in (WEB / "examples").iterdir()},
    }
    for folder, contents in parts.items():
        files |= {f"{folder}/{path}": source for path, source in contents.items()}
    files |= app_files()
    return files | worker_files(files, is_kept)


def index_file() -> bytes:
    """Return index.html with all pages in it: they share its head, navigation, status line and worker.

    The first page can be read at once. The others are in templates: pages.js puts one into the document when it is
    shown for the first time.
    """
    first, *others = PAGES
    templates = (f'    <template id="template-{name}">\n{_page(name)}    </template>\n' for name in others)
    index = with_texts((SITE / "index.html").read_text(encoding="utf-8"))
    return index.replace("    <!-- pages -->\n", "\n".join((with_texts(_page(first)), *templates))).encode()


def _page(name: str) -> str:
    """Return a page: the parts that it names are put in, and the ids in them begin with the page's prefix."""
    text = (SITE / "pages" / f"{name}.html").read_text(encoding="utf-8")
    while found := _PART.search(text):
        part = (SITE / "pages" / "parts" / f"{found[1]}.html").read_text(encoding="utf-8")
        if found[2]:
            part = part.replace("<!-- lead -->", f"<!-- part {found[2]} -->")
        text = text[: found.start()] + part + text[found.end() :]
    return text.replace("{p}", PAGES[name])


def write_files(files: Files, out: Path) -> None:
    """Make the folder hold exactly these files; those that have not changed keep their time stamps."""
    for path in list(out.rglob("*")):
        if path.is_file() and path.relative_to(out).as_posix() not in files:
            path.unlink()
    for name, source in files.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, bytes):
            if not target.exists() or target.read_bytes() != source:
                target.write_bytes(source)
        elif not _is_copy(source, target):
            shutil.copy2(source, target)


def _is_copy(source: Path, target: Path) -> bool:
    if not target.exists():
        return False
    ours, theirs = source.stat(), target.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)


def part_of(path: str) -> tuple[bool, str]:
    """Return whether a visitor's first load has this file, and the part that it belongs to."""
    return next((first, part) for pattern, first, part in _PARTS if fnmatch(path, pattern))


def is_kept(path: str) -> bool:
    """Return whether a visitor's browser keeps this file from the first visit on, for use without network."""
    return part_of(path)[0] or fnmatch(path, _ALSO_KEPT)


def report_sizes(files: Files) -> None:
    """Print the sizes by part; stop the build where a first load is over the budget."""
    sizes: dict[tuple[bool, str], int] = {}
    for path, source in files.items():
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        sizes[part_of(path)] = sizes.get(part_of(path), 0) + size
    first = sum(size for (is_first, _), size in sizes.items() if is_first)
    for is_first in (True, False):
        print("\nFirst load" if is_first else "\nLoaded when it is wanted")
        for (when, part), size in sorted(sizes.items(), key=lambda item: -item[1]):
            if when == is_first:
                print(f"  {part:44} {size / 1e6:7.2f} MB")
        if is_first:
            print(f"  {'total':44} {first / 1e6:7.2f} MB of {BUDGET / 1e6:.0f} MB")
    if first > BUDGET:
        raise BuildError(f"The first load is {first / 1e6:.1f} MB: over the budget of {BUDGET / 1e6:.0f} MB.")


def backbone_argument(text: str) -> tuple[str, Path]:
    """Read NAME=DIR."""
    name, equals, folder = text.partition("=")
    if not equals or not name or not Path(folder).is_dir():
        raise argparse.ArgumentTypeError(f"expected NAME=DIR with an existing folder, got {text!r}")
    return name, Path(folder).resolve()


def main() -> None:
    """Build the site."""
    parser = argparse.ArgumentParser(description="Build the site into web/dist/.")
    parser.add_argument("--backbone", action="append", default=[], type=backbone_argument, metavar="NAME=DIR")
    parser.add_argument("--out", type=Path, default=WEB / "dist", help="default: web/dist")
    arguments = parser.parse_args()
    try:
        files = site_files(dict(arguments.backbone))
        write_files(files, arguments.out)
        report_sizes(files)
    except (BuildError, ConvertError) as error:
        sys.exit(f"web/build.py: {error}")


if __name__ == "__main__":
    main()
