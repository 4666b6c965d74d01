"""The way from a figure to the events behind it, as links of a page; whoever may not look at customers has none."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from services.access.roles import Capability
from services.access.viewer import Viewer
from services.dashboard.report_way import WHY, ReportWays, read
from services.dashboard.report_ways import WAYS
from services.views.event_kinds import KINDS, NONE
from services.views.links import customer_href

Row = Mapping[str, Any]
OF_A_PERIOD = frozenset({"visits", "unmet_demand"})
"""Reports that settle themselves of which days they tell, where nobody says."""
MAY_LACK = frozenset({"about", "channel", "choice", "store"})
"""What an event may leave empty: a row of those that do so leads to them alone."""
OF_NOTHING = " "
"""A search for nothing, as it is asked for."""
RAW = "raw"
"""The row of the document, within a row as it is shown."""


class Ways:
    """Leads to the events behind the figures of one document."""

    def __init__(self, document: Row, viewer: Viewer, points: Mapping[str, str]) -> None:
        """Keep the point in time, and, of a report, what it was asked."""
        self._may = viewer.may(Capability.PERSONAL)
        self._points = points
        self._report: ReportWays | None = WAYS.get(document.get("report", ""))
        question = document.get("question", {})
        self._question: dict[str, Any] = {"currency": question.get("currency"), "about": question.get("about")}
        figures = document.get("figures", {})
        self._asked: dict[str, Any] = {
            "store": question.get("store"),
            "from": figures["first_day"] if document.get("report") in OF_A_PERIOD else question.get("begin"),
            "to": figures["last_day"] if document.get("report") in OF_A_PERIOD else question.get("end"),
        }

    def events(self, **narrowed: object) -> str:
        """Return where events are listed that are narrowed so; '' for whoever may not look."""
        if not self._may:
            return ""
        query = {name: text for name, text in narrowed.items() if text not in {None, ""}}
        return f"/events?{urlencode({**query, **self._points})}"

    def keeping(self, href: str) -> str:
        """Return where something leads, at the same point in time."""
        if not href or not self._points or any(f"{name}=" in href for name in self._points):
            return href
        return f"{href}{'&' if '?' in href else '?'}{urlencode(self._points)}"

    def figure(self, name: str) -> str:
        """Return where the events behind a figure of a report are."""
        if self._report is None:
            return ""
        return self._to(self._report.figures.get(name, self._report.usual), {})

    def columns(self, table: str, columns: Sequence[Row]) -> list[dict[str, Any]]:
        """Return the columns of a table, those linked whose figures count events."""
        ways = self._report.tables.get(table, {}) if self._report else {}
        return [self._column(dict(column), ways) for column in columns]

    def row(self, table: str, column: str) -> Callable[[Row], str]:
        """Return where the events behind one column of a table are: a function of the row."""
        way = self._report.tables[table][column] if self._report else ""
        return lambda row: self._to(way, row.get(RAW, row))

    def of(self, way: str, **narrowed: object) -> Callable[[Row], str]:
        """Return where a way leads, narrowed besides, as a function of a row; see ``report_way``."""
        return lambda row: self._to(way, row, narrowed)

    @staticmethod
    def last(days: int, now: datetime) -> dict[str, date]:
        """Return the last so many days as what narrows events."""
        return {"from": now.date() - timedelta(days=days - 1), "to": now.date()}

    def _column(self, column: dict[str, Any], ways: Mapping[str, str]) -> dict[str, Any]:
        way, elsewhere = ways.get(column.get("key", "")), column.get("href")
        if elsewhere is not None:
            column["href"] = lambda row: self.keeping(elsewhere(row))
        elif way:
            column["href"] = lambda row: self._to(way, row.get(RAW, row))
        return column

    def _to(self, way: str, row: Row, narrowed: Row | None = None) -> str:
        if not way:
            return ""
        said = {name: self._said(text, row) for name, text in read(way).items()}
        if said["what"] == WHY:
            return self._why(said)
        said |= dict.fromkeys((name for name in MAY_LACK if said.get(name) == ""), NONE)
        if said.get("about") == NONE and KINDS[said["what"]].by_query:
            said["about"] = OF_NOTHING
        if day := said.pop("day", None):
            said |= {"from": day, "to": day}
        if month := said.pop("month", None):
            said |= _month(month)
        return self.events(**{**self._asked, **(narrowed or {}), **said})

    def _why(self, said: dict[str, Any]) -> str:
        """Return where a figure of one customer is explained by its events."""
        if not self._may:
            return ""
        href = f"{customer_href(said['subject'])}/why?{urlencode({'figure': said['figure'], 'of': said['of']})}"
        return self.keeping(href)

    def _said(self, text: str, row: Row) -> Any:  # noqa: ANN401 - whatever the row has
        if not text.startswith("@"):
            return text
        name = text[1:]
        found = row.get(name, self._question.get(name))
        return "|".join(found) if isinstance(found, list) else found


def _month(month: str | date) -> dict[str, Any]:
    """Return the period of a month that is written like 2011-03, or is a day of it."""
    if isinstance(month, datetime | date):
        first = date(month.year, month.month, 1)
    else:
        first = date.fromisoformat(f"{month[:7]}-01")
    return {"from": first, "to": (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)}
