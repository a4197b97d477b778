"""A cluster of Ray on this machine: each of its machines has an address of the loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    """A cluster's two addresses, what has to be in the environment to enter it, and what started its machines."""

    address: str
    client: str
    environment: dict[str, str]
    nodes: list[subprocess.Popen[bytes]]


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Two machines of one processor each, on two addresses of this one's loopback."""
    token = folder / "token"
    token.write_text("a token of this test's own cluster")
    environment = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
    environment |= {"RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1"}
    command = shutil.which("ray", path=str(Path(sys.executable).parent)) or "ray"
    with socket.socket() as one, socket.socket() as two:
        for free in (one, two):
            free.bind(("127.0.0.2", 0))
        port, client_port = (free.getsockname()[1] for free in (one, two))
    address = f"127.0.0.2:{port}"
    common = ["--num-cpus=1", "--block", "--object-store-memory=100000000", "--disable-usage-stats"]
    head = [command, "start", "--head", f"--port={port}", "--node-ip-address=127.0.0.2", "--include-dashboard=false"]
    head += [f"--ray-client-server-port={client_port}"]
    other = [command, "start", f"--address={address}", "--node-ip-address=127.0.0.3"]
    nodes: list[subprocess.Popen[bytes]] = []
    try:
        for words in ([*head, *common], [*other, *common]):
            null = subprocess.DEVNULL
            started = subprocess.Popen(
                words, env=os.environ | environment, start_new_session=True, stdout=null, stderr=null
            )
            nodes.append(started)
            wait_until_joined(address, len(nodes), environment)
        yield Cluster(address, f"ray://127.0.0.2:{client_port}", environment, nodes)
    finally:
        for node in nodes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(node.pid, signal.SIGKILL)
            node.wait()


def wait_until_joined(address: str, n: int, environment: dict[str, str]) -> None:
    code = "import ray, sys; ray.init(sys.argv[1], logging_level='ERROR'); "
    code += "print(sum(node['Alive'] for node in ray.nodes()))"
    until = time.monotonic() + 120
    while time.monotonic() < until:
        words = [sys.executable, "-c", code, address]
        found = subprocess.run(words, env=os.environ | environment, capture_output=True, text=True)
        if found.stdout.strip() == str(n):
            return
        time.sleep(0.5)
    raise TimeoutError(f"{n} machines did not come together: {found.stderr[-500:]}")
