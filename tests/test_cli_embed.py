"""`pyclassifier embed`: a row for each photo, none twice, none lost, whoever is killed in the middle."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from photos import encode, noisy, shape, write_shapes
from PIL import Image

from pyclassifier import ImageClassifier
from pyclassifier.cli import main
from pyclassifier.scaling import best_format, embedding, read_table

SMALL = ["--input-size", "32"]
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


def many_photos(n: int) -> None:
    Path("many").mkdir()
    for i in range(n):
        Image.fromarray(noisy((40, 80, 120), i, (32, 32))).save(f"many/{i:04}.png")


def start(*arguments: str) -> subprocess.Popen:
    root = str(Path(__file__).parents[1])
    # Small parts, so that there is something to kill in the middle.
    code = "import sys; from pyclassifier.scaling import embedding; embedding.PART = 16\n"
    code += "from pyclassifier.cli import main\nif __name__ == '__main__': sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, "embed", "many", "-o", "features", *SMALL, *arguments],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": root},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for_parts(process: subprocess.Popen, n: int) -> None:
    while len([*Path("features").glob("part-*.[np]*")]) < n:
        assert process.poll() is None
        time.sleep(0.02)


def assert_all_there(n: int) -> None:
    held = [path for part in sorted(Path("features").glob("part-*")) for path in embedding_paths(part)]
    assert sorted(held) == [f"{i:04}.png" for i in range(n)], "none lost, none twice"


def embedding_paths(part: Path) -> tuple[str, ...]:
    from pyclassifier.scaling.tables import read_part

    return read_part(part).paths


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_who_ends_in_the_middle_goes_on_from_there(how, code, here):
    many_photos(400)
    first = start()
    wait_for_parts(first, 2)
    first.send_signal(how)
    assert first.wait(timeout=60) == code
    n_parts = len([*Path("features").glob("part-*.[np]*")])
    assert 2 <= n_parts < 25
    second = start("--json")
    out, _ = second.communicate(timeout=120)
    assert second.returncode == 0 and json.loads(out)["n_computed"] == 400 - 16 * n_parts
    assert_all_there(400)


def workers(job: subprocess.Popen) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "ppid=,pid=,args="], capture_output=True, text=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return [int(pid) for parent, pid, words in rows if int(parent) == job.pid and "spawn_main" in words]


def test_a_killed_process_is_replaced(here):
    if shutil.which("ps") is None:
        pytest.skip("there is no ps here, to find its processes by")
    many_photos(400)
    job = start("--processes", "2", "--json")
    wait_for_parts(job, 2)
    os.kill(workers(job)[0], signal.SIGKILL)
    out, _ = job.communicate(timeout=120)
    assert job.returncode == 0 and json.loads(out)["n_computed"] == 400
    assert_all_there(400)
