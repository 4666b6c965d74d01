"""Every report as a view: asked by the house's clock, of one store or of all, and told as far as its viewer sees.

Who may look at figures and at no customers is told a report of WITHOUT_NAMES with the tables left empty that name
somebody, and may not narrow it to anybody. Staff are told of their store, and of nobody who is not theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from services.access.roles import Capability
from services.reports import REPORTS
from services.reports.asking import MOST_ROWS, Asked, settled
from services.reports.asking import Told as ToldReport
from services.reports.report import Answer, BadQuestion, Question, Report
from services.views.keeping import needed
from services.views.names import names_of, people_in
from services.views.scope import seen, sees
from services.views.stores import stores_of
from services.views.view import BadParameter, Document, NotYours, Parameters, Past, Reading, Row, View

Store = Annotated[str, Meta(description="Of one store alone.", max_length=128)]
Currency = Annotated[str, Meta(description="Which money to count.", pattern="^[A-Z]{3}$")]
Limit = Annotated[int, Meta(description="The most rows of a list.", ge=1, le=MOST_ROWS)]
About = Annotated[str, Meta(description="Narrow it, such as to a product.", max_length=256)]
Clock = Annotated[datetime, Meta(description="The clock to reckon by; the house's by itself.", tz=True)]
FirstDay = Annotated[date, Meta(description="The period's first day, in UTC.")]
LastDay = Annotated[date, Meta(description="The period's last day, in UTC.")]

WITHOUT_NAMES = frozenset(
    {
        "associations",
        "complaints",
        "concentration",
        "contacts",
        "order_accuracy",
        "order_status",
        "retention",
        "store",
        "unmet_demand",
        "visits",
    }
)
"""Reports whose figures name no customer: they are for everybody who may look at figures, less the tables that do."""

ABOUT_THINGS = frozenset({"associations", "complaints", "contacts", "unmet_demand"})
"""Of those, the reports that are narrowed to a thing, such as a product, and to nobody and to no order of anybody's."""

ABOUT_SOMEBODY = frozenset({"dial", "next_offer", "retention", "share_of_customer", "visits"})
"""Reports that are narrowed to a person."""


class WholeHouse(Parameters, frozen=True, kw_only=True):
    """What a report is asked that is kept neither by store nor by day."""

    currency: Currency | None = None
    limit: Limit = 10
    about: About | None = None
    now: Clock | None = None


class ByStore(WholeHouse, frozen=True, kw_only=True):
    """What a report is asked that can be narrowed to a store, and to a period."""

    store: Store | None = None
    begin: FirstDay | None = msgspec.field(default=None, name="from")
    end: LastDay | None = msgspec.field(default=None, name="to")


def report_view(report: Report) -> View:
    """Return the view of a report; its path is ``/reports/NAME``."""

    def answer(reading: Reading) -> Document:
        return answered(report, reading)

    answer.__doc__ = report.definition
    named = report.name not in WITHOUT_NAMES
    return View(
        name=f"{report.name}_report",
        path=f"/reports/{report.name}",
        title=report.title,
        answer=answer,
        parameters=WholeHouse if report.everywhere else ByStore,
        reads=report.reads,
        capability=Capability.PERSONAL if named else Capability.FIGURES,
        past=Past.EVERYBODY,
        whole_house=bool(report.everywhere) and named,
    )


def answered(report: Report, reading: Reading) -> Document:
    """Return a report's document; with very many customers it may be some while old, and its question says how old.

    Raises BadParameter, NotYours, StillWorking.
    """
    asked: Any = reading.asked
    _check_about(report, reading)
    said = Asked(None, None, None, asked.currency, asked.limit, asked.about, asked.now)
    if isinstance(asked, ByStore):
        said = replace(said, store=asked.store, begin=asked.begin, end=asked.end)
    found = needed(reading, (report.name, said), report.reads, partial(_asked, report, said))
    if isinstance(found, BadQuestion):
        raise BadParameter(str(found)) from found
    question, answer = found
    document = ToldReport(report, question, {}, answer).document()
    del document["positions"]
    choices = {"stores": stores_of(reading) if isinstance(asked, ByStore) else []}
    return {**document, "about": report.about, "choices": choices, **_seen_by(reading, answer)}


def _asked(report: Report, said: Asked, reading: Reading) -> tuple[Question, Answer] | BadQuestion:
    """Return a question as it was settled with its answer, or what is wrong with it: also that is worth keeping."""
    try:
        question = settled(reading.connection, replace(said, now=said.now or reading.now), reading.until)
        return question, report.answer(reading.connection, question)
    except BadQuestion as error:
        return error


def _check_about(report: Report, reading: Reading) -> None:
    """Refuse what a report cannot be narrowed to, and whom a viewer may not look at. Raises BadParameter, NotYours."""
    viewer, about = reading.viewer, reading.asked.about
    if about is None:
        return
    if not report.about:
        message = f"about: the report {report.name} cannot be narrowed."
        raise BadParameter(message)
    if report.name not in ABOUT_THINGS and not viewer.may(Capability.PERSONAL):
        message = f"You may not narrow {report.title}: it would tell of one customer, and you may look at figures."
        raise NotYours(message)
    if viewer.narrowed and report.name in ABOUT_SOMEBODY and not sees(reading.connection, viewer, about):
        message = f"You may not look at {about[:192]}: they came to none of your stores, and others look after them."
        raise NotYours(message)


def _seen_by(reading: Reading, answer: Answer) -> Document:
    """Return the tables as far as their viewer sees, the names in them, and which tables were left empty for them."""
    tables: Mapping[str, Sequence[Row]] = answer.tables
    people = {name: set[str]().union(*map(people_in, rows)) for name, rows in tables.items()}
    if not reading.viewer.may(Capability.PERSONAL):
        withheld = [name for name, found in people.items() if found]
        return {"tables": {**tables, **{name: [] for name in withheld}}, "names": {}, "withheld": withheld}
    everybody = set[str]().union(*people.values())
    if reading.viewer.narrowed:
        theirs = seen(reading.connection, reading.viewer, everybody)
        tables = {name: [row for row in rows if people_in(row) <= theirs] for name, rows in tables.items()}
        everybody = theirs
    return {"tables": tables, "names": names_of(reading.connection, everybody), "withheld": []}


REPORT_VIEWS: tuple[View, ...] = tuple(map(report_view, REPORTS))
