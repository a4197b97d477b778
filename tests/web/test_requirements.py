"""The lock of what builds the site: it has all that pyproject.toml pins, and a hash of each."""

import re
import tomllib

from browser_fixtures import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = (ROOT / "web/requirements.txt").read_text(encoding="utf-8")


def test_every_pin_of_the_build_is_in_the_lock():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {
        canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE)
    }
    for text in (*project["dependencies"], *project["optional-dependencies"]["site"]):
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate():
            assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)]), text


def test_every_package_of_the_lock_has_hashes_and_nothing_names_a_host():
    node = (ROOT / "web/node.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", f"{LOCK}\n{node}", flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert "://" not in LOCK + node
