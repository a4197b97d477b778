"""The command `pyclassifier`: what it writes, prints and exits with."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from photos import SHAPES, encode, shape, write_shapes
from PIL import Image

from pyclassifier import CATALOG, Dataset, ImageClassifier
from pyclassifier.cli import main
from pyclassifier.scaling import read_table

LABELS = [*SHAPES]
SMALL = ["--input-size", "96"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder with photos/, model.zip and report.html, made by the command once."""
    folder = tmp_path_factory.mktemp("a folder with spaces")
    write_shapes(folder / "photos", 12)
    write_shapes(folder / "new", 2, 100)
    (folder / "photos/stripes/broken.png").write_bytes(b"no picture")
    (folder / "new/notes.txt").write_text("no photo")
    arguments = ["train", folder / "photos", "-o", folder / "model.zip", "--report", folder / "report.html", *SMALL]
    assert main([*map(str, arguments)]) == 0
    return folder


@pytest.fixture
def here(trained, tmp_path, monkeypatch) -> Path:
    """A folder of one's own with what `trained` has."""
    for path in trained.iterdir():
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main([*map(str, arguments)])
    return code, *capsys.readouterr()


def run_json(capsys, *arguments) -> dict:
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_training_tells_what_was_learned_and_how_good_it_is(here, capsys):
    code, out, err = run(capsys, "train", "photos", "-o", "again.zip", *SMALL)
    assert code == 0 and not err
    assert "Learned 3 classes of 36 photos" in out
    assert re.search(
        r"accuracy 100\.0 % \(36 of 36 photos over \d+ folds\), 95 % interval 8\d\.\d % to 100\.0 %$", out, re.M
    )
    assert re.search(r"^  checks +100\.0 % +100\.0 % +100\.0 % +12$", out, re.MULTILINE)
    assert "Not used: 1 file" in out and "photos/stripes/broken.png" not in out and "stripes/broken.png: " in out
    fields = run_json(capsys, "train", "photos", "-o", "third.zip", *SMALL, "--name", "Colours", "--seed", "1")
    assert fields["labels"] == LABELS and fields["evaluation"]["total"] == 36 and not fields["stopped"]
    assert [one["path"] for one in fields["problems"]] == ["stripes/broken.png"]
    assert run_json(capsys, "info", "third.zip")["name"] == "Colours"
    assert run_json(capsys, "info", "third.zip")["run"]["parameters"]["random_state"] == 1


def test_the_same_seed_gives_the_same_model(here, capsys):
    for i, seed in enumerate("007"):  # The draw decides what is learned from where nothing is fitted again.
        run_json(capsys, "train", "photos", "-o", f"{i}.zip", *SMALL, "--seed", seed, "--cv", "0", "--no-refit")
    first, second, other = (run_json(capsys, "predict", f"{i}.zip", "new", "--top", 3)["photos"] for i in range(3))
    assert first == second != other


@pytest.mark.parametrize("drawn", [["--cv", "0", "--no-refit", "--seed", "5"], ["--cv", "4"]], ids=["draw", "folds"])
def test_photos_that_judged_a_model_judge_the_next_one_wherever_their_labels_were_mended(here, capsys, drawn):
    run_json(capsys, "train", "photos", "-o", "before.zip", *SMALL, *drawn)
    shutil.copytree(here / "photos", "mended", ignore=shutil.ignore_patterns("broken.png"))
    before = ImageClassifier.load("before.zip").split_
    hashes = {path: sha256(path.read_bytes()).hexdigest() for path in sorted(Path("mended").glob("*/*.png"))}
    moved = next(path for path, digest in hashes.items() if before.test_fold[digest] == 0)
    moved.rename(f"mended/{'discs' if moved.parent.name != 'discs' else 'checks'}/moved.png")
    refit = [one for one in drawn if one == "--no-refit"]
    run_json(capsys, "train", "mended", "-o", "after.zip", *SMALL, *refit, "--split-of", "before.zip")
    assert ImageClassifier.load("after.zip").split_ == before
    run_json(capsys, "train", "mended", "-o", "anew.zip", *SMALL, *drawn, "--seed", "99")
    assert ImageClassifier.load("anew.zip").split_.test_fold != before.test_fold
    code, _, err = run(capsys, "train", "mended", "-o", "no.zip", *SMALL, "--split-of", "before.zip", "--seed", "3")
    assert code == 1 and "without --validation-split, --cv and --seed" in err


