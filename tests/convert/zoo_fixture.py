"""Models that both generations of Keras made, for tests that compare with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from made_once import make_once


@pytest.fixture(scope="session")
def zoo(request, tmp_path_factory):
    """Folder by flavour with the models that the collected tests ask for; each Keras in a process of its own."""
    wanted = {flavour: set() for flavour in ("keras", "tf_keras")}
    for item in request.session.items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if parameters.get("flavour") in wanted and "name" in parameters:
            wanted[parameters["flavour"]].add(parameters["name"])
    root = make_once(tmp_path_factory, "zoo", lambda folder: _make(wanted, folder))
    return {flavour: root / flavour for flavour in wanted}


def _make(wanted, root):
    script = Path(__file__).with_name("zoo.py")
    made = [
        subprocess.Popen(
            [sys.executable, script, flavour, root / flavour, *sorted(names)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        )
        for flavour, names in wanted.items()
        if names
    ]
    for process in made:
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()[-2000:]
