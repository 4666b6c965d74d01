"""A portfolio: a member of staff who looks after customers, up to how much they decide alone, and who stands in.

Its id is the name of the member of staff, as commands give it as ``actor``.

The awkward half: whom somebody looks after, and for whom somebody stands in, the projections say. What was decided a
moment ago may not have come there yet, so that a portfolio can be closed in that moment that has just got a customer.
And one portfolio is decided on at a time, not two: who arrange to be away for each other at one instant both may.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import LiteralString

from events.catalog.staff import AuthoritySet, CoverArranged, CoverCancelled, PortfolioClosed, PortfolioOpened
from events.event import AmountMinor, Currency, Event, Key, Label, Name
from projections._engine import queries
from services.desk.deciding import Aggregate, Command, Fact, Refused, Setting
from services.desk.portfolio_state import Cover, Details, Portfolio, evolve, heard

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
MOST_STEPS_UP = 20

# For whom they stand in on any of these days.
COVERING: LiteralString = """
SELECT manager, first_day, last_day FROM covers
 WHERE cover = %(id)s AND state = 'arranged' AND last_day >= %(begin)s AND first_day <= %(end)s
 ORDER BY first_day, manager LIMIT 1
"""

# How many customers they look after: persons whom nobody else was given since.
CUSTOMERS: LiteralString = """
SELECT count(*) FROM (SELECT DISTINCT ON (person) manager FROM managers_by_person
                       ORDER BY person, reason_at DESC, reason_by DESC) AS m WHERE manager = %(id)s