def test_the_split_of_a_model_that_was_judged_by_marked_photos_cannot_be_asked_for(here, capsys):
    write_shapes(here / "split/train", 6)
    write_shapes(here / "split/validation", 2, 300)
    run_json(capsys, "train", "split", "-o", "marked.zip", *SMALL)
    code, _, err = run(capsys, "train", "photos", "-o", "no.zip", *SMALL, "--split-of", "marked.zip")
    assert code == 1 and "they were marked" in err
    assert "Expected a model's zip at" in run(capsys, "train", "photos", "-o", "no.zip", "--split-of", "none.zip")[2]


def test_one_draw_leaves_some_photos_to_judge_by_and_test_photos_are_told_apart(here, capsys):
    options = ["--cv", "0", "--no-refit", "--validation-split", "0.25"]
    fields = run_json(capsys, "train", "photos", "-o", "once.zip", *SMALL, *options)
    assert (fields["n_training"], fields["evaluation"]["total"], fields["test"]) == (27, 9, None)
    write_shapes(here / "split/train", 12)
    write_shapes(here / "split/test", 4, 300)
    fields = run_json(capsys, "train", "split", "-o", "split.zip", "--report", "split.html", *SMALL)
    assert fields["test"]["total"] == 12 and fields["n_training"] == 36
    assert "Photos marked for test" in Path("split.html").read_text()


def test_the_backbone_can_be_left_to_the_photos(here, capsys):
    code, out, _ = run(capsys, "train", "photos", "-o", "auto.zip", *SMALL, "--backbone", "auto")
    assert code == 0 and len(re.findall(r"^  \* .*accuracy .* ms a photo, .* MB$", out, re.MULTILINE)) == 1
    assert len(re.findall(r"^  [* ] .* ms a photo", out, re.MULTILINE)) >= 2
    assert run_json(capsys, "evaluate", "auto.zip", "new")["total"] == 6


def test_views_are_told_with_and_without(here, capsys):
    code, out, _ = run(capsys, "train", "photos", "-o", "views.zip", *SMALL, "--views", "flip+crop")
    assert code == 0 and re.search(
        r"^Without the other views: accuracy 100\.0 % \(36 of 36 of the same photos", out, re.M
    )
    told = run_json(capsys, "train", "photos", "-o", "seen.zip", *SMALL, "--views", "crop")["views"]
    assert (told["total"], told["only"], told["onlyPlain"]) == (36, 0, 0)
    assert run_json(capsys, "info", "seen.zip")["run"]["parameters"]["views"] == "crop"
    assert run_json(capsys, "evaluate", "seen.zip", "new")["accuracy"] == 1


def test_a_table_names_the_classes(here, capsys):
    Path("flat").mkdir()
    rows = ["file,species"]
    for label in LABELS:
        for i, path in enumerate(sorted(Path(f"photos/{label}").glob("[0-9]*.png"))):
            Path(f"flat/{label[0]}{i}.png").write_bytes(path.read_bytes())
            rows.append(f"{label[0]}{i}.png,some {label}")
    Path("table.csv").write_text("\n".join(rows))
    fields = run_json(capsys, "train", "flat", "--labels", "table.csv", "-o", "named.zip", *SMALL)
    assert fields["labels"] == [f"some {label}" for label in LABELS]
    figures = run_json(capsys, "evaluate", "named.zip", "flat", "--labels", "table.csv")
    assert (figures["correct"], figures["total"]) == (36, 36)


