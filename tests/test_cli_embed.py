"""`pyclassifier embed`: a row for each photo, none twice, none lost, whoever is killed in the middle."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from embed_jobs import PART, SMALL, assert_all_there, finish, many_photos, n_parts, processes, start, wait_for_parts
from photos import encode, noisy, shape, write_shapes

from pyclassifier import ImageClassifier, Sample
from pyclassifier.cli import main
from pyclassifier.data import FileSource
from pyclassifier.scaling import TableSettings, best_format, embed_photos, embedding, read_table

FORMATS = ["npz", pytest.param("parquet", marks=pytest.mark.skipif(best_format() == "npz", reason="no pyarrow here"))]


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_shapes(Path("photos"), 5)
    Path("photos/stripes/broken.png").write_bytes(b"no picture")
    Path("photos/stripes/notes.txt").write_text("no photo")
    Path("photos/loose.png").write_bytes(encode(noisy((9, 9, 9), 77)))
    return tmp_path


def embed(capsys, *arguments) -> dict:
    assert main(["embed", *map(str, arguments), *SMALL, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("format", FORMATS)
def test_each_photo_is_a_row(format, here, capsys):
    made = embed(capsys, "photos", "-o", "features", "--format", format)
    assert (made["n_photos"], made["n_computed"]) == (17, 17)
    assert [one["path"] for one in made["problems"]] == ["stripes/notes.txt"]
    table = read_table("features")
    assert len(table) == len({*table.paths}) == 17
    for path, label, digest, problem, row in zip(
        table.paths, table.labels, table.digests, table.problems, table.X, strict=True
    ):
        data = (Path("photos") / path).read_bytes()
        assert digest == hashlib.sha256(data).hexdigest()
        assert label == (path.split("/")[0] if "/" in path else "")
        if path == "stripes/broken.png":
            assert problem and np.isnan(row).all()
        else:
            assert not problem
            (expected,) = ImageClassifier(input_size=32).extract_features([data])
            assert row == pytest.approx(expected, abs=1e-4), "other batches add up otherwise"


def test_what_others_read_it_with(here, capsys):
    embed(capsys, "photos", "-o", "plain", "--format", "npz", "--dtype", "float16")
    with np.load("plain/part-00000.npz") as held:
        assert held["features"].dtype == np.float16 and held["label"][0] == "checks"
    parquet = pytest.importorskip("pyarrow.parquet")
    embed(capsys, "photos", "-o", "features", "--format", "parquet")
    table = parquet.read_table("features/part-00000.parquet")
    assert table.column_names == ["path", "label", "split", "digest", "problem", "features"]
    row = table.to_pylist()[0]
    assert row["path"] == "checks/0.png" and len(row["features"]) == read_table("plain").X.shape[1]
    assert row["features"] == pytest.approx(read_table("plain").X[0].tolist(), rel=1e-2, abs=1e-3)


def test_a_second_run_computes_only_what_is_new(here, capsys):
    embed(capsys, "photos", "-o", "features")
    before = read_table("features")
    assert embed(capsys, "photos", "-o", "features")["n_computed"] == 0
    Path("photos/stripes/0.png").rename("photos/stripes/renamed.png")
    Path("photos/discs/copy.png").write_bytes(Path("photos/discs/0.png").read_bytes())
    Path("photos/checks/0.png").write_bytes(encode(shape("checks", 999)))
    Path("photos/checks/new.png").write_bytes(encode(shape("checks", 998)))
    assert embed(capsys, "photos", "-o", "features")["n_computed"] == 2, "the changed one and the new one"
    after = read_table("features")
    rows = dict(zip(after.paths, after.X, strict=True))
    assert len(after) == len({*after.paths}) == 20
    old = dict(zip(before.paths, before.X, strict=True))
    assert (rows["stripes/renamed.png"] == old["stripes/0.png"]).all() and (
        rows["discs/copy.png"] == old["discs/0.png"]
    ).all()
    assert (rows["checks/0.png"] != old["checks/0.png"]).any() and (rows["checks/1.png"] == old["checks/1.png"]).all()
    assert embed(capsys, "photos", "-o", "features")["n_computed"] == 0


def test_what_is_said_of_photos_can_change(here, capsys, monkeypatch):
    monkeypatch.setattr(embedding, "PART", 4)
    embed(capsys, "photos", "-o", "features")
    rows = read_table("features")
    paths = [path for path in rows.paths if path.startswith("checks/")]
    lines = ["file,label,split", *(f"{path},squares,{'test' if path == paths[0] else 'train'}" for path in paths)]
    Path("table.csv").write_text("\n".join(lines))
    assert embed(capsys, "photos", "-o", "features", "--labels", "table.csv")["n_computed"] == 0
    after = read_table("features")
    told = dict(zip(after.paths, zip(after.labels, after.splits, strict=True), strict=True))
    assert len(after) == 17 and told[paths[0]] == ("squares", "test") and told[paths[1]] == ("squares", "training")
    before = dict(zip(rows.paths, rows.X, strict=True))
    for path, row in zip(after.paths, after.X, strict=True):
        assert np.array_equal(row, before[path], equal_nan=True)
    assert embed(capsys, "photos", "-o", "features", "--labels", "table.csv")["n_computed"] == 0


def test_several_processes_give_the_same_rows(here, capsys, monkeypatch):
    monkeypatch.setattr(embedding, "PART", 4)
    embed(capsys, "photos", "-o", "one")
    embed(capsys, "photos", "-o", "two", "--processes", "2")
    one, two = read_table("one"), read_table("two")
    assert (one.paths, one.labels, one.digests, one.problems) == (two.paths, two.labels, two.digests, two.problems)
    # Other numbers of threads add up in another order.
    assert np.allclose(one.X, two.X, rtol=0, atol=1e-4, equal_nan=True)


def test_features_of_another_kind_are_not_mixed(here, capsys):
    embed(capsys, "photos", "-o", "features")
    for options in (["--dtype", "float16"], ["--fit-mode", "pad"], ["--backbone", "efficientnet_lite0_224"]):
        assert main(["embed", "photos", "-o", "features", *SMALL, *options]) == 1
        assert "Expected features of the same kind" in capsys.readouterr().err
    assert main(["embed", "photos", "-o", "photos", *SMALL]) == 1
    assert "other files" in capsys.readouterr().err
    with pytest.raises(FileNotFoundError, match="pyclassifier embed"):
        read_table("photos")


def test_photos_at_an_address_are_read(here, capsys):
    pytest.importorskip("fsspec", reason="the extra remote is not installed")
    embed(capsys, "photos", "-o", "plain")
    shutil.make_archive("packed", "zip", "photos")
    for number, address in enumerate((f"file://{here}/photos", f"zip://::file://{here}/packed.zip")):
        made = embed(capsys, address, "-o", f"far{number}", "--processes", str(number + 1))
        assert (made["n_computed"], [one["path"] for one in made["problems"]]) == (17, ["stripes/notes.txt"])
        near, far = read_table("plain"), read_table(f"far{number}")
        assert (near.paths, near.labels, near.digests) == (far.paths, far.labels, far.digests)
        assert np.allclose(near.X, far.X, rtol=0, atol=1e-4, equal_nan=True)
    assert main(["embed", "nowhere://photos", "-o", "none", *SMALL]) == 1
    assert "cannot be listed" in capsys.readouterr().err


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_who_ends_in_the_middle_goes_on_from_there(how, code, here):
    many_photos(400)
    first = start()
    wait_for_parts(first, 2)
    first.send_signal(how)
    assert first.wait(timeout=60) == code
    done = n_parts()
    assert 2 <= done < 400 // PART
    assert finish(start()) == 400 - PART * done
    assert_all_there(400)


def test_a_killed_process_is_replaced(here):
    if shutil.which("ps") is None:
        pytest.skip("there is no ps here, to find its processes by")
    many_photos(400)
    job = start("--processes", "2")
    wait_for_parts(job, 2)
    os.kill(next(pid for pid, parent in processes("spawn_main").items() if parent == job.pid), signal.SIGKILL)
    assert finish(job) == 400
    assert_all_there(400)


@pytest.mark.full
def test_memory_does_not_grow_with_the_photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(embedding, "PART", PART)
    many_photos(640)
    samples = [Sample(path.name, FileSource(path)) for path in sorted(Path("many").iterdir())]
    held: dict[int, int] = {}

    def look(progress):
        held[progress.done] = tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    embed_photos(samples, "features", TableSettings(input_size=32, format="npz"), on_progress=look)
    tracemalloc.stop()
    each = (max(held[n] for n in held if n > 512) - max(held[n] for n in held if 64 < n <= 192)) / (640 - 192)
    assert each < 2048, "bytes of what is remembered of a photo; its features alone have 4,096"
