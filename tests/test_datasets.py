import io
import unicodedata
import warnings
import zipfile

import pytest
from photos import Reader

from pyclassifier import Dataset, Sample
from pyclassifier.data import SUFFIXES, why_skip
from pyclassifier.errors import DatasetError


async def read() -> bytes:
    raise AssertionError("taking files in must not read them")


def take(*paths: str, **options) -> Dataset:
    return Dataset.from_files([(path, read) for path in paths], **options)


def label_of(path: str) -> str | None:
    dataset = take(path)
    assert len(dataset.samples) + len(dataset.problems) == 1
    return dataset.samples[0].label if dataset.samples else None


def reason_of(path: str) -> str:
    (problem,) = take(path).problems
    assert problem.path == path
    return problem.reason


def dataset_of(split=None, /, **counts: int) -> Dataset:
    paths = [f"{label}/{i}.jpg" for label, n in counts.items() for i in range(n)]
    return take(*paths, split=split)


@pytest.mark.parametrize(
    ("path", "label", "split"),
    [
        ("cat/1.jpg", "cat", None),
        ("photos/pets/cat/1.jpg", "cat", None),
        ("photos/train/cat/1.jpg", "cat", "training"),
        ("photos/TRAINING/cat/1.jpg", "cat", "training"),
        ("photos/cat/val/1.jpg", "cat", "validation"),
        ("Validation/cat/1.jpg", "cat", "validation"),
        ("a/b/Test/c/cat/1.jpg", "cat", "test"),
        ("cat/val/a/1.jpg", "a", "validation"),
        ("test/train/cat/1.jpg", "cat", "training"),
        ("train/test/cat/1.jpg", "cat", "test"),
        ("trains/1.jpg", "trains", None),
        ("contest/1.jpg", "contest", None),
        ("train/cat/test.jpg", "cat", "training"),
        ("photos/valid/cat/1.jpg", "cat", "validation"),
    ],
)
def test_the_folder_is_the_label_and_split_folders_are_splits_at_any_depth_and_case(path, label, split):
    (sample,) = take(path).samples
    assert (sample.label, sample.split, sample.path) == (label, split, path)


def test_a_given_split_overrides_the_folders():
    assert [s.split for s in take("train/cat/1.jpg", "cat/2.jpg", split="validation").samples] == ["validation"] * 2


@pytest.mark.parametrize(
    "path", ["1.jpg", "train/1.jpg", "Test/val/1.jpg", "/1.jpg", "//1.jpg", "../1.jpg", "", "cat/", "./1.jpg"]
)
def test_a_file_in_no_class_folder_is_a_problem_that_says_what_to_do(path):
    assert "Put it into one, such as cat/photo.jpg" in reason_of(path)


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/photos/me/cat/1.jpg", "cat"),
        ("//server/share/cat/1.jpg", "cat"),
        ("./cat/1.jpg", "cat"),
        ("cat//1.jpg", "cat"),
        ("cat/./1.jpg", "cat"),
        ("../photos/cat/1.jpg", "cat"),
        ("../../cat/1.jpg", "cat"),
        ("cat/../dog/1.jpg", "dog"),
        ("C:/photos/cat/1.jpg", "cat"),
    ],
)
def test_absolute_and_relative_ways_to_a_folder_name_the_folder(path, label):
    assert label_of(path) == label


def test_a_way_out_of_a_folder_does_not_leave_its_label_behind():
    assert label_of("cat/../1.jpg") is None
    assert take("val/../cat/1.jpg").samples[0].split is None


def test_backslashes_are_no_folders():
    assert "such as cat/photo.jpg" in reason_of("C:\\photos\\cat\\1.jpg")
    assert label_of("cat/a\\b.jpg") == "cat"


def test_the_same_name_composed_and_decomposed_is_one_class():
    names = [unicodedata.normalize(form, "Käfer Ångström") for form in ("NFC", "NFD")]
    assert names[0] != names[1]
    dataset = take(*(f"{name}/{i}.jpg" for i, name in enumerate(names)))
    assert dataset.labels == [names[0]]
    assert dataset.samples[1].path.startswith(names[1]), "the path stays as it was"


def test_labels_keep_what_people_write():
    for label in (
        "日本語",
        "العربية",
        "Straße 1",
        "a.b",
        "$@!",
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE--",
        "🐱",
    ):
        assert label_of(f"{label}/1.jpg") == label


