"""Photos in one set: flat folders, zips in folders, tables beside the photos, in the ways that people have them."""

import io
import json
import zipfile

import pytest
from photos import Reader

from pyclassifier import Dataset
from pyclassifier.data import Columns, MappingQuestion, from_set
from pyclassifier.errors import DatasetError

PHOTOS = ["p/1.jpg", "p/2.jpg", "p/a/3.png", "p/a/4.jpg"]


def files(paths=PHOTOS):
    return [(path, Reader(path.encode())) for path in paths]


def labels(dataset):
    return {sample.path: sample.label for sample in dataset.samples}


def reasons(dataset):
    return {problem.path: problem.reason for problem in dataset.problems}


def from_csv(text, paths=PHOTOS, **options):
    return Dataset.from_csv(text if isinstance(text, bytes) else text.encode(), files(paths), **options)


CAT_DOG = dict(zip(PHOTOS, ["cat", "dog", "cat", "dog"], strict=True))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", ", "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "head", [("filename", "label"), ("Nom du fichier", "Catégorie"), ("图片名称", "类别"), ("Image ID", "Species")]
)
def test_delimiters_encodings_and_languages(separator, encoding, head):
    rows = [head, ("1.jpg", "chat été"), ("2.jpg", "犬"), ("3.png", "chat été"), ("4.jpg", "犬")]
    data = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    found = labels(from_csv(data))
    assert list(found.values()) == ["chat été", "犬", "chat été", "犬"]


@pytest.mark.parametrize(
    "names",
    [
        ["p/1.jpg", "p/2.jpg", "p/a/3.png", "p/a/4.jpg"],
        ["./p/1.jpg", "p\\2.jpg", "p/a/../a/3.png", "P/A/4.JPG"],
        ["/data/set/p/1.jpg", "C:\\x\\p\\2.jpg", "https://x.org/p/a/3.png", "../p/a/4.jpg"],
        ["1.jpg", "2.jpg", "a/3.png", "a/4.jpg"],
        ["1", "2", "3", "4"],
        ["1.png", "2.tif", "3.jpeg", "p/a/4.png"],
    ],
)
def test_rows_name_photos_by_path_its_end_file_name_or_stem(names):
    rows = [f"{name},{label}" for name, label in zip(names, CAT_DOG.values(), strict=True)]
    found = from_csv("\n".join(["file,label", *rows]))
    assert labels(found) == CAT_DOG and not found.problems


def test_names_that_fit_several_photos_are_problems_unless_the_folder_tells():
    paths = ["a/1.jpg", "b/1.jpg", "b/2.jpg", "c/2.jpg", "d/2.jpg"]
    found = from_csv("file,label\n1.jpg,x\nb/2.jpg,y\nc/2,y\n2.jpg,x", paths)
    assert labels(found) == {"b/2.jpg": "y", "c/2.jpg": "y"}
    assert reasons(found)["the table, row 2"] == "'1.jpg' may be a/1.jpg and b/1.jpg. Write the folder, too."
    assert "no row of the table names it" in reasons(found)["a/1.jpg"]


def test_rows_without_photo_and_photos_without_row_are_problems():
    found = from_csv("file,label\n1.jpg,cat\n9.jpg,cat\n2.jpg,\n3.png,dog\n,dog")
    assert labels(found) == {"p/1.jpg": "cat", "p/a/3.png": "dog"}
    assert reasons(found) == {
        "the table, row 3": "no photo is called '9.jpg'.",
        "the table, row 6": "names no photo.",
        "p/2.jpg": "its row gives it no class (the table, row 4).",
        "p/a/4.jpg": "no row of the table names it.",
    }


def test_a_photo_with_two_classes_is_a_problem_and_the_nearer_name_wins():
    found = from_csv("file,label\np/1.jpg,cat\nq/1.jpg,dog\n2.jpg,cat\n2.jpg,dog\n3.png,cat\n3.png,cat\n4.jpg,dog")
    assert labels(found) == {"p/1.jpg": "cat", "p/a/3.png": "cat", "p/a/4.jpg": "dog"}
    assert reasons(found)["p/2.jpg"] == "rows give it different classes, such as 'cat' and 'dog'."


def test_the_rows_of_a_whole_collection_do_not_bury_the_rest():
    rows = "\n".join(f"{i}.jpg,{'cat' if i % 2 else 'dog'}" for i in range(1, 3000))
    found = from_csv("file,label\n" + rows)
    assert len(found.samples) == 4 and len(found.problems) == 51
    assert "2945 more rows" in found.problems[-1].reason


