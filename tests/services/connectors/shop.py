"""A shop that is made up: its mapping, and the few lines that import one of its files into a log in memory."""

from pathlib import Path

import msgspec

from services.connectors.importing import Summary, import_file
from services.connectors.loading import parse
from services.connectors.mapping import Mapping
from tests.services.connectors.memory_log import MemoryLog

HEADER = "bill,who,day,item,units,price\n"

MAPPING = """
name: shop
source: till
tables: [{name: sales, columns: [bill, who, day, item, units, price]}]
values:
  quantity: CAST(units AS INTEGER)
  price_minor: CAST(round(CAST(price AS DECIMAL(12, 4)) * 100) AS BIGINT)
  sold_at: strptime(day, '%Y-%m-%d') AT TIME ZONE 'Europe/London'
rejects:
  - {when: item = 'void', reason: The till was opened and nothing was sold.}
events:
  - type: regulars.order.placed.v2
    group_by: [bill]
    subject: "'customer:' || min(who)"
    time: min(sold_at)
    data: {order: bill, currency: "'GBP'", total_minor: sum(quantity * price_minor)}
    lines: {into: lines, fields: {product: item, quantity: quantity, unit_price_minor: price_minor}}
"""

VISITS = """
name: door
source: door
tables: [{name: visits, columns: [who, day]}]
values: {seen_at: "strptime(day, '%Y-%m-%d') AT TIME ZONE 'UTC'"}
events:
  - {type: regulars.visit.started.v1, subject: "'customer:' || who", time: seen_at}
"""


def mapping(text: str = MAPPING, **changes: str) -> Mapping:
    """Return a mapping, with pieces of its text changed: ``price="prize"``."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return parse(text, "shop.yaml")


def import_text(path: Path, text: str | bytes, *, using: Mapping, log: MemoryLog | None = None) -> Summary:
    """Write a file, import it, and see that every row and every event is accounted for."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_checked(path, using, MemoryLog() if log is None else log)


def import_checked(path: Path, using: Mapping, log: MemoryLog, rejects_path: Path | None = None) -> Summary:
    """Import, and see that every row and every event is accounted for."""
    summary = import_file(path, using, log, rejects_path=rejects_path)
    assert summary.rows == summary.rows_in_events + summary.rows_looked_up + summary.rejected
    assert summary.events == summary.imported + summary.duplicate + summary.conflict
    return summary


class Reject(msgspec.Struct, omit_defaults=True):
    """One line of a file of rejects."""

    table: str
    file: str
    line: int
    reason: str
    row: dict[str, str | int | None] | str
    part: bool = False
    id: str = ""


def rejects(summary: Summary) -> list[Reject]:
    """Return what the file of rejects holds."""
    if not summary.rejects_path:
        return []
    return [msgspec.json.decode(line, type=Reject) for line in Path(summary.rejects_path).read_bytes().splitlines()]


def reasons(summary: Summary) -> list[tuple[int, str]]:
    """Return the line and the reason of each reject."""
    return [(reject.line, reject.reason) for reject in rejects(summary)]
