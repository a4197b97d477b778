"""Tables of public data sets: annotations in formats of others, forms for guesses, CSV as Excel writes it."""

import json
import warnings

import pytest
from photos import Reader

from pyclassifier import Dataset
from pyclassifier.data import Columns, MappingQuestion, NamesQuestion, from_set

PHOTOS = ["p/1.jpg", "p/2.jpg", "p/3.jpg", "p/4.jpg"]
CAT_DOG = dict(zip(PHOTOS, ["cat", "dog", "cat", "dog"], strict=True))


def files(paths):
    return [(path, Reader(path.encode())) for path in paths]


def find(tables, paths=PHOTOS, answers=None, **options):
    data = {name: text if isinstance(text, bytes) else text.encode() for name, text in tables.items()}
    return from_set(files(paths), data, answers or {}, **options)


def take(tables, paths=PHOTOS, **options):
    found = find(tables, paths, **options)
    assert isinstance(found, tuple), found
    return Dataset(*found)


def labels(dataset):
    return {sample.path: sample.label for sample in dataset.samples}


def codes(dataset):
    return {problem.path: problem.reason.code for problem in dataset.problems}


def coco(marks, names=("1.jpg", "2.jpg", "3.jpg", "4.jpg")):
    """Of each photo the categories of the things in it."""
    return json.dumps(
        {
            "info": {},
            "images": [{"id": 10 + i, "file_name": name, "width": 9} for i, name in enumerate(names)],
            "categories": [{"id": 5, "name": "cat"}, {"id": 7, "name": "dog"}],
            "annotations": [
                {"id": n, "image_id": 10 + i, "category_id": {"cat": 5, "dog": 7}[one], "bbox": [0, 0, 1, 1]}
                for n, (i, one) in enumerate((i, one) for i, found in enumerate(marks) for one in found)
            ],
        }
    )


def voc(file, *names):
    things = "".join(f"<object><name>{name}</name><bndbox><xmin>1</xmin></bndbox></object>" for name in names)
    return f"<annotation><folder>x</folder><filename>{file}</filename>{things}</annotation>"


def createml(marks):
    return json.dumps(
        [{"image": f"{i}.jpg", "annotations": [{"label": one} for one in found]} for i, found in enumerate(marks, 1)]
    )


def fiftyone(marks):
    return json.dumps({"classes": ["cat", "dog"], "labels": {str(i): found for i, found in enumerate(marks, 1)}})


@pytest.mark.parametrize(
    "tables",
    [
        {"annotations/instances.json": coco([["cat"], ["dog", "dog"], ["cat"], ["dog"]])},
        {"p/_annotations.coco.json": coco([["cat"], ["dog"], ["cat"], ["dog"]])},
        {"p/_annotations.createml.json": createml([["cat", "cat"], ["dog"], ["cat"], ["dog"]])},
        {f"xml/{i}.xml": voc(f"{i}.jpg", label) for i, label in enumerate(CAT_DOG.values(), 1)},
        {f"p/{i}.xml": voc("", label, label) for i, label in enumerate(CAT_DOG.values(), 1)},
        {"labels.json": fiftyone([0, 1, 0, 1])},
        {"labels.json": fiftyone(["cat", "dog", "cat", "dog"])},
        {"labels.json": fiftyone([{"label": label, "confidence": 1} for label in CAT_DOG.values()])},
        {"labels.json": fiftyone([[{"label": label}] for label in CAT_DOG.values()])},
        {
            "p/metadata.jsonl": "\n".join(
                json.dumps({"file_name": f"{i}.jpg", "label": CAT_DOG[f"p/{i}.jpg"]}) for i in (1, 2, 3, 4)
            )
        },
        {"labels.json": "\n".join(json.dumps({"image": path, "class": label}) for path, label in CAT_DOG.items())},
        {"p/_classes.csv": "filename, cat, dog\n1.jpg, 1, 0\n2.jpg, 0, 1\n3.jpg, 1, 0\n4.jpg, 0, 1"},
    ],
)
def test_annotations_with_a_class_for_each_photo_are_read(tables):
    found = take(tables)
    assert labels(found) == CAT_DOG and not found.problems


@pytest.mark.parametrize(
    ("tables", "kind"),
    [
        ({"a.json": coco([["cat", "dog"], ["dog", "cat"], ["cat"], ["cat", "dog"]])}, "COCO"),
        (
            {"a.json": json.dumps({"images": [{"id": 1, "file_name": "1.jpg"}], "annotations": [{"caption": "x"}]})},
            "COCO",
        ),
        ({"a.json": createml([["cat", "dog"]] * 4)}, "CreateML"),
        ({"labels.json": fiftyone([[{"label": "cat"}, {"label": "dog"}]] * 4)}, "FiftyOne"),
        (
            {"metadata.jsonl": '{"file_name": "1.jpg", "objects": {"bbox": [[1]], "categories": [1]}}\n' * 2},
            "JSON Lines",
        ),
        ({f"x/{i}.xml": voc(f"{i}.jpg", "cat", "dog") for i in (1, 2, 3, 4)}, "Pascal VOC"),
    ],
)
def test_what_marks_several_things_in_a_photo_is_called_by_its_name(tables, kind):
    found = take(tables)
    (problem,) = (one for one in found.problems if one.path not in PHOTOS)
    assert problem.reason.code == "table-of-objects" and f"is a file of {kind} that marks" in problem.reason
    assert set(labels(found).values()) == {"p"}, "the folder's name, as without the file"


