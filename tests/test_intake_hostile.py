"""Photos in one set: names, rows and tables that nobody would give their files."""

import csv
import io

import pytest
from conftest import IN_PYODIDE
from photos import Reader

from pyclassifier import Dataset
from pyclassifier.data import FoldersQuestion, MappingQuestion, from_set

if IN_PYODIDE:
    pytest.skip("hypothesis is not in the browser", allow_module_level=True)

from hypothesis import given, settings
from hypothesis import strategies as st

PHOTOS = ["p/1.jpg", "p/2.jpg", "p/a/3.png", "p/a/4.jpg"]


def files(paths=PHOTOS):
    return [(path, Reader(path.encode("utf-8", "replace"))) for path in paths]


names = st.text(st.characters(exclude_categories=()), max_size=12)
parts = st.sampled_from(["a", "b", "..", ".", "", "/", "train", "test", "images", "é", "1.jpg", "2.PNG", "x.csv"])
paths = st.lists(parts | names, max_size=4)


@settings(deadline=None)
@given(st.lists(paths.map("/".join), max_size=6))
def test_any_names_give_each_file_one_sample_or_one_problem(found):
    read = from_set(files(found), {}, {})
    readings = read.readings if isinstance(read, FoldersQuestion) else [None]
    for one in readings:
        how = {"label_by": one.label_by, "split_folders": one.split_folders} if one else {}
        dataset = Dataset(*from_set(files(found), {}, {}, **how))
        assert len(dataset.samples) + len(dataset.problems) == len(found)
        for sample in dataset.samples:
            assert sample.label and sample.label.strip() == sample.label and len(sample.label) <= 200


@settings(deadline=None)
@given(st.lists(st.tuples(paths.map("/".join), names), min_size=1, max_size=6))
def test_any_rows_give_each_photo_one_sample_or_one_problem(rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([("file", "label"), *rows])
    photos = list(dict.fromkeys(path for path, _ in rows))
    try:
        data = buffer.getvalue().encode()
    except UnicodeEncodeError:  # A lone surrogate, which no file can hold.
        return
    found = from_set(files(photos), {"t.csv": data}, {})
    if isinstance(found, tuple):
        samples, problems = found
        told = {sample.path for sample in samples} | {problem.path for problem in problems}
        assert set(photos) <= told and len({id(sample.source) for sample in samples}) == len(samples)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_an_error(data):
    for name in ("t.csv", "t.json"):
        found = from_set(files(), {name: data}, {})
        assert isinstance(found, MappingQuestion | FoldersQuestion) or all(sample.label for sample in found[0])
