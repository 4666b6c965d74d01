"""Libraries for Node that stand in a package-lock.json, here or elsewhere, installed by npm once, outside the checkout.

The folder is named by what is locked, made beside its place and moved there whole, under a lock: it is complete or not
there, and two processes that want it at once install it once.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from services.dev.artefacts import cache_folder

HERE = Path(__file__).parent
LOCKED = ("package.json", "package-lock.json")
NEEDS_NODE = "These tests need Node 18 or newer and npm: install both."
NEEDS_REGISTRY = "These tests need a registry of npm packages, from which 'npm ci' installs what is locked:"


class NotInstalled(RuntimeError):
    """They cannot be had; the message is a sentence that says what to install."""


def modules(of: Path = HERE) -> Path:
    """Return the folder that holds what a folder of ours has locked, for NODE_PATH. Raises NotInstalled."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotInstalled(NEEDS_NODE)
    locked = sha256(b"".join(of.joinpath(name).read_bytes() for name in LOCKED)).hexdigest()[:16]
    place = cache_folder() / f"{of.name.replace('_', '-')}-{locked}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with _locked(place.with_suffix(".lock")):
            if not place.is_dir():
                _install(of, place)
    return place / "node_modules"


def _install(of: Path, place: Path) -> None:
    folder = Path(mkdtemp(prefix=f"{place.name}.new-", dir=place.parent))
    try:
        for name in LOCKED:
            shutil.copy(of / name, folder)
        # No script of a package is run: none of these needs one.
        words = (
            "npm",
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=500",
        )
        ran = subprocess.run(words, cwd=folder, check=False, capture_output=True, encoding="utf-8", errors="replace")
        if ran.returncode != 0:
            code = next((line for line in ran.stderr.splitlines() if " code " in line), f"exit code {ran.returncode}")
            message = f"{NEEDS_REGISTRY} {code}."
            raise NotInstalled(message)
        folder.rename(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that the kernel lets go of when its holder dies."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
