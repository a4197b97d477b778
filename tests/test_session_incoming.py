"""Photos come in, and small pictures of them go out."""

import io
import zipfile

import numpy as np
import pytest
from conftest import IN_PYODIDE
from photos import COLORS, Reader, color_files, encode, noisy
from PIL import Image

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import FAST, Page, files


async def test_a_small_picture_of_a_photo_is_a_jpeg_in_proportion():
    page = Page()
    wide = encode(Image.new("RGB", (900, 300), "red"), "TIFF")
    await page.call("add", "training", files([("p/cat/wide.tif", Reader(wide)), ("p/cat/no.jpg", Reader(b"no"))]))
    picture = Image.open(io.BytesIO(await page.call("picture", 0, 120)))
    assert (picture.format, picture.size) == ("JPEG", (120, 40))
    red, green, blue = picture.getpixel((60, 20))
    assert red > 240 and green < 15 and blue < 15
    assert "p/cat/no.jpg: not an image" in (await page.try_call("picture", 1, 120))["error"]["message"]


@pytest.mark.parametrize(("photo", "size", "message"), [(99, 120, "99"), (0, 0, "1..2048"), (0, 4096, "1..2048")])
async def test_impossible_pictures_are_said(photo, size, message):
    page = Page()
    await page.call("add", "training", files(color_files(1)))
    error = (await page.try_call("picture", photo, size))["error"]
    assert error["name"] == "ValueError" and message in error["message"]


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


class Handed:
    """A file as the worker hands it over, which counts what was read of it."""

    def __init__(self, path, data):
        self.path, self.data, self.size, self.n_bytes = path, data, len(data), 0

    async def read(self):
        return self.data

    def slice(self, start, stop):
        self.n_bytes += stop - start
        return self.data[start:stop]


def blue_and_red():
    return [(f"{label}/{i}.png", encode(noisy(COLORS[label], i))) for label in ("blue", "red") for i in range(6)]


def counts(album):
    return {c["label"]: (c["training"], c["validation"]) for c in album["classes"]}


async def test_zips_are_looked_into_and_learned_from():
    page = Page()
    pets = Handed("drop/pets.zip", zipped(*blue_and_red(), ("val/blue/v.png", encode(noisy(COLORS["blue"], 50)))))
    cat = Handed("green.zip", zipped(*((f"{i}.png", encode(noisy(COLORS["green"], i))) for i in range(6))))
    added = await page.call("add", {}, [Handed("no.zip", b"no zip"), pets, cat, Handed("drop/pets/red/7.png", b"x")])
    assert counts(added) == {"blue": (6, 1), "green": (6, 0), "red": (7, 0)}
    assert [one["index"] for one in added["added"]] == [None] * 19 + [3]
    assert [p["path"] for p in added["problems"]] == ["no.zip"]
    assert Image.open(io.BytesIO(await page.call("picture", 0, 32))).size == (32, 24)
    assert (await page.call("train", FAST))["nTraining"] == 19


async def test_of_a_large_zip_only_what_is_wanted_is_read():
    page = Page()
    photo = encode(noisy(COLORS["red"], 1), "PNG")
    filler = np.random.default_rng(0).bytes(8 << 20)  # does not deflate
    large = Handed("big.zip", zipped(("a/1.png", photo), ("a/filler.jpg", filler), ("a/2.png", photo)))
    await page.call("add", {}, [large])
    await page.call("picture", 0, 32)
    assert 0 < large.n_bytes < 2 << 20 < large.size


async def test_a_table_beside_the_photos_gives_them_their_classes():
    page = Page()
    names = [(f"images/{i}.png", Reader(data)) for i, (_, data) in enumerate(blue_and_red())]
    table = "\n".join(["filename;étiquette;jeu", *(f"{i};{'bleu' if i < 6 else 'rouge'};train" for i in range(12))])
    added = await page.call("add", "training", files([*names, ("labels.csv", Reader(table.encode()))]))
    assert counts(added) == {"bleu": (6, 0), "rouge": (6, 0)} and added["question"] is None and not added["problems"]
    assert {one["split"] for one in added["added"]} == {"training"}


