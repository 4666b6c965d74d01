"""Who is meant by what somebody typed: customers by identifier, card, order, e-mail address, phone number and name.

Reads the directory, who is who, and orders. Staff find the customers of their stores and of their portfolio, and nobody
else: that there is somebody else is not told. An exact hit on one customer leads straight there.
"""

from typing import Annotated, Any

from msgspec import Meta

from services.access.roles import Capability
from services.access.viewer import Viewer
from services.directory import finding
from services.directory.finding import MOST_FOUND, Named
from services.views.links import customer_href
from services.views.view import Document, Parameters, Reading, View

Typed = Annotated[
    str, Meta(description="A name, e-mail address, phone number, card, order, or an identifier.", max_length=200)
]
WORDS = {
    "identifier": "By identifier",
    "order": "By order number",
    "email": "By e-mail address",
    "phone": "By phone number",
    "name": "By name",
}
EXACT = ("identifier", "order", "email", "phone")


class Search(Parameters, frozen=True, kw_only=True):
    """What was typed."""

    q: Typed = ""


def answer(reading: Reading) -> Document:
    """Find customers by what was typed, grouped by what of theirs it is; at most 20, the loudest first."""
    typed = " ".join(reading.asked.q.split())
    rows = found(reading, typed) if typed else []
    exact = {row["person"] for row in rows if row["exact"]}
    only = exact if len(exact) == 1 and {row["person"] for row in rows if row["matched"] in EXACT} == exact else set()
    groups = [{"matched": kind, "customers": sum(row["matched"] == kind for row in rows)} for kind in WORDS]
    return {
        "q": typed,
        "exact": min(only, default=None),
        "leads_to": customer_href(min(only)) if only else "",
        "tables": {"customers": rows, "groups": [group for group in groups if group["customers"]]},
    }


def found(reading: Reading, typed: str) -> list[dict[str, Any]]:
    """Return the customers that are meant, each with what of theirs ``matched`` and whether exactly."""
    connection, scope = reading.connection, scope_of(reading.viewer)
    told: list[dict[str, Any]] = []
    for kind, matches in matched(reading, typed).items():
        whats = {row["person"]: row["what"] for row in reversed(matches)}
        exact = {row["person"] for row in matches if is_exact(kind, row["what"], typed)}
        rows = finding.listed(connection, Named(list(whats), []), scope, MOST_FOUND)
        told += [_told(row, kind, whats[row["person"]], exact=row["person"] in exact) for row in rows]
    rows = finding.listed(connection, finding.called(connection, typed), scope, MOST_FOUND)
    told += [_told(row, "name", row["name"], exact=False) for row in rows]
    return told[:MOST_FOUND]


def matched(reading: Reading, typed: str) -> dict[str, list[dict[str, Any]]]:
    """Return who has such an identifier, order, address or number: person and what, by kind."""
    connection = reading.connection
    return {
        "identifier": finding.identified(connection, typed),
        "order": finding.ordered(connection, typed),
        "email": finding.mailed(connection, typed),
        "phone": finding.phoned(connection, typed),
    }


def is_exact(kind: str, what: str, typed: str) -> bool:
    """Return whether it is what was typed, and not only begins or ends so."""
    return kind in {"identifier", "order"} or (kind == "email" and what == typed.casefold())


def scope_of(viewer: Viewer) -> dict[str, Any]:
    """Return how far a viewer sees, as the queries of the directory ask for it."""
    return {"narrowed": viewer.narrowed, "stores": sorted(viewer.stores), "me": viewer.name}


def _told(row: dict[str, Any], kind: str, what: str, *, exact: bool) -> dict[str, Any]:
    return {
        "matched": kind,
        "what": what,
        **row,
        "dial": None if row["dial"] < 0 else row["dial"],
        "exact": exact,
    }


SEARCH_VIEW = View(
    name="search",
    path="/search",
    title="Search",
    answer=answer,
    parameters=Search,
    reads=("profile", "identity", "orders"),
    capability=Capability.PERSONAL,
)
