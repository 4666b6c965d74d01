"""When and how often customers may be written to, as policies say it.

The policy ``quiet_hours`` is everybody's, and ``quiet_hours.STORE`` stands instead of it for the customers of a store:

    from, to    between which times of the day nobody is written to, such as 21:00 and 08:00
    zone        whose clock that is, such as Europe/London; UTC if it is not said. A customer's own zone comes first
    except      the purposes, separated by spaces, that are written to at any time, such as service

The policy ``frequency_caps``, and ``frequency_caps.STORE``:

    day, week                  how many messages in 24 hours and in 7 days, over all channels
    CHANNEL.day, CHANNEL.week  how many by one channel, such as email.week

A version holds from when it was published until the next one is. One without any setting ends the rule, and a store's
own such version hands the store back. A version that cannot be understood is passed over: the one before it holds on,
and ``regulars doctor`` says so.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, LiteralString, NamedTuple, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from projections._engine import queries
from projections._engine.registry import Connection

T = TypeVar("T")

QUIET, CAPS = "quiet_hours", "frequency_caps"

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
CAP = re.compile(r"([a-z0-9_]+\.)?(day|week)")
COUNT = re.compile(r"[0-9]{1,6}")
SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}
DAY = timedelta(days=1)

# The versions of some policies that were published by now, the newest of each first.
VERSIONS: LiteralString = """
SELECT policy, policy_version, content::jsonb AS content FROM policies
 WHERE policy = ANY (%(policies)s) AND least(first_published, content_at) <= %(now)s
 ORDER BY policy, CASE WHEN content_at <= %(now)s THEN content_at ELSE first_published END DESC, content_by DESC
"""


# Every policy of these two kinds, and the version of each that was published last by now.
LATEST: LiteralString = """
SELECT DISTINCT ON (policy) policy, policy_version, content::jsonb AS content FROM policies
 WHERE (starts_with(policy, 'quiet_hours') OR starts_with(policy, 'frequency_caps'))
   AND least(first_published, content_at) <= %(now)s
 ORDER BY policy, CASE WHEN content_at <= %(now)s THEN content_at ELSE first_published END DESC, content_by DESC
"""


class BadRule(ValueError):
    """A policy that says no rule; the message is a sentence that names the setting."""


@dataclass(frozen=True)
class QuietHours:
    """Between which times of the day nobody is written to; over midnight where the first is later."""

    begin: time
    end: time
    zone: str = "UTC"
    exempt: frozenset[str] = frozenset()

    def until(self, now: datetime, zone: str = "") -> datetime | None:
        """Return when the quiet that is now ends, by the clock of a zone; None where it is not quiet."""
        clock = ZoneInfo(zone or self.zone)
        local = now.astimezone(clock)
        at = local.time()
        over_midnight = self.begin > self.end
        quiet = (at >= self.begin or at < self.end) if over_midnight else self.begin <= at < self.end
        if not quiet:
            return None
        day = local.date() + DAY if over_midnight and at >= self.begin else local.date()
        end = datetime.combine(day, self.end, clock).astimezone(UTC)
        # Where clocks go back, the end comes twice: the second is meant once the first has passed.
        return end if end > now else datetime.combine(day, self.end, clock).replace(fold=1).astimezone(UTC)


class Cap(NamedTuple):
    """How many messages in a span, by one channel or, if it is empty, by any."""

    channel: str
    span: str
    most: int


class Rules(NamedTuple):
    """What holds for the customers of a store."""

    quiet: QuietHours | None = None
    caps: tuple[Cap, ...] = ()


def quiet_hours_of(content: Mapping[str, str]) -> QuietHours:
    """Return the quiet hours that a policy's content says. Raises BadRule."""
    _check_names(content, {"from", "to", "zone", "except"}, "quiet hours")
    begin, end = (_clock(name, content.get(name, "")) for name in ("from", "to"))
    if begin == end:
        message = "to: the quiet hours begin when they end."
        raise BadRule(message)
    zone = content.get("zone", "").strip() or "UTC"
    if not is_zone(zone):
        message = f"zone: {zone!r} is no time zone, such as Europe/London."
        raise BadRule(message)
    return QuietHours(begin, end, zone, frozenset(content.get("except", "").split()))


def caps_of(content: Mapping[str, str]) -> tuple[Cap, ...]:
    """Return the caps that a policy's content says. Raises BadRule."""
    caps = []
    for name, text in sorted(content.items()):
        if CAP.fullmatch(name) is None:
            message = f"{name}: is no cap; write day, week, or a channel's own, such as email.week."
            raise BadRule(message)
        if COUNT.fullmatch(text.strip()) is None:
            message = f"{name}: {text!r} is no whole number of messages."
            raise BadRule(message)
        channel, _, span = name.rpartition(".")
        caps.append(Cap(channel, span, int(text)))
    return tuple(caps)


def quiet_hours_problems(content: Mapping[str, str]) -> Iterable[str]:
    """Yield what is wrong with the content of such a policy, as a sentence."""
    yield from _problems(quiet_hours_of, content)


def caps_problems(content: Mapping[str, str]) -> Iterable[str]:
    """Yield what is wrong with the content of such a policy, as a sentence."""
    yield from _problems(caps_of, content)


def rules_for(connection: Connection, store: str, now: datetime) -> Rules:
    """Return what holds now for the customers of a store; an empty one is none in particular."""
    own, everybody = (f".{store}", "")
    policies = [f"{policy}{whose}" for policy in (QUIET, CAPS) for whose in (own, everybody)]
    rows = queries.rows(connection, VERSIONS, policies=policies, now=now)
    quiet = _held(rows, QUIET + own, quiet_hours_of) or _held(rows, QUIET, quiet_hours_of)
    return Rules(quiet, _held(rows, CAPS + own, caps_of) or _held(rows, CAPS, caps_of) or ())


def passed_over(connection: Connection, now: datetime) -> list[str]:
    """Return a sentence for each policy whose last version cannot be understood, so that an older one holds."""
    sentences = []
    for row in queries.rows(connection, LATEST, now=now):
        check = quiet_hours_problems if row["policy"].partition(".")[0] == QUIET else caps_problems
        sentences += [f"{row['policy']}, version {row['policy_version']}: {each}" for each in check(row["content"])]
    return sentences


def is_zone(text: str) -> bool:
    """Return whether a text is the name of a time zone."""
    return text in available_timezones()


def _held(rows: list[dict[str, Any]], policy: str, read: Callable[[Mapping[str, str]], T]) -> T | None:
    """Return what the newest version of a policy that can be understood says; None where it says nothing."""
    for row in rows:
        if row["policy"] == policy:
            with suppress(BadRule):
                return read(row["content"]) if row["content"] else None
    return None


def _problems(read: Callable[[Mapping[str, str]], object], content: Mapping[str, str]) -> Iterable[str]:
    try:
        if content:
            read(content)
    except BadRule as error:
        yield str(error)


def _check_names(content: Mapping[str, str], known: set[str], what: str) -> None:
    if unknown := sorted(set(content) - known):
        message = f"{unknown[0]}: is no setting of {what}; those are {', '.join(sorted(known))}."
        raise BadRule(message)


def _clock(name: str, text: str) -> time:
    if CLOCK.fullmatch(text.strip()) is None:
        message = f"{name}: {text!r} is no time of the day, such as 21:00."
        raise BadRule(message)
    return time.fromisoformat(text.strip())
