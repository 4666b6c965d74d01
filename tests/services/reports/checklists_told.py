"""What tests of checklists tell and ask: orders, ticks, playbooks in force, and how steps stand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from events.catalog.operations import ChecklistStepDone, PolicyPublished
from events.catalog.orders import OrderLine, OrderPlaced
from services.checklists.playbook import Playbook
from services.checklists.publishing import settings
from services.installation import Connection
from services.reports.customer import SECTIONS, page
from services.reports.report import Answer
from tests.projections.shop import NOON, Shop

BEFORE = NOON - timedelta(days=40)


def hours(number: float) -> datetime:
    """Return a time so many hours after noon."""
    return NOON + timedelta(hours=number)


def order(number: str, store: str = "web") -> OrderPlaced:
    """Return an order of one kettle."""
    line = OrderLine(product="kettle", quantity=1, unit_price_minor=100)
    return OrderPlaced(order=number, currency="GBP", lines=(line,), total_minor=100, store=store)


def tick(checklist: str, run: str, step: str, store: str = "web", by: str = "ann") -> ChecklistStepDone:
    """Return that a step was done."""
    return ChecklistStepDone(checklist=checklist, run=run, step=step, store=store, by=by)


def in_force(shop: Shop, playbook: Playbook | None, name: str = "", version: str = "1", at: datetime = BEFORE) -> None:
    """Publish a playbook, or withdraw one."""
    content = settings(playbook) if playbook else {}
    policy = f"checklist.{playbook.name if playbook else name}"
    shop.tell(PolicyPublished(policy=policy, version=version, content=content), by=f"policy:{policy}", time=at)


def states(answer: Answer) -> dict[str, dict[str, int]]:
    """Return by step how often it stands how, without what is nothing."""
    names = ("kept", "late", "missed", "ahead", "open", "called_off")
    return {row["step"]: {name: row[name] for name in names if row[name]} for row in answer.tables["steps"]}


def run_of(answer: Answer, name: str) -> Mapping[str, Any]:
    """Return the only run of a name."""
    (run,) = [row for row in answer.tables["runs"] if row["run"] == name]
    return run


def next_steps(connection: Connection, subject: str, now: datetime) -> list[dict[str, Any]]:
    """Return what a person's page says is to be done."""
    sections = [section for section in SECTIONS if section.name == "next_steps"]
    steps: list[dict[str, Any]] = page(connection, subject, now, sections)["next_steps"]
    return steps
