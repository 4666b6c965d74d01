"""The rules of the house: which version of each holds on a day, what it says, and what comes. Reads ``policies``.

Playbooks and segments are rules with a form of their own, and are not among these.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from msgspec import Meta

from projections import policies
from services.access.roles import Capability
from services.desk.policy_checks import CHECKS, ELSEWHERE
from services.views.view import Document, Parameters, Reading, View

OnDay = Annotated[date, Meta(description="What held at the end of this day, in UTC; now by itself.")]


class When(Parameters, frozen=True, kw_only=True):
    """On which day."""

    on: OnDay | None = None


def answer(reading: Reading) -> Document:
    """List the rules that hold, by the house's clock or at the end of a day, with what they say and what comes."""
    on: date | None = reading.asked.on
    at = (
        reading.now
        if on is None
        else datetime.combine(on + timedelta(days=1), time.min, UTC) - timedelta(microseconds=1)
    )
    versions = [
        each for each in policies.every(reading.connection, "") if not each["policy"].startswith(tuple(ELSEWHERE))
    ]
    held = {each["policy"]: each for each in policies.held_at(versions, at)}
    rows = [_row(each) for each in held.values() if each["content"]]
    return {
        "at": at,
        "names": sorted({*CHECKS, *(each["policy"] for each in versions)}),
        "tables": {
            "policies": sorted(rows, key=lambda row: row["policy"]),
            "to_come": [_row(each) for each in versions if each["since"] > at],
            "before": [_row(each) for each in versions if each["since"] <= at and each is not held[each["policy"]]],
        },
    }


def _row(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "policy": each["policy"],
        "version": each["policy_version"],
        "since": each["since"],
        "publisher": each["publisher"],
        "content": each["content"],
    }


SETTINGS_VIEW = View(
    name="settings",
    path="/settings",
    title="Settings",
    answer=answer,
    parameters=When,
    reads=("policies",),
    capability=Capability.ADMINISTER,
)
