"""A store that speaks S3, on this machine's loopback."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def s3_store() -> Iterator[dict[str, str]]:
    """Yield what has to be in the environment for addresses such as s3://bucket/photos to lead there."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # Of each request it tells else.
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "a name",
            "AWS_SECRET_ACCESS_KEY": "a word",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        server.stop()


def put(folder: Path, address: str) -> None:
    """Put what is in a folder, or a file, to an address; its bucket is made."""
    import s3fs

    files = s3fs.S3FileSystem(skip_instance_cache=True)
    files.mkdirs(address.removeprefix("s3://").partition("/")[0], exist_ok=True)
    # With the "/" into a folder of that name, be it there already or not.
    files.put(f"{folder}/" if folder.is_dir() else str(folder), address, recursive=folder.is_dir())
