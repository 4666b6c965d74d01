"""What actions of the house share: how errors of other parts become refusals, and how fields are read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus

from services.cli import points
from services.cli.failures import Failure
from services.dashboard.acting import Acting
from services.ingest.http.answers import Problem

MOST_DIGITS = 9


@contextmanager
def refused_for(*kinds: type[Exception]) -> Iterator[None]:
    """Have errors of these kinds, whose message is a sentence, refuse the form; before a colon stands a field."""
    try:
        yield
    except kinds as error:
        raise refusal(str(error)) from error


def refusal(message: str, field: str = "") -> Problem:
    """Return what to raise where a form cannot be carried out."""
    before, colon, _ = message.partition(": ")
    name = field or (before if colon and before.isidentifier() else "")
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "refused", message, field=name)


def text(acting: Acting, name: str) -> str:
    """Return a field of a form without the space around it; '' where it is not there."""
    return acting.said.get(name, "").strip()


def lines(acting: Acting, name: str) -> str:
    """Return a text of several lines as it was written: browsers end each line with two characters."""
    return acting.said.get(name, "").replace("\r\n", "\n")


def needed(acting: Acting, name: str) -> str:
    """Return a field that has to say something. Raises Problem."""
    said = text(acting, name)
    if not said:
        message = f"{name}: it is empty, and has to say something."
        raise refusal(message)
    return said


def number(acting: Acting, name: str) -> int | None:
    """Return a field as a whole number, None where it is empty. Raises Problem."""
    said = text(acting, name)
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS):
        message = f"{name}: {said[:32]!r} is no whole number."
        raise refusal(message)
    return int(said)


def parts(acting: Acting, name: str) -> list[str]:
    """Return what a field lists, with commas between."""
    return [part.strip() for part in text(acting, name).split(",") if part.strip()]


def span(acting: Acting, name: str) -> timedelta:
    """Return a field as a span of time, such as 24h. Raises Problem."""
    try:
        return points.duration(needed(acting, name))
    except Failure as failure:
        message = f"{name}: {failure}"
        raise refusal(message) from failure
