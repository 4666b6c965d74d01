"""Every report as a view: asked by the house's clock, of one store or of all."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from services.access.roles import Capability
from services.reports import REPORTS
from services.reports.asking import MOST_ROWS, Asked, settled
from services.reports.asking import Told as ToldReport
from services.reports.report import BadQuestion, Report
from services.views.view import BadParameter, Document, Parameters, Past, Reading, View

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
        "contacts",
        "order_accuracy",
        "retention",
        "store",
        "unmet_demand",
        "visits",
    }
)
"""Reports whose tables name no customer: they are for everybody who may look at figures."""


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
        name=report.name,
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
    """Return a report's document. Raises BadParameter."""
    asked: Any = reading.asked
    if report.about == "" and asked.about is not None:
        message = f"about: the report {report.name} cannot be narrowed."
        raise BadParameter(message)
    now = asked.now or reading.now
    try:
        said = Asked(None, None, None, asked.currency, asked.limit, asked.about, now)
        if isinstance(asked, ByStore):
            said = replace(said, store=asked.store, begin=asked.begin, end=asked.end)
        question = settled(reading.connection, said, reading.until)
        answer = report.answer(reading.connection, question)
    except BadQuestion as error:
        raise BadParameter(str(error)) from error
    document = ToldReport(report, question, {}, answer).document()
    del document["positions"]
    return document


REPORT_VIEWS: tuple[View, ...] = tuple(map(report_view, REPORTS))
