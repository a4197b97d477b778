"""Drive web/site/js/client.js from a test: a page of the site's origin that holds one client."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser_fixtures import opened_tab

CONNECT = """
async ([url, options, desk]) => {
  const { connect } = await import(`${url}js/client.js`);
  const connected = await connect(options);
  globalThis.client = desk ? connected.desk(desk) : connected;
  return connected.info;
}
"""

# Files come as [path, base64]; an AbortSignal and progress are wired where asked for.
CALL = """
async ([method, args, abortAtEpoch]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const revive = (value) =>
    Array.isArray(value) ? value.map(([path, text]) => ({ path, blob: new Blob([bytes(text)]) })) : value;
  const events = [];
  const options = {};
  if (["train", "add", "predict", "evaluate"].includes(method)) {
    const controller = new AbortController();
    options.signal = controller.signal;
    options.onProgress = (progress) => {
      events.push(progress);
      if (abortAtEpoch !== null && (progress.epoch ?? 0) >= abortAtEpoch) controller.abort();
    };
  }
  try {
    if (method === "train") return { result: await client.train({ ...args[0], ...options }), events };
    if (method === "openModel") return { result: await client.openModel(new Blob([bytes(args[0])])), events };
    if (method === "exportModel" || method === "exportPage") {
      const buffer = await (await client[method](...args)).arrayBuffer();
      const blob = await fetch(URL.createObjectURL(new Blob([buffer]))).then((r) => r.blob());
      return { result: await new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(",")[1]);
        reader.readAsDataURL(blob);
      }), events };
    }
    return { result: await client[method](...args.map(revive), options), events };
  } catch (error) {
    return { error: { name: error.name, message: error.message }, events };
  }
}
"""


class Client:
    """A client in a tab; methods as in client.js."""

    def __init__(self, page: Any, site: str, backend: str = "wasm", desk: str | None = None) -> None:
        self.page = page
        if not page.url.startswith(site):
            page.goto(f"{site}favicon.svg")
        self.info = page.evaluate(CONNECT, [site, {"backend": backend}, desk])
        self.events: list[dict[str, Any]] = []

    def reply(self, method: str, *args: Any, abort_at_epoch: int | None = None) -> dict[str, Any]:
        """Call, and give the result or the error."""
        reply = self.page.evaluate(CALL, [method, list(args), abort_at_epoch])
        self.events = reply["events"]
        return reply

    def __getattr__(self, method: str) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            reply = self.reply(method, *args, **options)
            assert "error" not in reply, reply["error"]
            return reply["result"]

        return call

    def export_model(self, **options: str) -> bytes:
        """The zip."""
        return base64.b64decode(self.exportModel(options))

    def open_model(self, data: bytes) -> dict[str, Any]:
        """Open a zip."""
        return self.openModel(base64.b64encode(data).decode())


def encoded(files: Iterable[tuple[str, bytes]]) -> list[list[str]]:
    """Files as CALL takes them."""
    return [[path, base64.b64encode(data).decode()] for path, data in files]


def tiles(dist: Path, split: str) -> list[tuple[str, bytes]]:
    """The sample photos of a built site."""
    folder = dist / "samples" / split
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*.*"))]


@contextmanager
def holding_tiles(chromium: Any, site: str, dist: Path) -> Iterator[Client]:
    """A client, in a tab of its own, that has the sample photos."""
    with opened_tab(chromium, site) as page:
        client = Client(page, site)
        for split in ("training", "validation"):
            client.add(split, encoded(tiles(dist, split)))
        yield client
