"""How far a viewer sees: staff see their own stores, and the customers who came there or whom they look after.

It is held here, before a view is asked, so that a page, its JSON and its CSV are held to the same.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

import msgspec

from events.envelope import Subject
from projections._engine import queries
from projections._engine.registry import Connection
from services.access.viewer import Viewer
from services.views.view import BadParameter, NotFound, NotYours, Parameters, View

Asked = TypeVar("Asked", bound=Parameters)

# Who a subject is, and whether anything is known of them.
WHO = """
SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s) AS person,
       EXISTS (SELECT FROM profile_of(%(subject)s)) AS known
"""

# Who of these came to one of these stores, or is looked after by this one.
SEEN = """
SELECT asked.subject FROM unnest(%(subjects)s::text[]) AS asked (subject)
 WHERE EXISTS (SELECT FROM purchases_of(asked.subject) WHERE store = ANY (%(stores)s))
    OR EXISTS (SELECT FROM visits_of(asked.subject) WHERE store = ANY (%(stores)s))
    OR EXISTS (SELECT FROM complaint_cases_of(asked.subject) WHERE store = ANY (%(stores)s))
    OR EXISTS (SELECT FROM managers_of(asked.subject) WHERE manager = %(name)s)
"""

CHECKED_BY = ("profile", "purchases", "visits", "complaint_cases", "managers")
"""What tells who somebody is, and who may look at them."""


def checked(connection: Connection, view: View, viewer: Viewer, path: Mapping[str, str], asked: Asked) -> Asked:
    """Return the parameters as this viewer may ask them. Raises NotYours, NotFound, BadParameter."""
    if not viewer.may(view.capability):
        message = f"You may not {view.capability}: that is for others than the role {viewer.role}."
        raise NotYours(message)
    if view.whole_house and viewer.narrowed:
        message = f"You may not look at {view.title}: it tells of customers of every store."
        raise NotYours(message)
    named = next((name for name, text in path.items() if "\0" in text), None)
    if named is not None:
        message = f"{named}: holds a NUL character, as no text here does."
        raise BadParameter(message)
    if view.personal:
        check_subject(connection, viewer, path["subject"])
    return _own_store(viewer, asked)


def _own_store(viewer: Viewer, asked: Asked) -> Asked:
    """Return the parameters, narrowed to the viewer's own store where they have but that."""
    store = getattr(asked, "store", viewer)
    if not viewer.narrowed or store is viewer:
        return asked
    if not viewer.stores:
        message = "You work in no store yet: an admin says which one, with 'regulars users change'."
        raise NotYours(message)
    if store is None:
        return msgspec.structs.replace(asked, store=min(viewer.stores))
    if store not in viewer.stores:
        message = f"You may not look at the store {str(store)[:64]}: yours is {', '.join(sorted(viewer.stores))}."
        raise NotYours(message)
    return asked


def check_subject(connection: Connection, viewer: Viewer, subject: str) -> None:
    """Raise BadParameter, NotFound or NotYours for somebody whom a viewer cannot look at."""
    try:
        msgspec.convert(subject, Subject)
    except msgspec.ValidationError:
        message = f"subject: {subject[:64]!r} is none: write KIND:ID, such as customer:42."
        raise BadParameter(message) from None
    if not queries.row(connection, WHO, subject=subject)["known"]:
        message = f"Nothing is known of {subject[:192]}."
        raise NotFound(message)
    if viewer.narrowed and not sees(connection, viewer, subject):
        message = f"You may not look at {subject[:192]}: they came to none of your stores, and others look after them."
        raise NotYours(message)


def sees(connection: Connection, viewer: Viewer, subject: str) -> bool:
    """Return whether a viewer of the staff may look at somebody."""
    return bool(seen(connection, viewer, [subject]))


def seen(connection: Connection, viewer: Viewer, subjects: Collection[str]) -> set[str]:
    """Return whom of these a viewer of the staff may look at."""
    if not subjects:
        return set()
    asked = {"subjects": sorted(subjects), "stores": sorted(viewer.stores), "name": viewer.name}
    return {row["subject"] for row in queries.rows(connection, SEEN, **asked)}
