"""Inputs that once went wrong, as the world hands them in (../shared/cases), by Python and by the page's own way."""

import warnings

import pytest
from conftest import IN_PYODIDE

if IN_PYODIDE:
    pytest.skip("../shared is not in the browser; the browser tests drop folders", allow_module_level=True)

from browser_fixtures import SHARED
from photos import Reader
from session_page import Page
from test_session_incoming import Handed

from pyclassifier import Dataset

CASES = SHARED / "cases"
if not CASES.is_dir():
    pytest.skip("../shared/cases is not here", allow_module_level=True)

# Photos of each class: for training or undecided, for validation, and for test.
RIGHT = {
    "a01_roboflow_folders": {"cat": (6, 2, 2), "dog": (6, 2, 2)},
    "a02_roboflow_multiclass_csv": {"cat": (3, 1, 1), "dog": (3, 1, 1)},
    "a04_tiny_imagenet": {"n01443537": (3, 0, 0), "n01629819": (3, 0, 0), "n01641577": (3, 0, 0)},
    "a05_class_named_train": {"bus": (4, 0, 0), "car": (4, 0, 0), "train": (4, 0, 0)},
    "a06_kaggle_unlabelled_test": {"nok": (4, 0, 0), "ok": (4, 0, 0), "unsure": (4, 0, 0)},
    "a10_breed_csv_no_ext": {"boston_bull": (4, 0, 0), "dingo": (4, 0, 0)},
    "a18_semicolon_latin1_excel": {"chêne": (4, 0, 0), "hêtre": (4, 0, 0)},
    "a40_zip_backslash": {"cat": (4, 0, 0), "dog": (4, 0, 0)},
    "a41_zip_gbk": {"苹果": (4, 0, 0), "香蕉": (4, 0, 0)},
    "a44_zip_macosx": {"cat": (4, 0, 0), "dog": (4, 0, 0)},
}


@pytest.mark.parametrize("case", RIGHT)
def test_python_reads_it_right_and_without_a_doubt(case):
    folder = CASES / case / "input"
    sources = [(Dataset.from_folder, folder), *((Dataset.from_zip, path) for path in folder.glob("*.zip"))]
    for read, source in sources:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            dataset = read(source)
        counted = dataset.count().items()
        found = {label: (n["training"] + n[None], n["validation"], n["test"]) for label, n in counted}
        assert found == RIGHT[case]


@pytest.mark.parametrize("case", RIGHT)
async def test_the_page_takes_it_in_right_and_asks_nothing(case):
    folder = CASES / case / "input"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    # A dropped folder goes by its own name.
    dropped = [Handed(path.relative_to(folder.parent).as_posix(), path.read_bytes()) for path in paths]
    added = await Page().call("add", "training", dropped)
    assert added["question"] is None
    assert {one["label"]: (one["training"], one["validation"], one["test"]) for one in added["classes"]} == RIGHT[case]


async def test_unlabelled_photos_are_named_and_training_goes_on():
    page = Page()
    folder = CASES / "a06_kaggle_unlabelled_test/input"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    handed = [Handed(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths]
    added = await page.call("add", "training", handed)
    assert {one["path"] for one in added["problems"]} == {f"data/test/{i}.jpg" for i in range(5)}
    assert {one["code"] for one in added["problems"]} == {"unlabelled-photo"}
    assert (await page.call("train", {"inputSize": 32, "epochs": 2}))["classes"] == ["nok", "ok", "unsure"]


async def test_a_folder_whose_icon_macos_keeps_is_no_photo():
    page = Page()
    names = ["photos/cat/1.jpg", "photos/cat/Icon\r", "photos/dog/1.jpg", "photos/dog/._1.jpg", "photos/Icon\r"]
    added = await page.call("add", "training", [Handed(name, b"x") for name in names])
    assert [one["path"] for one in added["added"]] == ["photos/cat/1.jpg", "photos/dog/1.jpg"]
    assert Dataset.from_files([(name, Reader(b"x")) for name in names]).y.tolist() == ["cat", "dog"]