def test_one_hot_columns_as_kaggle_has_them():
    text = "image_id,healthy,rust,scab\n1,1,0,0\n2,0,1.0,0\n3,0,0,1\n4,0,1,0"
    assert list(labels(from_csv(text)).values()) == ["healthy", "rust", "scab", "rust"]
    found = from_csv("image_id,a,b,note\n1,1,0,x\n2,1,1,y\n3,0,1,z\n4,0,1,z", label_column=["a", "b"])
    assert list(labels(found).values()) == ["a", "b", "b"]
    assert "its row gives it no class" in reasons(found)["p/2.jpg"]


def test_numbers_beside_names_are_the_same_classes_once_more():
    text = "class id,filepaths,labels,data set\n0,p/1.jpg,cat,train\n1,p/2.jpg,dog,test\n0,p/a/3.png,cat,valid\n"
    found = from_csv(text)
    assert [(s.label, s.split) for s in found.samples] == [
        ("cat", "training"),
        ("dog", "test"),
        ("cat", "validation"),
    ]
    assert [s.split for s in from_csv(text, split="training").samples] == ["training"] * 3


def test_a_row_number_is_not_taken_for_a_file_name():
    text = "id,image,label\n2,1.jpg,cat\n1,2.jpg,dog\n4,3.png,cat\n3,4.jpg,dog"
    assert labels(from_csv(text)) == CAT_DOG


def test_a_table_without_head_is_understood():
    assert labels(from_csv("1.jpg;cat\n2.jpg;dog\n3.png;cat\n4.jpg;dog")) == CAT_DOG


@pytest.mark.parametrize(
    "value",
    [
        dict(zip(["1.jpg", "p/2.jpg", "3", "4.jpg"], CAT_DOG.values(), strict=True)),
        [{"image": path, "class": label, "w": 3} for path, label in CAT_DOG.items()],
    ],
)
def test_json(value, tmp_path):
    data = json.dumps(value).encode()
    assert labels(Dataset.from_csv(data, files())) == CAT_DOG
    (tmp_path / "labels.json").write_bytes(data)
    (tmp_path / "p/a").mkdir(parents=True)
    for path in PHOTOS:
        (tmp_path / path).write_bytes(b"")
    found = Dataset.from_csv(tmp_path / "labels.json", tmp_path)
    assert labels(found) == CAT_DOG and not found.problems


def test_uncertain_columns_are_an_error_that_names_likely_ones():
    text = "file,colour,shape\n1.jpg,red,round\n2.jpg,blue,round\n3.png,red,flat\n4.jpg,blue,flat"
    with pytest.raises(DatasetError, match=r"'file', 'colour', 'shape'.*such as file_column='file', label_col"):
        from_csv(text)
    assert list(labels(from_csv(text, label_column="shape")).values()) == ["round", "round", "flat", "flat"]
    with pytest.raises(DatasetError, match="got 'size'"):
        from_csv(text, label_column="size")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "got an empty file"),
        (b"\xff\xfe\x00\xd8", "in UTF-8, UTF-16 or what Excel writes"),
        (b'{"a": ', "got no JSON"),
        (b"[1, 2]", "got something else"),
        (b"[" * 100_000, "got no JSON"),
        (b'[{"a": ' * 1000 + b"1" + b"}]" * 1000, "got no JSON"),
        (b'file,label\n"' + b"x" * 200_000, "got something else"),
        (b"name,label\nnothing.jpg,x", "Give file_column and label_column."),
    ],
)
def test_what_is_no_such_table_is_said(data, message):
    with pytest.raises(DatasetError, match=message):
        Dataset.from_csv(data, files())


def take(paths, tables=None, answers=None, **options):
    data = {name: text.encode() for name, text in (tables or {}).items()}
    found = from_set(files(paths), data, answers or {}, **options)
    return found if isinstance(found, MappingQuestion) else Dataset(*found)


def test_tables_of_a_set_say_by_their_names_what_the_photos_are_for():
    tables = {"train.csv": "file,label\n1.jpg,cat\n2.jpg,dog", "val.csv": "file,label\n3.png,cat\n4.jpg,dog"}
    found = take(PHOTOS, tables)
    assert labels(found) == CAT_DOG
    assert [sample.split for sample in found.samples] == ["training"] * 2 + ["validation"] * 2


