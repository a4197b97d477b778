"""The sample photos: no picture is there twice, and what is held back shows things that are not learned from."""

import io
import json

from PIL import Image
from samples import N_NEW, N_TRAINING, N_VALIDATION, PHOTOS, SIGNS, THINGS, sample_files


def test_each_picture_is_there_once():
    codes = [code for things in (*THINGS.values(), *SIGNS.values()) for code in things.split()]
    assert len(set(codes)) == len(codes)
    assert {len(things.split()) for things in THINGS.values()} == {N_TRAINING + N_VALIDATION + N_NEW}
    pictures = [data for path, data in sample_files().items() if not path.endswith(".json")]
    assert len(set(pictures)) == len(pictures) == len(codes) + len(PHOTOS)


def test_indexes_list_the_pictures_of_each_class():
    files = sample_files()
    index = json.loads(files["index.json"])
    for split, count in (("training", N_TRAINING), ("validation", N_VALIDATION)):
        assert [path.split("/")[0] for path in index[split]] == [name for name in THINGS for _ in range(count)]
    others = json.loads(files["others.json"])
    listed = [f"{split}/{path}" for split, paths in index.items() for path in paths]
    listed += [path for page in others.values() for paths in page.values() for path in paths]
    assert sorted(listed) == sorted(path for path in files if not path.endswith(".json"))
    for path in listed:
        if path.endswith(".png"):
            assert Image.open(io.BytesIO(files[path])).size == (128, 128)
    assert sum(map(len, files.values())) < 500_000