@pytest.fixture
def plants(tmp_path, monkeypatch) -> Path:
    """Folders in folders, of which each says something, and so do the names of photos."""
    monkeypatch.chdir(tmp_path)
    kinds = iter(SHAPES * 2)
    for plant in ("Potato", "Tomato"):
        for state in ("healthy", "spotted"):
            folder, kind = Path("plants") / plant / state, next(kinds)
            folder.mkdir(parents=True)
            for i in range(3):
                shape(kind, i + 9 * (plant == "Tomato"), 32).save(folder / f"{'leaf' if i else 'stem'}-{i}.png")
    return Path("plants")


@pytest.mark.parametrize(
    ("label_by", "labels"),
    [
        ("folder", ["healthy", "spotted"]),
        ("top", ["Potato", "Tomato"]),
        ("path", ["Potato/healthy", "Potato/spotted", "Tomato/healthy", "Tomato/spotted"]),
        ("name", ["leaf", "stem"]),
    ],
)
def test_what_names_the_classes_is_said_to_every_command_as_in_python(label_by, labels, plants, capsys):
    options = ["--label-by", label_by]
    assert Dataset.from_folder(plants, label_by=label_by).labels == labels
    embedded = run_json(capsys, "embed", plants, "-o", "features", *options, "--input-size", 32)
    assert embedded["n_photos"] == 12 and sorted({*read_table("features").labels}) == labels
    assert run_json(capsys, "train", "features", "-o", "a.zip")["labels"] == labels
    assert run_json(capsys, "evaluate", "a.zip", plants, *options)["total"] == 12
    if label_by == "path":
        assert run_json(capsys, "train", plants, "-o", "b.zip", *options, "--input-size", 32)["labels"] == labels
    assert "features that have their labels" in run(capsys, "train", "features", "-o", "c.zip", *options)[2]
    assert "got views" in run(capsys, "train", "features", "-o", "c.zip", "--views", "flip")[2]
    with pytest.raises(SystemExit):
        run(capsys, "check", plants, *options, "--labels", "table.csv")
    assert "not allowed with argument" in capsys.readouterr().err


def test_a_table_among_the_photos_names_the_classes_of_their_features_too(plants, capsys):
    Path("flat").mkdir()
    for i, path in enumerate(sorted(plants.rglob("*.png"))):
        Path(f"flat/{i:02}.png").write_bytes(path.read_bytes())
    rows = [f"{i:02}.png,{'even' if i % 2 == 0 else 'odd'}" for i in range(12)]
    Path("flat/labels.csv").write_text("\n".join(["file,label", *rows]))
    made = run_json(capsys, "embed", "flat", "-o", "features", "--input-size", 32)
    table = read_table("features")
    assert not made["problems"] and dict(zip(table.paths, table.labels, strict=True)) == {
        sample.path: sample.label for sample in Dataset.from_folder("flat").samples
    }
    assert [*table.labels].count("odd") == 6


def test_predictions_for_people_spreadsheets_and_programs(here, capsys):
    code, out, err = run(capsys, "predict", "model.zip", "new", "photos/stripes/0.png", "--top", 2)
    assert code == 0 and not err
    lines = out.splitlines()
    assert re.fullmatch(r"new/checks/100\.png: checks \d+\.\d %, (discs|stripes) \d+\.\d %", lines[0])
    assert lines[6].startswith("photos/stripes/0.png: stripes ")
    assert lines[7] == "Not used: 1 file" and lines[8].startswith("  new/notes.txt: ") and len(lines) == 9
    fields = run_json(capsys, "predict", "model.zip", "new", "--top", 3)
    assert [one["label"] for one in fields["photos"]] == [label for label in LABELS for _ in range(2)]
    assert all(
        sum(best["probability"] for best in one["top"]) == pytest.approx(1, abs=1e-5) for one in fields["photos"]
    )
    code, out, err = run(capsys, "predict", "model.zip", "new", "--csv", "--top", 2)
    table = list(csv.DictReader(io.StringIO(out)))
    assert [row["label"] for row in table] == [label for label in LABELS for _ in range(2)]
    assert list(table[0]) == ["path", "label", "probability", "label_2", "probability_2"]
    assert "new/notes.txt" in err and "notes" not in out


