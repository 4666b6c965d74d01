"""Staff: who looks after customers, what they may decide, and who stands in. The subject is ``staff:NAME``."""

from datetime import date

from events.event import AmountMinor, Currency, Event, Key, Label, Name, Personal


class PortfolioOpened(Event, type="regulars.staff.portfolio_opened.v1"):
    """A member of staff looks after customers from now on; said again, the latest word counts.

    ``escalates_to`` is who is asked next where they do not get on; ``email`` is where they are told of their tasks.
    """

    manager: Key
    name: Personal[Name] = ""
    email: Personal[Name] = ""
    store: Label = ""
    escalates_to: Label = ""
    by: Label = ""


class PortfolioClosed(Event, type="regulars.staff.portfolio_closed.v1"):
    """A member of staff looks after no customers any more."""

    manager: Key
    reason: Label = ""
    by: Label = ""


class AuthoritySet(Event, type="regulars.staff.authority_set.v1"):
    """Up to how much a member of staff may offer to make it good, without asking anybody."""

    manager: Key
    limit_minor: AmountMinor
    currency: Currency
    by: Label = ""


class CoverArranged(Event, type="regulars.staff.cover_arranged.v1"):
    """Somebody, ``cover``, stands in for a member of staff, on both days and those between."""

    manager: Key
    cover: Key
    first_day: date
    last_day: date
    reason: Label = ""
    by: Label = ""


class CoverCancelled(Event, type="regulars.staff.cover_cancelled.v1"):
    """Nobody stands in any more for the time that began on ``first_day``."""

    manager: Key
    first_day: date
    by: Label = ""


EVENTS = (PortfolioOpened, PortfolioClosed, AuthoritySet, CoverArranged, CoverCancelled)
