"""What a check of ``regulars doctor`` is, and the checks of the machine and of the database."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from projections import PROJECTIONS
from projections._engine.registry import Connection
from services.settings import Settings
from services.variables import HOME, POSTGRES

OLDEST_PYTHON = (3, 11)
LITTLE_DISK_BYTES = 2 * 10**9
NO_DISK_BYTES = 100 * 10**6
SKEW_WARN_SECONDS = 1.0
SKEW_BAD_SECONDS = 60.0

SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)"
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}

FINGERPRINTS = "SELECT name, version, fingerprint FROM engine.projection WHERE state = 'live'"


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Check(NamedTuple):
    """What was looked at, how it is, what was found, and what to do."""

    name: str
    state: State
    finding: str
    advice: str = ""


def of_host(settings: Settings) -> Iterator[Check]:
    """Check what can be known without a database: Python, the home, the disk."""
    version = platform.python_version()
    if sys.version_info >= OLDEST_PYTHON:
        yield Check("python", State.OK, version)
    else:
        yield Check("python", State.BAD, version, "Install Python 3.11 or newer.")
    if settings.postgres:
        yield Check("home", State.OK, f"{POSTGRES.name} names the database; {HOME.name} is not used")
        return
    home = settings.home.absolute()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(there, os.W_OK):
        yield Check("home", State.BAD, f"{there} may not be written", f"Set {HOME.name} to a folder of your own.")
        return
    yield Check("home", State.OK, str(home) if there == home else f"{home}, which is made now")
    free = shutil.disk_usage(there).free
    state = State.BAD if free < NO_DISK_BYTES else State.WARN if free < LITTLE_DISK_BYTES else State.OK
    advice = "" if state is State.OK else "Make room: Postgres stops when the disk is full."
    yield Check("disk", state, f"{free / 1e9:,.1f} GB free", advice)


def of_database(connection: Connection) -> Iterator[Check]:
    """Check the database, its clock, and whether its tables were filled by the folds of today."""
    yield _postgres(connection)
    yield _clock(connection)
    yield _fingerprints(connection)


def _postgres(connection: Connection) -> Check:
    version = connection.info.server_version // 10_000
    held: dict[str, str] = dict(connection.execute(SETTINGS, [[*DURABLE, "shared_buffers"]]).fetchall())
    risky = [f"{name} is {held[name]}" for name, wanted in DURABLE.items() if held[name] != wanted]
    megabytes = int(held["shared_buffers"]) * 8 // 1024
    found = f"version {version}, {megabytes:,} MB of shared buffers"
    if risky:
        return Check(
            "postgres", State.WARN, f"{found}; {', '.join(risky)}", "A power cut can lose what was acknowledged."
        )
    return Check("postgres", State.OK, f"{found}, commits are durable")


def _clock(connection: Connection) -> Check:
    before = datetime.now(UTC)
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    middle = before + (datetime.now(UTC) - before) / 2
    skew = abs((row[0] - middle).total_seconds()) if row else 0.0
    return of_clocks("clock", "the database's", skew)


def of_clocks(name: str, whose: str, skew_seconds: float) -> Check:
    """Return what it means that another clock differs from ours by so much."""
    sure = State.BAD if skew_seconds > SKEW_BAD_SECONDS else State.WARN
    state = sure if skew_seconds > SKEW_WARN_SECONDS else State.OK
    advice = "Let both machines keep their time by NTP: as-of --known goes by when the log recorded an event."
    finding = f"{whose} and ours differ by {skew_seconds:,.3f} s"
    return Check(name, state, finding, "" if state is State.OK else advice)


def _fingerprints(connection: Connection) -> Check:
    held = {(name, version): fingerprint for name, version, fingerprint in connection.execute(FINGERPRINTS).fetchall()}
    changed = [
        projection.name
        for projection in PROJECTIONS
        if held.get((projection.name, projection.version), projection.fingerprint()) != projection.fingerprint()
    ]
    if changed:
        finding = f"changed without a new version: {', '.join(changed)}"
        return Check(
            "declarations", State.BAD, finding, "Raise the version in the projection's file; 'up' builds it anew."
        )
    return Check("declarations", State.OK, "the tables were filled by the folds of today")