def test_names_in_a_table_are_no_formulas(here, capsys):
    Path("=1+1.png").write_bytes(Path("new/stripes/100.png").read_bytes())
    _, out, _ = run(capsys, "predict", "model.zip", "=1+1.png", "--csv")
    assert next(csv.DictReader(io.StringIO(out)))["path"] == "'=1+1.png"


def test_what_cannot_be_read_is_said_and_the_rest_is_predicted(here, capsys):
    Path("mixed").mkdir()
    Path("mixed/bad.png").write_bytes(b"no picture")
    Path("mixed/good.png").write_bytes(encode(shape("discs", 300)))
    fields = run_json(capsys, "predict", "model.zip", "mixed")
    assert [(one["path"], one["label"]) for one in fields["photos"]] == [("mixed/good.png", "discs")]
    assert [one["path"] for one in fields["problems"]] == ["mixed/bad.png"]


def test_none_of_these_needs_a_model_that_knows_when(here, capsys):
    assert run(capsys, "train", "photos", "-o", "few.zip", *SMALL, "--cv", "0")[0] == 0
    code, _, err = run(capsys, "predict", "few.zip", "new", "--none-of-these")
    assert code == 1 and "too few photos" in err, "six photos cannot tell"
    write_shapes(here / "many", 40)
    assert run(capsys, "train", "many", "-o", "sure.zip", *SMALL)[0] == 0
    Image.fromarray(np.full((96, 96, 3), 128, np.uint8)).save("grey.png")
    known = run_json(capsys, "predict", "sure.zip", "new", "--none-of-these")["photos"]
    assert [one["label"] for one in known].count("none of these") <= 1
    (grey,) = run_json(capsys, "predict", "sure.zip", "grey.png", "--none-of-these")["photos"]
    assert grey["label"] == "none of these" and grey["top"][0]["label"] in LABELS


def test_evaluating_counts_and_says_what_is_unknown(here, capsys):
    write_shapes(here / "test", 3, 200)
    Path("test/purple").mkdir()
    Path("test/purple/0.png").write_bytes(Path("new/stripes/100.png").read_bytes())
    fields = run_json(capsys, "evaluate", "model.zip", "test")
    assert (fields["correct"], fields["total"], fields["labels"]) == (9, 9, LABELS)
    assert [one["path"] for one in fields["problems"]] == ["purple/0.png"]
    assert "test: accuracy 100.0 % (9 of 9 photos)" in run(capsys, "evaluate", "model.zip", "test")[1]
    write_shapes(here / "two", 1, 200, SHAPES[:2])
    assert f"Never judged, for want of photos: {SHAPES[2]}\n" in run(capsys, "evaluate", "model.zip", "two")[1]


def test_a_training_that_nothing_judged_says_so(here, capsys):
    out = run(capsys, "train", "photos", "-o", "all.zip", "--validation-split", "0", "--cv", "0", *SMALL)[1]
    assert "nobody knows how well it recognises others" in out and "accuracy" not in out


@pytest.mark.parametrize("options", [[], ["--quick"]])
def test_a_check_that_finds_something_exits_with_3(options, here, capsys):
    write_shapes(here / "copies", 12)
    Path("copies/stripes/copy.png").write_bytes(Path("copies/stripes/0.png").read_bytes())
    Path("copies/checks/same.png").write_bytes(Path("copies/discs/0.png").read_bytes())
    code, out, _ = run(capsys, "check", "copies", *options, "--json")
    found = {one["kind"]: one for one in json.loads(out)["findings"]}
    assert code == 3 and ["stripes/0.png", "stripes/copy.png"] in found["duplicates"]["groups"]
    groups = found["two classes"]["groups"]
    assert any({"checks/same.png", "discs/0.png"} <= set(group) for group in groups)
    code, out, _ = run(capsys, "check", "copies", *options)
    assert code == 3 and "stripes/0.png = stripes/copy.png" in out