def test_labels_lose_what_nobody_sees():
    # Control characters, direction overrides, zero-width space, lone surrogates: none may hide in a name.
    assert label_of("c\x00a\x07t\n\u202e\u200b\ud800/1.jpg") == "cat"
    assert label_of("  cat \t/1.jpg") == "cat"
    assert label_of("\u200b \x01/1.jpg") is None
    assert label_of("pets/\u200b/1.jpg") is None, "a nameless folder is not its parent's class"


def test_a_label_of_any_length_is_cut():
    label = label_of("x" * 5000 + "/1.jpg")
    assert label == "x" * 200


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("cat/.DS_Store", "hidden"),
        (".git/cat/1.jpg", "hidden"),
        ("cat/._1.jpg", "hidden"),
        ("cat/...jpg", "hidden"),
        ("cat/Thumbs.db", "operating system"),
        ("cat/THUMBS.DB", "operating system"),
        ("cat/Desktop.ini", "operating system"),
        ("__MACOSX/cat/1.jpg", "operating system"),
        ("photos/__MACOSX/cat/1.jpg", "operating system"),
        ("cat/notes.txt", r"not an image (.txt)"),
        ("cat/1.jpg.txt", r"not an image (.txt)"),
        ("cat/1.jpg~", r"not an image (.jpg~)"),
        ("cat/labels.txt", "A table of photos and classes is read where its name ends with .csv"),
        ("labels.xlsx", "a spreadsheet (.xlsx), which is not read here. Save it as CSV, and add that."),
        ("cat/drawing.psd", r"not an image (.psd)"),
        ("cat/clip.mp4", r"not an image (.mp4)"),
        ("cat/1.jxl", "JPEG XL photos cannot be read here. Export them as JPEG"),
    ],
)
def test_files_that_are_no_photos_are_reported(path, reason):
    assert reason in reason_of(path)


@pytest.mark.parametrize(
    "name", [*(f"1{end}" for end in sorted(SUFFIXES) if not why_skip(f"1{end}")), "1.JPG", "1.txt.jpg", "a.b.PnG", "D1"]
)
def test_photos_and_names_without_suffix_are_taken(name):
    # What has no suffix may be a photo; its bytes tell later.
    assert label_of(f"cat/{name}") == "cat"


def test_datasets_add_up_and_count():
    both = take("cat/1.jpg", "x.txt") + take("dog/1.jpg", "dog/2.jpg", split="validation")
    assert both.labels == ["cat", "dog"] and len(both.problems) == 1
    assert both.count() == {"cat": {None: 1}, "dog": {"validation": 2}}


