"""`pyclassifier embed` in processes of their own, which tests end in the middle: no photo lost, none there twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from photos import noisy
from PIL import Image

from pyclassifier.scaling.tables import list_parts, read_part

SMALL = ["--input-size", "32"]
PART = 16  # Small parts, so that there is something to kill in the middle.
_ROOT = Path(__file__).parents[1]
_CODE = f"""import sys
from pyclassifier.scaling import embedding
embedding.PART = {PART}
from pyclassifier.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def many_photos(n: int) -> None:
    """Photos in the folder many, of different contents."""
    Path("many").mkdir()
    for i in range(n):
        Image.fromarray(noisy((40, 80, 120), i, (32, 32))).save(f"many/{i:04}.png")


def start(*words: str, photos: str = "many", **environment: str) -> subprocess.Popen[bytes]:
    """Begin to compute the features of photos into the folder features."""
    return subprocess.Popen(
        [sys.executable, "-c", _CODE, "embed", photos, "-o", "features", *SMALL, *words, "--json"],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(_ROOT)} | environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def n_parts() -> int:
    """How many parts are done."""
    return len(list_parts(Path("features")))


def wait_for_parts(job: subprocess.Popen[bytes], n: int) -> None:
    """Wait until so many parts are done, and no longer."""
    until = time.monotonic() + 180
    while n_parts() < n:
        assert job.poll() is None and time.monotonic() < until
        time.sleep(0.02)


def finish(job: subprocess.Popen[bytes]) -> int:
    """Wait for the end, and tell how many photos were computed."""
    out, _ = job.communicate(timeout=300)
    assert job.returncode == 0
    return json.loads(out)["n_computed"]


def assert_all_there(n: int) -> None:
    """Look whether each of the photos has one row."""
    held = [path for part in list_parts(Path("features")) for path in read_part(part).paths]
    assert sorted(held) == [f"{i:04}.png" for i in range(n)], "none lost, none twice"


def processes(words: str) -> dict[int, int]:
    """Processes whose command line has these words, and who started each."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return {int(pid): int(parent) for pid, parent, *args in rows if args and words in args[0]}
