"""The README's converter commands run as they stand, one after the other."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_readmes_converter_commands_run(tmp_path):
    text = (ROOT / "README.md").read_text()
    commands = re.findall(r"^pyclassifier-convert .+$", text, re.MULTILINE)
    assert len(commands) == 6
    for command in commands:
        words = shlex.split(command)
        program = Path(sys.executable).parent / words[0]
        done = subprocess.run([program, *words[1:]], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "--summary" not in command or "Dense" in done.stdout, "a table of layers"
    assert (tmp_path / "web_model" / "model.json").exists() and (tmp_path / "head.tflite").exists()
