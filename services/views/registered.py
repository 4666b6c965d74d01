"""Every view there is, one line each."""

from services.views.complaint_case import COMPLAINT_CASE
from services.views.complaints_board import COMPLAINTS_BOARD
from services.views.events_at import EVENT_VIEW
from services.views.live import LIVE_VIEW
from services.views.projections import PROJECTIONS_VIEW
from services.views.reports import REPORT_VIEWS
from services.views.view import View

VIEWS: tuple[View, ...] = (
    COMPLAINTS_BOARD,
    COMPLAINT_CASE,
    EVENT_VIEW,
    LIVE_VIEW,
    PROJECTIONS_VIEW,
    *REPORT_VIEWS,
)
