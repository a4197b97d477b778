"""Models of all sorts outside of the page: on the ready page, and in libraries that others published."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest
from browser_fixtures import opened_tab
from client import encoded, holding_tiles, tiles
from test_client import QUICK, assert_promise_kept, assert_read_alike, probe, unzipped
from test_take import TEXTS, WORKER, awkward_photos

from pyclassifier.serving import serving

LITE0, PAIR = "efficientnet_lite0_224", "mobilenet_v1_1.0_224+efficientnet_lite0_224"


@pytest.fixture(scope="module")
def client(chromium, site, dist):
    with holding_tiles(chromium, site, dist) as client:
        yield client


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"backbone": PAIR, "views": "flip+crop"}, marks=pytest.mark.full),
        pytest.param({"backbone": LITE0}, marks=pytest.mark.full),
        pytest.param({"backbone": PAIR}, marks=pytest.mark.full),
    ],
    ids=["pair with views", "lite0", "pair"],
)
def test_the_ready_page_gives_the_pages_probabilities(client, chromium, dist, tmp_path, options):
    outcome = client.train({**QUICK, **options})
    assert outcome["evaluation"]["correct"] >= 11 and (outcome["views"] is not None) == ("views" in options)
    data = base64.b64decode(client.exportPage({"name": "textures", "texts": TEXTS}))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        file.extractall(tmp_path)
    photos = [*awkward_photos(dist), *tiles(dist, "validation")[::4]]
    here = client.predict(encoded(photos))
    with serving(tmp_path, "/") as url, opened_tab(chromium, url) as tab:
        tab.goto(f"{url}page.css")
        start, *answers = tab.evaluate(WORKER, [url, encoded(photos)])
    assert start["deviation"] < 1e-4 and not start["otherwise"]
    for (name, _), ours, there in zip(photos, here, answers, strict=True):
        shares = {share["label"]: share["probability"] for share in there["shares"]}
        apart = max(abs(shares[guess["label"]] - guess["probability"]) for guess in ours["top"])
        assert apart < (0.02 if name.endswith(".jpg") else 1e-4), name


@pytest.mark.full
def test_a_model_with_views_opens_here_and_in_the_published_libraries(client, chromium, dist):
    outcome = client.train({**QUICK, "views": "flip+crop"})
    seen = outcome["views"]
    assert seen["total"] == 12 and seen["accuracy"] == outcome["evaluation"]["accuracy"] and 0 < seen["pValue"] <= 1
    photos = [*(tiles(dist, "validation")[i] for i in (0, 5, 10)), ("probe.png", probe())]
    here, data = client.predict(encoded(photos)), client.export_model()
    assert_read_alike(chromium, unzipped(data), photos, here, tolerance=0.03)
    assert_promise_kept(chromium, data)
    heat = client.explain(0)
    opened = client.open_model(data)
    assert opened["views"] == "flip+crop" and opened["deviation"] < 1e-4
    for a, b in zip(here, client.predict(encoded(photos)), strict=True):
        assert a["label"] == b["label"] and a["probability"] == pytest.approx(b["probability"], abs=1e-4)
    assert heat["label"] in outcome["classes"]
