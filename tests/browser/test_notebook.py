"""The notebook site: JupyterLab in Chromium, WebGL forced, on the built site below a sub-path."""

from __future__ import annotations

import pytest
from notebook import CellError, Notebook


@pytest.fixture
def notebook(tab, site):
    """The quickstart, with its kernel started and no cell run."""
    return Notebook(tab, site)


def test_the_page_links_to_the_quickstart(tab, site):
    tab.goto(site)
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="Open in a notebook").click()
    opened.value.get_by_role("tab", name="quickstart.ipynb").wait_for()
    assert opened.value.url.startswith(f"{site}lab/")


def test_a_fresh_kernel_has_the_package_and_its_files(notebook):
    assert notebook.execute("import pyclassifier\nprint(pyclassifier.ImageClassifier().epochs)") == "20\n"
    notebook.execute("%pip install pyclassifier")
    assert notebook.execute("import importlib.metadata as m\nprint(m.version('numpy'))") == "2.0.2\n"
    with pytest.raises(CellError, match="nosuchpackage could not be installed: PyPI fallback is disabled"):
        notebook.execute("%pip install nosuchpackage")
    notebook.write_file("photo.bin", bytes(range(256)))
    code = "from pathlib import Path\nPath('copy.bin').write_bytes(Path('photo.bin').read_bytes() * 2)"
    notebook.execute(code)
    assert notebook.read_file("copy.bin") == bytes(range(256)) * 2


def test_pip_installs_the_package_where_it_is_not_there_yet(notebook):
    assert notebook.execute("import sys\nprint('pyclassifier' in sys.modules)") == "False\n"
    notebook.execute("%pip install pyclassifier")
    code = "import importlib.metadata as m\nprint(*(m.version(n) for n in ('pyclassifier', 'numpy', 'pillow')))"
    assert notebook.execute(code).split()[1:] == ["2.0.2", "10.2.0"]
