"""docs/: the guide, of docs/guide/*.md, in the look of the API reference."""

from __future__ import annotations

import re

from fetch import WEB
from pdoc import render

GUIDE = WEB.parent / "docs/guide"
# What pdoc's templates are replaced by; the reference's pages have the same.
TEMPLATES = WEB / "docs"


def guide_files() -> dict[str, bytes]:
    """Return the pages of the guide by their names on the site."""
    render.configure(template_directory=TEMPLATES)
    template = render.env.get_template("guide.html.jinja2")
    pages = {f"{path.stem}.html": path.read_text(encoding="utf-8") for path in sorted(GUIDE.glob("*.md"))}
    # As files they lead to each other, on the site as pages.
    return {
        name: template.render(page=name, markdown=re.sub(r"\]\(([\w-]+)\.md\b", r"](\1.html", text)).encode()
        for name, text in pages.items()
    }
