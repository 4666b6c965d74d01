"""How a report is laid out: its figures and the columns of its tables, told by their names.

Reports name things alike: ``…_minor`` is money in the question's currency, ``…_share`` a part of one, ``…_hours`` a
stretch of time, ``person`` somebody. So a report that is written tomorrow has a page without a template of its own.
What a name does not say is shown as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.dashboard import formats
from services.dashboard.report_labels import SECONDS, label
from services.dashboard.report_links import LINKS

MAIN_FIGURES = 4
DAY_NAMES = frozenset({"day", "first_day", "last_day", "due_on", "last_order", "stated_on"})
IDS = frozenset({"complaint", "contact", "order", "plan", "product", "run", "suggestion", "task", "other"})
CODES = frozenset(
    {
        "assumption",
        "basis",
        "bucket",
        "cause",
        "channel",
        "clock",
        "group",
        "kind",
        "measure",
        "outcome",
        "promise",
        "reason",
        "state",
        "status",
    }
)
LEFT_OUT = frozenset({"customer_name", "percent"})
STATES = {
    "late": "bad", "overdue": "bad", "broken": "bad", "declined": "bad", "missed": "bad",
    "done": "good", "delivered": "good", "kept": "good", "planned": "info", "under_review": "warn", "running": "warn",
    "open": "warn", "on_its_way": "info",
}  # fmt: skip

STATUSES = {code: (state, formats.worded(code)) for code, state in STATES.items()}

Row = Mapping[str, Any]


class Figure(NamedTuple):
    """A figure as it is read: what it is, how much, and whether it is an amount of something."""

    name: str
    label: str
    value: str
    counted: bool


class Table(NamedTuple):
    """A table as the macro ``table`` takes it."""

    name: str
    title: str
    rows: list[dict[str, Any]]
    columns: list[dict[str, Any]]


def figures(document: Mapping[str, Any]) -> list[Figure]:
    """Return the figures of a report in words, in the report's order."""
    currency = document["question"]["currency"]
    return [
        Figure(name, label(name, document["figures"]), written(name, value, currency), isinstance(value, int | float))
        for name, value in document["figures"].items()
        if name not in LEFT_OUT and not isinstance(value, list | dict)
    ]


def main_figures(document: Mapping[str, Any]) -> list[Figure]:
    """Return the first few figures that are amounts of something, for cards."""
    return [each for each in figures(document) if each.counted][:MAIN_FIGURES]


def other_figures(document: Mapping[str, Any]) -> list[Figure]:
    """Return the other figures."""
    main = {each.name for each in main_figures(document)}
    return [each for each in figures(document) if each.name not in main]


def nothing(document: Mapping[str, Any]) -> bool:
    """Return whether a report tells of nothing: it has no rows, or what it counts first is none."""
    first = next((document["figures"][each.name] for each in main_figures(document)), 0)
    return not first or not any(document["tables"].values())


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a report that have rows, in the report's order."""
    return [table(document, name) for name, rows in document["tables"].items() if rows]


def table(document: Mapping[str, Any], name: str, *only: str) -> Table:
    """Return one of a report's tables, with ``only`` these columns where they are said."""
    rows: Sequence[Row] = document["tables"].get(name, ())
    currency, names = document["question"]["currency"], document["names"]
    columns = [column for column in (only or _columns(rows)) if rows and column in rows[0]]
    shown = [_row(row, columns, currency, names) for row in rows]
    return Table(
        name, label(name), shown, [_column(column, columns, [row[column] for row in rows]) for column in columns]
    )


def written(name: str, value: Any, currency: str) -> str:  # noqa: ANN401 - whatever a report tells
    """Return a figure as people read it."""
    kind = kind_of(name, value)
    by_kind: dict[str, Callable[[], str]] = {
        "money": lambda: formats.money(value, currency),
        "share": lambda: formats.percent(value, 1),
        "duration": lambda: formats.duration(value * _seconds(name)),
        "when": lambda: formats.date_time(value),
        "day": lambda: formats.day(value),
        "flag": lambda: "Yes" if value else "No",
        "number": lambda: formats.number(value, 0 if isinstance(value, int) else 2),
    }
    return by_kind.get(kind, lambda: str(value))()


def kind_of(name: str, value: Any) -> str:  # noqa: ANN401 - as above
    """Return what a value is, by its name, else by what it is itself."""
    found = "text"
    if isinstance(value, bool):
        found = "flag"
    elif name in {"person", "brought_in_by"}:
        found = "person"
    elif isinstance(value, datetime):
        found = "when"
    elif isinstance(value, date) or (name in DAY_NAMES and isinstance(value, str)):
        found = "day"
    elif isinstance(value, int | float):
        found = _kind_of_figure(name)
    elif name in CODES and isinstance(value, str):
        found = "badge" if name in {"state", "status"} else "code"
    elif name in IDS and isinstance(value, str):
        found = "mono"
    return found


def _kind_of_figure(name: str) -> str:
    if name.endswith("_minor"):
        return "money"
    if name == "share" or name.endswith("_share"):
        return "share"
    return "duration" if _seconds(name) else "number"


def _seconds(name: str) -> int:
    return next((seconds for suffix, seconds in SECONDS.items() if name.endswith(suffix)), 0)


def _columns(rows: Sequence[Row]) -> list[str]:
    names = [name for row in rows[:1] for name in row]
    hidden = {"customer_name"} if "person" in names else set()
    return [name for name in names if name not in hidden]


def _column(name: str, beside: Sequence[str], values: Iterable[Any]) -> dict[str, Any]:
    """Return a column as the macro ``table`` takes it; what it holds is told by the first value that there is."""
    first = next((value for value in values if value is not None), None)
    kind = kind_of(name, first)
    column: dict[str, Any] = {"key": name, "label": label(name, beside), "kind": "text" if kind == "code" else kind}
    if kind == "person":
        column |= {"key": f"{name}_name", "id": name}
    elif kind == "number" and isinstance(first, float):
        column["digits"] = 1
    elif kind == "badge":
        column["states"] = {code: (state, formats.worded(code)) for code, state in STATES.items()}
    elif name in LINKS:
        column |= {"kind": "text", "href": LINKS[name]}
    return column


def _row(row: Row, columns: Sequence[str], currency: str, names: Mapping[str, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"currency": currency, "raw": row}
    for name in columns:
        value = row[name]
        kind = kind_of(name, value)
        if kind == "duration":
            value *= _seconds(name)
        elif kind == "code":
            value = formats.worded(value)
        elif kind == "day" and isinstance(value, str):
            value = date.fromisoformat(value)
        elif isinstance(value, list | dict):
            value = plain(value)
        shown[name] = value
        if kind == "person":
            shown[f"{name}_name"] = names.get(value, "")
    return shown


def plain(value: Any) -> str:  # noqa: ANN401 - as above
    """Return a list or a mapping within a cell on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {plain(each)}" for name, each in value.items() if each is not None)
    if isinstance(value, list | tuple):
        return ("; " if value and isinstance(value[0], Mapping) else ", ").join(plain(each) for each in value)
    return str(value)