def test_a_check_that_finds_nothing_exits_with_0(here, capsys):
    write_shapes(here / "fine", 12)
    code, out, _ = run(capsys, "check", "fine", "--quick")
    assert (code, out) == (0, "36 photos: nothing found.\n")


def test_an_explanation_is_a_picture(here, capsys):
    fields = run_json(capsys, "explain", "model.zip", "new/stripes/100.png", "-o", "heat.png")
    with Image.open("heat.png") as picture:
        assert picture.format == "PNG" and picture.size == (96, 96)
    assert fields["label"] == "stripes" and np.array(fields["heat"]).ndim == 2
    code, out, _ = run(capsys, "explain", "model.zip", "new/stripes/100.png", "-o", "heat.jpg", "--label", "discs")
    assert code == 0 and "what speaks for discs" in out
    assert "such as heat.png" in run(capsys, "explain", "model.zip", "new/stripes/100.png", "-o", "heat.xyz")[2]
    assert (
        "one of the classes"
        in run(capsys, "explain", "model.zip", "new/stripes/100.png", "-o", "a.png", "--label", "x")[2]
    )


def test_info_needs_no_engine_and_a_check_compares(here, capsys):
    code, out, _ = run(capsys, "info", "model.zip")
    assert code == 0 and "3 classes (checks, discs, stripes)" in out and "accuracy    100.0 % (36 of 36 photos" in out
    assert run_json(capsys, "info", "model.zip", "--check")["deviation"] < 1e-4


def test_backbones_are_listed_and_fetched_from_where_they_are(here, capsys, monkeypatch):
    code, out, _ = run(capsys, "backbones")
    assert code == 0 and all(name in out for name in CATALOG)
    listed = {one["name"]: one for one in run_json(capsys, "backbones")["backbones"]}
    assert listed["mobilenet_v1_1.0_224"]["features"] == 1024 and list(listed) == list(CATALOG)
    monkeypatch.setenv("PYCLASSIFIER_CACHE", str(here / "empty"))
    assert {one["bytes"] for one in run_json(capsys, "backbones")["backbones"]} == {0}


@pytest.mark.parametrize("backend", ["numpy", "cpu"])
def test_what_computes_can_be_chosen(backend, here, capsys):
    if backend == "cpu":
        pytest.importorskip("onnxruntime", reason="the extra native is not installed")
    best = run_json(capsys, "predict", "model.zip", "new", "--backend", backend)["photos"]
    assert [one["label"] for one in best] == [label for label in LABELS for _ in range(2)]
    assert "expected" in run(capsys, "predict", "model.zip", "new", "--backend", "abacus")[2].lower()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["backbones", "fetch"], "the names"),
        (["backbones", "fetch", "nonsense"], "nonsense"),
        (["train", "gone", "-o", "x.zip"], "gone"),
        (["train", "new", "-o", "no/such/x.zip"], "there is none"),
        (["train", "new", "-o", "x.zip", "--backbone", "nonsense"], "nonsense"),
        (["train", "new", "-o", "x.zip", "--validation-split", "7"], "validation_split"),
        (["train", "new", "--labels", "gone.csv", "-o", "x.zip"], "gone.csv"),
        (["train", "new/stripes", "-o", "x.zip"], "class"),
        (["train", "new", "-o", "model.zip"], "--force"),
        (["predict", "gone.zip", "new"], "gone.zip"),
        (["predict", "model.zip", "gone"], "found nothing there"),
        (["predict", "new/notes.txt", "new"], "zip"),
        (["predict", "model.zip", "new", "--top", "0"], "at least 1"),
        (["evaluate", "model.zip", "gone"], "gone"),
        (["explain", "model.zip", "new", "-o", "heat.png"], "a photo at new"),
        (["info", "new/notes.txt"], "zip"),
        (["convert", "gone", "out"], "gone"),
    ],
)
def test_what_goes_wrong_is_one_line_and_leaves_nothing(arguments, words, here, capsys):
    before = {path.name for path in here.iterdir()}
    code, out, err = run(capsys, *arguments)
    assert code == 1 and not out and err.count("\n") == 1
    assert err.startswith("pyclassifier: ") and words in err
    assert {path.name for path in here.iterdir()} == before
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 1 and words in json.loads(out)["error"]


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["train"], ["train", "photos"], ["predict", "a", "b", "--json", "--csv"]]
)
def test_wrong_command_lines_end_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2 and "usage: pyclassifier" in capsys.readouterr().err


