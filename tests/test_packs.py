"""Zips and tars as Windows, macOS, Linux and others write them, and such as nobody should."""

import gzip
import io
import os
import pickle
import random
import struct
import sys
import tarfile
import time
import warnings
import zipfile
import zlib
from contextlib import suppress

import pytest
from photos import RawName, Reader

from pyclassifier import Dataset
from pyclassifier.data.packs import list_packed
from pyclassifier.data.tars import Gunzip
from pyclassifier.errors import DatasetError


def zipped(names, system=0, extra=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            info = RawName("x")
            info.raw, info.create_system = name, system
            info.extra = extra(name) if extra else b""
            file.writestr(info, name)
    return buffer.getvalue()


def tarred(*members, mode="w", **options):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, **options) as file:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def read(data, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Dataset.from_zip(data, **options)


@pytest.mark.parametrize(
    ("encoding", "labels"),
    [
        ("gbk", ["苹果", "香蕉"]),
        ("gbk", ["训练样本", "橘子"]),
        ("cp950", ["蘋果", "鳳梨"]),
        ("cp932", ["りんご", "バナナ"]),
        ("cp932", ["表", "ソース"]),  # whose second bytes are backslashes
        ("cp949", ["고양이", "강아지"]),
        ("cp850", ["chêne", "hêtre"]),
        ("cp437", ["Käfer", "Vögel"]),
        ("cp850", ["maçã", "pão"]),
        ("cp1252", ["chêne", "hêtre"]),
        ("cp1252", ["Größe", "Öl"]),
        ("cp866", ["кошка", "собака"]),
        ("utf-8", ["Käfer", "猫"]),
        ("utf-8", ["قطة", "แมว"]),
        ("ascii", ["cat", "dog"]),
    ],
)
def test_names_are_read_in_the_letters_they_were_written_in(encoding, labels):
    data = zipped([f"p/{label}/{i}.jpg".encode(encoding) for label in labels for i in range(3)])
    dataset = read(data)
    assert dataset.labels == sorted(labels) and len(dataset.samples) == 6
    # A tar knows no encoding either.
    names = [
        f"p/{label}/{i}.jpg".encode(encoding).decode("utf-8", "surrogateescape") for label in labels for i in (1, 2)
    ]
    packed = tarred(*((name, b"x") for name in names), format=tarfile.GNU_FORMAT, errors="surrogateescape")
    assert read(packed).labels == sorted(labels)


def test_where_letters_are_unsure_python_says_what_it_assumed():
    data = zipped(["p/猫/1.jpg".encode("cp932"), "p/犬/1.jpg".encode("cp932")])
    with pytest.warns(
        UserWarning, match=r"assumed 'cp932' \(猫, 犬\)\. Say which is right: .*encoding='cp437'"
    ) as told:
        assert Dataset.from_zip(data).labels == sorted("犬猫")
    assert told[0].filename == __file__
    assert read(data, encoding="cp932").labels == sorted("犬猫")
    with pytest.raises(ValueError, match="Expected an encoding that Python knows"):
        read(data, encoding="no such")


def unicode_path(name, checksum=None, told=b"\xe8\x8b\xb9\xe6\x9e\x9c/1.jpg"):
    data = struct.pack("<BI", 1, zlib.crc32(name) if checksum is None else checksum) + told
    return struct.pack("<HH", 0x5455, 1) + b"\x00" + struct.pack("<HH", 0x7075, len(data)) + data


def test_the_extra_field_of_info_zip_tells_the_name_if_it_is_about_this_one():
    assert read(zipped([b"?/1.jpg"], 3, unicode_path)).labels == ["苹果"]
    assert read(zipped([b"cat/1.jpg"], 3, lambda name: unicode_path(name, 7))).labels == ["cat"], "renamed since"
    if sys.version_info < (3, 12):  # Newer ones refuse such a zip themselves.
        damaged = zipped([b"cat/1.jpg"], 3, lambda name: unicode_path(name, told=b"\xe8/1.jpg"))
        assert read(damaged).labels == ["cat"]


@pytest.mark.parametrize("system", [0, 10, 11, 14])
async def test_backslashes_of_windows_are_folders(system):
    names = [f"photos\\{label}\\{i}.jpg".encode() for label in ("cat", "dog") for i in range(4)]
    dataset = read(zipped([b"photos\\cat\\", *names], system))
    assert {label: c.total() for label, c in dataset.count().items()} == {"cat": 4, "dog": 4}
    assert not dataset.problems and await dataset.samples[0].read() == names[0]


def test_backslashes_of_others_are_letters():
    assert read(zipped([b"cat/a\\b.jpg"], 3)).samples[0].path == "cat/a\\b.jpg"


def test_what_macos_and_others_leave_in_folders_is_no_photo():
    strays = ["__MACOSX/p/cat/._1.jpg", "p/.DS_Store", "p/cat/Icon\r", "p/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg"]
    dataset = read(zipped([name.encode() for name in ["p/cat/1.jpg", "p/dog/1.jpg", *strays]], 3))
    assert dataset.y.tolist() == ["cat", "dog"] and len(dataset.problems) == len(strays)
    assert {problem.reason.code for problem in dataset.problems} <= {"hidden-file", "system-file"}
    assert Dataset.from_files([("cat/Icon", Reader(b""))]).labels == ["cat"], "only macOS's ends in a carriage return"


def pets():
    rng = random.Random(0)
    return [(f"pets/{label}/{i}.jpg", rng.randbytes(300_000)) for label in ("cat", "dog") for i in range(20)]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
async def test_tars_are_read_like_zips(tmp_path, mode, form):
    members = [*pets(), ("pets/" + "long" * 40 + "/Käfer.jpg", b"x"), ("pets/notes.txt", b"x")]
    if form == tarfile.USTAR_FORMAT:
        members.pop(-2)
    data = tarred(*members, mode=mode, format=form)
    name = "some.TAR.gz" if "gz" in mode else "some.tar"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / name).write_bytes(data)
    known = dict(members)
    for dataset in (read(data), read(tmp_path / "sub" / name), read(io.BytesIO(data)), Dataset.from_folder(tmp_path)):
        samples = list(dataset.samples)
        random.Random(1).shuffle(samples)
        for sample in samples:
            assert await sample.read() == known[sample.path.removeprefix("sub/some/")]
        assert [problem.reason.code for problem in dataset.problems] == ["text-file"]
        assert len(samples) == len(members) - 1
    sample = pickle.loads(pickle.dumps(read(tmp_path / "sub" / name).samples[3]))
    assert await sample.read() == known[sample.path]