def test_a_few_photos_of_several_classes_are_problems_by_themselves():
    found = take({"a.json": coco([["cat"], ["dog", "cat"], ["cat"], []])})
    assert labels(found) == {"p/1.jpg": "cat", "p/3.jpg": "cat"}
    assert codes(found) == {"p/2.jpg": "contradictory-rows", "p/4.jpg": "photo-without-row"}


def test_xml_that_is_no_annotation_or_not_to_be_trusted_labels_nothing():
    bomb = '<!DOCTYPE a [<!ENTITY b "cat">]>' + voc("1.jpg", "&b;")
    others = {"a.xml": "<svg/>", "b.xml": "no xml", "c.xml": bomb, "d.xml": b"\x00\xff", "e.xml": "<a>" * 100_000}
    found = take(others)
    assert codes(found) == dict.fromkeys(others, "table-of-others")


def test_tables_lie_beside_what_they_name():
    paths = [f"{split}/{i}.jpg" for split in ("train", "valid") for i in (1, 2)]
    tables = {
        "train/_classes.csv": "filename,a,b\n1.jpg,1,0\n2.jpg,0,1",
        "valid/_classes.csv": "filename,a,b\n1.jpg,0,1\n2.jpg,0,1",
    }
    found = take(tables, paths)
    assert [(s.path, s.label, s.split) for s in found.samples] == [
        ("train/1.jpg", "a", "training"),
        ("train/2.jpg", "b", "training"),
        ("valid/1.jpg", "b", "validation"),
        ("valid/2.jpg", "b", "validation"),
    ]
    assert not found.problems
    # Or are called like it.
    tables = {"train.csv": "id,label\n1,x\n2,y", "valid_labels.csv": "id,label\n1,y\n2,y"}
    assert [(s.label, s.split) for s in take(tables, paths).samples] == [
        ("x", "training"),
        ("y", "training"),
        ("y", "validation"),
        ("y", "validation"),
    ]


KAGGLE = [*(f"train/{i}.jpg" for i in range(4)), *(f"test/{i}.jpg" for i in range(4, 8))]
TRAIN = "id,breed\n0,dingo\n1,pug\n2,dingo\n3,pug"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sample_submission.csv", "id,dingo,pug\n4,0.5,0.5\n5,0.5,0.5\n6,0.5,0.5\n7,0.5,0.5"),
        ("sampleSubmission.csv", "id,breed\n4,dingo\n5,dingo\n6,dingo\n7,dingo"),
        ("a_submission_format.csv", "id,dingo,pug\n0,1,0\n1,1,0\n2,1,0\n3,1,0"),
        ("test.csv", "id,breed\n4,\n5,\n6,\n7,"),
        ("test.csv", "id,width,height\n4,1,1\n5,1,2\n6,2,1\n7,3,1"),
        ("form.csv", "id,breed\n4,0\n5,0\n6,0\n7,0"),
        ("form.csv", "id,dingo,pug\n4,0.5,0.5\n5,0.5,0.5\n6,0.5,0.5\n7,0.5,0.5"),
    ],
)
def test_forms_for_guesses_label_nothing_and_are_not_asked_about(name, text):
    found = take({name: text, "labels.csv": TRAIN}, KAGGLE)
    assert [sample.label for sample in found.samples] == ["dingo", "pug", "dingo", "pug"]
    told = codes(found)
    assert told.pop(name) in ("table-of-guesses", "table-of-others")
    assert told == dict.fromkeys(KAGGLE[4:], "unlabelled-photo")


def test_a_table_for_test_photos_with_classes_is_used():
    found = take({"labels.csv": TRAIN, "test.csv": "id,breed\n4,pug\n5,dingo\n6,pug\n7,pug"}, KAGGLE)
    assert [(s.label, s.split) for s in found.samples[4:]] == [
        (label, "test") for label in ("pug", "dingo", "pug", "pug")
    ]


def test_what_other_tables_tell_already_is_not_asked():
    more = "id,width,height\n0,1,1\n1,1,2\n2,2,1\n3,3,1"
    assert isinstance(find({"sizes.csv": more}, KAGGLE[:4]), MappingQuestion)
    found = take({"sizes.csv": more, "labels.csv": TRAIN}, KAGGLE[:4])
    assert len(found.samples) == 4 and codes(found) == {"sizes.csv": "table-not-needed"}
    # Of several that must be asked about, the one with the most photos comes first.
    asked = find({"few.csv": "id,a,b\n0,x,y\n1,z,y", "many.csv": more}, KAGGLE[:4])
    assert asked.table.name == "many.csv"