"""


class Open(Command, frozen=True, kw_only=True):
    """Say who looks after customers from now on; said again, all of it is said anew."""

    name: Name = ""
    email: Name = ""
    store: Label = ""
    escalates_to: Label = ""

    def decide(self, state: Portfolio, setting: Setting) -> Sequence[Fact]:
        """Whoever is asked next must be somebody else, and so on up."""
        details = Details(self.name, self.email, self.store, self.escalates_to)
        if state.open and state.details == details:
            return []
        if self.email and ADDRESS.fullmatch(self.email) is None:
            message = f"{self.email!r} is no e-mail address: write such as ann@example.org, or leave it out."
            raise Refused("no_address", message, field="email")
        _no_circle(setting, self.escalates_to)
        opened = PortfolioOpened(
            manager=setting.id,
            name=self.name,
            email=self.email,
            store=self.store,
            escalates_to=self.escalates_to,
            by=setting.actor,
        )
        return [_fact(setting, opened)]


class Close(Command, frozen=True, kw_only=True):
    """Say that somebody looks after no customers any more."""

    reason: Label = ""

    def decide(self, state: Portfolio, setting: Setting) -> Sequence[Fact]:
        """Their customers have somebody else by then, and those for whom they stand in, too."""
        _be_open(state)
        ((customers,),) = setting.connection.execute(CUSTOMERS, {"id": setting.id}).fetchall()
        if customers:
            told = "1 customer" if customers == 1 else f"{customers} customers"
            message = f"{setting.id} looks after {told} still: hand them over first."
            raise Refused("has_customers", message)
        _no_cover_of_others(setting, setting.now.date(), date.max)
        return [_fact(setting, PortfolioClosed(manager=setting.id, reason=self.reason, by=setting.actor))]


class SetAuthority(Command, frozen=True, kw_only=True):
    """Say up to how much somebody may offer to make it good, without asking anybody."""

    limit_minor: AmountMinor
    currency: Currency

    def decide(self, state: Portfolio, setting: Setting) -> Sequence[Fact]:
        """Somebody else says so."""
        _be_open(state)
        if setting.actor == setting.id:
            message = f"Nobody sets their own authority: somebody other than {setting.id} must say so."
            raise Refused("own_authority", message)
        held = state.limits.get(self.currency)
        if held is not None and held.value == self.limit_minor:
            return []
        limit = AuthoritySet(manager=setting.id, limit_minor=self.limit_minor, currency=self.currency, by=setting.actor)
        return [_fact(setting, limit)]


class ArrangeCover(Command, frozen=True, kw_only=True):
    """Say who stands in, from one day to another, both included."""

    cover: Key
    first_day: date
    last_day: date
    reason: Label = ""

    def decide(self, state: Portfolio, setting: Setting) -> Sequence[Fact]:
        """One at a time stands in, who is somebody else and is there."""
        _be_open(state)
        wanted = Cover(self.cover, self.first_day, self.last_day, self.reason)
        if wanted in state.covers:
            return []
        _proper_days(wanted, setting.now.date())
        if self.cover == setting.id:
            raise Refused("covers_self", f"{setting.id} cannot stand in for themselves: name another.", field="cover")
        for held in state.covers:
            if held.meets(self.first_day, self.last_day):
                message = f"For {setting.id}, {held}: cancel that first, or choose other days."
                raise Refused("covers_overlap", message, field="first_day")
        other = setting.state_of(PORTFOLIO, self.cover)
        if not other.open:
            message = f"{self.cover} looks after no customers: open their portfolio first, or name another."
            raise Refused("cover_not_open", message, field="cover")
        for held in other.covers:
            if held.meets(self.first_day, self.last_day):
                message = f"{self.cover} is away then ({held}): name another, or choose other days."
                raise Refused("cover_is_away", message, field="cover")
        _no_cover_of_others(setting, self.first_day, self.last_day)
        arranged = CoverArranged(
            manager=setting.id,
            cover=self.cover,
            first_day=self.first_day,
            last_day=self.last_day,
            reason=self.reason,
            by=setting.actor,
        )
        return [_fact(setting, arranged)]


class CancelCover(Command, frozen=True, kw_only=True):
    """Say that nobody stands in for the time that begins, or began, on this day."""

    first_day: date

    def decide(self, state: Portfolio, setting: Setting) -> Sequence[Fact]:
        """What is over stays as it was."""
        held = next((cover for cover in state.covers if cover.first_day == self.first_day), None)
        if held is None:
            there = "; ".join(map(str, state.covers)) or "nobody stands in"
            message = f"No cover for {setting.id} begins on {self.first_day}: {there}."
            raise Refused("no_such_cover", message, field="first_day")
        if held.last_day < setting.now.date():
            message = f"That cover was over on {held.last_day}: it stays in the books as it was."
            raise Refused("cover_is_over", message, field="first_day")
        cancelled = CoverCancelled(manager=setting.id, first_day=self.first_day, by=setting.actor)
        return [_fact(setting, cancelled)]


def _fact(setting: Setting, data: Event) -> Fact:
    return Fact(f"staff:{setting.id}", data)


def _be_open(state: Portfolio) -> None:
    if not state.open:
        message = f"{state.id} looks after no customers: open their portfolio first."
        raise Refused("not_open", message)


def _no_circle(setting: Setting, upwards: str) -> None:
    passed = [setting.id]
    while upwards and len(passed) <= MOST_STEPS_UP:
        passed.append(upwards)
        if upwards == setting.id:
            message = f"Whom to ask next would go round in a circle ({', '.join(passed)}): name another."
            raise Refused("escalates_in_circle", message, field="escalates_to")
        upwards = setting.state_of(PORTFOLIO, upwards).details.escalates_to


def _proper_days(cover: Cover, today: date) -> None:
    if cover.last_day < cover.first_day:
        message = f"A cover cannot end on {cover.last_day} before it begins on {cover.first_day}: turn the days round."
        raise Refused("days_reversed", message, field="last_day")
    if cover.last_day < today:
        message = f"A cover that ended on {cover.last_day} is of no use any more: name days from {today} on."
        raise Refused("in_the_past", message, field="last_day")


def _no_cover_of_others(setting: Setting, begin: date, end: date) -> None:
    for row in queries.rows(setting.connection, COVERING, id=setting.id, begin=begin, end=end):
        times = f"from {row['first_day']} to {row['last_day']}"
        message = f"{setting.id} stands in for {row['manager']} {times}: find another cover for {row['manager']} first."
        raise Refused("is_covering", message)


COMMANDS = (Open, Close, SetAuthority, ArrangeCover, CancelCover)
PORTFOLIO = Aggregate(
    "portfolio",
    "A member of staff who looks after customers: what they may decide, and who stands in.",
    Portfolio,
    evolve,
    COMMANDS,
    heard,
)
