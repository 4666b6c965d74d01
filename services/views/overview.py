"""The overview, the first page: how much comes in, who buys, what we promised, what lags, and how few bring how much.

Reads the log's ends, the directory, ``purchases``, ``unmet_demand``, ``complaint_cases`` and ``policies``, and how the
projections stand. It is of now alone. Whoever may look at figures and at no customers is told no names and no cases.

The awkward half: what costs much at very many customers, such as the curve, may be some while older than the rest, see
``kept``; the whole is then as of the oldest part. Net revenue is that of the currency of most orders.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta

from projections import purchases
from projections._engine import queries
from projections.unmet_demand import REGULAR_ORDERS
from services.access.roles import Capability
from services.directory.filling import state_of
from services.reports.asking import NO_CURRENCY
from services.views import projections
from services.views.complaint_cases import AT_RISK, ON_TRACK, PAST, RESOLVED, WAITING, cases
from services.views.keeping import is_much, kept
from services.views.overview_queries import (
    ACTIVE,
    CURVE,
    CUSTOMERS,
    KEPT,
    MOVED,
    OF_A_STORE,
    PERCENT,
    WISHES,
)
from services.views.people import versions_of, with_people
from services.views.view import BadParameter, Document, Parameters, Reading, Row, View

HOUR_SECONDS = 3600
SHOWN_CASES = 8
SHOWN_PROJECTIONS = 5
STATES = (PAST, AT_RISK, ON_TRACK)
WITHOUT_PEOPLE = ("state", "store", "cause", "opened", "promise", "due", "left_seconds", "gone_share")
READS = ("purchases", "unmet_demand", "complaint_cases", "policies", "profile")

Store = Annotated[str, Meta(description="Of one store alone.", max_length=128)]
State = Annotated[str, Meta(description="Only complaints that stand so: past, at_risk or on_track.", max_length=32)]

NOT_YET: dict[str, Any] = {
    "figures": dict.fromkeys(
        (
            *("customers", "regulars", "active", "active_before"),
            *("bringing_customers", "revenue_minor", "bringing", "bringing_share"),
        )
    ),
    "currency": NO_CURRENCY,
    "curve": [],
}
"""What there is to tell until it was worked out once."""


class OverviewParameters(Parameters, frozen=True, kw_only=True):
    """Of which store, and which complaints."""

    store: Store | None = None
    state: State | None = None


def answer(reading: Reading) -> Document:
    """Everything at a glance, with the list behind each figure: events, customers, promises, projections, wishes."""
    told = projections.answer(reading)
    standing = told["figures"]
    reading, much = replace(reading, patience_seconds=0.0), is_much(reading, READS)
    worth = _kept(reading, _worth, much=much) or NOT_YET
    wishes = _kept(reading, _wishes, much=much)
    found: list[dict[str, Any]] | None = _kept(reading, _cases, much=much)
    return {
        "figures": {
            "events": standing["events_on_log"],
            "events_per_second": standing["events_per_second"],
            **worth["figures"],
            **_counted(found),
            **{name: standing[name] for name in ("projections", "current", "served", "slowest", "lag_events")},
        },
        "pending": worth is NOT_YET or found is None or wishes is None,
        "currency": worth["currency"],
        "curve": worth["curve"],
        "came": told["came"],
        "tables": {
            "complaints": _shown(reading, found or []),
            "wishes": wishes or [],
            "moved": _moved(reading),
            "projections": _strip(told["tables"]["projections"]),
        },
    }


def _kept(reading: Reading, work: Callable[[Reading], Any], *, much: bool) -> Any:  # noqa: ANN401 - whatever it returns
    """Return what is costly, of the store that is asked for, as it was kept or as it is now."""
    return kept(reading, ("overview", work.__name__, reading.asked.store), READS, work, much=much)


def _worth(reading: Reading) -> dict[str, Any]:
    """Return how many customers there are, how many of them buy, and how few bring how much."""
    connection, store, state = reading.connection, reading.asked.store, state_of(reading.connection)
    currency = state.currency if state else next(iter(purchases.currencies(connection)), NO_CURRENCY)
    asked = _asked(reading) | {"currency": currency, "begin": None, "end": None, "percent": PERCENT}
    brought = KEPT if state and store is None else OF_A_STORE
    points = queries.rows(connection, CURVE.format(brought=brought), **asked)
    bringing = min((row["bringing"] for row in points if row["bringing"]), default=0)
    last = points[-1] if points else {"bringing_customers": 0, "revenue_minor": 0}
    return {
        "figures": {
            **queries.row(connection, CUSTOMERS, **asked),
            **queries.row(connection, ACTIVE, **asked),
            **{name: last[name] for name in ("bringing_customers", "revenue_minor")},
            "bringing": bringing,
            "bringing_share": bringing / last["bringing_customers"] if bringing else None,
        },
        "currency": currency,
        "curve": [
            [row["rank"] / last["bringing_customers"], row["running_minor"] / last["revenue_minor"]] for row in points
        ],
    }


def _asked(reading: Reading) -> dict[str, Any]:
    return {"store": reading.asked.store, "today": reading.now.date(), "regular_orders": REGULAR_ORDERS}


def _wishes(reading: Reading) -> list[dict[str, Any]]:
    return queries.rows(reading.connection, WISHES, **_asked(reading))


def _cases(reading: Reading) -> list[dict[str, Any]]:
    """Return the complaints that are open, the one whose promise ends first at the top."""
    found = [case for case in cases(reading, store=reading.asked.store) if case["state"] != RESOLVED]
    return sorted(found, key=lambda case: (case["left_seconds"] is None, case["left_seconds"], case["complaint"]))


def _counted(found: Sequence[Row] | None) -> dict[str, int | None]:
    names = [f"complaints_{state}" for state in (*STATES, WAITING)]
    if found is None:
        return dict.fromkeys([*names, "complaints_due_soon"])
    counts = Counter(case["state"] for case in found)
    soon = sum(case["state"] != PAST and 0 <= (case["left_seconds"] or -1) <= HOUR_SECONDS for case in found)
    return {**{f"complaints_{state}": counts[state] for state in (*STATES, WAITING)}, "complaints_due_soon": soon}


def _shown(reading: Reading, found: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the most urgent complaints, with those whom they are of where the viewer may look at customers."""
    state = reading.asked.state
    if state is not None and state not in STATES:
        message = f"state: {state[:32]!r} is none; there are {', '.join(STATES)}."
        raise BadParameter(message)
    wanted = [case for case in found if state in {None, case["state"]}][:SHOWN_CASES]
    if not reading.viewer.may(Capability.PERSONAL):
        return [{name: case[name] for name in WITHOUT_PEOPLE} for case in wanted]
    told = with_people(reading.connection, wanted, reading.now)
    versions = versions_of(reading.connection, "complaint", (case["complaint"] for case in told))
    return [
        {**case, "owner": case["owner"] or case["looked_after_by"] or "", "version": versions.get(case["complaint"], 0)}
        for case in told
    ]


def _moved(reading: Reading) -> list[dict[str, Any]]:
    """Return whose dial rose and fell most, of those whom the viewer sees."""
    if not reading.viewer.may(Capability.PERSONAL):
        return []
    viewer = reading.viewer
    scope = {"narrowed": viewer.narrowed, "stores": sorted(viewer.stores), "me": viewer.name}
    return queries.rows(reading.connection, MOVED, **scope)


def _strip(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the projections that are furthest behind, those that are built anew first."""
    furthest = sorted(rows, key=lambda row: (row["standing"] == "current", -row["lag_events"], row["name"]))
    names = ("name", "standing", "lag_events", "lag_seconds", "rows", "parked", "positions")
    return [{name: row[name] for name in names} for row in furthest[:SHOWN_PROJECTIONS]]


OVERVIEW_VIEW = View(
    name="overview",
    path="/overview",
    title="Overview",
    answer=answer,
    parameters=OverviewParameters,
    reads=READS,
)