async def test_uncertain_columns_are_asked_about_before_anything_is_taken_in():
    page = Page()
    photos = [(f"{i}.png", Reader(data)) for i, (_, data) in enumerate(blue_and_red())]
    table = "\n".join(["file,colour,tone", *(f"{i}.png,{'blue' if i < 6 else 'red'},t{i % 2}" for i in range(12))])
    dropped = [*photos, ("x/labels.csv", Reader(table.encode()))]
    asked = await page.call("add", {}, files(dropped))
    assert asked["added"] == [] and asked["classes"] == []
    question = asked["question"]
    assert (question["path"], question["rows"]) == ("x/labels.csv", 12)
    assert question["columns"][1] == {"name": "colour", "examples": ["blue", "red"]}
    assert question["guess"] == {"file": "file", "label": "colour", "split": None} and question["oneHot"] == []
    answer = {"x/labels.csv": {"file": "file", "label": "tone", "split": None}}
    assert counts(await page.call("add", {"mapping": answer}, files(dropped))) == {"t0": (6, 0), "t1": (6, 0)}
    wrong = {"x/labels.csv": {"file": "file", "label": "none"}}
    assert "got 'none'" in (await page.try_call("add", {"mapping": wrong}, files(dropped)))["error"]["message"]
    other = Page()
    ignored = await other.call("add", {"mapping": {"x/labels.csv": None}}, files(dropped))
    assert ignored["added"] == [] and ignored["question"] == {"kind": "label", "photos": 12}
    labelled = await other.call("add", {"mapping": {"x/labels.csv": None}, "label": "both"}, files(dropped))
    assert counts(labelled) == {"both": (12, 0)} and labelled["added"][2]["path"] == "2.png"


async def test_folders_that_can_be_read_in_several_ways_are_asked_about_before_anything_is_taken_in():
    page = Page()
    plants = [("Tomato", "healthy"), ("Tomato", "rust"), ("Potato", "healthy"), ("Potato", "blight")]
    dropped = files(
        (f"p/{plant}/{state}/{i}.png", Reader(encode(noisy(COLORS["red"], i))))
        for plant, state in plants
        for i in range(3)
    )
    asked = await page.call("add", {}, dropped)
    assert asked["added"] == [] and asked["classes"] == [] and asked["question"]["kind"] == "folders"
    path, folder, top = asked["question"]["readings"]
    assert [(one["labelBy"], one["classes"], one["leftOut"]) for one in (path, folder, top)] == [
        ("path", 4, 0),
        ("folder", 3, 0),
        ("top", 2, 0),
    ]
    assert folder["tree"][1] == {
        "name": "healthy",
        "photos": 6,
        "branches": [{"name": f"p/{p}/healthy", "photos": 3, "branches": [], "more": 0} for p in ("Tomato", "Potato")],
        "more": 0,
    }
    answer = {"labelBy": folder["labelBy"], "splitFolders": folder["splitFolders"]}
    assert counts(await page.call("add", answer, dropped)) == {"blight": (3, 0), "healthy": (6, 0), "rust": (3, 0)}


async def test_the_zip_of_a_project_is_told_from_photos():
    page = Page()
    photos = [(f"photos/{i}.png", encode(noisy(COLORS["red"], i))) for i in range(3)]
    packed = zipped(("project.json", b"{}"), *photos)
    assert (await page.call("add", {}, [Handed("mine.zip", packed)]))["question"] == {"kind": "project"}
    both = await page.call("add", {}, [Handed("mine.zip", packed), Handed("more.zip", zipped(*photos))])
    assert both["question"] is None and both["added"], "beside other files it is taken for what it holds"


async def test_a_model_among_the_ways_for_photos_is_told_from_broken_photos():
    page = Page()
    names = ("model.json", "weights.bin", "metadata.json")
    loose = [(f"my_model/{name}", Reader(b"{}")) for name in (*names, ".DS_Store")]
    packed = Handed("model.zip", zipped(*((name, b"{}") for name in names)))
    for dropped, how in ((files(loose), {}), ([packed], {}), (files(loose), {"label": "red"})):
        asked = await page.call("add", how, dropped)
        assert asked["question"] == {"kind": "model"} and not asked["added"] and not asked["problems"]
    copies = [(name, Reader(b"{}")) for name in ("model (1).json", "group1-shard1of1 (1).bin", "metadata (1).json")]
    assert (await page.call("add", {}, files(copies)))["question"] == {"kind": "model"}
    # Beside photos it is one of the files to leave out.
    added = await page.call("add", {}, files([*loose, *color_files(2)]))
    assert added["question"] is None and len(added["added"]) == 6
    assert {"my_model/model.json", "my_model/weights.bin"} <= {one["path"] for one in added["problems"]}


async def test_photos_are_added_to_one_class_and_bursts_stay_together():
    page = Page()
    added = await page.call("add", {"label": "red", "group": "burst 1"}, files(color_files(2)))
    assert counts(added) == {"red": (6, 0)}
    await page.call("add", {"label": "blue"}, files(color_files(1)))
    samples = page.session.desks["photos"].album.samples
    assert [sample.group for sample in samples.values()] == ["burst 1"] * 6 + [None] * 3
    assert "a name for the class" in (await page.try_call("add", {"label": " "}, files([])))["error"]["message"]


async def test_a_stop_takes_nothing_in():
    page = Page()
    page.stop.requested = True
    assert (await page.try_call("add", {}, files(color_files(2))))["error"]["name"] == "AbortError"
    assert (await page.call("album"))["classes"] == []
