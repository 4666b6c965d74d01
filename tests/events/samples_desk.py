"""Sample facts of the house: what we promised, what is to be done, who of the staff sees to it, and who looked."""

from datetime import UTC, date, datetime

from events.catalog import access, promises, staff, tasks
from events.event import Event

PROMISES: tuple[Event, ...] = (
    promises.PromiseMade(
        promise="answer:c-1",
        kind="answer",
        due_at=datetime(2024, 3, 5, 9, 0, tzinfo=UTC),
        about="complaint:c-1",
        store="leeds",
        by="staff-7",
    ),
    promises.PromiseMoved(
        promise="answer:c-1",
        due_at=datetime(2024, 3, 6, 11, 30, 0, 500_000, tzinfo=UTC),
        reason="waited_for_customer",
        by="desk-bot",
    ),
    promises.PromiseKept(promise="answer:c-1", by="staff-7"),
    promises.PromiseBroken(promise="resolution:c-1", by="desk-bot"),
)
TASKS: tuple[Event, ...] = (
    tasks.TaskOpened(
        task="complaint:c-1",
        title="Ring Ada Lovelace about her broken light",
        reason="complaint_opened",
        why="She complained on 2 March, and it is her second complaint this year.",
        due_at=datetime(2024, 3, 5, 9, 0, tzinfo=UTC),
        assignee="staff-7",
        about="complaint:c-1",
        store="leeds",
        by="desk-bot",
    ),
    tasks.TaskAssigned(task="complaint:c-1", assignee="staff-1", reason="deadline_at_risk", by="desk-bot"),
    tasks.TaskPutOff(
        task="complaint:c-1",
        due_at=datetime(2024, 3, 6, 9, 0, tzinfo=UTC),
        reason="asked_to_call_later",
        by="staff-1",
    ),
    tasks.TaskDone(task="complaint:c-1", outcome="called", note="Ms Lovelace was glad of the call.", by="staff-1"),
    tasks.TaskDropped(task="dial:17850", reason="settled", by="staff-1"),
)
STAFF: tuple[Event, ...] = (
    staff.PortfolioOpened(
        manager="staff-7",
        name="Charles Babbage",
        email="charles@example.org",
        store="leeds",
        escalates_to="staff-1",
        by="staff-0",
    ),
    staff.AuthoritySet(manager="staff-7", limit_minor=2000, currency="GBP", by="staff-0"),
    staff.CoverArranged(
        manager="staff-7",
        cover="staff-1",
        first_day=date(2024, 8, 5),
        last_day=date(2024, 8, 16),
        reason="holiday",
        by="staff-0",
    ),
    staff.CoverCancelled(manager="staff-7", first_day=date(2024, 8, 5), by="staff-0"),
    staff.PortfolioClosed(manager="staff-7", reason="left", by="staff-0"),
)
LOOKED: tuple[Event, ...] = (
    access.Looked(actor="staff-7", role="staff", what="customer", how="page", as_of="2024-02-01T00:00:00Z"),
)
SIGNED_IN: tuple[Event, ...] = (
    access.UserChanged(change="changed", by="staff-0", role="staff", stores=("leeds", "web")),
    access.SignedIn(how="password", address="192.0.2.7"),
    access.SignInRefused(
        reason="password",
        how="password",
        address="192.0.2.7",
        locked_until=datetime(2024, 3, 6, 11, 45, 0, 500_000, tzinfo=UTC),
    ),
    access.ListLooked(
        actor="staff-7",
        role="staff",
        what="customers",
        how="csv",
        asked="q=#4f2a11c90d5e store=leeds",
        as_of="2024-02-01T00:00:00Z",
        people=2,
        whom=("customer:17850", "visitor:7f3a9c"),
        rows=2,
    ),
)
