"""`load_samples` from a site on a local server; tests/pyodide runs it in the browser."""

from __future__ import annotations

import pytest
from browser_fixtures import ROOT  # noqa: F401  (puts web/ on the path)
from samples import sample_files

from pyclassifier import decode_image
from pyclassifier.aio import load_samples
from pyclassifier.errors import DatasetError
from pyclassifier.serving import serving


async def test_samples_of_a_site(tmp_path):
    for name, data in sample_files().items():
        path = tmp_path / "samples" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    with serving(tmp_path, "/sub/") as url:
        dataset = await load_samples(url)
        assert dataset.labels == ["animal", "fruit", "vehicle"] and not dataset.problems
        training, validation = (
            [sample for sample in dataset.samples if (sample.split == "validation") == judged]
            for judged in (False, True)
        )
        assert (len(training), len(validation)) == (36, 12)
        pixels = decode_image(await validation[0].read())
        assert pixels.shape == (128, 128, 3)
        (tmp_path / "samples" / "training" / training[0].path).unlink()
        with pytest.raises(DatasetError, match=r"00\.png did not load .*404"):
            await load_samples(url)
        with pytest.raises(DatasetError, match=r"sample photos at .*/sub/none/samples/.*404"):
            await load_samples(f"{url}none")


async def test_without_a_site_the_error_asks_for_one():
    with pytest.raises(DatasetError, match="Give its site_url"):
        await load_samples()
