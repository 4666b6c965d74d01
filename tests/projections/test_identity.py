"""The identity graph keeps the latest word on each two identifiers; who is a person of their own has no row."""

from datetime import datetime, timedelta

import pytest

from events.catalog.customers import CardClosed, CardIssued
from events.catalog.identity import IdentityLinked, IdentityUnlinked, MergeConfirmed, MergeRefused
from events.event import Event
from projections._engine.person_table import within_reach
from projections._engine.reference import as_mappings, fold
from projections.identity import Identity
from tests.projections.shop import NOON, Shop

PERSON_OF = "SELECT identifier, person, shared FROM projection.person_of ORDER BY identifier"


def said_of(one: str, other: str, *told: tuple[Event, datetime]) -> tuple[object, object]:
    """Return whether two identifiers are linked, and what staff decided, after facts told by the first of them."""
    (row,) = as_mappings(Identity(), fold(Identity(), Shop.facts(*told, by=one)))
    assert [row["subject"], row["identifier"]] == sorted((one, other))
    return row["linked"], row["decision"]


@pytest.mark.parametrize(("one", "other"), [("customer:1", "visitor:a"), ("visitor:a", "customer:1")])
def test_a_link_has_no_direction(one: str, other: str) -> None:
    """Either end may tell of it; the row is the same."""
    assert said_of(one, other, (IdentityLinked(identifier=other), NOON)) == (True, None)


@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(0)], ids=["by time", "by id at the same time"])
def test_the_latest_word_on_a_link_counts(later: timedelta) -> None:
    """Linked, unlinked and linked again is linked; of two words at one instant the greater id is the later."""
    linked, unlinked = IdentityLinked(identifier="visitor:a"), IdentityUnlinked(identifier="visitor:a")

    assert said_of("customer:1", "visitor:a", (linked, NOON), (unlinked, NOON + later)) == (False, None)
    assert said_of("customer:1", "visitor:a", (unlinked, NOON), (linked, NOON + later)) == (True, None)


def test_a_card_is_its_holders_also_after_it_was_closed() -> None:
    """What was bought with it stays theirs."""
    assert said_of("customer:1", "card:7", (CardIssued(card="7"), NOON), (CardClosed(card="7"), NOON)) == (True, None)


def test_what_staff_decided_is_kept_beside_the_link() -> None:
    """The latest decision counts; unlinking two customers takes a decision back as well."""
    confirmed, refused = MergeConfirmed(other="customer:2"), MergeRefused(other="customer:2")
    unlinked = IdentityUnlinked(identifier="customer:2")
    hour = timedelta(hours=1)

    assert said_of("customer:1", "customer:2", (confirmed, NOON), (refused, NOON + hour)) == (None, "refused")
    assert said_of("customer:1", "customer:2", (refused, NOON), (confirmed, NOON + hour)) == (None, "confirmed")
    assert said_of("customer:1", "customer:2", (confirmed, NOON), (unlinked, NOON + hour)) == (False, "taken_back")


def test_everybody_of_a_person_leads_to_the_customer(shop: Shop) -> None:
    """A visitor who logged in, the card, and a device used before: all are the customer, and nobody else is listed."""
    shop.tell(IdentityLinked(identifier="visitor:phone"), CardIssued(card="7"), by="customer:1")
    shop.link("visitor:laptop", "visitor:phone")
    shop.link("visitor:stranger", "visitor:stranger-too")

    assert shop.catch_up().execute(PERSON_OF).fetchall() == [
        ("card:7", "customer:1", False),
        ("visitor:laptop", "customer:1", False),
        ("visitor:phone", "customer:1", False),
        ("visitor:stranger-too", "visitor:stranger", False),
    ]


def test_people_are_known_step_by_step(shop: Shop) -> None:
    """A device that a second customer uses joins nobody, and is the first one's again when that is taken back."""
    shop.link("customer:1", "visitor:till")
    alone = shop.catch_up().execute(PERSON_OF).fetchall()
    shop.link("customer:2", "visitor:till")
    shared = shop.catch_up().execute(PERSON_OF).fetchall()
    shop.tell(IdentityUnlinked(identifier="visitor:till"), by="customer:2", time=NOON + timedelta(days=1))
    again = shop.catch_up().execute(PERSON_OF).fetchall()

    assert alone == again == [("visitor:till", "customer:1", False)]
    assert shared == [("visitor:till", "visitor:till", True)]


def test_what_stands_for_nobody_leads_to_nobody(shop: Shop) -> None:
    """However many customers sent it: their histories are neither read nor settled together."""
    shop.link("customer:1", "visitor:null")
    shop.link("customer:2", "visitor:null")
    connection = shop.catch_up()

    reached = within_reach(connection, "identity", "customer:1")

    assert reached == {"customer:1", "visitor:null"}
    assert within_reach(connection, "identity", "visitor:null") == {"visitor:null"}
    assert connection.execute(PERSON_OF).fetchall() == []
