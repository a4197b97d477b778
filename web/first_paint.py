"""What a visitor reads before the page's program has come: its texts, written into the HTML in every language."""

from __future__ import annotations

import html
import json
import re
import subprocess
from functools import cache
from typing import TypedDict

from fetch import WEB

# The texts ask for the browser's language when they are imported, which Node.js has none of.
_READ = """
globalThis.navigator ??= { languages: [] };
const { LANGUAGES } = await import("./site/js/locale.js");
const all = {};
for (const name of Object.keys(LANGUAGES))
  all[name] = { ...LANGUAGES[name], labels: (await import(`./site/js/texts/${name}.js`)).labels };
process.stdout.write(JSON.stringify(all));
"""
_EMPTY = re.compile(r'(<\w+[^>]*? data-(?:text|first)="(\w+)"[^>]*)>(?=</)')


class Language(TypedDict):
    """What a language is called, by itself and in `lang`, and the page's fixed texts in it."""

    name: str
    tag: str
    labels: dict[str, str]


@cache
def languages() -> dict[str, Language]:
    """Return the page's languages; the first is the one that stands in the HTML."""
    command = ["node", "--input-type=module", "--eval", _READ]
    read = subprocess.run(command, cwd=WEB, check=True, capture_output=True, text=True)
    spoken: dict[str, Language] = json.loads(read.stdout)
    return spoken


def with_texts(source: str) -> str:
    """Return HTML whose empty elements with a text (`data-text`) hold it, and that in other languages as attributes.

    js/first.js shows those; js/dom.js fills them once more, as whenever the language changes.
    """
    first, *others = languages()

    def fill(found: re.Match[str]) -> str:
        tag, name = found.groups()
        spoken = "".join(
            f' data-{language}="{html.escape(languages()[language]["labels"][name])}"' for language in others
        )
        return f"{tag}{spoken}>{html.escape(languages()[first]['labels'][name], quote=False)}"

    options = (
        f'<option value="{value}" lang="{language["tag"]}">{language["name"]}</option>'
        for value, language in languages().items()
    )
    return _EMPTY.sub(fill, source).replace("<!-- languages -->", "\n            ".join(options))
