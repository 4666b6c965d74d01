"""The jobs of the projections: built again, verified, and their digests taken, as a job of the house does it.

Each does what the command of the same name does (services/cli/{rebuild,verify,projections}.py), and tells how far it
has come. What is to be built again, or looked at, is one projection by its name, or all that are live.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from projections import PROJECTIONS
from projections._engine import rebuild as engine
from projections._engine.digest import TableDigest, table_digest
from projections._engine.progress import Progress
from projections._engine.registry import Connection, Table, live_tables
from projections._engine.verify import Verdict, verify, verify_persons
from services.house.jobs import Advance, Came, Work
from services.installation import Installation

REBUILD = "rebuild"
VERIFY = "verify"
DIGEST = "digest"
KINDS = (REBUILD, VERIFY, DIGEST)


class UnknownProjection(LookupError):
    """There is no such projection, or it is not live; the message is a sentence."""


def named(connection: Connection, name: str) -> list[Table]:
    """Return the live table of a projection, or all of them where no name is given. Raises UnknownProjection."""
    tables = [table for table in live_tables(connection, PROJECTIONS) if name in {"", table.projection.name}]
    if not tables:
        message = (
            f"There is no projection {name[:64]!r} that is live: the page of the projections lists those there are."
        )
        raise UnknownProjection(message)
    return tables


def rebuilding(installation: Installation, name: str) -> Work:
    """Return the work of building projections again from the first event, and swapping."""

    def work(connection: Connection, advance: Advance) -> Came:
        tables = named(connection, name)
        done = [
            _rebuilt(installation, connection, table, _part(advance, n, len(tables))) for n, table in enumerate(tables)
        ]
        different = [each["name"] for each in done if each["equal"] is False]
        rows = sum(each["rows"] for each in done)
        said = f"{len(done)} built again and swapped, {rows:,} rows."
        if different:
            said = f"{', '.join(different)} did not hold what the log says; what was built again does, and is live."
        return Came(said, {"projections": done})

    return work


def verifying(installation: Installation, name: str) -> Work:
    """Return the work of folding the whole log again, plainly, and comparing digests."""

    def work(connection: Connection, advance: Advance) -> Came:
        tables = named(connection, name)
        with installation.lent_log() as log:
            verdicts = verify(connection, tables, log, advance)
        return verified(verdicts, persons=persons_verified(connection, tables))

    return work


def persons_verified(connection: Connection, tables: Sequence[Table]) -> bool | None:
    """Return whether every person is what the links say; None where the identity graph is not among the tables."""
    graph = next((table for table in tables if table.projection.graph), None)
    return None if graph is None else verify_persons(connection, graph)


def verified(verdicts: Sequence[Verdict], *, persons: bool | None) -> Came:
    """Return what came of a verification, whoever did it."""
    wrong = [each.held.projection for each in verdicts if not each.equal]
    if persons is False:
        wrong.append("persons")
    said = f"Different: {', '.join(wrong)}." if wrong else f"All {len(verdicts)} are what the log says."
    told = {"equal": not wrong, "persons_equal": persons, "projections": [_told(each) for each in verdicts]}
    return Came(said, told, well=not wrong)


def digesting(installation: Installation, name: str) -> Work:
    """Return the work of taking digests."""
    del installation

    def work(connection: Connection, advance: Advance) -> Came:
        tables = named(connection, name)
        found: list[dict[str, Any]] = []
        for table in tables:
            found.append(_digest(table_digest(connection, table)))
            advance(len(found), len(tables))
        return Came(f"{len(found)} digests taken.", {"projections": found})

    return work


WORK = {REBUILD: rebuilding, VERIFY: verifying, DIGEST: digesting}
"""What makes the work of a job, by its kind."""


def _rebuilt(installation: Installation, connection: Connection, table: Table, advance: Advance) -> dict[str, Any]:
    before = table_digest(connection, table)
    with installation.lent_log() as log:
        total = sum(log.ends().values()) - sum(log.starts().values())

        def heard(so_far: Progress) -> None:
            advance(so_far.events, total)

        after = engine.rebuild(table.projection, log, installation.connect, heard)
    advance(total, total)
    comparable = before.positions == after.positions
    equal = before.digest == after.digest if comparable else None
    return {**_digest(after), "before": before.digest, "rows_before": before.rows, "equal": equal}


def _part(advance: Advance, number: int, parts: int) -> Advance:
    """Return what tells the progress of one part of so many equal ones."""

    def part(progress: int, total: int) -> None:
        advance(number * total + min(progress, total), parts * total)

    return part


def _digest(digest: TableDigest) -> dict[str, Any]:
    positions = {str(partition): offset for partition, offset in digest.positions.items()}
    return {"name": digest.projection, "digest": digest.digest, "rows": digest.rows, "positions": positions}


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        **_digest(verdict.held),
        "folded_again": verdict.expected,
        "rows_folded_again": verdict.expected_rows,
        "parked": verdict.parked,
        "unaccounted": verdict.unaccounted,
        "equal": verdict.equal,
    }


def last_digests(finished: Sequence[tuple[datetime | None, Any]]) -> dict[str, dict[str, Any]]:
    """Return the last digest of each projection, of outcomes with when they ended, the newest first."""
    found: dict[str, dict[str, Any]] = {}
    for at, outcome in finished:
        for each in outcome.get("projections", ()):
            found.setdefault(each["name"], {**each, "at": at})
    return found
