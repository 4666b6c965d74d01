"""Why a figure of a customer is what it is: the events behind it, and the figure computed again from them alone."""

from typing import Annotated, Any

from msgspec import Meta

from projections import PROJECTIONS
from projections._engine import as_of as engine
from projections._engine import checkpoint, why
from projections._engine.projector import stored
from projections._engine.registry import live_tables
from services.access.roles import Capability
from services.views.moments import moment_of
from services.views.view import BadParameter, Document, Parameters, Past, Reading, Row, View

Figure = Annotated[str, Meta(description="Which figure, such as purchases.spend_minor.", max_length=128)]


class WhyParameters(Parameters, frozen=True, kw_only=True):
    """Which figure is asked about."""

    figure: Figure = ""


def answer(reading: Reading) -> Document:
    """Answer with the events behind a figure of a customer, what each of them said of it, and the figure from them.

    Of now it is compared with the figure that is stored; without ``figure`` the figures there are, are listed.
    """
    figure = reading.asked.figure
    if not figure:
        listed = [{"figure": name} for name in why.figures(stored(PROJECTIONS))]
        return {"figure": "", "rows": [], "equal": None, "said": "", "tables": {"events": [], "figures": listed}}
    try:
        projection, _ = why.found(stored(PROJECTIONS), figure)
    except why.UnknownFigure as error:
        message = f"figure: {error}."
        raise BadParameter(message) from error
    until = reading.until or _committed(reading, projection.name)
    past = engine.as_of(reading.connection, [projection, *_graph()], reading.path["subject"], until)
    explanation = why.explain(stored(PROJECTIONS), past, figure)
    compared = None
    if reading.until is None:
        compared = why.compared(reading.connection, stored(PROJECTIONS), past.person, explanation)
    return {
        "figure": figure,
        "said": (type(projection).__doc__ or "").strip(),
        "equal": None if compared is None else all(row.computed == row.stored for row in compared),
        "rows": _rows(figure, explanation, compared),
        "tables": {"events": _events(explanation), "figures": []},
    }


def _graph() -> list[Any]:
    return [each for each in PROJECTIONS if each.graph]


def _committed(reading: Reading, name: str) -> engine.AtPositions:
    """Return the positions that a projection has come to, so that its figure is explained as it is stored."""
    tables = live_tables(reading.connection, [each for each in PROJECTIONS if each.name == name])
    positions = checkpoint.positions(reading.connection, tables[0].name) if tables else {}
    return engine.AtPositions(positions)


def _rows(figure: str, explanation: why.Explanation, compared: list[why.Compared] | None) -> list[Row]:
    column = figure.partition(".")[2]
    if compared is None:
        keys = [{name: value for name, value in row.items() if name != column} for row in explanation.values]
        pairs = zip(keys, explanation.values, strict=True)
        return [{"key": _key(key), "computed": row[column], "stored": None} for key, row in pairs]
    return [{"key": _key(row.key), "computed": row.computed, "stored": row.stored} for row in compared]


def _key(key: Row) -> str:
    told = [str(value) for name, value in key.items() if name != "subject" and value not in {"", None}]
    return ", ".join(told) or "all"


def _events(explanation: why.Explanation) -> list[Row]:
    """Return the events, the newest first, each in words and with what it said of the figure."""
    ordered = sorted(explanation.contributions, key=lambda each: each.fact.envelope.time, reverse=True)
    return [
        {
            "partition": each.fact.record.partition,
            "offset": each.fact.record.offset,
            "time": each.fact.envelope.time,
            "recorded_at": each.fact.record.recorded_at,
            "type": each.fact.envelope.data.event_type,
            "said": each.said,
            **moment_of(each.fact.envelope)._asdict(),
        }
        for each in ordered
    ]


WHY = View(
    name="why",
    path="/customers/{subject}/why",
    title="Why?",
    answer=answer,
    parameters=WhyParameters,
    reads=("profile",),
    capability=Capability.PERSONAL,
    personal=True,
    past=Past.PERSON,
)
