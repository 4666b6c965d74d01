"""What the desk is measured with: the lives of complaints and of the tasks that they make, a command at a time.

A complaint is raised, acknowledged, replied to, made good, resolved and confirmed; its task is opened, taken and done.
Each command has a key, and so a receipt.
"""

from collections.abc import Iterator
from itertools import count

import msgspec

from services.benchmark.segment_messages import Request
from services.desk import complaint, gesture, task
from services.desk.deciding import Command, Order, command_name

ACTOR = "anna"
SUBJECTS = 1000

LIFE: tuple[tuple[str, Command | None], ...] = (
    ("complaint", None),
    ("complaint", complaint.Acknowledge()),
    ("task", None),
    ("task", task.Take()),
    ("complaint", complaint.Reply(channel="mail", text="We are sorry, and send another one today.")),
    ("complaint", gesture.OfferGesture(kind="flowers")),
    ("task", task.Complete(outcome="replied")),
    ("complaint", complaint.Resolve(outcome="replaced")),
    ("complaint", complaint.Confirm(channel="mail")),
)
"""The commands of one life, in order; None is what begins it."""


def orders(way: str, seed: int) -> Iterator[Order]:
    """Return commands without end, of one life after the other; ``way`` and the seed make their ids."""
    for number in count():
        yield from life(f"{way}-{seed}-{number}", number)


def life(name: str, number: int) -> Iterator[Order]:
    """Return the commands of one complaint and its task."""
    subject = f"customer:{number % SUBJECTS}"
    begins: dict[str, Command] = {
        "complaint": complaint.Raise(subject=subject, channel="mail", cause="late", text="It came three days late."),
        "task": task.Open(subject=subject, title="Answer the complaint", reason="complaint_opened"),
    }
    for place, (aggregate, command) in enumerate(LIFE):
        yield Order(aggregate, name, command or begins[aggregate], ACTOR, key=f"{name}-{place}")


def request_of(order: Order, host: str, key: str) -> Request:
    """Return the request that gives a command, with a source's key."""
    body = msgspec.json.encode(order.command)
    head = (
        f"POST /v1/desk/{order.aggregate}/{order.id}/{command_name(type(order.command))} HTTP/1.1\r\n"
        f"Host: {host}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        f"Regulars-Actor: {order.actor}\r\nIdempotency-Key: {order.key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Request(head.encode() + body, messages=0, events=1)
