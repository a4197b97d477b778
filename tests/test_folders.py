"""Folders of photos as public data sets and people have them: which are classes, which say what photos are for."""

import warnings

import pytest
from photos import Reader

from pyclassifier import Dataset
from pyclassifier.data import FoldersQuestion, from_set

UNLABELLED = "unlabelled-photo"


def grow(*folders, n=2):
    """Paths of n photos in each folder; a trailing * makes them photos without class."""
    return [f"{folder}/{i}.jpg" for folder in folders for i in range(n)]


def files(paths):
    return [(path, Reader(path.encode())) for path in paths]


def read(paths, **options):
    """Dataset of paths that can be read in one way only."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Dataset.from_files(files(paths), **options)


def counts(dataset):
    """To train on, to judge by (in either way), not said."""
    counted = dataset.count().items()
    return {label: (c["training"], c["validation"] + c["test"], c[None]) for label, c in counted}


def codes(dataset):
    return {problem.path: problem.reason.code for problem in dataset.problems}


@pytest.mark.parametrize(
    ("training", "other"),
    [
        ("train", "valid"),
        ("Train", "dev"),
        ("training_set", "test_set"),
        ("seg_train", "seg_test"),
        ("train_images", "test_images"),
        ("train2017", "val2017"),
        ("TrainingData", "ValidationData"),
        ("trainset", "testset"),
        ("train-images", "eval"),
        ("train1", "test1"),
        ("images_train", "images_val"),
        ("flowers_train", "flowers_test"),
        ("asl alphabet train", "asl alphabet test"),
        ("entraînement", "validation"),
        ("jeu d'entraînement", "jeu de test"),
        ("Apprentissage", "évaluation"),
        ("训练集", "验证集"),
        ("训练图片", "测试图片"),
        ("訓練集", "測試集"),
    ],
)
def test_names_of_split_folders_in_three_languages_and_with_what_stands_beside_them(training, other):
    paths = grow(f"set/{training}/cat", f"set/{training}/dog", f"set/{other}/cat", f"set/{other}/dog")
    assert counts(read(paths)) == {"cat": (2, 2, 0), "dog": (2, 2, 0)}
    # The way round: a folder for each class, and the split in it.
    paths = grow(f"cat/{training}", f"cat/{other}", f"dog/{training}", f"dog/{other}")
    assert counts(read(paths)) == {"cat": (2, 2, 0), "dog": (2, 2, 0)}


def test_three_splits_stay_three():
    dataset = read(grow(*(f"{split}/{label}" for split in ("train", "val", "test_set") for label in ("cat", "dog"))))
    assert [dataset.count()["cat"][split] for split in ("training", "validation", "test", None)] == [2, 2, 2, 0]


@pytest.mark.parametrize("name", ["train", "val", "test", "dev", "data", "images", "Training", "训练"])
@pytest.mark.parametrize("around", ["", "vehicles/", "a/b/"])
def test_a_class_may_be_called_like_a_split_or_like_nothing(name, around):
    paths = grow(f"{around}bus", f"{around}car", f"{around}{name}")
    dataset = read(paths, split_folders=False)
    assert counts(dataset) == dict.fromkeys(sorted(["bus", "car", name]), (0, 0, 2))
    found = from_set(files(paths), {}, {})
    likelier = found.readings[0].count() if isinstance(found, FoldersQuestion) else Dataset(*found).count()
    assert sorted(likelier) == sorted(["bus", "car", name])


def test_a_class_may_be_called_train_within_a_split_too():
    splits = [f"{split}/{label}" for split in ("train", "val") for label in ("bus", "car", "train")]
    assert counts(read(grow(*splits))) == dict.fromkeys(("bus", "car", "train"), (2, 2, 0))
    turned = [f"{label}/{split}" for split in ("train", "val") for label in ("bus", "car", "train")]
    assert counts(read(grow(*turned))) == dict.fromkeys(("bus", "car", "train"), (2, 2, 0))


def test_validation_photos_beside_the_classes():
    assert counts(read(grow("p/cat", "p/dog", "p/val/cat", "p/val/dog"))) == {"cat": (0, 2, 2), "dog": (0, 2, 2)}
    assert counts(read(grow("p/cat", "p/dog", "p/val/dog"))) == {"cat": (0, 0, 2), "dog": (0, 2, 2)}


def test_photos_to_try_a_model_with_are_left_out_and_named_as_unlabelled():
    for test in ("test", "test/images", "test/test", "test/unknown", "valid", "seg_pred/seg_pred", "unlabeled"):
        dataset = read(grow("data/train/nok", "data/train/ok", "data/train/unsure", f"data/{test}"))
        assert counts(dataset) == dict.fromkeys(("nok", "ok", "unsure"), (2, 0, 0)), test
        assert set(codes(dataset).values()) == {UNLABELLED} and len(dataset.problems) == 2, test
    dataset = read(grow("kaggle/train/ok", "kaggle/test"))
    assert counts(dataset) == {"ok": (2, 0, 0)} and set(codes(dataset).values()) == {UNLABELLED}
    dataset = read(grow("pets/cat", "pets/dog", "test"))
    assert counts(dataset) == {"cat": (0, 0, 2), "dog": (0, 0, 2)} and set(codes(dataset).values()) == {UNLABELLED}


def test_test_photos_whose_names_say_their_class_among_names():
    named = [f"train/{label}.{i}.jpg" for label in ("cat", "dog") for i in range(4)]
    dataset = read([*named, *grow("test1")])
    assert counts(dataset) == {"cat": (4, 0, 0), "dog": (4, 0, 0)} and set(codes(dataset).values()) == {UNLABELLED}


@pytest.mark.parametrize("level", ["images", "img", "JPEGImages", "photos", "data", "raw_images", "full", "照片"])
def test_a_level_without_meaning_is_skipped(level):
    assert counts(read(grow(f"train/n01/{level}", f"train/n02/{level}"))) == {"n01": (2, 0, 0), "n02": (2, 0, 0)}
    paths = grow(f"set/train/{level}/cat", f"set/train/{level}/dog", f"set/test/{level}/cat")
    assert counts(read(paths)) == {"cat": (2, 2, 0), "dog": (2, 0, 0)}


def test_one_class_in_a_folder_without_meaning_keeps_its_name():
    assert counts(read(grow("cat/images"))) == {"cat": (0, 0, 2)}
    assert codes(read(grow("images"))) == {"images/0.jpg": "no-class-folder", "images/1.jpg": "no-class-folder"}


def test_masks_beside_photos_are_no_photos():
    dataset = read(grow("COVID/images", "COVID/masks", "Normal/images", "Normal/masks"))
    assert counts(dataset) == {"COVID": (0, 0, 2), "Normal": (0, 0, 2)}
    assert set(codes(dataset).values()) == {"photo-of-mask"} and len(dataset.problems) == 4
    assert counts(read(grow("mask", "no_mask"))) == {"mask": (0, 0, 2), "no_mask": (0, 0, 2)}


def test_photos_beside_the_folders_of_classes_are_no_class():
    dataset = read([*grow("pets/cat", "pets/dog"), "pets/cover.jpg"])
    assert counts(dataset) == {"cat": (0, 0, 2), "dog": (0, 0, 2)}
    assert codes(dataset) == {"pets/cover.jpg": "beside-class-folders"}
    dataset = read([*grow("train/cat", "train/dog", "test/cat", "test/dog"), "train/sprite.png"])
    assert codes(dataset) == {"train/sprite.png": "beside-class-folders"}


PLANTS = grow("p/Tomato/healthy", "p/Tomato/rust", "p/Potato/healthy", "p/Potato/blight")


def ask(paths, **options):
    found = from_set(files(paths), {}, {}, **options)
    return [(one.label_by, list(one.count())) for one in found.readings]


def test_the_same_folder_under_different_ones_is_asked_about():
    assert ask(PLANTS) == [
        ("path", ["Potato/blight", "Potato/healthy", "Tomato/healthy", "Tomato/rust"]),
        ("folder", ["blight", "healthy", "rust"]),
        ("top", ["Potato", "Tomato"]),
    ]
    # What differs in its number only is where photos are from.
    assert ask(grow("day 1/cat", "day 1/dog", "day 2/cat"))[0] == ("folder", ["cat", "dog"])
    assert ask(grow("cat", "dog", "more/cat"))[0] == ("folder", ["cat", "dog"])
    for split in ("train", "val"):
        assert ask([path.replace("p/", f"p/{split}/") for path in PLANTS])[0][0] == "path"


def test_folders_in_folders_are_asked_about():
    assert ask(grow("animals/cat", "animals/dog", "plants/rose", "plants/tulip")) == [
        ("folder", ["cat", "dog", "rose", "tulip"]),
        ("top", ["animals", "plants"]),
    ]
    few, many = grow("cat/persian", "cat", n=2), grow("dog", n=3)
    assert ask([*few, *many]) == [("top", ["cat", "dog"]), ("folder", ["cat", "dog", "persian"])]


def test_dates_and_sessions_in_the_folders_of_classes_are_no_classes():
    for sessions in (["2024-01-05", "2024-01-06"], ["session 1", "session 2"]):
        paths = grow(*(f"{label}/{session}" for label in ("cat", "dog") for session in sessions))
        assert ask(paths)[0] == ("top", ["cat", "dog"])
    paths = grow(*(f"{hand}/{digit}" for hand in ("left", "right") for digit in "012"))
    assert ask(paths)[0] == ("folder", ["0", "1", "2"])


def test_folders_of_a_set_that_was_unpacked_into_a_folder_of_its_name():
    around = "asl_alphabet_{0}/asl_alphabet_{0}"
    letters = [f"{around.format('train')}/{letter}" for letter in "AB"]
    dataset = read([*grow(*letters), f"{around.format('test')}/A_test.jpg"])
    assert counts(dataset) == {"A": (2, 0, 0), "B": (2, 0, 0)} and list(codes(dataset).values()) == [UNLABELLED]


def test_marks_beside_photos_whose_names_tell_their_class():
    photos = [f"images/{label}_{i}.jpg" for label in ("Abyssinian", "great_pyrenees") for i in range(3)]
    masks = [path.replace("images", "annotations/trimaps").replace("jpg", "png") for path in photos]
    dataset = read([*photos, *masks])
    assert counts(dataset) == {"Abyssinian": (0, 0, 3), "great_pyrenees": (0, 0, 3)}
    assert codes(dataset) == dict.fromkeys(masks, "photo-of-mask")


def test_flat_photos_in_a_folder_called_test_beside_classes_are_asked_about():
    paths = grow("cat", "dog", "test")
    found = from_set(files(paths), {}, {})
    assert [(one.split_folders, list(one.count()), one.n_left_out) for one in found.readings] == [
        (False, ["cat", "dog", "test"], 0),
        (True, ["cat", "dog"], 2),
    ]
    assert counts(read(paths, split_folders=True)) == {"cat": (0, 0, 2), "dog": (0, 0, 2)}


def test_what_is_said_is_done_and_asked_no_more():
    for label_by, labels in ask(PLANTS):
        assert read(PLANTS, label_by=label_by).labels == labels
        assert Dataset(*from_set(files(PLANTS), {}, {}, label_by=label_by)).labels == labels


def test_python_says_in_a_warning_what_it_assumed():
    with pytest.warns(
        UserWarning, match=r"assumed label_by='path' \(4 classes: 'Potato/blight'.*label_by='folder'"
    ) as told:
        dataset = Dataset.from_files(files(PLANTS))
    assert dataset.labels == ["Potato/blight", "Potato/healthy", "Tomato/healthy", "Tomato/rust"]
    assert told[0].filename == __file__


def test_a_reading_counts_the_photos_of_each_folder():
    reading = from_set(files(PLANTS), {}, {}).readings[1]
    assert reading.count()["healthy"] == {"p/Tomato/healthy": 2, "p/Potato/healthy": 2} and reading.n_left_out == 0


def test_hostile_trees_take_no_time():
    names = [f"{word}{i}" for word in ("train", "test") for i in range(10_000)]
    wide = [f"{name}/{name}/1.jpg" for name in names]
    deep = ["/".join(["train"] * 3000) + "/1.jpg", "a" * 60_000 + "/2.jpg", "train " * 10_000 + "/3.jpg"]
    for paths in (
        wide,
        deep,
        [f"{name}/1.jpg" for name in ("set" * 20, "1" * 63, "d" * 63, "de" * 31 + "x", "data1" * 12)],
    ):
        dataset = Dataset.from_files(files(paths), label_by="folder")
        assert len(dataset.samples) + len(dataset.problems) == len(paths)
