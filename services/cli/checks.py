"""The checks of ``regulars doctor``: each looks at one thing and says what it found, and what to do about it."""

import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

from events.catalog.operations import ProbeSent
from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog
from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.registry import Connection
from projections._engine.status import NOT_BUILT, Status, parked, statuses
from services.cli.failures import Failure
from services.cli.session import bring_up_to_date
from services.installation import Installation
from services.settings import HOME, POSTGRES, Settings

OLDEST_PYTHON = (3, 11)
LITTLE_DISK_BYTES = 2 * 10**9
NO_DISK_BYTES = 100 * 10**6
SKEW_WARN_SECONDS = 1.0
SKEW_BAD_SECONDS = 60.0
PROBE_SOURCE = "urn:regulars:doctor"
PROBE_SUBJECT = "probe:doctor"

SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)"
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}

FINGERPRINTS = "SELECT name, version, fingerprint FROM engine.projection WHERE state = 'live'"

STRANGE_LOG = "SELECT count(*) FROM engine.checkpoint WHERE log_id <> %s"

PROBE_SEEN = "SELECT count(*) FROM projection.timeline WHERE subject = %s AND id = %s"


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


def of_installation(installation: Installation, connection: Connection, patience_seconds: float) -> Iterator[Check]:
    """Check the database, the log, the projections, and a fact's whole way through them.

    Where another process projects, it gets ``patience_seconds`` to fold what is new.
    """
    log = installation.log()
    yield _postgres(connection)
    yield _clock(connection)
    yield _log(log)
    yield _identity(connection, log)
    yield _fingerprints(connection)
    yield _probe(installation, connection, log, patience_seconds)
    listed = statuses(connection, PROJECTIONS, log)
    yield _lag(listed)
    yield _parked(connection)


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
    state = State.BAD if skew > SKEW_BAD_SECONDS else State.WARN if skew > SKEW_WARN_SECONDS else State.OK
    advice = (
        "" if state is State.OK else "Let both machines keep their time by NTP: as-of --known goes by the database's."
    )
    return Check("clock", state, f"the database's and ours differ by {skew:,.3f} s", advice)


def _log(log: EventLog) -> Check:
    ends = log.ends()
    codec = Codec()
    bad = 0
    for partition, end in ends.items():
        for record in log.records(partition, end - 1, 1) if end else ():
            try:
                codec.decode(record.value)
            except BadEvent:
                bad += 1
    found = f"{sum(ends.values()):,} events in {len(ends)} partitions"
    if bad:
        return Check("log", State.WARN, f"{found}; the last one of {bad} partitions is unreadable", "See log tail.")
    return Check("log", State.OK, f"{found}, readable")


def _identity(connection: Connection, log: EventLog) -> Check:
    row = connection.execute(STRANGE_LOG, [log.log_id]).fetchone()
    if row and row[0]:
        finding = f"{row[0]} checkpoints belong to another log than {log.log_id}"
        return Check("checkpoints", State.BAD, finding, "Go back to that log, or run 'regulars rebuild --all'.")
    return Check("checkpoints", State.OK, f"they belong to this log, {log.log_id}")


def _fingerprints(connection: Connection) -> Check:
    held = {(name, version): fingerprint for name, version, fingerprint in connection.execute(FINGERPRINTS).fetchall()}
    changed = [
        projection.name
        for projection in stored(PROJECTIONS)
        if held.get((projection.name, projection.version), projection.fingerprint()) != projection.fingerprint()
    ]
    if changed:
        finding = f"changed without a new version: {', '.join(changed)}"
        return Check(
            "declarations", State.BAD, finding, "Raise the version in the projection's file; 'up' builds it anew."
        )
    return Check("declarations", State.OK, "the tables were filled by the folds of today")


def _probe(installation: Installation, connection: Connection, log: EventLog, patience_seconds: float) -> Check:
    """Send a fact the whole way: append it, fold it, and find it again."""
    probe = f"doctor-{uuid4()}"
    fact = Envelope(
        id=probe,
        source=PROBE_SOURCE,
        time=datetime.now(UTC),
        subject=PROBE_SUBJECT,
        data=ProbeSent(probe=probe),
    )
    begun = time.perf_counter()
    (receipt,) = log.append([fact])
    try:
        projected = bring_up_to_date(installation, "doctor", patience_seconds=patience_seconds)
    except Failure as failure:
        return Check("probe", State.BAD, str(failure), "See what that process says, or stop it and start it again.")
    row = connection.execute(PROBE_SEEN, [PROBE_SUBJECT, probe]).fetchone()
    milliseconds = 1000 * (time.perf_counter() - begun)
    place = f"{receipt.partition}@{receipt.offset}"
    if row != (1,):
        return Check("probe", State.BAD, f"appended at {place}, and the timeline lacks it", "Please report this.")
    who = "here" if projected.here else "by the process that projects"
    return Check("probe", State.OK, f"appended at {place}, folded {who}, and found again in {milliseconds:,.0f} ms")


def _lag(listed: Sequence[Status]) -> Check:
    missing = [status.name for status in listed if status.state == NOT_BUILT]
    if missing:
        return Check("projections", State.BAD, f"not built: {', '.join(missing)}", "Run 'regulars up'.")
    lag = max(status.lag_events for status in listed)
    if lag:
        return Check(
            "projections", State.WARN, f"{lag:,} events behind", "Give 'regulars up' time, or see that it runs."
        )
    return Check("projections", State.OK, f"all {len(listed)} have seen everything")


def _parked(connection: Connection) -> Check:
    count = parked(connection)
    if count:
        return Check("parked", State.WARN, f"{count:,} events", "See 'regulars deadletters list'.")
    return Check("parked", State.OK, "no event is parked")
