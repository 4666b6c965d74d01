"""Every view there is, one line each."""

from services.views.audit import AUDIT_VIEW
from services.views.audit_decisions import AUDIT_DECISIONS_VIEW
from services.views.audit_looks import AUDIT_LOOKS_VIEW
from services.views.audit_sign_ins import AUDIT_SIGN_INS_VIEW
from services.views.checklist_runs import CHECKLIST_RUNS
from services.views.complaint_case import COMPLAINT_CASE
from services.views.complaints_board import COMPLAINTS_BOARD
from services.views.contact_buckets import CONTACT_BUCKETS
from services.views.customer import CUSTOMER
from services.views.customer_section import CUSTOMER_SECTION
from services.views.customers import CUSTOMERS_VIEW
from services.views.dead_letters import DEAD_LETTER_VIEW, DEAD_LETTERS_VIEW
from services.views.events import EVENTS_VIEW
from services.views.events_at import EVENT_VIEW
from services.views.live import LIVE_VIEW
from services.views.movers import MOVERS_VIEW
from services.views.my_day import MY_DAY_VIEW
from services.views.open_tasks import OPEN_TASKS
from services.views.overview import OVERVIEW_VIEW
from services.views.planned_contacts import PLANNED_CONTACTS
from services.views.projections import PROJECTIONS_VIEW
from services.views.report_list import REPORTS_VIEW
from services.views.reports import REPORT_VIEWS
from services.views.search import SEARCH_VIEW
from services.views.segments import SEGMENTS_VIEW
from services.views.settings_outgoing import SETTINGS_OUTGOING_VIEW
from services.views.settings_playbooks import SETTINGS_PLAYBOOKS_VIEW
from services.views.settings_policies import SETTINGS_VIEW
from services.views.settings_users import SETTINGS_USERS_VIEW
from services.views.sources import SOURCE_VIEW, SOURCES_VIEW
from services.views.timeline import TIMELINE
from services.views.view import View
from services.views.why import WHY

VIEWS: tuple[View, ...] = (
    OVERVIEW_VIEW,
    CUSTOMERS_VIEW,
    SEARCH_VIEW,
    MOVERS_VIEW,
    CUSTOMER,
    TIMELINE,
    WHY,
    CUSTOMER_SECTION,
    SEGMENTS_VIEW,
    MY_DAY_VIEW,
    COMPLAINTS_BOARD,
    COMPLAINT_CASE,
    CONTACT_BUCKETS,
    PLANNED_CONTACTS,
    CHECKLIST_RUNS,
    OPEN_TASKS,
    EVENTS_VIEW,
    EVENT_VIEW,
    LIVE_VIEW,
    PROJECTIONS_VIEW,
    REPORTS_VIEW,
    AUDIT_DECISIONS_VIEW,
    AUDIT_LOOKS_VIEW,
    AUDIT_SIGN_INS_VIEW,
    AUDIT_VIEW,
    DEAD_LETTER_VIEW,
    DEAD_LETTERS_VIEW,
    SETTINGS_OUTGOING_VIEW,
    SETTINGS_PLAYBOOKS_VIEW,
    SETTINGS_USERS_VIEW,
    SETTINGS_VIEW,
    SOURCE_VIEW,
    SOURCES_VIEW,
    *REPORT_VIEWS,
)