def test_test_photos_of_the_same_names_are_not_meant():
    paths = [f"{split}/{i}.png" for split in ("train", "test") for i in (1, 2, 3, 4)]
    rows = "id,label\n1,frog\n2,truck\n3,frog\n4,truck"
    for name in ("trainLabels.csv", "labels.csv"):
        found = take({name: rows, "sampleSubmission.csv": "id,label\n1,cat\n2,cat\n3,cat\n4,cat"}, paths)
        assert [(s.path, s.label) for s in found.samples] == list(zip(paths[:4], ["frog", "truck"] * 2, strict=True))
        assert {path: code for path, code in codes(found).items() if path in paths} == dict.fromkeys(
            paths[4:], "unlabelled-photo"
        )


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("lesion_id,image_id,dx,dx_type,age,sex", "HAM_{i},ISIC_{i},{label},histo,{i},male"),
        ("Width,Height,Roi.X1,ClassId,Path", "{i},3{i},5,{label},part_1/ISIC_{i}.jpg"),
        ("image,emotion,pixels", "ISIC_{i}.jpg,{label},1 2 3"),
    ],
)
def test_columns_of_public_sets_are_known(head, row):
    paths = [f"part_{1 + i // 4}/ISIC_{i}.jpg" for i in range(8)]
    names = ["nv", "mel"] * 4
    lines = [row.format(i=i, label=names[i]) for i in range(4 if "part_1" in row else 8)]
    found = take({"metadata.csv": "\n".join([head, *lines])}, paths)
    assert [sample.label for sample in found.samples] == names[: len(lines)]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", ["chêne", "hêtre"]),
        ("cp1252", ["Größe", "Öl"]),
        ("gbk", ["苹果", "香蕉"]),
        ("cp950", ["蘋果", "香蕉"]),
        ("cp932", ["りんご", "みかん"]),
        ("cp949", ["사과", "바나나"]),
        ("mac_roman", ["chêne", "hêtre"]),
        ("cp1251", ["кошка", "собака"]),
    ],
)
@pytest.mark.parametrize("separator", [";", ","])
def test_csv_as_excel_writes_it(encoding, words, separator):
    rows = [f"{i}.jpg{separator}{words[i % 2]}" for i in (1, 2, 3, 4)]
    data = "\r\n".join([f"file{separator}label", *rows]).encode(encoding)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dataset in (take({"étiquettes.csv": data}), Dataset.from_csv(data, files(PHOTOS))):
            assert list(labels(dataset).values()) == [words[1], words[0]] * 2 and not dataset.problems


def test_where_the_letters_of_a_table_are_unsure_they_are_asked_about_before_photos_go_in():
    rows = ["1.jpg;chêne", "2.jpg;hêtre", "3.jpg;chêne", "4.jpg;hêtre"]
    data = "\n".join(["file;label", *rows]).encode("cp850")  # what Excel calls CSV (MS-DOS)
    asked = find({"t.csv": data})
    assert isinstance(asked, NamesQuestion) and asked.path == "t.csv"
    assert asked.readings["cp850"] == tuple(rows) and asked.readings["mac_roman"][0] == "1.jpg;chàne"
    words = ["chêne", "hêtre"] * 2
    assert list(labels(take({"t.csv": data}, encodings={"t.csv": "cp850"})).values()) == words
    assert labels(take({"t.csv": data}, answers={"t.csv": None})) == dict.fromkeys(PHOTOS, "p")
    with pytest.warns(UserWarning, match=r"Expected names in the table .* encoding='cp850'"):
        Dataset.from_csv(data, files(PHOTOS))
    assert list(labels(Dataset.from_csv(data, files(PHOTOS), encoding="cp850")).values()) == words


def test_python_uses_the_tables_of_a_folder_as_the_page_does(tmp_path):
    (tmp_path / "p").mkdir()
    for path in PHOTOS:
        (tmp_path / path).write_bytes(b"")
    (tmp_path / "labels.csv").write_text(
        "file,label\n" + "\n".join(f"{path},{label}" for path, label in CAT_DOG.items())
    )
    assert labels(Dataset.from_folder(tmp_path)) == CAT_DOG
    assert set(labels(Dataset.from_folder(tmp_path, label_by="folder")).values()) == {"p"}
    assert set(labels(Dataset.from_folder(tmp_path, label="x")).values()) == {"x"}
    (tmp_path / "labels.csv").write_text("file,a,b\n1.jpg,x,y\n2.jpg,x,z\n3.jpg,w,z\n4.jpg,w,y")
    with pytest.warns(UserWarning, match=r"got \('file', 'a', 'b'\); the table is not used.*label_column='a'") as told:
        assert set(labels(Dataset.from_folder(tmp_path)).values()) == {"p"}
    assert told[0].filename == __file__
    assert find(
        {"t.csv": "file,a,b\n1.jpg,x,y\n2.jpg,x,z\n3.jpg,w,z\n4.jpg,w,y"}, answers={"t.csv": Columns("file", "a")}
    )
