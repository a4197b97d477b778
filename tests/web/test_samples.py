"""The sample photos: training and validation tiles share nothing."""

import io
import json
from itertools import combinations

from PIL import Image
from samples import LABELS, sample_files, tile_boxes


def test_no_two_tiles_overlap():
    boxes = [box for split in tile_boxes(512, 512).values() for box in split]
    for (left, top, right, bottom), (left2, top2, right2, bottom2) in combinations(boxes, 2):
        assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top


def test_validation_tiles_are_a_region_of_their_own():
    boxes = tile_boxes(512, 512)
    assert len(boxes["training"]) == 12
    assert len(boxes["validation"]) == 4
    assert max(bottom for _, _, _, bottom in boxes["training"]) <= min(top for _, top, _, _ in boxes["validation"])


def test_index_lists_the_tiles_of_each_class():
    files = sample_files()
    index = json.loads(files["index.json"])
    for split, count in (("training", 12), ("validation", 4)):
        assert [path.split("/")[0] for path in index[split]] == [name for name in LABELS for _ in range(count)]
        for path in index[split]:
            assert Image.open(io.BytesIO(files[f"{split}/{path}"])).size == (128, 128)
    tiles = [data for path, data in files.items() if path.endswith(".png")]
    assert len(set(tiles)) == len(tiles) == 48
