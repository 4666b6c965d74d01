"""An answered report as people read it: money with its fraction, shares as percentages, tables that fit."""

from typing import Any

from services.cli.rows import write_rows
from services.cli.terminal import cell, write
from services.reports.asking import Told
from services.reports.words import amount

MINOR = "_minor"
SHARE = "share"


def show(told: Told) -> None:
    """Print an answer: what it is of, its figures, its tables."""
    question = told.question
    period = f"{question.begin or 'the first day'} to {question.end or 'the last'}"
    where = f"store {question.store}" if question.store else "all stores"
    write(told.report.title, bold=True)
    write(f"by {question.now:%Y-%m-%d %H:%M} UTC, {where}, {period}, money in {question.currency or 'no currency yet'}")
    write()
    if told.headline:
        write(f"{told.headline}\n")
    widest = max(map(len, told.answer.figures), default=0)
    for name, value in told.answer.figures.items():
        write(f"  {heading(name):<{widest}}  {cell(shown(name, value, question.currency))}")
    for name, rows in told.answer.tables.items():
        if rows:
            write_rows(name, [{heading(key): shown(key, row[key], question.currency) for key in row} for row in rows])
        else:
            write(f"\n{name}: nothing")


def shown(name: str, value: Any, currency: str) -> Any:  # noqa: ANN401 - whatever a report tells
    """Return a value as it is read, by what its name says that it is."""
    if name.endswith(MINOR) and isinstance(value, int):
        return amount(value, currency)
    if isinstance(value, float):
        return f"{value:.1%}" if name.endswith(SHARE) else f"{value:,.3f}"
    return value


def heading(name: str) -> str:
    """Return the name of a figure as people read it."""
    return name.removesuffix(MINOR).replace("_", " ")
