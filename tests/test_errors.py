import copy
import json
import pickle

import pytest

import pyclassifier
from pyclassifier import PyClassifierError, errors
from pyclassifier.errors import DatasetError, ImageDecodeError, sentence_of
from pyclassifier.sentences import Sentence, coded, read_sentence

TREE = {
    "PyClassifierError": Exception,
    "DatasetError": PyClassifierError,
    "ImageDecodeError": PyClassifierError,
    "ArchiveError": PyClassifierError,
    "UnknownModelError": PyClassifierError,
    "NotFittedError": PyClassifierError,
    "StoppedError": PyClassifierError,
    "EngineError": PyClassifierError,
}


def test_the_tree_of_errors():
    found = {name: value for name, value in vars(errors).items() if isinstance(value, type)}
    found = {name: value for name, value in found.items() if issubclass(value, BaseException)}
    assert {name: error.__base__ for name, error in found.items()} == TREE


@pytest.mark.parametrize("name", TREE)
def test_each_error_is_public_and_in_the_tree_that_people_read(name):
    assert issubclass(getattr(errors, name), pyclassifier.PyClassifierError)
    assert f" {name} " in errors.__doc__ or f"\n    {name}\n" in errors.__doc__


def test_an_image_error_names_file_and_reason():
    error = ImageDecodeError("cat/1.jpg", "the file is empty.")
    assert str(error) == "cat/1.jpg: the file is empty."
    assert (error.name, error.reason) == ("cat/1.jpg", "the file is empty.")


@pytest.mark.parametrize("again", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_errors_can_be_copied_and_sent_to_other_processes(again):
    error = again(ImageDecodeError("cat/1.jpg", "the file is empty."))
    assert (str(error), error.name, error.reason) == (
        "cat/1.jpg: the file is empty.",
        "cat/1.jpg",
        "the file is empty.",
    )
    assert str(again(DatasetError("no photos"))) == "no photos"
    coded_again = again(DatasetError("one-class", label="cat"))
    assert (coded_again.code, coded_again.values) == ("one-class", {"label": "cat"})
    assert str(coded_again) == "Expected photos of at least 2 classes, got 1 ('cat'). Add a folder for each class."
    reason = again(ImageDecodeError("cat/1.jpg", "other-suffix", suffix=".psd")).reason
    assert (reason.code, reason.values) == ("other-suffix", {"suffix": ".psd"})


def test_an_error_has_a_code_and_values():
    error = ImageDecodeError("cat/1.jpg", "empty-file")
    assert (error.code, error.values) == ("about-file", {"path": "cat/1.jpg", "reason": "the file is empty."})
    assert error.values["reason"].code == "empty-file"
    mine = errors.EngineError("my own {words}")
    assert (str(mine), mine.code, mine.values) == ("my own {words}", "", {})


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DatasetError("no-classes"), "no-classes"),
        (ImageDecodeError("1.jpg", "empty-file"), "about-file"),
        (ValueError(Sentence("nothing-to-explain")), "nothing-to-explain"),
        (ValueError("no code"), None),
        (ValueError(), None),
    ],
)
def test_the_sentence_of_an_error(error, code):
    assert sentence_of(error) == str(error)
    assert coded(sentence_of(error)).get("code") == code


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        (Sentence("more-rows", rows=123_456), "123456 more rows like these."),
        (Sentence("other-weights", expected=123_456, got=1.5), "Expected 123,456 bytes of weights, got 1.5. The file"),
        (Sentence("unknown-class", label="l'été"), 'the model does not know the class "l\'été".'),
        (Sentence("photo-without-row", tables=["a.csv"]), "no row of a.csv names it."),
        (Sentence("photo-without-row", tables=("a.csv", "b.csv")), "no row of a.csv or b.csv names it."),
        (
            Sentence("contradictory-rows", labels=["cat", "dog"]),
            "rows give it different classes, such as 'cat' and 'dog'.",
        ),
        (
            Sentence("other-backend", known=["a", "b"], got="{c}"),
            "Expected a backend that works here (a, b), got '{c}'.",
        ),
        (Sentence("unreadable-file", error="{error!x}"), "the file could not be read ({error!x})."),
    ],
)
def test_values_in_english(sentence, text):
    assert sentence.startswith(text)


def test_a_sentence_as_plain_data_and_again():
    reason = Sentence("ambiguous-photo", name="1.jpg", paths=["a/1.jpg", "b/1.jpg"])
    data = json.loads(json.dumps(coded(reason)))
    assert data == {"code": "ambiguous-photo", "values": {"name": "1.jpg", "paths": ["a/1.jpg", "b/1.jpg"]}}
    again = read_sentence("words of an earlier version", **data)
    assert (again, again.code, again.values) == (reason, reason.code, reason.values)
    nested = coded(ImageDecodeError("1.jpg", "empty-file").sentence)["values"]["reason"]
    assert nested == {"text": "the file is empty.", "code": "empty-file", "values": {}}
    assert coded("a text") == coded(Sentence("a text")) == {}


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (None, None),
        ("of-a-later-version", {}),
        ("unknown-class", {}),
        ("unknown-class", None),
        (["unknown-class"], {"label": 1}),
        ("large-image", {"millions": "many"}),
        ("large-image", {"millions": None}),
        ("more-rows", {"rows": {}}),
    ],
)
def test_what_is_no_sentence_stays_a_text(code, values):
    assert read_sentence("as it was", code, values) == "as it was"
    assert coded(read_sentence("as it was", code, values)) == {}
