import copy
import pickle

import pytest

import pyclassifier
from pyclassifier import PyClassifierError, errors
from pyclassifier.errors import ImageDecodeError

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
    assert str(again(errors.DatasetError("no photos"))) == "no photos"
