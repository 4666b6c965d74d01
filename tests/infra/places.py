"""Where the things of containers are, once their processes run on this machine: addresses, files, the database."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from services.dev.ports import HOST, free_port
from tests.infra.composed import Service
from tests.tidy.sources import ROOT

ADDRESS = re.compile(r"(?<![\w.-])([a-z][\w-]*|0\.0\.0\.0|127\.0\.0\.1):(\d+)")
EVERY_HOST = ("0.0.0.0", "127.0.0.1", "localhost")  # noqa: S104 - what is sought for, and nothing listens there
DSN = "postgresql://"


class Places:
    """Writes what the file says to a container so that it holds for a process here.

    Each container gets a free port in place of each of its own; a name of a service stands for its first container.
    The ``database`` stands for the service "postgres".
    """

    def __init__(self, services: Mapping[str, Service], folder: Path, database: str) -> None:
        """Give places to these services; what they keep goes into the folder."""
        self._services = services
        self._folder = folder
        self._database = database
        self._ports: defaultdict[tuple[str, int, str], int] = defaultdict(free_port)

    def address(self, service: str, port: int, replica: int = 1) -> str:
        """Return where a port of a service is, as host:port."""
        return f"{HOST}:{self._ports[service, replica, str(port)]}"

    def environment(self, service: Service, replica: int) -> dict[str, str]:
        """Return a container's environment."""
        return {name: self.text(value, service, replica) for name, value in service.environment.items()}

    def text(self, text: str, service: Service, replica: int) -> str:
        """Return a text of a service's settings."""
        if text.startswith(DSN) and conninfo_to_dict(text)["host"] == "postgres":
            return self._database
        for volume in service.settings.get("volumes", []):
            source, target = volume.split(":")[:2]
            here = ROOT / source if source.startswith("./") else self._folder / source
            text = text.replace(target, str(here))
        return ADDRESS.sub(lambda found: self._moved(found, service, replica), text)

    def _moved(self, found: re.Match[str], service: Service, replica: int) -> str:
        host, port = found.groups()
        if host in EVERY_HOST:
            return f"{HOST}:{self._ports[service.name, replica, port]}"
        return self.address(host, int(port)) if host in self._services else found[0]
