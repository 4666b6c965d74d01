"""Why a figure of a customer is what it is: the events behind it, and the figure computed again from them alone.

A figure is one column of a projection, such as ``purchases.spend_minor``, or one that is worked out of several, such as
``net_spend`` and ``dial``: then the reckoning stands there as well (``services.figures``).
"""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from projections import PROJECTIONS
from projections._engine import as_of as engine
from projections._engine import checkpoint, why
from projections._engine.projector import stored
from projections._engine.registry import live_tables
from services.access.roles import Capability
from services.figures.figure import Asking, BadOf, Because, Explained
from services.figures.figure import Figure as WorkedOut
from services.figures.registered import BY_NAME
from services.views.moments import moment_of
from services.views.names import names_of
from services.views.view import BadParameter, Document, Parameters, Past, Reading, Row, View

Figure = Annotated[str, Meta(description="Which figure, such as purchases.spend_minor or net_spend.", max_length=128)]
Of = Annotated[str, Meta(description="Which one of several, such as GBP of net_spend.", max_length=1024)]


class WhyParameters(Parameters, frozen=True, kw_only=True):
    """Which figure is asked about, and which one of several."""

    figure: Figure = ""
    of: Of = ""


def answer(reading: Reading) -> Document:
    """Answer with the events behind a figure of a customer, what each of them said of it, and the figure from them.

    Of now it is compared with the figure that is stored; without ``figure`` the figures there are, are listed.
    """
    figure = reading.asked.figure
    if not figure:
        whole = [name for name, each in BY_NAME.items() if not each.parts]
        listed = [{"figure": name} for name in [*whole, *why.figures(stored(PROJECTIONS))]]
        return {**_document("", "", "", None, [], figures=listed), **_who(reading, reading.path["subject"])}
    if figure in BY_NAME:
        return _worked_out(reading, BY_NAME[figure])
    return _stored(reading, figure)


def _stored(reading: Reading, figure: str) -> Document:
    try:
        projection, _ = why.found(stored(PROJECTIONS), figure)
    except why.UnknownFigure as error:
        message = f"figure: {error}; and worked out of these: {', '.join(BY_NAME)}."
        raise BadParameter(message) from error
    until = reading.until or _committed(reading, [projection.name])
    past = engine.as_of(reading.connection, [projection, *_graph()], reading.path["subject"], until)
    explanation = why.explain(stored(PROJECTIONS), past, figure)
    compared = None
    if reading.until is None:
        compared = why.compared(reading.connection, stored(PROJECTIONS), past.person, explanation)
    title = figure.replace(".", ": ").replace("_", " ").capitalize()
    said = (type(projection).__doc__ or "").strip()
    equal = None if compared is None else all(row.computed == row.stored for row in compared)
    events = [{**_event(each.fact), "said": each.said} for each in explanation.contributions]
    document = _document(figure, title, said, equal, events, rows=_rows(figure, explanation, compared))
    return {**document, **_who(reading, past.person)}


def _worked_out(reading: Reading, figure: WorkedOut) -> Document:
    until = reading.until or _committed(reading, figure.reads)
    past = engine.as_of(reading.connection, _graph(), reading.path["subject"], until)
    whose = (reading.connection, reading.path["subject"], past.person, past.identifiers, past.facts)
    try:
        told = figure.explain(Asking(*whose, reading.asked.of, reading.now, until))
    except BadOf as error:
        raise BadParameter(str(error)) from error
    events = [{**_event(each.fact), "said": [], **_counts(each)} for each in told.events]
    document = _document(figure.name, figure.title, figure.about, told.equal, events, told=told)
    return {**document, **_who(reading, past.person)}


def _who(reading: Reading, person: str) -> Row:
    return {"person": person, "name": names_of(reading.connection, [person]).get(person, "")}


def _document(
    figure: str,
    title: str,
    said: str,
    equal: bool | None,  # noqa: FBT001 - None is neither
    events: list[dict[str, Any]],
    **more: Any,  # noqa: ANN401 - what one of the two kinds has
) -> Document:
    """Return the answer, with its events the newest first."""
    told: Explained | None = more.pop("told", None)
    events.sort(key=lambda each: (each["time"], each["partition"], each["offset"]), reverse=True)
    return {
        "figure": figure,
        "title": title,
        "said": said,
        "equal": equal,
        "note": told.note if told else "",
        "rows": more.get("rows", []),
        "tables": {
            "events": events,
            "sum": [term._asdict() for term in told.terms] if told else [],
            "figures": more.get("figures", []),
        },
    }


def _counts(each: Because) -> Row:
    return {"counts": each.counts, "unit": each.unit, "because": each.note}


def _graph() -> list[Any]:
    return [each for each in PROJECTIONS if each.graph]


def _committed(reading: Reading, names: Sequence[str]) -> engine.AtPositions:
    """Return the positions that projections have come to, so that their figure is explained as it is stored."""
    tables = live_tables(reading.connection, [each for each in PROJECTIONS if each.name in names])
    told = [checkpoint.positions(reading.connection, table.name) for table in tables]
    first = told[0] if told else {}
    return engine.AtPositions({each: min(vector.get(each, 0) for vector in told) for each in first})


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


def _event(fact: engine.Fact) -> dict[str, Any]:
    """Return an event in words, with its place."""
    return {
        "partition": fact.record.partition,
        "offset": fact.record.offset,
        "time": fact.envelope.time,
        "recorded_at": fact.record.recorded_at,
        "type": fact.envelope.data.event_type,
        **moment_of(fact.envelope)._asdict(),
    }


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