def help_of(capsys, *command) -> str:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    return capsys.readouterr().out


def commands() -> list[str]:
    from pyclassifier.cli.commands import COMMANDS

    return sorted(COMMANDS)


def test_the_overview_names_every_command(capsys):
    out = help_of(capsys)
    assert all(re.search(rf"^  {name} ", out, re.MULTILINE) for name in [*commands(), "convert"])
    with pytest.raises(SystemExit):
        main([])
    assert "commands:" in capsys.readouterr().out


@pytest.mark.parametrize("command", commands())
def test_the_examples_of_help_are_command_lines(command, capsys):
    from pyclassifier.cli.commands import COMMANDS

    examples = re.findall(rf"^  pyclassifier {command} ([^>\n]+)", help_of(capsys, command), re.MULTILINE)
    assert len(examples) >= 2
    for example in examples:
        COMMANDS[command][0].parser(f"pyclassifier {command}").parse_intermixed_args(shlex.split(example))


class Report(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data


def test_the_report_is_one_file_that_asks_nobody(here):
    page = Report(Path("report.html").read_text())
    for words in (
        "Accuracy 100.0 %",
        "95 % interval",
        "true ↓ predicted →",
        "loss",
        "precision",
        "37 photos of 3 classes",
    ):
        assert words in page.text, words
    addresses = [value for _, name, value in page.attributes if name in ("src", "href", "srcset", "data", "action")]
    assert addresses and all(address.startswith("data:image/jpeg;base64,") for address in addresses)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert ("meta", "http-equiv", "Content-Security-Policy") in page.attributes


def test_the_report_shows_mistakes_and_harms_nobody(here, capsys):
    hostile = "<img src=x onerror=alert(1)>"
    write_shapes(here / "wrong", 12)
    (here / "wrong" / "stripes").rename(here / "wrong" / hostile)
    for i in range(6):
        Path(f"wrong/{hostile}/odd{i}.png").write_bytes(encode(shape("discs", 500 + i)))
    assert (
        run(capsys, "train", "wrong", "-o", "w.zip", "--report", "w.html", "--validation-split", "0.5", *SMALL)[0] == 0
    )
    page = Report(Path("w.html").read_text())
    assert "Mistakes, the worst first" in page.text and hostile in page.text and "✗ wrong" in page.text
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert all(value.startswith("data:") for _, name, value in page.attributes if name == "src")


def test_the_module_is_the_command(here):
    command = [sys.executable, "-m", "pyclassifier", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root()})
    assert (done.returncode, done.stderr) == (0, "") and re.fullmatch(r"pyclassifier \d+\.\d+\.\d+\n", done.stdout)


def root() -> str:
    return str(Path(__file__).parents[1])


def test_ctrl_c_keeps_what_was_learned(here):
    """On a real terminal, which shows how far it is."""
    arguments = ["train", "photos", "-o", "stopped.zip", *SMALL, "--hidden-units", "8", "--epochs", "1000000"]
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pyclassifier", *arguments],
        stdout=subprocess.PIPE,
        stderr=end,
        text=True,
        env=os.environ | {"PYTHONPATH": root(), "TERM": "xterm", "COLUMNS": "120"},
        # Where tests run in the background, their children would not hear of it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(end)
    shown = ""
    while "Training" not in shown:
        shown += os.read(terminal, 4096).decode(errors="replace")
    process.send_signal(signal.SIGINT)
    out = process.communicate(timeout=60)[0]
    os.close(terminal)
    assert process.returncode == 130 and "stopped: what was learned until then is kept" in out
    assert main(["predict", "stopped.zip", "new"]) == 0
