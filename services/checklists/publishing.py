"""The playbooks in force: each is a fact, PolicyPublished, so that the version decides that held when a run began.

The policy is ``checklist.NAME``. Its content has no inner structure, so that queries can read it whatever it says: the
trigger's settings, ``steps`` (their names in order), and of each step ``NAME.within_seconds``, ``NAME.who`` and so on.
A version without steps withdraws the playbook.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from projections import policies
from projections._engine.registry import Connection
from services.checklists.errors import BadPlaybook
from services.checklists.playbook import Playbook
from services.checklists.reading import problems

POLICY = "checklist."
SECONDS = re.compile(r"[1-9][0-9]{0,8}")
UNITS = (("d", 86_400), ("h", 3600), ("m", 60))


class Published(NamedTuple):
    """A playbook as the last version on the log has it. One that cannot be read has a ``problem``, and no runs."""

    name: str
    title: str
    version: str
    since: datetime
    by: str
    playbook: Playbook | None
    problem: str = ""


def settings(playbook: Playbook) -> dict[str, str]:
    """Return a playbook as the content of a policy."""
    trigger = playbook.trigger
    told = {
        "title": playbook.title,
        "event": trigger.event,
        "nth": "" if trigger.nth is None else str(trigger.nth),
        "stores": "\n".join(trigger.stores),
        "channels": "\n".join(trigger.channels),
        "called_off_by": playbook.called_off_by,
        "steps": " ".join(step.name for step in playbook.steps),
    }
    for step in playbook.steps:
        told |= {
            f"{step.name}.title": step.title,
            f"{step.name}.within_seconds": str(step.within_seconds),
            f"{step.name}.who": step.who,
            f"{step.name}.seen": step.seen,
        }
    return {name: text for name, text in told.items() if text}


def from_settings(name: str, content: Mapping[str, str]) -> Playbook:
    """Return the playbook that a policy's content says. Raises BadPlaybook."""
    trigger = {
        "event": content.get("event", ""),
        "nth": int(content["nth"]) if SECONDS.fullmatch(content.get("nth", "")) else content.get("nth"),
        "stores": content["stores"].split("\n") if content.get("stores") else [],
        "channels": content["channels"].split("\n") if content.get("channels") else [],
    }
    steps = [
        {
            "name": step,
            "within": _within(content.get(f"{step}.within_seconds", "")),
            **{part: content.get(f"{step}.{part}", "") for part in ("title", "who", "seen")},
        }
        for step in content.get("steps", "").split()
    ]
    said = {"name": name, "trigger": trigger, "steps": steps}
    said |= {part: content.get(part, "") for part in ("title", "called_off_by")}
    where = f"{POLICY}{name}"
    try:
        playbook = msgspec.convert(said, Playbook)
    except msgspec.ValidationError as error:
        raise BadPlaybook(where, "", str(error)) from None
    for field, reason in problems(playbook):
        raise BadPlaybook(where, field, reason)
    return playbook


def _within(seconds: str) -> str:
    """Return so many seconds as a playbook writes a duration; what is none stays as it is, and is refused."""
    if SECONDS.fullmatch(seconds):
        for unit, length in UNITS:
            if int(seconds) % length == 0:
                return f"{int(seconds) // length}{unit}"
    return seconds


def published(connection: Connection) -> list[Published]:
    """Return the playbooks in force by the last word on each, by name."""
    return [_published(row) for row in policies.holding(connection, POLICY) if row["content"].get("steps")]


def _published(row: Mapping[str, Any]) -> Published:
    name, content = row["policy"].removeprefix(POLICY), row["content"]
    told = (name, content.get("title") or name, row["policy_version"], row["since"], row["publisher"] or "")
    try:
        return Published(*told, from_settings(name, content))
    except BadPlaybook as error:
        return Published(*told, None, str(error))
