"""Parts that all displays are made of: escaped text, tables, bars, and one style for light and dark themes."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from math import isnan

from ..data import Problem

ACCENT, SECOND = "#2f7de1", "#d9730d"  # Both stand out from white as well as from black.

# Whatever the theme: lines and quiet text are shades of the text's own colour. Selectors outweigh JupyterLab's.
_STYLE = f"""<style>
.pyc {{ --a: {ACCENT}; --b: {SECOND}; --line: color-mix(in srgb, currentColor 22%, transparent);
  --quiet: color-mix(in srgb, currentColor 72%, transparent); max-width: 60rem; overflow-x: auto;
  font: 13px/1.45 var(--jp-ui-font-family, system-ui, sans-serif); color: var(--jp-ui-font-color1, inherit); }}
.pyc h3.pyc-h {{ font-size: 14px; font-weight: 600; margin: 2px 0 6px; }}
.pyc p {{ margin: 2px 0 8px; }}
.pyc .pyc-q {{ color: var(--quiet); font-weight: 400; }}
.pyc table.pyc-t {{ border-collapse: collapse; border: 0; margin: 4px 0 8px; font-size: 13px; table-layout: auto; }}
.pyc table.pyc-t tr:nth-child(n) {{ background: none; }}
.pyc table.pyc-t th, .pyc table.pyc-t td {{ text-align: right; padding: 4px 10px; border: 0 solid var(--line);
  border-bottom-width: 1px; vertical-align: middle; max-width: 22rem; overflow-wrap: anywhere; white-space: normal; }}
.pyc table.pyc-t th {{ font-weight: 600; }}
.pyc table.pyc-t th[scope=row], .pyc table.pyc-t.pyc-l td {{ text-align: left; }}
.pyc table.pyc-t.pyc-l th {{ text-align: left; font-weight: 400; }}
.pyc .pyc-f {{ display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: flex-start; }}
.pyc .pyc-s {{ display: flex; flex-wrap: wrap; gap: 3px; }}
.pyc img.pyc-i {{ display: block; margin: 0; border-radius: 4px; object-fit: cover; max-width: none; }}
.pyc .pyc-bar {{ height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; min-width: 60px;
  margin-bottom: 8px; }}
.pyc .pyc-bar > div {{ height: 100%; background: var(--a); }}
.pyc .pyc-bar.pyc-b > div {{ background: var(--b); }}
.pyc svg text {{ fill: currentColor; font-size: 11px; }}
.pyc svg .pyc-q {{ fill: var(--quiet); }}
.pyc details {{ margin: 4px 0; }}
.pyc summary {{ cursor: pointer; }}
.pyc ul {{ margin: 4px 0; padding-left: 20px; overflow-wrap: anywhere; }}
.pyc code {{ font-family: var(--jp-code-font-family, ui-monospace, monospace); background: none; color: inherit;
  font-size: 12px; padding: 0; }}
</style>"""
_MAX_PROBLEMS = 50
_MAX_TEXT = 300


def text(value: object) -> str:
    """Anything as text of a page, whatever it holds; long text is cut."""
    shown = str(value)
    return html.escape(shown if len(shown) <= _MAX_TEXT else shown[: _MAX_TEXT - 1] + "…")


def block(*parts: str) -> str:
    """The HTML of a display: its parts under one style."""
    return f'{_STYLE}<div class="pyc">{"".join(parts)}</div>'


def heading(title: object, note: object = "") -> str:
    """The heading of a display: a title with a quiet remark."""
    quiet = f' <span class="pyc-q">{text(note)}</span>' if note else ""
    return f'<h3 class="pyc-h">{text(title)}{quiet}</h3>'


def table(head: Sequence[object], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """A table whose first column names the rows.

    Parameters
    ----------
    head : sequence
        Titles of the columns, as text.
    rows : iterable of sequence of str
        Cells, as markup.
    numbers : bool
        Whether the other columns are of numbers, which belong to the right.
    """
    scopes = ("row", *("col" for _ in head[1:]))
    titles = "".join(
        f'<th scope="{scope}">{text(title)}</th>' if title else "<td></td>"
        for scope, title in zip(scopes, head, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>" for row in rows
    )
    head_row = f"<thead><tr>{titles}</tr></thead>" if any(head) else ""
    return f'<table class="pyc-t{"" if numbers else " pyc-l"}">{head_row}<tbody>{body}</tbody></table>'


def bar(share: float, label: str, *, width: str = "100%", second: bool = False) -> str:
    """A bar filled to a share in 0..1, with a name for those who hear the page."""
    percent = 0.0 if isnan(share) else min(max(share, 0.0), 1.0) * 100
    return (
        f'<div class="pyc-bar{" pyc-b" if second else ""}" role="img" aria-label="{text(label)}" '
        f'style="width:{width}"><div style="width:{percent:.1f}%"></div></div>'
    )


def percent(share: float | None) -> str:
    """A share in 0..1 as "97.3 %"; "–" where it is undefined."""
    return "–" if share is None or isnan(share) else f"{100 * share:.1f} %"


def problem_list(problems: Sequence[Problem]) -> str:
    """Files that were not used, folded up; nothing where there are none."""
    if not problems:
        return ""
    items = "".join(f"<li><code>{text(one.path)}</code>: {text(one.reason)}</li>" for one in problems[:_MAX_PROBLEMS])
    rest = len(problems) - _MAX_PROBLEMS
    more = f"<li>and {rest:,} more</li>" if rest > 0 else ""
    return f"<details><summary>{count(len(problems), 'file')} not used</summary><ul>{items}{more}</ul></details>"


def count(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 photo", "1,200 photos"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
