"""Ways to the events of what customers do and of how we serve them; see ``report_way``."""

from services.dashboard.report_way import ReportWays

SERVICE: dict[str, ReportWays] = {
    "visits": ReportWays(
        "visits",
        {"searches": "searches", "searches_in_vain": "searches_in_vain"},
        {
            "days": {"visits": "visits day=@day", "searches_in_vain": "searches_in_vain day=@day"},
            "stores": {"visits": "visits store=@store", "searches_in_vain": "searches_in_vain store=@store"},
            "outcomes": {"visits": "visits choice=@outcome", "searches": "searches"},
            "entry_pages": {"visits": "visits about=@page"},
            "exit_pages": {"visits": "pages about=@page"},
            "visits": {"pages": "in_visits subject=@about"},
        },
    ),
    "oddities": ReportWays(
        "all",
        {},
        {
            "kinds": {"cases": "all"},
            "cases": {"at": "all subject=@person"},
        },
    ),
    "complaints": ReportWays(
        "complaints",
        {
            "gestures": "gestures",
            "gestures_cost_minor": "gestures",
            "spent_by_them_minor": "revenue currency=@currency",
        },
        {
            "promises": {"complaints": "complaints"},
            "times": {"complaints": "complaint_steps"},
            "causes": {"complaints": "complaints about=@cause"},
            "stores": {"complaints": "complaints store=@store"},
            "gestures": {"offered": "gestures about=@kind", "cost_minor": "gestures about=@kind"},
            "satisfaction": {"complaints": "complaints", "rated": "complaint_steps"},
            "late": {
                "waited_hours": "complaint_steps subject=@person about=@complaint",
                "working_hours": "complaint_steps subject=@person about=@complaint",
            },
            "assumptions": {"value": ""},
            "problems": {"*": ""},
        },
    ),
    "checklists": ReportWays(
        "checklists",
        {},
        {
            "playbooks": {"runs": "checklists about=@checklist", "kept": "checklists about=@checklist"},
            "steps": {"runs": "checklists about=@checklist", "kept": "checklists about=@checklist"},
            "stores": {
                "runs": "checklists about=@checklist store=@store",
                "kept": "checklists about=@checklist store=@store",
            },
            "runs": {"began": "checklists about=@checklist subject=@person"},
            "stray": {"*": "checklists about=@checklist"},
        },
    ),
    "order_status": ReportWays(
        "parcels",
        {"orders": "orders", "delivered": "deliveries"},
        {
            "late_and_open": {"late_hours": "parcels subject=@person about=@order"},
            "delivered_late": {"late_hours": "parcels subject=@person about=@order"},
            "steps": {"orders": "parcels"},
            "stores": {"orders": "orders store=@store", "delivered": "deliveries store=@store"},
            "months": {"orders": "orders month=@month", "delivered": "parcels month=@month"},
            "orders": {"*": "parcels subject=@person about=@order"},
        },
    ),
    "order_accuracy": ReportWays(
        "deliveries",
        {},
        {
            "orders": {"arrived": "parcels subject=@person about=@order"},
            "products": {"orders": "deliveries"},
            "stores": {"delivered": "deliveries store=@store", "judged": "deliveries store=@store"},
            "months": {"delivered": "deliveries month=@month"},
        },
    ),
    "contacts": ReportWays(
        "contacts",
        {"answered": "contact_steps", "unresolved": "contact_steps"},
        {
            "buckets": {"contacts": "contacts about=@bucket"},
            "channels": {"contacts": "contacts channel=@channel"},
            "stores": {"contacts": "contacts store=@store"},
            "months": {"contacts": "contacts month=@month"},
            "unanswered": {"waiting_hours": "contact_steps subject=@person about=@contact"},
            "asking_again": {"contacts": "contacts subject=@person about=@bucket"},
        },
    ),
    "contact_plan": ReportWays(
        "plan_steps",
        {
            "planned": "planned",
            "made": "made",
            "skipped": "skipped",
            "customers": "managers",
            "without_plan": "managers",
        },
        {
            "managers": {"planned": "plan_steps", "made": "plan_steps"},
            "customers": {"planned": "plan_steps subject=@person", "made": "plan_steps subject=@person"},
            "too_many": {"made": "plan_steps subject=@person"},
            "missed": {"overdue_days": "plan_steps subject=@person"},
            "due": {"overdue_days": "plan_steps subject=@person"},
            "reasons": {"skipped": "skipped about=@reason"},
            "without_plan": {"since": "managers subject=@person"},
        },
    ),
    "tasks": ReportWays(
        "tasks",
        {"done": "tasks_done", "dropped": "tasks_dropped"},
        {
            "managers": {"tasks": "tasks", "done": "tasks_done"},
            "reasons": {"tasks": "tasks about=@reason"},
            "stores": {"tasks": "tasks store=@store"},
            "deadlines": {"open": "tasks"},
            "overdue": {"overdue_hours": "tasks subject=@person"},
            "next": {"due": "tasks subject=@person"},
        },
    ),
}
"""By the report's name."""