def test_what_gzip_packed_is_read_from_any_place(monkeypatch):
    monkeypatch.setattr("pyclassifier.data.tars._STRIDE", 10_000)
    rng = random.Random(0)
    plain = b"".join(bytes([rng.randrange(20)]) * rng.randrange(50) for _ in range(20_000))
    packed = gzip.compress(plain[:200_000]) + b"\0" * 70 + gzip.compress(b"") + gzip.compress(plain[200_000:])
    file = Gunzip(io.BytesIO(packed), len(plain))
    for _ in range(300):
        at, size = rng.randrange(len(plain) + 10), rng.randrange(40_000)
        file.seek(at)
        found = b""
        while len(found) < size and (more := file.read(size - len(found))):
            found += more
        assert found == plain[at : at + size]
    for damaged in (packed[:-9], packed[:50_000] + b"?" * 100 + packed[50_100:]):
        file = Gunzip(io.BytesIO(damaged), len(plain) + 1)
        with pytest.raises(OSError, match=r"incomplete|damaged"):
            while file.read(1 << 16):
                pass


async def test_links_and_devices_in_a_tar_are_followed_nowhere():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        for kind, name in (
            (tarfile.SYMTYPE, "cat/1.jpg"),
            (tarfile.LNKTYPE, "cat/2.jpg"),
            (tarfile.CHRTYPE, "cat/3.jpg"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            file.addfile(info)
    dataset = read(buffer.getvalue())
    for sample in dataset.samples:
        with pytest.raises(OSError, match="a link to another file"):
            await sample.read()
    assert len(dataset.samples) == 3


def header(name=b"cat/1.jpg", size=b"00000000010\0", kind=b"0"):
    block = bytearray(512)
    block[: len(name)], block[124:136], block[156:157], block[257:265] = name, size, kind, b"ustar\x0000"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


HUGE = b"\x80" + (1 << 60).to_bytes(11, "big")
NEGATIVE = b"\xff" * 10 + b"\xf0\x00"


@pytest.mark.parametrize(
    "data",
    [
        header(size=HUGE, kind=b"x") + bytes(512),
        header(size=HUGE, kind=b"L") + bytes(512),
        header(size=NEGATIVE) + bytes(1024),
        (header() + header(size=NEGATIVE, kind=b"x")) * 20,
        header(size=HUGE),
        header(kind=b"S") + bytes(1024),
        b"".join(header(size=b"00000000000\0", kind=b"x") for _ in range(3000)) + bytes(1024),
        header()[:300],
        gzip.compress(os.urandom(2000)),
        gzip.compress(header(b"cat/1.jpg", b"00000001000\0") + bytes(100))[:-12],
        b"\x1f\x8b" + bytes(50),
    ],
)
async def test_hostile_tars_are_errors_in_no_time(data):
    began = time.perf_counter()
    try:
        dataset = Dataset.from_zip(data)
    except DatasetError as error:
        assert error.code in ("not-a-tar", "large-zip")
    else:
        for sample in dataset.samples:
            with suppress(OSError):
                assert len(await sample.read()) < 9
    assert time.perf_counter() - began < 2


def test_a_tar_that_inflates_without_end_is_given_up():
    # 300 MB of zeros in 300 KB: no photos deflate so.
    pack = zlib.compressobj(9, wbits=31)
    large = header(size=b"02200000000\0")
    packed = pack.compress(large) + b"".join(pack.compress(bytes(1 << 20)) for _ in range(300)) + pack.flush()
    with pytest.raises(DatasetError, match="at most 268,435,456 bytes in a packed file"):
        Dataset.from_zip(packed)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
async def test_damaged_packs_only_ever_raise_our_errors(kind):
    names = [f"pets/{label}/{i}.jpg" for label in ("chêne", "hêtre") for i in range(3)]
    if kind == "zip":
        data = zipped([name.encode("cp850") for name in names], extra=unicode_path)
    else:
        members = [(name, name.encode() * 30) for name in [*names, "pets/" + "long" * 50 + ".jpg"]]
        data = tarred(*members, mode="w:gz" if kind == "tar.gz" else "w", format=tarfile.PAX_FORMAT)
    rng = random.Random(7)
    n_opened = 0
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(rng.choice([1, 3, 20])):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        if rng.random() < 0.2:
            del damaged[rng.randrange(len(damaged)) :]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                dataset = Dataset.from_zip(bytes(damaged))
            except DatasetError:
                continue
        n_opened += 1
        for sample in dataset.samples:
            with suppress(OSError):
                await sample.read()
    assert n_opened > 5


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr("pyclassifier.data.packs._MAX_FILES", 10)
    with pytest.raises(DatasetError, match="at most 10 files"):
        Dataset.from_zip(tarred(*pets()[:11]))
    assert len(list_packed(tarred(*pets()[:10])).files) == 10


def test_what_is_packed_otherwise_is_said(tmp_path):
    for name in ("a.7z", "b.rar", "c.tar.xz", "d.tbz2", "e.jpg.gz"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "f.tgz").write_bytes(b"\x1f\x8bx")
    reasons = {problem.path: problem.reason for problem in Dataset.from_folder(tmp_path).problems}
    assert {reason.code for name, reason in reasons.items() if name != "f.tgz"} == {"packed-otherwise"}
    assert reasons["a.7z"].startswith(".7z files are not looked into here. Unpack it first")
    assert reasons["f.tgz"].code == "not-a-tar"
