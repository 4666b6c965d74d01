"""Every figure of a customer that is worked out of more than one column, one entry each."""

from collections.abc import Mapping

from services.figures import dialled, money, offered, products, things
from services.figures.figure import Figure

SEEN = ("profile",)

THINGS: tuple[Figure, ...] = (
    Figure(
        "order", "An order", "All that was said of this order.", ("orders",), things.naming_the("order"), ("order",)
    ),
    Figure(
        "complaint",
        "A complaint",
        "All that was said of this complaint.",
        ("complaint_cases",),
        things.naming_the("complaint"),
        ("complaint",),
    ),
    Figure(
        "open_complaints",
        "Open complaints",
        "Complaints that nobody has settled, or that were opened again since.",
        ("complaint_cases",),
        things.open_complaints,
    ),
    Figure("task", "A task", "All that was said of this task.", ("tasks",), things.naming_the("task"), ("task",)),
    Figure(
        "promise",
        "A promise",
        "All that was said of this promise.",
        ("promises",),
        things.naming_the("promise"),
        ("promise",),
    ),
    Figure(
        "suggestion",
        "A suggestion",
        "What they said of this suggestion, and what became of it.",
        ("suggestions",),
        things.naming_the("suggestion"),
        ("suggestion",),
    ),
    Figure(
        "checklist_step",
        "A step of a checklist",
        "What began this run of the checklist, and what was ticked off in it. What is due comes of the playbook.",
        ("checklist_steps",),
        things.checklist_step,
        ("checklist", "run", "step"),
    ),
    Figure(
        "contact",
        "A contact",
        "All that was said of this contact.",
        ("contacts", "contact_plans"),
        things.contact,
        ("plan", "contact"),
    ),
    Figure(
        "missed_contacts",
        "Missed contacts",
        "Contacts of the plan that were due in the last year, and that nobody made or left out.",
        ("contact_plans",),
        things.missed_contacts,
    ),
    Figure("contacts", "Contacts", "How often they turned to us.", ("contacts",), things.contacts),
    Figure("visit", "A visit", "All that happened on this visit.", ("visits",), things.visit, things.OF_VISIT),
    Figure("visits", "Visits", "All that happened on their visits.", ("visits",), things.visits),
    Figure(
        "wish",
        "Looked for in vain",
        "Searches for this that found nothing.",
        ("unmet_demand",),
        things.wish,
        ("query",),
    ),
)

WHO: tuple[Figure, ...] = (
    Figure("first_seen", "Customer since", "When something was heard of them first.", SEEN, things.first_seen),
    Figure("last_seen", "Last seen", "When something was heard of them last.", SEEN, things.last_seen),
    Figure("trait", "What we know of them", "All that was said of this.", SEEN, things.trait, ("trait",)),
    Figure(
        "statement",
        "A taste or a need",
        "All that was said of this.",
        ("preferences",),
        things.statement,
        ("kind", "topic"),
    ),
    Figure(
        "consent",
        "A consent",
        "Every word of theirs on this purpose.",
        ("consents",),
        things.consent,
        ("purpose", "channel"),
    ),
    Figure(
        "manager", "Who looks after them", "When they were handed over.", ("managers",), things.manager, ("manager",)
    ),
    Figure(
        "link",
        "Two identifiers of one person",
        "Everything that was said of these two.",
        ("identity",),
        things.link,
        ("one", "other"),
    ),
    Figure(
        "forgotten",
        "To be forgotten",
        "When they asked to be forgotten, and when it was done.",
        ("consents",),
        things.forgotten,
    ),
    Figure(
        "identifiers",
        "Identifiers",
        "How many identifiers are one person, and what says so.",
        ("identity",),
        things.identifiers,
    ),
    Figure("referral", "Brought in", "Who brought in whom.", ("referrals",), things.referral, ("person",)),
)

FIGURES: tuple[Figure, ...] = (
    *dialled.FIGURES,
    *money.FIGURES,
    *offered.FIGURES,
    *products.FIGURES,
    *THINGS,
    *WHO,
)
BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}
