"""A report: one HTML file with all that is known of a training, which asks nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterable

from .markup import text

# Nothing is fetched and nothing runs, whatever is in the labels and photos; a picture stands in its page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAGE_STYLE = """body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }"""


def page_html(title: str, note: str, sections: Iterable[tuple[str, str]]) -> str:
    """A page of displays, to be kept as a file or printed.

    Parameters
    ----------
    title, note : str
        What it is about, as text.
    sections : iterable of (str, str)
        Heading, as text, and what stands below it, as the functions of this package make it; empty ones are left out.

    Returns
    -------
    str
        A whole document.
    """
    parts = "".join(f"<section><h2>{text(name)}</h2>{shown}</section>\n" for name, shown in sections if shown)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{_PAGE_STYLE}\n</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{text(title)}</h1>\n<p>{text(note)}</p>\n{parts}</main>\n</body>\n</html>\n"
    )
