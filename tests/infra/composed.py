"""docker-compose.yml as a Compose implementation reads it: podman-compose, which needs no engine to do that."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.order_links import new_key
from services.variables import LINK_KEYS
from tests.tidy.sources import ROOT

COMPOSE = ROOT / "docker-compose.yml"
SECURED = ROOT / "infra/kafka/secured.yml"
EXAMPLE = ROOT / ".env.example"
NEEDED = re.compile(r"\$\{([A-Z_]+):\?")

OURS, KAFKA = "regulars:", "apache/kafka:"
DURATION = re.compile(r"(?:(\d+)m)?(?:(\d+)s)?")
UNITS = {"M": 2**20, "G": 2**30}


@dataclass(frozen=True)
class Service:
    """A service as the file has it, with every reference resolved and every variable filled in."""

    name: str
    settings: Mapping[str, Any]

    @property
    def ours(self) -> bool:
        """Whether it runs our image."""
        return self.runs(OURS)

    def runs(self, *images: str) -> bool:
        """Return whether it runs one of these images, of whatever version."""
        return str(self.settings["image"]).startswith(images)

    @property
    def stays(self) -> bool:
        """Whether it runs until it is stopped; what does not is to end by itself, once."""
        return self.settings.get("restart") != "no"

    @property
    def replicas(self) -> int:
        """How many containers of it run."""
        return int(self.settings["deploy"].get("replicas", 1))

    @property
    def environment(self) -> dict[str, str]:
        """The variables that its containers get."""
        return {name: str(value) for name, value in self.settings.get("environment", {}).items()}

    @property
    def needs(self) -> dict[str, str]:
        """The services that it waits for, and until when."""
        return {name: each["condition"] for name, each in self.settings.get("depends_on", {}).items()}

    @property
    def memory_bytes(self) -> int:
        """How much memory each of its containers may take."""
        limit = str(self.settings["deploy"]["resources"]["limits"]["memory"])
        return int(limit[:-1]) * UNITS[limit[-1]]


def example() -> dict[str, str]:
    """Return the variables of .env.example."""
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def passwords() -> dict[str, str]:
    """Return a password or a key for each variable that .env.example asks for; what one can do without stays empty."""
    needed = set(NEEDED.findall("".join(path.read_text(encoding="utf-8") for path in (COMPOSE, SECURED))))
    given = {name: f"a-test-s-{name.lower()}" if name in needed else "" for name in example()}
    return {**given, LINK_KEYS.name: new_key()}


def ran(env_file: Path, files: Sequence[Path] = (COMPOSE,)) -> subprocess.CompletedProcess[str]:
    """Run ``podman-compose config`` with the variables of a file, and none of ours; it needs no podman."""
    named = [word for file in files for word in ("-f", str(file))]
    words = [sys.executable, "-m", "podman_compose", "--dry-run", "--env-file", str(env_file), *named, "config"]
    return subprocess.run(words, cwd=ROOT, env={"PATH": ""}, capture_output=True, check=False, text=True)


def composed(folder: Path, files: Sequence[Path] = (COMPOSE,)) -> dict[str, Any]:
    """Return the whole of the files as one document, with passwords; the folder is for what that needs."""
    env_file = folder / "test.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in passwords().items()), encoding="utf-8")
    done = ran(env_file, files)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = yaml.safe_load(done.stdout)
    return document


def services_of(document: Mapping[str, Any]) -> dict[str, Service]:
    """Return the services of a document by name, each after those that it waits for."""
    left = {name: Service(name, settings) for name, settings in document["services"].items()}
    ordered: dict[str, Service] = {}
    while left:
        ready = [name for name, service in left.items() if not service.needs.keys() & left.keys()]
        assert ready, f"these wait for each other: {sorted(left)}"
        ordered |= {name: left.pop(name) for name in ready}
    return ordered


def seconds(duration: str) -> float:
    """Return a duration as the file writes it, such as 1m30s, in seconds."""
    found = DURATION.fullmatch(duration)
    assert found is not None, f"{duration} is no duration"
    return 60.0 * int(found[1] or 0) + int(found[2] or 0)


def strings(value: object) -> Iterator[str]:
    """Return every text within a document, keys left out."""
    match value:
        case str():
            yield value
        case Mapping():
            yield from (text for each in value.values() for text in strings(each))
        case Sequence():
            yield from (text for each in value for text in strings(each))
        case _:
            pass
