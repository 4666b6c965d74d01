"""infra/postgres/postgresql.conf: a real server runs under it, and it fits the limits of docker-compose.yml."""

import re
from importlib.metadata import version
from pathlib import Path

from services import installation
from services.embedded.postgres import embedded_postgres
from tests.infra.composed import UNITS
from tests.infra.conftest import Services
from tests.tidy.sources import ROOT

CONFIGURATION = ROOT / "infra/postgres/postgresql.conf"
SETTING = re.compile(r"^(\w+) = (?:'(.*)'|(\S+))$")
HERE = {"listen_addresses": ""}  # nobody but this test need reach it
TOLD_BY_CLIENTS = {"timezone"}  # a connection of ours asks for UTC itself

SETTINGS = "SELECT name, setting, source FROM pg_settings WHERE name = ANY (%s)"
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def _given() -> dict[str, str]:
    lines = [line for line in CONFIGURATION.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    found = [SETTING.fullmatch(line) for line in lines]
    return {match[1]: match[2] or match[3] for match in found if match is not None}


def _bytes(name: str) -> int:
    value = _given()[name]
    return int(value[:-2]) * UNITS[value[-2]]


def test_a_server_runs_under_it(home: Path) -> None:
    """Postgres knows each setting and takes each value; what was answered is on the disk."""
    given = _given() | HERE

    with embedded_postgres(home, print, changes=given) as dsn, installation.connect(dsn) as connection:
        found = connection.execute(SETTINGS, [[*given]]).fetchall()

    sources = {name: source for name, _, source in found if name.lower() not in TOLD_BY_CLIENTS}
    assert sources == dict.fromkeys(given.keys() - TOLD_BY_CLIENTS, "configuration file")
    assert {name: value for name, value, _ in found if name in DURABLE} == DURABLE


def test_it_fits_the_memory_that_it_has(services: Services) -> None:
    """A quarter of the limit are its buffers; with every connection sorting at once it stays within the limit."""
    limit = services["postgres"].memory_bytes

    sorting = int(_given()["max_connections"]) * _bytes("work_mem")

    assert _bytes("shared_buffers") == limit // 4
    assert _bytes("shared_buffers") + sorting + _bytes("maintenance_work_mem") < limit
    assert _bytes("shared_buffers") < _bytes("effective_cache_size") < limit


def test_it_is_the_server_that_we_are_tested_with(services: Services) -> None:
    """The image has the version of the embedded Postgres."""
    tested = ".".join(version("embedded-postgres").split(".")[:2])

    image = services["postgres"].settings["image"]

    assert image.startswith(f"postgres:{tested}-")


def test_the_image_reads_it(services: Services) -> None:
    """It is mounted where the command says that the configuration is."""
    settings = services["postgres"].settings
    mounted = {source: target for source, target, *_ in (each.split(":") for each in settings["volumes"])}

    assert f"config_file={mounted['./infra/postgres/postgresql.conf']}" in settings["command"]
