"""A portfolio as it stands: what the desk and others said of a member of staff, by the last word on everything.

Others' words, such as those of the system in which the house keeps its staff, are heard from ``staff`` and ``covers``.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString

from msgspec import Struct
from msgspec.structs import replace

from events.catalog.staff import AuthoritySet, CoverArranged, CoverCancelled, PortfolioClosed, PortfolioOpened
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.registry import Connection
from services.desk.word import Word, last

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What is known of a member of staff: one row each, or none.
STAFF: LiteralString = """
SELECT state = 'open' AS open, state_at, manager_name, email, store, escalates_to, escalates_to_at AS details_at,
       authority
  FROM staff WHERE manager = %(id)s
"""
COVERS: LiteralString = """
SELECT first_day, state = 'arranged' AS arranged, state_at, cover, last_day, reason FROM covers WHERE manager = %(id)s
"""


class Details(Struct, frozen=True):
    """Who they are, and whom they ask next."""

    name: str = ""
    email: str = ""
    store: str = ""
    escalates_to: str = ""


class Cover(Struct, frozen=True):
    """A time in which ``cover`` stands in, both days included."""

    cover: str
    first_day: date
    last_day: date
    reason: str = ""

    def meets(self, first_day: date, last_day: date) -> bool:
        """Return whether it has a day with a time in common."""
        return self.first_day <= last_day and first_day <= self.last_day

    def __str__(self) -> str:
        """Return who stands in, and when."""
        return f"{self.cover} stands in from {self.first_day} to {self.last_day}"


class Portfolio(Struct, frozen=True):
    """A member of staff, by the last word on everything; a cover that was cancelled is None."""

    id: str
    standing: Word[bool] | None = None
    said: Word[Details] | None = None
    limits: Mapping[str, Word[int]] = {}
    arranged: Mapping[date, Word[Cover | None]] = {}

    @property
    def open(self) -> bool:
        """Return whether they look after customers."""
        return self.standing is not None and self.standing.value

    @property
    def details(self) -> Details:
        """Return who they are, as far as it was said."""
        return Details() if self.said is None else self.said.value

    @property
    def covers(self) -> list[Cover]:
        """Return the times in which somebody stands in, in order."""
        return [word.value for _, word in sorted(self.arranged.items()) if word.value is not None]

    def limit_minor(self, currency: str) -> int:
        """Return up to how much they may offer without asking anybody: nothing where that was not said."""
        word = self.limits.get(currency)
        return word.value if word is not None and self.open else 0


def evolve(state: Portfolio, envelope: Envelope) -> Portfolio:
    """Return the portfolio after a fact."""
    at = envelope.time
    match envelope.data:
        case PortfolioOpened() as event:
            details = Details(event.name, event.email, event.store, event.escalates_to)
            return replace(state, standing=last(state.standing, at, value=True), said=last(state.said, at, details))
        case PortfolioClosed():
            return replace(state, standing=last(state.standing, at, value=False))
        case AuthoritySet() as event:
            limit = last(state.limits.get(event.currency), at, event.limit_minor)
            return replace(state, limits={**state.limits, event.currency: limit})
        case CoverArranged() as event:
            return _covered(state, at, event.first_day, event)
        case CoverCancelled() as event:
            return _covered(state, at, event.first_day, None)
        case _:
            return state


def _covered(state: Portfolio, at: datetime, first_day: date, event: CoverArranged | None) -> Portfolio:
    cover = None if event is None else Cover(event.cover, event.first_day, event.last_day, event.reason)
    word: Word[Cover | None] = last(state.arranged.get(first_day), at, cover)
    return replace(state, arranged={**state.arranged, first_day: word})


def heard(state: Portfolio, connection: Connection) -> Portfolio:
    """Return the portfolio with what is known of it from the log, by whomever."""
    for row in queries.rows(connection, STAFF, id=state.id):
        details = [row[name] or "" for name in ("manager_name", "email", "store", "escalates_to")]
        state = replace(
            state,
            standing=Word(row["state_at"], row["open"]) if row["state_at"] else None,
            said=Word(row["details_at"], Details(*details)) if row["details_at"] else None,
            limits={
                currency: Word(EPOCH + timedelta(microseconds=at), int(text))
                for currency, (at, _, text) in row["authority"].items()
            },
        )
    covers: dict[date, Word[Cover | None]] = {}
    for row in queries.rows(connection, COVERS, id=state.id):
        told = (row["cover"], row["first_day"], row["last_day"], row["reason"])
        covers[row["first_day"]] = Word(row["state_at"], Cover(*told) if row["arranged"] else None)
    return replace(state, arranged=covers)
