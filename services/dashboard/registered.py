"""Every page there is, one line each, in the order of the navigation."""

from services.dashboard import slider
from services.dashboard.page import Page
from services.dashboard.report_pages import REPORT_PAGES
from services.views.audit import AUDIT_VIEW
from services.views.audit_decisions import AUDIT_DECISIONS_VIEW
from services.views.audit_looks import AUDIT_LOOKS_VIEW
from services.views.audit_sign_ins import AUDIT_SIGN_INS_VIEW
from services.views.checklist_runs import CHECKLIST_RUNS
from services.views.complaint_case import COMPLAINT_CASE
from services.views.complaints_board import COMPLAINTS_BOARD
from services.views.contact_buckets import CONTACT_BUCKETS
from services.views.customer import CUSTOMER
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
from services.views.search import SEARCH_VIEW
from services.views.segments import SEGMENTS_VIEW
from services.views.settings_outgoing import SETTINGS_OUTGOING_VIEW
from services.views.settings_playbooks import SETTINGS_PLAYBOOKS_VIEW
from services.views.settings_policies import SETTINGS_VIEW
from services.views.settings_users import SETTINGS_USERS_VIEW
from services.views.sources import SOURCE_VIEW, SOURCES_VIEW
from services.views.timeline import TIMELINE
from services.views.why import WHY

GROUPS = ("Now", "Customers", "Shop", "House")

PAGES: tuple[Page, ...] = (
    Page(OVERVIEW_VIEW, "Now", "layout-dashboard", "Overview", follows=True),
    Page(MY_DAY_VIEW, "Now", "list-todo", "My day", follows=True),
    Page(LIVE_VIEW, "Now", "radio", "Live"),
    Page(CUSTOMERS_VIEW, "Customers", "users", "Customers"),
    Page(MOVERS_VIEW),
    Page(SEGMENTS_VIEW),
    Page(SEARCH_VIEW),
    Page(COMPLAINTS_BOARD, "Customers", "message-square-warning", "Complaints", follows=True),
    Page(COMPLAINT_CASE, follows=True),
    Page(CUSTOMER, follows=True, settled=slider.settled),
    Page(TIMELINE),
    Page(WHY),
    Page(OPEN_TASKS, "Customers", "list-todo", "Tasks", follows=True),
    Page(CONTACT_BUCKETS, "Customers", "messages-square", "Contacts", follows=True),
    Page(PLANNED_CONTACTS, "Customers", "calendar-clock", "Contact plan", follows=True),
    Page(CHECKLIST_RUNS, "Customers", "list-checks", "Checklists", follows=True),
    *REPORT_PAGES,
    Page(PROJECTIONS_VIEW, "House", "layers", "Projections", follows=True),
    Page(EVENTS_VIEW),
    Page(EVENT_VIEW),
    Page(DEAD_LETTERS_VIEW, "House", "inbox", "Dead letters"),
    Page(DEAD_LETTER_VIEW),
    Page(AUDIT_VIEW, "House", "scroll-text", "Audit"),
    Page(AUDIT_LOOKS_VIEW),
    Page(AUDIT_SIGN_INS_VIEW),
    Page(AUDIT_DECISIONS_VIEW),
    Page(SOURCES_VIEW, "House", "plug", "Sources"),
    Page(SOURCE_VIEW),
    Page(SETTINGS_VIEW, "House", "settings", "Settings"),
    Page(SETTINGS_PLAYBOOKS_VIEW),
    Page(SETTINGS_USERS_VIEW),
    Page(SETTINGS_OUTGOING_VIEW),
)
