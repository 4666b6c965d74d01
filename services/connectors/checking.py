"""Checks every fact before the first one is appended, and finds the rows that make a fact impossible.

A row is a fact or a reject, never both: a row that makes one event impossible is taken out of all of them, and the
facts are made again without it, until all can be read. When a line of a group is bad, the group keeps its other lines;
when what a group says as a whole is bad, or no line is left, all of its rows are rejected.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from events.codec import Codec
from events.errors import BadEvent
from services.connectors.facts import PAGE, make, plan
from services.connectors.mapping import Mapping, Rule
from services.connectors.reading import Heard
from services.connectors.sql import Connection

BATCH_EVENTS = 2000

# Gives the rows of bad facts their reason; the first one counts. Without a position it is all rows of the fact.
REJECT = """
UPDATE relation SET regulars_reason = blamed.reason
  FROM (SELECT made, min_by(reason, number) AS reason
          FROM (SELECT bad.number, bad.reason,
                       unnest(CASE WHEN bad.position IS NULL THEN fact.rows ELSE [fact.rows[bad.position]] END) AS made
                  FROM (SELECT unnest($numbers::BIGINT[]) AS number, unnest($positions::BIGINT[]) AS position,
                               unnest($reasons::VARCHAR[]) AS reason) AS bad
                  JOIN fact ON fact.number = bad.number)
         GROUP BY made) AS blamed
 WHERE relation.regulars_row = blamed.made AND relation.regulars_reason IS NULL
"""


class Page(NamedTuple):
    """A batch of facts: the number of the first one, the rule that made each, and what stands on the wire."""

    first: int
    rules: list[int]
    values: list[bytes]


class _Bad(NamedTuple):
    """A fact that cannot be: its number, which of its rows is to blame, counted from one (or all), and why."""

    number: int
    position: int | None
    reason: str


def settle(connection: Connection, mapping: Mapping, heard: Heard) -> int:
    """Make all facts that there can be, give every other row its reason, and return how many facts there are."""
    statement = plan(connection, mapping)
    codec = Codec()
    while True:
        total = make(connection, mapping, statement)
        bad: list[_Bad] = []
        for page in pages(connection, total):
            _, rejected = codec.decode_batch(page.values)
            for index, error in rejected:
                rule = mapping.events[page.rules[index]]
                bad += _blamed(codec, rule, page.first + index, page.values[index], error)
            heard("checking", page.first + len(page.values) - 1, total)
        if not bad:
            return total
        numbers, positions, reasons = (list(column) for column in zip(*bad, strict=True))
        connection.execute(REJECT, {"numbers": numbers, "positions": positions, "reasons": reasons})


def pages(connection: Connection, total: int) -> Iterator[Page]:
    """Return all facts in order, in batches."""
    for first in range(1, total + 1, BATCH_EVENTS):
        found = connection.execute(PAGE, {"first": first, "last": first + BATCH_EVENTS - 1}).fetchall()
        yield Page(first, [rule for rule, _ in found], [value.encode() for _, value in found])


def _blamed(codec: Codec, rule: Rule, number: int, value: bytes, error: BadEvent) -> list[_Bad]:
    whole = [_Bad(number, None, f"{rule.type}: {error}")]
    if rule.lines is None or not error.field.startswith(f"data.{rule.lines.into}["):
        return whole
    document = msgspec.json.decode(value)
    lines = document["data"][rule.lines.into]
    bad: list[_Bad] = []
    for position, line in enumerate(lines, start=1):
        document["data"][rule.lines.into] = [line]
        try:
            codec.decode(msgspec.json.encode(document))
        except BadEvent as fault:
            bad.append(_Bad(number, position, f"{rule.type}: {fault}".replace(f"{rule.lines.into}[0]", "line", 1)))
    return bad or whole
