"""A profile: the latest word on each trait, first and last seen, and how often each family of events occurred."""

from datetime import timedelta

import pytest

from events.catalog.customers import CustomerRegistered, TraitsChanged, TraitsChangedV1
from projections._engine.reference import as_mappings, fold
from projections.profile import FAMILIES, Profile, period, traits_of
from tests.events.samples import SAMPLES_BY_TYPE
from tests.laws.histories import as_read
from tests.projections.shop import NOON, Shop

DAY = timedelta(days=1)


def traits(shop_facts: tuple[tuple[TraitsChanged | CustomerRegistered, int], ...]) -> object:
    """Return the traits after changes, each told with the day on which it happened."""
    told = Shop.facts(*((data, NOON + days * DAY) for data, days in shop_facts))
    (row,) = as_mappings(Profile(), fold(Profile(), told))
    return row["traits"]


def test_the_latest_word_on_each_trait_counts_whenever_it_arrives() -> None:
    """Traits that a change does not name stay; a change from the past changes nothing that is newer."""
    changes = (
        (TraitsChanged(traits={"town": "Leeds", "nickname": "Ada"}), 2),
        (TraitsChanged(traits={"town": "York"}), 5),
        (TraitsChanged(traits={"town": "Hull", "fax": "none"}), 1),
    )

    assert traits(changes) == {"town": "York", "nickname": "Ada", "fax": "none"}


def test_of_two_words_at_one_instant_the_greater_id_is_the_later() -> None:
    """So that every order of arrival gives the same trait."""
    changes = ((TraitsChanged(traits={"town": "Leeds"}), 0), (TraitsChanged(traits={"town": "York"}), 0))

    assert traits(changes) == {"town": "York"}


def test_registering_says_the_first_traits_and_an_empty_one_takes_a_trait_away() -> None:
    """What the registration does not say is no trait; what was taken away is kept as empty, so that it stays away."""
    changes = (
        (CustomerRegistered(name="Ada", email="ada@example.org", phone="", country="GB"), 0),
        (TraitsChanged(traits={"email": ""}), 1),
        (TraitsChangedV1(trait="name", value="Augusta").upcast(), 2),
    )

    assert traits(changes) == {"name": "Augusta", "email": "", "country": "GB"}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_event_of_a_family_counts_once(family: str) -> None:
    """In whichever version it came; and it says that the subject was there."""
    told = as_read([SAMPLES_BY_TYPE[event.event_type] for event in FAMILIES[family]])

    rows = as_mappings(Profile(), fold(Profile(), told))

    assert sum(row[family] for row in rows) == len(told)
    assert sum(row[other] for row in rows for other in FAMILIES) == len(told)
    assert min(row["first_seen"] for row in rows) == min(each.time for each in told)
    assert max(row["last_seen"] for row in rows) == max(each.time for each in told)


def test_traits_are_read_by_person(shop: Shop) -> None:
    """Of all identifiers of a person the latest word counts; what was taken away is not shown, nobody is left out."""
    shop.tell(TraitsChanged(traits={"town": "Leeds", "fax": "1"}), by="customer:1", time=NOON)
    shop.tell(TraitsChanged(traits={"town": "York", "fax": ""}), by="visitor:a", time=NOON + DAY)
    shop.link("customer:1", "visitor:a")

    held = traits_of(shop.catch_up(), ["customer:1", "customer:2"])

    assert held == {"customer:1": {"town": "York"}, "customer:2": {}}


def test_the_period_reaches_from_the_first_to_the_last_event(shop: Shop) -> None:
    """Over everybody; before anything happened there is none."""
    assert period(shop.catch_up()) == {"first_seen": None, "last_seen": None}
    shop.tell(TraitsChanged(), time=NOON + DAY)
    shop.tell(TraitsChanged(), by="visitor:a", time=NOON - DAY)

    assert period(shop.catch_up()) == {"first_seen": NOON - DAY, "last_seen": NOON + DAY}
