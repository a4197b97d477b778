"""Photos in a store that speaks S3: listed, learned from, recognised, embedded; and where that ends in the middle."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from embed_jobs import PART, SMALL, assert_all_there, finish, many_photos, n_parts, start, wait_for_parts
from photos import write_shapes
from s3_server import put, s3_store

from pyclassifier import Dataset
from pyclassifier.cli import main
from pyclassifier.scaling import read_table

pytest.importorskip("moto", reason="there is no S3 server here")
pytest.importorskip("s3fs", reason="there is nothing here that reads s3://")


@pytest.fixture(scope="module")
def store():
    with s3_store() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def here(tmp_path, monkeypatch, store) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *words: str) -> dict:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_photos_in_a_bucket_are_photos(here, capsys):
    write_shapes(Path("photos"), 4)
    Path("photos/stripes/broken.png").write_bytes(b"no picture")
    put(Path("photos"), "s3://bucket/photos")
    near, far = Dataset.from_folder("photos"), Dataset.from_folder("s3://bucket/photos")
    assert [(one.path, one.label) for one in far.samples] == [(one.path, one.label) for one in near.samples]
    run(capsys, "train", "s3://bucket/photos", "-o", "model.zip", *SMALL)
    run(capsys, "embed", "photos", "-o", "near", *SMALL)
    assert run(capsys, "embed", "s3://bucket/photos", "-o", "far", *SMALL)["n_computed"] == 13
    assert run(capsys, "embed", "s3://bucket/photos", "-o", "far", *SMALL)["n_computed"] == 0
    one, two = read_table("near"), read_table("far")
    assert (one.paths, one.labels, one.digests) == (two.paths, two.labels, two.digests)
    assert np.array_equal(one.X, two.X, equal_nan=True)
    told = run(capsys, "predict", "model.zip", "s3://bucket/photos")
    here = run(capsys, "predict", "model.zip", "photos")
    assert [row | {"path": f"s3://bucket/{row['path']}"} for row in here["photos"]] == told["photos"]


@pytest.mark.full
def test_one_photo_and_a_zip_have_addresses_too(here, capsys):
    write_shapes(Path("photos"), 3)
    shutil.make_archive("packed", "zip", "photos")
    for name in ("photos/discs/0.png", "packed.zip"):
        put(Path(name), f"s3://single/{name}")
    assert run(capsys, "embed", "s3://single/packed.zip", "-o", "far", *SMALL)["n_computed"] == 9
    assert Dataset.from_folder("s3://single/packed.zip").labels == Dataset.from_folder("photos").labels
    run(capsys, "train", "photos", "-o", "model.zip", *SMALL)
    address = "s3://single/photos/discs/0.png"
    (told,) = run(capsys, "predict", "model.zip", address)["photos"]
    (here,) = run(capsys, "predict", "model.zip", "photos/discs/0.png")["photos"]
    assert told == here | {"path": address}
    assert run(capsys, "explain", "model.zip", address, "-o", "heat.png")["label"]


def test_what_is_not_there_and_what_cannot_be_written_is_one_line(here, capsys):
    put(Path(__file__), "s3://bucket/notes.txt")
    for words, told in (
        (["embed", "s3://nobody/photos", "-o", "features"], "does not exist"),
        (["embed", "s3://bucket/nothing", "-o", "features"], "found none"),
    ):
        assert main(words) == 1
        assert told in capsys.readouterr().err
    for words in (["embed", "photos"], ["predict", "model.zip", "photos"], ["train", "photos"]):
        with pytest.raises(SystemExit):
            main([*words, "-o", "s3://bucket/features"])
        assert "copy it there afterwards" in capsys.readouterr().err
    assert not Path("s3:").exists()


@pytest.mark.full
@pytest.mark.parametrize("words", [[], ["--processes", "2"]])
def test_who_is_killed_goes_on_from_there(words, here):
    many_photos(400)
    put(Path("many"), "s3://bucket/many")
    first = start(*words, photos="s3://bucket/many")
    wait_for_parts(first, 2)
    first.kill()
    assert first.wait(timeout=60) == -signal.SIGKILL
    done = n_parts()
    assert 2 <= done < 400 // PART
    assert finish(start(*words, photos="s3://bucket/many")) == 400 - PART * done
    assert_all_there(400)


@pytest.mark.full
def test_a_cluster_reads_the_bucket(here, capsys):
    pytest.importorskip("ray", reason="the extra ray is not installed")
    many_photos(40)
    put(Path("many"), "s3://bucket/of-a-cluster")
    assert finish(start("--ray", "local", photos="s3://bucket/of-a-cluster")) == 40
    assert_all_there(40)
