"""Contacts: the first word, the first answer, and the first that settled it, in whatever order they are heard."""

from datetime import timedelta
from itertools import permutations

from events.catalog.contacts import ContactAnswered, ContactReceived
from projections._engine.reference import as_mappings, fold
from projections.contacts import Contacts
from tests.projections.shop import NOON, Shop

HOUR = timedelta(hours=1)


def test_an_answer_may_be_heard_before_its_question() -> None:
    """Every order of hearing gives the one row: what was asked first, when it was answered first, and when settled."""
    told = Shop.facts(
        (ContactReceived(contact="k", bucket="access_to_people", channel="phone", order="o", product="p"), NOON),
        (ContactReceived(contact="k", bucket="problem_resolution", channel="mail", store="leeds"), NOON + HOUR),
        (ContactAnswered(contact="k", resolved=False), NOON + 2 * HOUR),
        (ContactAnswered(contact="k"), NOON + 3 * HOUR),
        (ContactAnswered(contact="k", resolved=False), NOON + 4 * HOUR),
    )

    for order in permutations(told):
        (row,) = as_mappings(Contacts(), fold(Contacts(), list(order)))

        assert row == {
            "subject": "customer:1",
            "contact": "k",
            "asked": NOON,
            "bucket": "access_to_people",
            "channel": "phone",
            "store": "web",
            "order": "o",
            "product": "p",
            "first_answered": NOON + 2 * HOUR,
            "first_resolved": NOON + 3 * HOUR,
        }
