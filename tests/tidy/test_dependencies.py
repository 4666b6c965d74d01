"""What is installed beside us, and the file that names it."""

import re
import tomllib
from importlib.metadata import packages_distributions

from tests.tidy.sources import PACKAGES, ROOT

PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}
IGNORE = re.compile(r'^    "[A-Z]+\d+",')


def test_our_names_are_ours_alone() -> None:
    """No dependency installs a top-level package named like one of ours: which one is imported would be chance."""
    installed = packages_distributions()

    foreign = {name: set(installed.get(name, ())) - {"regulars"} for name in (*PACKAGES, "tests")}

    assert foreign == {name: set() for name in (*PACKAGES, "tests")}


def test_the_lock_names_public_addresses_only() -> None:
    """The lock installs on any machine: every address in it is the public index's."""
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")

    hosts = set(re.findall(r'"https?://([^/"]+)', lock))

    assert hosts == PUBLIC_HOSTS


def test_a_dependency_says_from_which_version_it_works() -> None:
    """Each dependency has a lower bound, and no upper one that would hold a fix back."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]

    loose = [
        dependency for dependency in wanted if not re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,]+\])?>=[\d.]+", dependency)
    ]

    assert loose == []


def test_an_ignored_rule_has_its_reason() -> None:
    """Every rule of ruff that is switched off says why, in a comment on its line."""
    listed = [line for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines() if IGNORE.match(line)]

    unexplained = [line for line in listed if "#" not in line]

    assert (unexplained, listed != []) == ([], True)
