"""Playbooks: those in force, and those that are shipped and wait to be published. Reads ``policies``."""

from typing import Any

from services.access.roles import Capability
from services.checklists.playbook import Playbook
from services.checklists.publishing import Published, published
from services.checklists.reading import SHIPPED, shipped
from services.views.view import Document, Reading, View


def answer(reading: Reading) -> Document:
    """List the playbooks in force with their steps, and those that are shipped and not published."""
    found = published(reading.connection)
    names = {each.name for each in found}
    return {
        "tables": {
            "playbooks": [_row(each) for each in found],
            "shipped": [_told(shipped(name)) for name in SHIPPED if name not in names],
        }
    }


def _row(each: Published) -> dict[str, Any]:
    told = _told(each.playbook) if each.playbook else {"event": "", "steps": [], "called_off_by": ""}
    said = {"name": each.name, "title": each.title, "version": each.version, "since": each.since, "by": each.by}
    return {**told, **said, "problem": each.problem}


def _told(playbook: Playbook) -> dict[str, Any]:
    return {
        "name": playbook.name,
        "title": playbook.title,
        "event": playbook.trigger.event,
        "called_off_by": playbook.called_off_by,
        "steps": [
            {"name": step.name, "title": step.title, "within": str(step.within), "who": step.who}
            for step in playbook.steps
        ],
    }


SETTINGS_PLAYBOOKS_VIEW = View(
    name="settings_playbooks",
    path="/settings/playbooks",
    title="Playbooks",
    answer=answer,
    reads=("policies",),
    capability=Capability.ADMINISTER,
)
