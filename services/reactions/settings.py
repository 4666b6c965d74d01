"""The steps that the reactions go by: the policy ``reactions`` of the house, in the version that is in force then.

    regulars desk do policy reactions publish 'content={"dial_fall": "20"}' --by anna

A policy's content maps settings to texts; what it does not say is as ``Settings`` has it. What cannot be read of it is
as usual, too, and ``problems`` says why.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from projections import policies
from projections._engine.registry import Connection
from services.reactions._engine.remembered import once

POLICY = "reactions"
WHOLE = re.compile(r"[0-9]{1,6}")
MOST_NAME_CHARACTERS = 128


class Settings(NamedTuple):
    """What is set, as it usually is."""

    at_risk_percent: int = 25
    escalate_hours: int = 24
    low_rating: int = 2
    regular_orders: int = 3
    regular_dial: int = 101
    dial_fall: int = 15
    dial_least: int = 40
    dial_most: int = 200
    birthday_days: int = 7
    contact_days: int = 0
    asked_days: int = 180
    tell_most: int = 10
    offer_minutes: int = 30
    task_hours: int = 48
    without_manager: str = ""

    @property
    def task_time(self) -> timedelta:
        """Return by when a task is to be done that has no other deadline."""
        return timedelta(hours=self.task_hours)


class Meaning(NamedTuple):
    """What a setting says, and the least and the most that it may be; a text has neither."""

    words: str
    least: int = 0
    most: int = 0


MEANINGS: Mapping[str, Meaning] = {
    "at_risk_percent": Meaning("a promise is at risk when so many percent of its time are left", 1, 99),
    "escalate_hours": Meaning("hours after which what is still unanswered is passed up once more", 1, 8784),
    "low_rating": Meaning("whoever rates how we dealt with a complaint with this or less is asked why", 0, 5),
    "regular_orders": Meaning("orders from which on a known customer is a regular", 1, 999_999),
    "regular_dial": Meaning("the dial from which on one is a regular with fewer orders, too; 101 for never", 0, 101),
    "dial_fall": Meaning("by how much a dial must have fallen within a month", 1, 100),
    "dial_least": Meaning("a dial that was lower than this before may fall unheard", 0, 100),
    "dial_most": Meaning("of so many fallen dials of a month tasks are made, those that fell the most", 0, 10_000),
    "birthday_days": Meaning("how many days before a birthday it is a task", 0, 60),
    "contact_days": Meaning("how many days before its day a planned contact is a task", 0, 60),
    "asked_days": Meaning("how many days back somebody asked who is to hear that goods came in", 1, 3660),
    "tell_most": Meaning("how many people a list of those to tell names", 1, 200),
    "offer_minutes": Meaning("for how long nobody is offered anything again", 0, 999_999),
    "task_hours": Meaning("hours within which a task is to be done that has no other deadline", 1, 8784),
    "without_manager": Meaning("who of the staff sees to customers that have no manager; nobody if empty"),
}

USUAL = Settings()


def in_force(connection: Connection, now: datetime) -> Settings:
    """Return the settings that hold by the clock."""
    return once(connection, (POLICY, now), lambda: _read_in_force(connection, now))


def _read_in_force(connection: Connection, now: datetime) -> Settings:
    held = {row["policy"]: row["content"] for row in policies.holding(connection, POLICY, now)}
    return settings_of(held.get(POLICY, {}))


def settings_of(content: Mapping[str, str]) -> Settings:
    """Return the settings that a policy's content says; what cannot be read of it is as usual."""
    read: dict[str, Any] = {name: _read(name, text) for name, text in content.items() if name in MEANINGS}
    return USUAL._replace(**{name: value for name, value in read.items() if value is not None})


def problems(content: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a policy's content, a sentence each that names the setting."""
    found = []
    for name in sorted(content):
        if (meaning := MEANINGS.get(name)) is None:
            found.append(f"{name}: is no setting of the reactions; those are {', '.join(MEANINGS)}.")
        elif _read(name, content[name]) is not None:
            continue
        elif meaning.most:
            found.append(f"{name}: {content[name]!r} is no whole number from {meaning.least} to {meaning.most}.")
        else:
            found.append(f"{name}: is no name of up to {MOST_NAME_CHARACTERS} printable characters.")
    return found


def _read(name: str, text: str) -> int | str | None:
    """Return the value that a text says for a setting, or None where it says none."""
    meaning, text = MEANINGS[name], text.strip()
    if not meaning.most:
        return text if len(text) <= MOST_NAME_CHARACTERS and (not text or text.isprintable()) else None
    if WHOLE.fullmatch(text) is None or not meaning.least <= int(text) <= meaning.most:
        return None
    return int(text)
