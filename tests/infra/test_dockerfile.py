"""infra/docker/Dockerfile: what it copies is there, what it installs is locked, and what it leaves behind is little."""

import re
import tomllib
from typing import Any

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from tests.infra.dockerfile import DOCKERFILE, entrypoint, said, stages
from tests.tidy.sources import ROOT

BUILD, IMAGE = 0, -1
WITHOUT_COMPILER = {"faust-streaming": "NO_CYTHON=1"}
"""Packages that lack some wheel and can be made of their sources by Python alone, and what has them do so."""

MACHINES = ("x86_64", "aarch64")
PLATFORMS = ("manylinux_2_17", "manylinux2014", "manylinux_2_28")
LINUX = {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"}


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _sources() -> list[str]:
    """Return what is copied out of the checkout."""
    copied = [rest.split() for rest in said("COPY", BUILD)]
    return [source for words in copied for source in words[:-1]]


def _python() -> tuple[int, int]:
    found = re.search(r"^python:(\d+)\.(\d+)-", said("FROM")[0])
    assert found is not None
    return int(found[1]), int(found[2])


def _holds(marker: str | None, image: dict[str, str]) -> bool:
    return marker is None or Marker(marker).evaluate(image)


def _installed(packages: dict[str, dict[str, Any]]) -> set[str]:
    """Return the names of the packages that the product needs, however far, as the lock has them."""
    image = {**LINUX, "python_full_version": "{}.{}.0".format(*_python())}
    found: set[str] = set()
    left = ["regulars"]
    while left:
        package = packages[left.pop()]
        extras = package.get("optional-dependencies", {}).values()
        needed = [*package.get("dependencies", []), *(each for extra in extras for each in extra)]
        names = {each["name"] for each in needed if _holds(each.get("marker"), image)}
        left += names - found
        found |= names
    return found


def test_what_it_copies_is_there() -> None:
    """Each file and folder is in the checkout, and .dockerignore lets it and nothing else through."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    missing = [source for source in _sources() if not (ROOT / source).exists()]

    assert missing == []
    assert let_through == set(_sources())
    assert "*" in ignored


def test_it_has_every_package_of_ours() -> None:
    """The wheel is built of these."""
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]

    assert set(packages["targets"]["wheel"]["packages"]) < set(_sources())


def test_its_command_is_ours() -> None:
    """The entry point is the one that the project declares, and lies where the image looks for programmes."""
    path = next(rest for rest in said("ENV") if rest.startswith("PATH="))
    copied = next(rest.split()[-1] for rest in said("COPY"))

    assert entrypoint() == ["regulars"]
    assert "regulars" in _project()["scripts"]
    assert path.startswith(f"PATH={copied}/bin:")


def test_it_installs_what_the_lock_says_by_the_same_uv() -> None:
    """The Makefile's uv, the lock as it is, nothing that only developers need."""
    makefile = re.search(r"^UV_VERSION := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert makefile is not None

    synced = [rest for rest in said("RUN", BUILD) if rest.startswith("uv sync")]

    assert said("ARG", BUILD) == [f"UV_VERSION={makefile[1]}"]
    assert [rest for rest in synced if not rest.startswith("uv sync --frozen --no-dev ")] == []
    assert len(synced) == 2


def test_what_it_builds_with_is_left_behind() -> None:
    """The image is the bare Python, and of what was built the environment alone; no part of it runs as root."""
    first, *rest = stages()[IMAGE]

    assert first.rest == said("FROM", BUILD)[0].removesuffix(" AS build")
    assert [each.rest.split()[0] for each in rest if each.word == "COPY"] == ["--from=build"]
    assert [each for each in rest if "pip" in each.rest or "uv" in each.rest.split()] == []
    assert re.fullmatch(r"[1-9]\d+", said("USER")[-1])


def test_nothing_is_compiled() -> None:
    """Of each package that the lock names there is a wheel for the image's Python, on both kinds of machine.

    But for those whose sources make one without a compiler, where the image says that none is wanted.
    """
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    packages = {package["name"]: package for package in lock["package"]}
    version = _python()

    missing = []
    for machine in MACHINES:
        platforms = [f"{platform}_{machine}" for platform in PLATFORMS]
        tags = {*cpython_tags(version, platforms=platforms), *compatible_tags(version, platforms=platforms)}
        missing += [
            (name, machine)
            for name in sorted(_installed(packages))
            if not any(
                tags & parse_wheel_filename(wheel["url"].rpartition("/")[2])[3] for wheel in packages[name]["wheels"]
            )
        ]

    assert {name for name, _ in missing} == WITHOUT_COMPILER.keys()
    assert set(WITHOUT_COMPILER.values()) <= set(said("ENV", BUILD))


def test_the_project_is_for_its_python() -> None:
    """The image's Python is one that the project says it is for."""
    wanted = SpecifierSet(_project()["requires-python"])

    assert wanted.contains("{}.{}".format(*_python()))


def test_its_comment_says_how_it_is_built() -> None:
    """The tag there is the one that docker-compose.yml runs."""
    assert f"--tag regulars:{_project()['version']} ." in DOCKERFILE.read_text(encoding="utf-8")
