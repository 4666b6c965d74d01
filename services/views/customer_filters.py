"""What a list of customers can be narrowed by, and the same said as a rule of a segment, where it can be."""

from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, field

from services.segments.definitions import Segment
from services.segments.rule import written
from services.views.paging import After, PageLimit
from services.views.view import Parameters

LOUD, QUIET = 67, 33
RISING, FALLING = 56, 44


class Band(StrEnum):
    """A third of the dial."""

    LOUD = "loud"
    MIDDLING = "middling"
    QUIET = "quiet"


class Heading(StrEnum):
    """Whether somebody buys more than they used to, as ever, or less."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


Typed = Annotated[
    str, Meta(description="A name, e-mail address, phone number, card, order, or an identifier.", max_length=200)
]
InSegment = Annotated[str, Meta(description="Only members of this segment, by its name.", max_length=80)]
Manager = Annotated[str, Meta(description="Only whom this member of staff looks after; - for nobody.", max_length=128)]
Store = Annotated[str, Meta(description="Only who ordered, visited or complained in this store.", max_length=128)]
Complaint = Annotated[bool, Meta(description="Only who has an open complaint; false for who has none.")]


class Sort(StrEnum):
    """How customers are ordered: the most first, or with - in front the least first; names from a to z."""

    DIAL = "dial"
    QUIETEST = "-dial"
    HEADING = "heading"
    FALLING = "-heading"
    REVENUE = "revenue"
    LEAST_REVENUE = "-revenue"
    SEEN = "seen"
    LONGEST_UNSEEN = "-seen"
    NAME = "name"
    NAME_BACKWARDS = "-name"


class Tier(StrEnum):
    """A value tier."""

    TOP = "top"
    HIGH = "high"
    MIDDLE = "middle"
    REST = "rest"
    NONE = "none"


class Listed(Parameters, frozen=True, kw_only=True):
    """Which customers, in which order, and which page of them."""

    q: Typed = ""
    segment: InSegment = ""
    tier: Tier | None = None
    manager: Manager = ""
    of_store: Store = field(default="", name="store")  # not ``store``: staff see their portfolio besides their stores
    band: Band | None = None
    heading: Heading | None = None
    complaint: Complaint | None = None
    sort: Sort = Sort.DIAL
    after: After = ""
    limit: PageLimit = 50


BANDS = {Band.LOUD: (LOUD, 100), Band.MIDDLING: (QUIET + 1, LOUD - 1), Band.QUIET: (0, QUIET)}
HEADINGS = {Heading.RISING: (RISING, 100), Heading.STEADY: (FALLING + 1, RISING - 1), Heading.FALLING: (0, FALLING)}
AS_RULES = {
    Band.LOUD: f"dial >= {LOUD}",
    Band.MIDDLING: f"dial > {QUIET} and dial < {LOUD}",
    Band.QUIET: f"dial <= {QUIET}",
}
NO_FIELD = {
    "q": "what was typed",
    "manager": "who looks after somebody",
    "of_store": "where somebody came",
    "heading": "where a dial is heading",
}


class AsRule(NamedTuple):
    """A rule's text, or why there is none; both are empty where nothing is narrowed."""

    text: str
    problem: str = ""


def rule_of(asked: Listed, segments: list[Segment]) -> AsRule:
    """Return the rule that has the same members as the list, by the fields that rules can ask."""
    unsaid = [words for name, words in NO_FIELD.items() if getattr(asked, name)]
    if unsaid:
        return AsRule("", f"A segment cannot ask {' or '.join(unsaid)}: take that filter away to save the others.")
    parts = []
    if asked.segment:
        rule = next((each.rule for each in segments if each.name == asked.segment), None)
        if rule is None:
            return AsRule("", f"There is no segment {asked.segment[:64]} whose rule can be read.")
        parts.append(f"({written(rule)})")
    if asked.tier:
        parts.append(f'tier = "{asked.tier}"')
    if asked.band:
        parts.append(AS_RULES[asked.band])
    if asked.complaint is not None:
        parts.append("complaint_open" if asked.complaint else "not complaint_open")
    return AsRule(" and ".join(parts))