def test_tables_that_tell_nothing_of_the_photos_leave_it_to_the_folders():
    found = take(["cat/1.jpg", "dog/2.jpg"], {"prices.csv": "item,price\na,11\nb,12", "x.json": "[3]"})
    assert labels(found) == {"cat/1.jpg": "cat", "dog/2.jpg": "dog"}
    assert "names no photos" in reasons(found)["prices.csv"] and "something else" in reasons(found)["x.json"]
    numbers = take(["cat/1.jpg", "dog/2.jpg"], {"prices.csv": "item,price\na,1\nb,2"})
    assert isinstance(numbers, MappingQuestion), "numbers may happen to be names"


def test_a_question_is_answered():
    table = {"t.csv": "file,colour,shape\n1.jpg,red,round\n2.jpg,blue,round\n3.png,red,flat\n4.jpg,blue,flat"}
    question = take(PHOTOS, table)
    assert isinstance(question, MappingQuestion) and question.guess.file == "file" and question.guess.label == "colour"
    assert question.examples("shape") == ["round", "flat"]
    assert list(labels(take(PHOTOS, table, {"t.csv": Columns("file", "shape")})).values()) == [
        "round",
        "round",
        "flat",
        "flat",
    ]
    assert labels(take(PHOTOS, table, {"t.csv": None})) == dict(zip(PHOTOS, ["p", "p", "a", "a"], strict=True))


def test_captions_are_not_taken_for_classes_unasked():
    rows = "\n".join(f"{i}.jpg,caption number {i}" for i in range(30))
    assert isinstance(take([f"{i}.jpg" for i in range(30)], {"c.csv": f"file,label\n{rows}"}), MappingQuestion)


def test_the_names_of_files_in_one_folder_are_labels_where_they_tell_classes_apart():
    names = [f"{label}{between}.jpg" for label in ("cat", "dog") for between in ("-1", "_2", " (3)")]
    assert set(labels(take([f"pets/{name}" for name in names])).values()) == {"cat", "dog"}
    assert set(labels(take([f"pets/train/{name}" for name in names])).values()) == {"cat", "dog"}
    for other in (["x/1.jpg"], ["pets/rose.jpg", "pets/lily.jpg"]):
        assert "pets" in labels(take([*(f"pets/{name}" for name in names), *other])).values()
    assert set(labels(take([f"cat/IMG_{i}.jpg" for i in range(9)])).values()) == {"cat"}
    assert set(labels(take([f"cat/{label}-1.jpg" for label in "abcd"])).values()) == {"cat"}, "one of each is no class"


def test_all_photos_go_to_one_class_on_request():
    found = Dataset.from_files(files([*PHOTOS, "x/val/5.jpg", "notes.txt"]), label=" cat ", group="burst 1")
    assert set(labels(found).values()) == {"cat"} and {sample.group for sample in found.samples} == {"burst 1"}
    assert found.samples[-1].split == "validation" and [p.path for p in found.problems] == ["notes.txt"]
    with pytest.raises(DatasetError, match="a name for the class"):
        Dataset.from_files(files(), label=" \u200b")


async def test_zips_in_a_folder_are_folders(tmp_path):
    def write(path, *names):
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as file:
            for name in names:
                file.writestr(name, name)

    write(tmp_path / "cat.zip", "1.jpg", "__MACOSX/._1.jpg", "inner.zip")
    write(tmp_path / "more/birds.zip", "owl/1.jpg", "val/owl/2.jpg")
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    found = Dataset.from_folder(tmp_path)
    assert labels(found) == {"cat/1.jpg": "cat", "more/birds/owl/1.jpg": "owl", "more/birds/val/owl/2.jpg": "owl"}
    assert await found.samples[1].read() == b"owl/1.jpg"
    assert "Unpack it first" in reasons(found)["cat/inner.zip"] and "no zip" not in reasons(found)["broken.zip"]
    assert len(found.problems) == 3


def test_names_that_macos_wrote_into_a_zip_are_read_as_utf8():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("Käfer/1.jpg", b"x")
    data = bytearray(buffer.getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at : at + 2] = (int.from_bytes(data[at : at + 2], "little") & ~0x800).to_bytes(2, "little")
    assert Dataset.from_zip(bytes(data)).labels == ["Käfer"]


def test_a_spreadsheet_is_named_as_such(tmp_path):
    (tmp_path / "labels.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(DatasetError, match=r"got a spreadsheet\. Save it as CSV"):
        Dataset.from_csv(tmp_path / "labels.xlsx", files(PHOTOS))
