"""Which reports there are: what each tells, what it can be asked, and where it is."""

import msgspec

from services.reports import REPORTS
from services.reports.report import Report
from services.views.reports import REPORT_VIEWS
from services.views.view import Document, Reading, Row, View


def answer(reading: Reading) -> Document:
    """Every report with its definition, its parameters and its path, and whether whoever asks may look at it."""
    listed = [_listed(report, view, reading) for report, view in zip(REPORTS, REPORT_VIEWS, strict=True)]
    return {"tables": {"reports": listed}}


def _listed(report: Report, view: View, reading: Reading) -> Row:
    viewer = reading.viewer
    return {
        "name": report.name,
        "title": report.title,
        "path": f"/v1{view.path}",
        "open": viewer.may(view.capability) and not (view.whole_house and viewer.narrowed),
        "parameters": [field.encode_name for field in msgspec.structs.fields(view.parameters)],
        "about": report.about,
        "definition": report.definition,
    }


REPORTS_VIEW = View(name="reports", path="/reports", title="Reports", answer=answer)