async def test_a_folder_on_disk_is_read_lazily(tmp_path):
    for path in ("train/cat/1.jpg", "val/cat/1.jpg", "train/dog/1.jpg", ".hidden/x.jpg", "readme.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(path.encode())
    dataset = Dataset.from_folder(tmp_path)
    assert [(s.path, s.label, s.split) for s in dataset.samples] == [
        ("train/cat/1.jpg", "cat", "training"),
        ("train/dog/1.jpg", "dog", "training"),
        ("val/cat/1.jpg", "cat", "validation"),
    ]
    assert [p.path for p in dataset.problems] == [".hidden/x.jpg", "readme.md"]
    (tmp_path / "train/cat/1.jpg").write_bytes(b"changed")
    assert await dataset.samples[0].read() == b"changed"


def test_a_folder_that_is_none_is_an_error(tmp_path):
    with pytest.raises(DatasetError, match=r"Expected a folder .* got '.*nothing'"):
        Dataset.from_folder(tmp_path / "nothing")


def test_a_sample_is_itself_and_not_its_twin():
    # The cache of hashes keys on samples: two files of one path are two files.
    assert Sample("a", read) != Sample("a", read)


def zipped(members, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


async def test_a_zip_of_folders_is_read_like_a_folder(tmp_path):
    data = zipped([("pets/", b""), ("pets/cat/1.jpg", b"one"), ("pets/val/dog/2.jpg", b"two"), ("readme.md", b"x")])
    (tmp_path / "pets.zip").write_bytes(data)
    for source in (data, tmp_path / "pets.zip", str(tmp_path / "pets.zip")):
        dataset = Dataset.from_zip(source)
        assert dataset.y.tolist() == ["cat", "dog"] and [s.split for s in dataset.samples] == [None, "validation"]
        assert [await sample.read() for sample in dataset.samples] == [b"one", b"two"]
        assert [problem.path for problem in dataset.problems] == ["readme.md"]


async def test_paths_in_a_zip_are_names_and_no_more(tmp_path):
    names = ["../../cat/1.jpg", "/etc/cat/2.jpg", "C:/cat/3.jpg", "cat/../dog/4.jpg", "cat/1.jpg", "cat/1.jpg"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the name that is there twice
        data = zipped([(name, str(i)) for i, name in enumerate(names)])
    dataset = Dataset.from_zip(data, label_by="folder")
    assert dataset.y.tolist() == ["cat", "cat", "cat", "dog", "cat", "cat"]
    assert [await sample.read() for sample in dataset.samples] == [str(i).encode() for i in range(6)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", [b"", b"no zip", b"PK\x05\x06" + b"\xff" * 18, "there/is/none.zip"])
def test_what_is_no_zip_is_said(source):
    with pytest.raises(DatasetError, match="Expected a zip file of folders of photos, got something else"):
        Dataset.from_zip(source)


async def test_a_hostile_zip_costs_no_memory(monkeypatch):
    data = bytearray(zipped([("cat/1.jpg", bytes(1000)), ("cat/2.jpg", b"fine")], compression=zipfile.ZIP_DEFLATED))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x01\x02"))
    data[at + 24 : at + 28] = (1 << 30).to_bytes(4, "little")  # says that it inflates to 1 GB
    dataset = Dataset.from_zip(bytes(data))
    with pytest.raises(OSError, match=r"at most 268,435,456 bytes in cat/1\.jpg, got 1,073,741,824"):
        await dataset.samples[0].read()
    assert await dataset.samples[1].read() == b"fine"
    monkeypatch.setattr("pyclassifier.data.packs._MAX_FILES", 1)
    with pytest.raises(DatasetError, match="at most 1 files"):
        Dataset.from_zip(bytes(data))


async def test_unusual_and_damaged_members_become_problems():
    data = bytearray(zipped([("cat/1.jpg", b"x" * 100)]))
    data[data.rindex(b"PK\x01\x02") + 10] = zipfile.ZIP_LZMA
    with pytest.raises(OSError, match="stored or deflated"):
        await Dataset.from_zip(bytes(data)).samples[0].read()
    data[data.rindex(b"PK\x01\x02") + 10] = zipfile.ZIP_STORED
    data[60] ^= 1
    with pytest.raises(OSError, match="CRC"):
        await Dataset.from_zip(bytes(data)).samples[0].read()
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(OSError, match="encrypted"):
        await Dataset.from_zip(bytes(data)).samples[0].read()


def test_in_a_flat_folder_the_files_names_are_the_labels():
    names = ["android-0.jpg", "train/apple_12.png", "mountain bike 3.webp", "val/Windows.7.bmp", "é-1.jpg"]
    dataset = Dataset.from_files([(name, Reader(b"")) for name in names])
    assert [sample.label for sample in dataset.samples] == ["android", "apple", "mountain bike", "Windows", "é"]
    assert [sample.split for sample in dataset.samples] == [None, "training", None, "validation", None]


@pytest.mark.parametrize(
    "name", ["1.jpg", "IMG_1234.jpg", "DSC-7.png", "photo.jpg", "-3.jpg", "photo12.jpg", "2024-05-01.jpg"]
)
def test_names_that_say_no_class_are_problems(name):
    for label_by in ("folder", "name"):
        dataset = Dataset.from_files([(name, Reader(b""))], label_by=label_by)
        (problem,) = dataset.problems
        assert not dataset.samples
        assert ("cat/photo.jpg" if label_by == "folder" else "android-0.jpg") in problem.reason


def test_names_decide_over_folders_where_asked():
    files = [("brand/train/android-0.jpg", Reader(b"")), ("brand/test/apple-1.jpg", Reader(b""))]
    assert Dataset.from_files(files).labels == ["brand"]
    dataset = Dataset.from_files(files, label_by="name")
    assert [(sample.label, sample.split) for sample in dataset.samples] == [
        ("android", "training"),
        ("apple", "test"),
    ]
