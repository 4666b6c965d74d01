"""My day: what a member of staff has to do today, for whom, and what else happens among the customers they look after.

Reads tasks, promises, contacts, contact plans, complaints and preferences as they are now, and the directory for who
looks after whom and whose dial moved. Whoever stands in for somebody who is away has that one's day, too.

Promises, birthdays, planned contacts, movers and who waits are of the customers in the portfolio; tasks are of whoever
they were given to, for whichever customer.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta

from projections import covers, staff
from projections._engine import queries
from services.access.roles import Capability
from services.associations.choosing import days_to
from services.directory.filling import state_of
from services.views import my_day_queries
from services.views.approvals import approvals
from services.views.movers import reasons
from services.views.view import Document, NotYours, Parameters, Reading, Row, View

BIRTHDAY_DAYS = 14
LEAP_DAY, EVE = "02-29", "02-28"
MOVERS = 5

Manager = Annotated[str, Meta(description="Whose day, by their name; the viewer's own by itself.", max_length=128)]
Limit = Annotated[int, Meta(description="The most rows of each list.", ge=1, le=500)]


class Whose(Parameters, frozen=True, kw_only=True):
    """Whose day."""

    manager: Manager = ""
    limit: Limit = 50


def answer(reading: Reading) -> Document:
    """Tell what somebody of the staff has to do today: tasks, promises, birthdays, contacts, who waits, who moved."""
    whose = reading.asked.manager or reading.viewer.name
    standing_in = covers.standing_in(reading.connection, reading.now.date())
    covered = sorted(absent for absent, cover in standing_in.items() if cover == whose)
    _check(reading, whose, standing_in)
    asked = {"names": [whose, *covered], "now": reading.now, "limit": reading.asked.limit}
    told = {name: queries.rows(reading.connection, query, **asked) for name, query in my_day_queries.LISTS.items()}
    told["approvals"] = approvals(reading, [whose, *covered], reading.asked.limit)
    tables = {**told, "birthdays": _birthdays(reading, asked), **_movers(reading, asked)}
    known = {row["manager"]: row for row in staff.members(reading.connection, whose, *covered)}
    return {
        "manager": whose,
        "shown_as": _name(known, whose),
        "own": whose == reading.viewer.name,
        "away": standing_in.get(whose, ""),
        "covered": [{"manager": name, "shown_as": _name(known, name)} for name in covered],
        "figures": _figures(reading, tables, asked),
        "choices": _choices(reading, whose),
        "tables": tables,
    }


def _check(reading: Reading, whose: str, standing_in: dict[str, str]) -> None:
    """Raise NotYours where one of the staff asks for the day of somebody whom they do not stand in for."""
    viewer = reading.viewer
    if viewer.narrowed and whose != viewer.name and standing_in.get(whose) != viewer.name:
        message = f"You may not look at the day of {whose[:128]}: you do not stand in for them."
        raise NotYours(message)


def _name(known: dict[str, dict[str, Any]], manager: str) -> str:
    name: str = known[manager]["manager_name"] if manager in known else ""
    return name or manager


def _figures(reading: Reading, tables: Mapping[str, Sequence[Row]], asked: dict[str, Any]) -> dict[str, Any]:
    counted = queries.row(reading.connection, my_day_queries.COUNTED, **asked)
    return {
        "customers": counted["customers"],
        "tasks": counted["tasks"],
        "overdue": counted["overdue"],
        "promises_broken": sum(row["state"] == "broken" for row in tables["promises"]),
        "waiting": len(tables["waiting"]),
        "approvals": len(tables["approvals"]),
        "birthdays": len(tables["birthdays"]),
    }


def _choices(reading: Reading, whose: str) -> list[tuple[str, str]]:
    """Return whose day may be asked for, with their names."""
    if reading.viewer.narrowed:
        return []
    found = staff.members(reading.connection)
    known = {row["manager"]: row["manager_name"] or row["manager"] for row in found if row["open"]}
    others = {whose: whose} | known
    return [(name, shown) for name, shown in others.items() if name != reading.viewer.name]


def _birthdays(reading: Reading, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return whose birthday comes within a fortnight, the next first."""
    today = reading.now.date()
    rows = queries.rows(reading.connection, my_day_queries.BIRTHDAYS, **asked, days=_days(today))
    told = []
    for row in rows:
        days = days_to(row.pop("birthday"), today)
        if days is not None and days <= BIRTHDAY_DAYS:
            told.append({**row, "on": today + timedelta(days=days), "days": days})
    return sorted(told, key=lambda row: (row["days"], row["person"]))


def _days(today: date) -> list[str]:
    days = [f"{today + timedelta(days=number):%m-%d}" for number in range(BIRTHDAY_DAYS + 1)]
    return [*days, LEAP_DAY] if EVE in days and LEAP_DAY not in days else days


def _movers(reading: Reading, asked: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    state = state_of(reading.connection)
    asked = {**asked, "limit": MOVERS}
    louder = queries.rows(reading.connection, my_day_queries.LOUDER, **asked)
    quieter = queries.rows(reading.connection, my_day_queries.QUIETER, **asked)
    persons = [row["person"] for row in louder + quieter]
    why = reasons(reading.connection, persons, state.currency, reading.now) if state else {}
    return {
        "louder": [{**row, "why": why.get(row["person"], "")} for row in louder],
        "quieter": [{**row, "why": why.get(row["person"], "")} for row in quieter],
    }


MY_DAY_VIEW = View(
    name="my_day",
    path="/my-day",
    title="My day",
    answer=answer,
    parameters=Whose,
    reads=(
        "tasks",
        "promises",
        "contacts",
        "contact_plans",
        "complaint_cases",
        "preferences",
        "managers",
        "covers",
        "staff",
        "identity",
    ),
    capability=Capability.PERSONAL,
)
