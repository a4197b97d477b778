"""The one table: everything that is comparable, side by side in one go, written as Markdown.

    make bench [ARGS="--only training_speed --out FILE"]

Each measurement is a script of this folder, which says what it does and can be run alone; they run one after another on
one built site. A line's ratio is to the one of its kind that has 1.00: below that, it takes less. The last columns are
our goals, and whether they are met. A script that fails leaves a line that says so, and Ctrl+C the table of what was
measured until then. On a machine with a graphics processor WebGL and WebGPU compute on it, as the line
about the browser says. What is fetched (the site's parts, the other converter) is kept in .cache/: the second time
needs no network. Run it where nothing else runs.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright
from testbed import BACKBONE_FOLDER, ROOT, SHARED, Row, arguments_parser, built_site, fresh_browser, open_page, serving


@dataclass(frozen=True)
class Measurement:
    """What a script of this folder is asked, and about how long that takes on two cores, without a graphics processor.

    It may be told the site that was built, or need photos that are no part of the project.
    """

    script: str
    minutes: float
    arguments: tuple[str, ...] = ()
    of_page: bool = True
    shared: bool = False


MEASUREMENTS = {
    "training_speed": Measurement("training_speed", 10, ("--repeat", "3")),
    "cold_start": Measurement("cold_start", 1),
    "page_thread": Measurement("page_thread", 0.5, shared=True),
    "decoding": Measurement("decoding", 1, shared=True),
    "prepared": Measurement("prepared", 1, shared=True),
    "beside_engine": Measurement("beside_engine", 1.5, shared=True),
    "mixed_photos": Measurement("beside_engine", 7, ("--mixed", "5000", "--repeat", "1")),
    "threads": Measurement("threads", 0.5, of_page=False),
    "native_speed": Measurement("native_speed", 2, ("--keras",), of_page=False, shared=True),
    "converter": Measurement("converter", 9, ("--skip-applications",), of_page=False),
}
PACKAGES = ("numpy", "pillow", "onnxruntime", "keras", "tensorflow", "playwright")
NPM_PACKAGES = ("@tensorflow/tfjs", "@teachablemachine/image", "tfjs-1")
FETCHED_PACKAGES = ("ml-classifier", "tfjs-0")
RENDERER = """() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    const info = gl?.getExtension("WEBGL_debug_renderer_info");
    return gl ? gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : "no WebGL";
}"""


def run(name: str, site: Path) -> list[Row]:
    """Run one script; what it prints goes on to the screen."""
    measurement = MEASUREMENTS[name]
    if measurement.shared and not SHARED.is_dir():
        return [Row(name, "", f"left out: {SHARED.name}/ with its photos is not here")]
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.json"
        command = [
            sys.executable,
            str(ROOT / "bench" / f"{measurement.script}.py"),
            *measurement.arguments,
            "--rows",
            str(rows),
        ]
        if measurement.of_page:
            command += ["--site", str(site)]
        print(f"\n== {name}, about {measurement.minutes:g} min", flush=True)
        code = subprocess.run(command).returncode
        measured = [Row(**row) for row in json.loads(rows.read_text())] if rows.exists() else []
        failed = [Row(name, "", f"failed (exit status {code}), what it said tells why")]
        return measured + failed if code or not measured else measured


def machine(site: Path) -> list[str]:
    """Say what has measured: the machine, the browser with what it draws by, and versions."""
    with serving(site) as url, sync_playwright() as playwright, fresh_browser(playwright) as browser:
        renderer, chromium = open_page(browser, url).evaluate(RENDERER), browser.version
    packages = [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]
    from fetch import sources

    for name in NPM_PACKAGES:
        package = json.loads((ROOT / "web" / "node_modules" / name / "package.json").read_text())
        packages.append(f"{package['name']} {package['version']}")
    packages += [" ".join(sources()["npm"][name]["package"].rsplit("@", 1)) for name in FETCHED_PACKAGES]
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout
    return [
        f"- {datetime.datetime.now(datetime.UTC):%Y-%m-%d}, commit {commit.strip() or 'unknown'}",
        f"- {processor()}, {os.cpu_count()} cores, {memory_gb():.0f} GB; {platform.system()} {platform.machine()}",
        f"- load average when it began: {os.getloadavg()[0]:.1f}",
        f"- Chromium {chromium}, WebGL by {renderer}",
        f"- Python {platform.python_version()}, {', '.join(packages)}",
    ]


def processor() -> str:
    """Return the processor's name, where the system tells it."""
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def memory_gb() -> float:
    """Return the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def markdown(rows: Sequence[Row], about: Sequence[str]) -> str:
    """Return the table."""
    lines = [
        "# What was measured",
        "",
        "Written by `make bench`. A ratio is to the line of its kind that has 1.00: below",
    ]
    lines += ["that, it takes less. What each measurement does, its script in this folder says.", "", *about, ""]
    lines += ["| What | Who | Result | Ratio | Goal | Met |", "| --- | --- | --- | --- | --- | --- |"]
    before = None
    for row in rows:
        what, before = ("" if row.what == before else row.what), row.what
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}" if row.ratio >= 0.1 else f"{row.ratio:.3f}"
        met = {None: "", True: "met", False: "**not met**"}[row.reached]
        lines.append("| " + " | ".join((what, row.who, row.result, ratio, row.goal, met)) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all that is asked for."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, help="only this script; may be repeated")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "TABLE.md", help="default: bench/TABLE.md")
    arguments = parser.parse_args()
    names: Sequence[str] = arguments.only or list(MEASUREMENTS)
    minutes = sum(MEASUREMENTS[name].minutes for name in names)
    print(f"{len(names)} measurements, about {minutes:.0f} minutes on two cores: {', '.join(names)}.", flush=True)
    with built_site(arguments.site, backbone=BACKBONE_FOLDER.is_dir()) as site:
        about, rows, interrupted = machine(site), list[Row](), False
        for name in names:
            try:
                rows += run(name, site)
            except KeyboardInterrupt:
                rows.append(Row(name, "", "interrupted; what comes after it was not measured"))
                interrupted = True
            arguments.out.write_text(markdown(rows, about))  # What is measured stays, whatever happens to the rest.
            if interrupted:
                break
    print(f"\n{arguments.out.read_text()}\nWritten to {arguments.out}.")
    sys.exit(130 if interrupted else 0)


if __name__ == "__main__":
    main()
