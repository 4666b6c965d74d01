"""A house with managers: tells what happened, and asks a reaction what it would do about a signal, by a clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from events.catalog.consent import ConsentGiven
from events.catalog.customers import CustomerRegistered, ManagerAssigned
from events.catalog.operations import PolicyPublished
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.staff import PortfolioOpened
from events.event import Event
from services.desk.deciding import Command
from services.reactions._engine.reaction import Action, Do, Reaction, Signal, World
from tests.projections.shop import NOON, Shop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
A = TypeVar("A")
C = TypeVar("C", bound=Command)


class House(Shop):
    """A shop whose customers have managers: ann, who asks eve, who asks the boss."""

    def staff(self) -> None:
        """Tell who there is."""
        for manager, above in (("ann", "eve"), ("eve", "boss"), ("boss", "")):
            opened = PortfolioOpened(manager=manager, name=manager.title(), escalates_to=above)
            self.tell(opened, by=f"staff:{manager}", time=NOON - 300 * DAY)

    def customer(self, who: str, *said: Event, orders: int = 0, manager: str = "ann", birthday: str = "") -> str:
        """Tell of a customer with so many orders and a manager, who said other things besides; return their subject."""
        subject = f"customer:{who}"
        registered = CustomerRegistered(name=who.title(), birthday=birthday)
        self.tell(registered, *said, *map(order, range(orders)), by=subject, time=NOON - 200 * DAY)
        if manager:
            self.tell(ManagerAssigned(manager=manager), by=subject, time=NOON - 100 * DAY)
        return subject

    def policy(self, since: datetime, policy: str = "reactions", **content: str) -> None:
        """Tell that a version of a rule holds from a time on."""
        published = PolicyPublished(policy=policy, version=f"{since:%Y%m%d%H%M}", content=content)
        self.tell(published, by=f"policy:{policy}", time=since)

    def react(self, reaction: Reaction, signal: Signal, now: datetime) -> list[Action]:
        """Return what a reaction asks for, by a clock."""
        assert signal.kind in reaction.hears
        return list(reaction.react(signal, World(self.connection, now)))

    def raised(self, kind: str, subject: str) -> Signal:
        """Return the last signal of a kind that the projections raised for somebody."""
        rows = self.connection.execute(
            "SELECT event_id, happened_at, detail FROM engine.signal WHERE kind = %s AND subject = %s"
            " ORDER BY id DESC LIMIT 1",
            [kind, subject],
        ).fetchall()
        ((event_id, happened_at, detail),) = rows
        return signal(kind, subject, at=happened_at, event_id=event_id, detail=detail)

    def dial(self, subject: str, month: str, dial: int, **columns: Any) -> None:  # noqa: ANN401 - a column's value
        """Keep a dial of somebody, in pounds."""
        row = {**DIAL, "month": month, "person": subject, "dial": dial, **columns}
        names, values = ", ".join(row), ", ".join(f"%({name})s" for name in row)
        self.connection.execute(f"INSERT INTO projection.dial ({names}) VALUES ({values})", row)

    def fit(self, month: str, day: str) -> None:
        """Keep that the dials of a month were made by what was known on a day."""
        self.connection.execute(
            "INSERT INTO projection.dial_fit (month, currency, day, event_id, positions, parameters, customers)"
            " VALUES (%s, 'GBP', %s, 'fit', '{}', %s, 1)",
            [month, day, FORMULA],
        )


FORMULA = """{"now_weight": "40", "heading_weight": "20", "potential_weight": "40", "recent_half_life": "90",
              "longer_half_life": "365"}"""

DIAL: dict[str, Any] = {
    "currency": "GBP",
    "now_part": 50,
    "heading_part": 50,
    "potential_part": 50,
    "place": 1,
    "store": "leeds",
    "first_day": "2023-01-01",
    "last_day": "2024-02-01",
    "days": 10,
    "recent_minor": 10_000,
    "longer_minor": 20_000,
    "alive_ppm": 900_000,
    "value_minor": 2_000,
    "expected_12_milli": 6_000,
    "expected_3_minor": 3_000,
    "expected_12_minor": 12_000,
    "expected_36_minor": 30_000,
}


def order(number: int = 0, product: str = "tea", store: str = "leeds") -> OrderPlaced:
    """Return an order of one piece."""
    line = OrderLine(product=product, quantity=1, unit_price_minor=100)
    return OrderPlaced(order=f"o-{number}", currency="GBP", lines=(line,), total_minor=100, store=store)


def agreed(purpose: str) -> ConsentGiven:
    """Return that somebody agreed to a purpose."""
    return ConsentGiven(purpose=purpose)


def signal(
    kind: str,
    subject: str,
    *,
    at: datetime = NOON,
    event_id: str = "",
    detail: Mapping[str, str] = MappingProxyType({}),
) -> Signal:
    """Return a signal as a reaction hears it."""
    named = event_id or f"{kind}:{subject}"
    return Signal(
        id=named, kind=kind, subject=subject, event_id=named, happened_at=at, raised_at=at, detail=dict(detail)
    )


def of_kind(actions: Iterable[Action], kind: type[A]) -> list[A]:
    """Return the actions of one kind."""
    return [action for action in actions if isinstance(action, kind)]


def commands(actions: Iterable[Action], kind: type[C]) -> list[tuple[str, str, C]]:
    """Return the commands of one kind, each with what it is given to."""
    found = of_kind(actions, Do)
    return [(each.aggregate, each.id, each.command) for each in found if isinstance(each.command, kind)]


def only(actions: Sequence[Action], kind: type[A]) -> A:
    """Return the one action of a kind."""
    (action,) = of_kind(actions, kind)
    return action


def task(actions: Iterable[Action], kind: type[C]) -> tuple[str, C]:
    """Return the name of the one task that is given a command, and the command."""
    ((_, name, command),) = commands(actions, kind)
    return name, command
