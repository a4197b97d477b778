"""Drive the built site's JupyterLab from a test: one tab, one notebook, its kernel."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

# web/jupyter-lite.json has JupyterLab show its application object as `jupyterapp`.
OPENED = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel != null"

START = """
async () => {
  const { context, sessionContext } = jupyterapp.shell.currentWidget;
  await Promise.all([context.ready, sessionContext.ready]);
  globalThis.kernel = sessionContext.session.kernel;
  // The kernel answers when it has started; unlike executing nothing, this does not count as a cell.
  await kernel.requestComplete({ code: "", cursor_pos: 0 });
}
"""

EXECUTE = """
async (code) => {
  const future = kernel.requestExecute({ code });
  const outputs = [];
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type !== "status" && header.msg_type !== "execute_input") {
      outputs.push({ output_type: header.msg_type, ...content });
    }
  };
  await future.done;
  return outputs;
}
"""

RUN_ALL = """
async () => {
  await jupyterapp.commands.execute("notebook:run-all-cells");
  return jupyterapp.shell.currentWidget.content.model.toJSON().cells;
}
"""

WRITE = """
([path, content]) => jupyterapp.serviceManager.contents.save(
  path, { type: "file", format: "base64", name: path, path, content })
"""

READ = """
async (path) => {
  const { format, content } = await jupyterapp.serviceManager.contents.get(path, { format: "base64", content: true });
  if (format !== "base64") throw new Error(`Expected ${path} in base64, got ${format}.`);
  return content;
}
"""


class CellError(Exception):
    """A cell ended with a Python error; the message is name and text of it."""


@dataclass
class Outputs:
    """What a cell showed."""

    stdout: str = ""
    html: list[str] = field(default_factory=list)
    n_images: int = 0

    @classmethod
    def of(cls, outputs: list[dict[str, Any]]) -> Outputs:
        shown = cls()
        for output in outputs:
            data = output.get("data", {})
            if output["output_type"] == "error":
                raise CellError(f"{output['ename']}: {output['evalue']}\n{shown.stdout}")
            if output["output_type"] == "stream" and output["name"] == "stdout":
                shown.stdout += _joined(output["text"])
            elif "image/png" in data:
                shown.n_images += 1
            elif "text/html" in data:
                shown.html.append(_joined(data["text/html"]))
            elif "text/markdown" in data:
                shown.stdout += _joined(data["text/markdown"]) + "\n"
            elif "text/plain" in data:
                shown.stdout += _joined(data["text/plain"]) + "\n"
        return shown


class Notebook:
    """A notebook of the site, with a fresh kernel; the files that it sees are those of the file browser."""

    def __init__(self, tab: Any, site: str, path: str = "quickstart.ipynb") -> None:
        self.tab = tab
        tab.goto(f"{site}lab/lab/index.html?path={path}")
        tab.wait_for_function(OPENED)
        tab.evaluate(START)

    def execute(self, code: str) -> str:
        """Run code in the kernel, beside the notebook's cells; return the text that it shows."""
        return Outputs.of(self.tab.evaluate(EXECUTE, code)).stdout

    def run_all(self) -> list[Outputs]:
        """Run the notebook from top to bottom; return what each of its code cells shows."""
        cells = [cell for cell in self.tab.evaluate(RUN_ALL) if cell["cell_type"] == "code"]
        shown = [Outputs.of(cell["outputs"]) for cell in cells]
        assert all(cell["execution_count"] for cell in cells), "a cell did not run"
        return shown

    def write_file(self, path: str, data: bytes) -> None:
        """Put a file into the file browser."""
        self.tab.evaluate(WRITE, [path, base64.b64encode(data).decode()])

    def read_file(self, path: str) -> bytes:
        """Take a file out of the file browser."""
        return base64.b64decode(self.tab.evaluate(READ, path))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
