"""js/calls.d.ts: the page's calls, and the plain data in them; `python web/declare.py` writes it for tsc.

What desks/ declares in Python (handlers under `@call`, the TypedDicts and unions that they take and give) becomes types
of TypeScript, by which tsc checks js/desk.js, js/client.js and all that uses these.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args, get_origin

WEB = Path(__file__).resolve().parent
DESKS = WEB / "desks"
TARGET = WEB / "types/js/calls.d.ts"

_TYPES = {
    "str": "string",
    "int": "number",
    "float": "number",
    "bool": "boolean",
    "bytes": "Uint8Array<ArrayBuffer>",
    "Any": "unknown",
    "Blob": "Blob",
}
ALSO = {"Progress"}  # What calls tell before they reply.
_PASSED = _TYPES | {"bytes": "ArrayBuffer | ArrayBufferView"}


class Source:
    """One module of desks/."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.lines = text.splitlines()
        self.body = ast.parse(text, str(path)).body

    def comment(self, node: ast.AnnAssign) -> str:
        """What is said at the end of a line."""
        return self.lines[(node.end_lineno or 0) - 1].partition("  # ")[2]

    def handlers(self) -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
        """The names of calls, and what handles them."""
        for node in self.body:
            if isinstance(node, ast.AsyncFunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "call":
                        yield ast.literal_eval(mark.args[0]), node


class Declarations:
    """What desks/ declares, as TypeScript."""

    def __init__(self) -> None:
        self.sources = [Source(path) for path in sorted(DESKS.rglob("*.py"))]
        self.shapes: dict[str, tuple[Source, ast.ClassDef]] = {}
        self.unions: dict[str, ast.expr] = {}
        self.imported: dict[str, str] = {}
        self.named: set[str] = set()
        for source in self.sources:
            for node in source.body:
                if isinstance(node, ast.ClassDef):
                    self.shapes[node.name] = source, node
                elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp | ast.Subscript):
                    self.unions |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
                elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pyclassifier"):
                    self.imported |= {alias.name: str(node.module) for alias in node.names}

    def text(self) -> str:
        """The file."""
        lines = ["/** Made by web/declare.py of what web/desks/ declares: change it there. */"]
        calls = [self._call(name, node) for source in self.sources for name, node in source.handlers()]
        self.named |= ALSO
        types: dict[str, str] = {}
        while missing := self.named - types.keys():
            types |= {name: self._declare(name) for name in missing}
        lines += ["", *(types[name] for name in sorted(types))]
        lines += ["/** The calls of the page, by their names: parameters and result. */", "export type Calls = {"]
        return "\n".join([*lines, *calls, "};", ""])

    def _call(self, name: str, node: ast.AsyncFunctionDef) -> str:
        given = node.args.args[1:]  # after the desk or the site
        n_needed = len(given) - len(node.args.defaults)
        passed = [
            f"{one.arg}{'?' if i >= n_needed else ''}: {self._type(one.annotation, _PASSED)}"
            for i, one in enumerate(given)
        ]
        doc = _doc(ast.get_docstring(node), "  ")
        return f"{doc}  {name}: [[{', '.join(passed)}], {self._type(node.returns)}];"

    def _declare(self, name: str) -> str:
        if name in self.unions:
            return f"export type {name} = {self._type(self.unions[name])};\n"
        if name not in self.shapes:
            union = getattr(import_module(self.imported[name]), name)
            if get_origin(union) is not Literal:
                raise TypeError(f"Expected {name} to be a TypedDict or a union of plain data, got {union}.")
            return f"export type {name} = {' | '.join(map(json.dumps, get_args(union)))};\n"
        source, shape = self.shapes[name]
        bases = [ast.unparse(base) for base in shape.bases]
        if not bases:
            raise TypeError(f"Expected {name} to be a TypedDict, got another class.")
        bases = [base for base in bases if base != "TypedDict"]
        self.named.update(bases)
        is_partial = any(keyword.arg == "total" for keyword in shape.keywords)
        fields = [self._field(source, node, is_partial) for node in shape.body if isinstance(node, ast.AnnAssign)]
        joined = "".join(f"{base} & " for base in bases)
        return f"{_doc(ast.get_docstring(shape))}export type {name} = {joined}{{\n{''.join(fields)}}};\n"

    def _field(self, source: Source, node: ast.AnnAssign, is_partial: bool) -> str:
        annotation = node.annotation
        if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "NotRequired":
            annotation, is_partial = annotation.slice, True
        name = f"{ast.unparse(node.target)}{'?' if is_partial else ''}"
        return f"{_doc(source.comment(node), '  ')}  {name}: {self._type(annotation)};\n"

    def _type(self, node: ast.expr | None, types: dict[str, str] = _TYPES) -> str:
        """TypeScript of an annotation."""
        if isinstance(node, ast.BinOp):
            return f"{self._type(node.left, types)} | {self._type(node.right, types)}"
        if isinstance(node, ast.Constant) and node.value is None:
            return "null"
        if isinstance(node, ast.Subscript):
            return self._generic(node, types)
        name = ast.unparse(node).rpartition(".")[2] if node else ""
        if name in types:
            return types[name]
        if not any(name in known for known in (self.shapes, self.unions, self.imported)):
            raise TypeError(f"Expected an annotation of plain data, got {name!r}.")
        self.named.add(name)
        return name

    def _generic(self, node: ast.Subscript, types: dict[str, str]) -> str:
        kind, parts = ast.unparse(node.value), node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if kind == "Literal":
            return " | ".join(json.dumps(ast.literal_eval(part)) for part in parts)
        inner = [self._type(part, types) for part in parts]
        if kind in ("list", "Sequence"):
            return f"({inner[0]})[]" if "|" in inner[0] else f"{inner[0]}[]"
        return f"[{', '.join(inner)}]" if kind == "tuple" else f"Record<{', '.join(inner)}>"


def _doc(text: str | None, indent: str = "") -> str:
    return f"{indent}/** {' '.join(text.split())} */\n" if text else ""


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(Declarations().text(), encoding="utf-8")


if __name__ == "__main__":
    main()
