"""The libraries for Node: what is locked, and what is said where they cannot be had."""

import json
import shutil
from pathlib import Path

import pytest

from tests.services.ingest.clients.installing import HERE, NotInstalled, modules


def test_the_lock_names_public_addresses_only() -> None:
    """It installs on any machine, and only what it was made with: every package has its hash."""
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))

    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 3
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert {package["resolved"].split("/")[2] for package in packages.values()} == {"registry.npmjs.org"}


def test_without_node_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One sentence."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NotInstalled, match=r"need Node 18 or newer and npm: install both\.$"):
        modules()


def test_without_a_registry_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And what is half there is not taken for whole the next time."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")

    with pytest.raises(NotInstalled, match=r"need a registry of npm packages.*ECONNREFUSED\.$"):
        modules()

    assert shutil.which("npm")
    assert [path.suffix for path in (tmp_path / "regulars").iterdir()] == [".lock"]
