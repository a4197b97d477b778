"""Models of others open on the page: it asks for what their files do not tell."""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
from photos import encode
from playwright.sync_api import expect
from test_languages import open_site

sys.path.insert(0, str(Path(__file__).parents[1] / "convert"))
from tfjs_models import conv_model

from pyclassifier.convert.formats import write_tfjs

KINDS = ("ant", "bee", "cat", "dog", "elk")


def zip_of(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"web model/{path.name}")
        archive.writestr("__MACOSX/web model/._model.json", b"\0")
    return buffer.getvalue()


def test_the_converters_output_opens_once_what_it_lacks_is_told(tab, site, tmp_path):
    write_tfjs(conv_model(), tmp_path / "web", shard_size=300)
    (tmp_path / "model.zip").write_bytes(zip_of(tmp_path / "web"))
    words = open_site(tab, site)  # The console tells of questions as of errors.
    open_model = tab.get_by_label(words["openModel"], exact=True)
    open_model.set_input_files(tmp_path / "model.zip")
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("5 classes")
    names = dialog.get_by_label(words["classNames"])
    names.fill("0 ant\n1 bee")
    dialog.get_by_role("button", name=words["openModel"]).click()
    expect(dialog).to_be_visible()  # Three are missing.
    names.fill("\n".join(f"{i} {kind}" for i, kind in enumerate(KINDS)))
    dialog.get_by_role("button", name=words["openModel"]).click()
    dialog.get_by_label(words["scaling"]).select_option("unit")
    dialog.get_by_role("button", name=words["openModel"]).click()
    expect(dialog).to_have_count(0)
    expect(tab.get_by_role("status")).to_contain_text("5 classes", timeout=60_000)
    photo = encode(np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8), "PNG")
    tab.locator("#try-photos").set_input_files({"name": "new.png", "mimeType": "image/png", "buffer": photo})
    expect(tab.locator("#recognised > ul > li")).to_contain_text("%", timeout=60_000)


def test_thinking_better_of_it_opens_nothing(tab, site, tmp_path):
    write_tfjs(conv_model(), tmp_path / "web")
    words = open_site(tab, site)
    files = sorted((tmp_path / "web").iterdir())
    tab.get_by_label(words["openModel"], exact=True).set_input_files(files)
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name=words["cancel"]).click()
    expect(dialog).to_have_count(0)
    expect(tab.locator("body")).to_contain_text("no model was opened")
