"""The segments there are: the value tiers, and those that people defined.

A definition is a fact, PolicyPublished: the policy ``segment.NAME``, whose content has the ``rule`` and a ``title``.
The version that was published last holds; one with an empty rule withdraws the segment.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple

from events.catalog.operations import PolicyPublished
from events.envelope import Envelope
from events.log import EventLog, Outcome
from projections import policies
from projections._engine.registry import Connection
from services.segments.errors import BadRule, BadSegment
from services.segments.parsing import parsed
from services.segments.rule import Condition, Rule, written

POLICY = "segment."
SOURCE = "urn:regulars:segments"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
MAX_TITLE_CHARACTERS = 200
TIERS: Mapping[str, str] = {
    "top": "The top 5 % by net revenue of 12 months",
    "high": "The next 15 %",
    "middle": "The next 30 %",
    "rest": "The rest of those who ordered in 12 months",
    "none": "No order in 12 months",
}
TIER_PREFIX = "tier."


class Wanted(NamedTuple):
    """What somebody wants a segment to be; an empty rule withdraws it."""

    name: str
    rule: str
    title: str = ""
    by: str = ""


class Segment(NamedTuple):
    """A segment. One whose rule cannot be read any more has no ``rule`` and a ``problem``: it stays as it was."""

    name: str
    title: str
    rule: Rule | None
    text: str = ""
    version: str = ""
    since: datetime | None = None
    by: str = ""
    problem: str = ""

    @property
    def is_tier(self) -> bool:
        """Whether it is one of those that are always there."""
        return self.name.startswith(TIER_PREFIX)


def all_segments(connection: Connection) -> list[Segment]:
    """Return the value tiers, then the segments that people defined, by name."""
    defined = [_segment(row) for row in policies.holding(connection, POLICY)]
    return [*tiers(), *(segment for segment in defined if segment.text or segment.problem)]


def tiers() -> list[Segment]:
    """Return the segments that are always there."""
    rules = {name: Condition("tier", "=", (name,)) for name in TIERS}
    return [Segment(f"{TIER_PREFIX}{name}", TIERS[name], rule, written(rule)) for name, rule in rules.items()]


def named(segments: list[Segment], name: str) -> Segment:
    """Return the segment of a name. Raises BadSegment with the nearest one."""
    for segment in segments:
        if segment.name == name:
            return segment
    near = get_close_matches(name, [segment.name for segment in segments], 1)
    message = f"there is no segment {name!r}{f'; did you mean {near[0]}?' if near else ''}"
    raise BadSegment(message)


def _segment(row: Mapping[str, object]) -> Segment:
    content = row["content"]
    settings: Mapping[str, str] = content if isinstance(content, dict) else {}
    name, text = str(row["policy"]).removeprefix(POLICY), settings.get("rule", "")
    rule, problem = None, ""
    try:
        rule = parsed(text) if text else None
    except BadRule as error:
        problem = str(error)
    if NAME.fullmatch(name) is None:
        rule, problem = None, f"{name!r} is no name of a segment"
    since = row["since"] if isinstance(row["since"], datetime) else None
    title, by = settings.get("title", "") or name, str(row["publisher"] or "")
    return Segment(name, title, rule, text, str(row["policy_version"]), since, by, problem)


def definition(connection: Connection, wanted: Wanted, at: datetime) -> Envelope:
    """Return the fact that a segment is defined so from a time on.

    Raises BadRule, and BadSegment for a name that none can have.
    """
    name, rule, title, by = wanted
    if NAME.fullmatch(name) is None:
        message = f"{name!r} is no name of a segment: small letters, digits, - and _, at most 63, a letter first"
        raise BadSegment(message)
    if len(title) > MAX_TITLE_CHARACTERS or len(by) > MAX_TITLE_CHARACTERS // 2:
        message = (
            f"a title has {MAX_TITLE_CHARACTERS} characters at most, and who defines it {MAX_TITLE_CHARACTERS // 2}"
        )
        raise BadSegment(message)
    content = {"rule": written(parsed(rule)) if rule else "", "title": title}
    policy = f"{POLICY}{name}"
    before = [row["policy_version"] for row in policies.versions(connection, policy)]
    version = str(1 + max((int(each) for each in before if each.isdecimal() and each.isascii()), default=0))
    data = PolicyPublished(policy=policy, version=version, content=content, by=by)
    subject = f"policy:{policy}"
    return Envelope(id=f"{subject}:{version}", source=SOURCE, time=at, subject=subject, data=data)


def publish(log: EventLog, fact: Envelope) -> None:
    """Append a definition. Raises BadSegment where somebody published another one of that version just before."""
    (receipt,) = log.append([fact])
    if receipt.outcome is Outcome.CONFLICT:
        message = "somebody else defined this segment just now: look at it with 'regulars segments show', and try again"
        raise BadSegment(message)
