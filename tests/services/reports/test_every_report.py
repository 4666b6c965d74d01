"""What holds of every report that is registered: it answers of anything, narrowed or not, and of any past exactly.

The history is hostile on purpose: facts of every type, with few subjects, colliding keys, and times from 1900 to 2099.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

import msgspec
import pytest

from events.catalog.identity import IdentityLinked, IdentityUnlinked
from events.envelope import Envelope
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.as_of import AtPositions, HappenedBy, KnownAt, Until
from services import installation
from services.installation import Connection
from services.reports import REPORTS
from services.reports.asking import Asked, LookBack, ask
from services.reports.customer import SECTIONS, page
from services.reports.report import BadQuestion, Report
from tests.laws.histories import CODEC, MOMENTS, NOON, SUBJECTS, history
from tests.projections.engine.tables import pump
from tests.services.ingest.doors import database_for

FACTS = 25  # of each projection's own types
NOW = NOON + timedelta(days=1)
SECOND = timedelta(seconds=1)
QUESTIONS = [
    Asked(now=NOW, currency="GBP"),
    Asked(now=NOW, currency="EUR", store="leeds", begin=date(2024, 2, 29), end=date(2024, 2, 29), limit=3),
    Asked(now=NOW, currency="GBP", store="nowhere"),
    Asked(now=NOW, currency="GBP", begin=date(1900, 1, 1), end=date(2099, 12, 31)),
]


class Place(NamedTuple):
    """A shop with a history: how to connect to it, a connection, its log."""

    dsn: str
    connection: Connection
    log: Journal


def told() -> list[Envelope]:
    """Return facts that every projection folds, in an order of their own."""
    dice = Random(6)
    facts = [
        fact for projection in PROJECTIONS for fact in history(dice, projection, FACTS, mark=f"{projection.name}-")
    ]
    dice.shuffle(facts)
    return facts


@pytest.fixture(scope="module")
def places(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Any]:
    """Return what makes a shop of facts; they are closed together."""
    with ExitStack() as held:

        def opened(facts: Sequence[Envelope]) -> Place:
            dsn = held.enter_context(database_for(postgres, template, next(database_names)))
            connection = held.enter_context(installation.connect(dsn))
            log = Journal(held.enter_context(installation.connect(dsn)))
            log.append(facts)
            pump(log, partial(installation.connect, dsn), PROJECTIONS)
            return Place(dsn, connection, log)

        yield opened


@pytest.fixture(scope="module")
def whole(places: Any) -> Place:  # noqa: ANN401 - a function
    """Return the shop with the whole history."""
    place: Place = places(told())
    return place


@pytest.fixture(scope="module")
def half(places: Any, whole: Place) -> Place:  # noqa: ANN401 - a function
    """Return a shop that has heard the first half of the log of the whole one, and nothing else."""
    records = [
        record for partition, end in whole.log.ends().items() for record in whole.log.records(partition, 0, end // 2)
    ]
    place: Place = places([CODEC.decode(record.value) for record in records])
    return place


@pytest.fixture(scope="module")
def by_noon(places: Any) -> Place:  # noqa: ANN401 - a function
    """Return a shop that has heard of what had happened by noon, and nothing else."""
    place: Place = places([fact for fact in told() if fact.time <= NOON])
    return place


@pytest.fixture(scope="module")
def nothing(places: Any) -> Place:  # noqa: ANN401 - a function
    """Return a shop in which nothing has happened."""
    place: Place = places([])
    return place


@pytest.fixture(scope="module")
def unlinked(places: Any) -> tuple[Place, Place]:  # noqa: ANN401 - a function
    """Return a shop that never heard of a link, and one in which a visitor was linked and unlinked again."""
    facts = [fact for fact in told() if "identity" not in fact.data.event_type]
    links = [IdentityLinked(identifier="visitor:a"), IdentityUnlinked(identifier="visitor:a")]
    taken_back = [
        Envelope(id=f"link-{number}", source="urn:t", time=NOON + number * SECOND, subject="customer:1", data=data)
        for number, data in enumerate(links)
    ]
    return places(facts), places([*facts, *taken_back])


def answered(place: Place, report: Report, asked: Asked, until: Until | None = None) -> Any:  # noqa: ANN401 - JSON
    """Return the answer as JSON has it, without where it was asked."""
    connect = partial(installation.connect, place.dsn)
    back = None if until is None else LookBack(until, place.log, connect)
    document = msgspec.json.decode(msgspec.json.encode(ask(place.connection, report, asked, back).document()))
    return {name: document[name] for name in ("headline", "figures", "tables", "question")}


every = pytest.mark.parametrize("report", REPORTS, ids=lambda each: each.name)


@every
def test_it_answers_of_a_shop_in_which_nothing_has_happened(nothing: Place, report: Report) -> None:
    """With figures, in words, and without rows."""
    document = answered(nothing, report, Asked())

    assert document["headline"].endswith(".")


@every
@pytest.mark.parametrize("asked", QUESTIONS, ids=range(len(QUESTIONS)))
def test_it_answers_however_it_is_narrowed_and_the_same_again(whole: Place, report: Report, asked: Asked) -> None:
    """The same again; or it refuses, where it cannot be narrowed so, and names the first parameter that it cannot."""
    if report.everywhere and (asked.store or asked.begin):
        with pytest.raises(BadQuestion, match=f"^{'store' if asked.store else 'from'}: .* the report {report.name} "):
            answered(whole, report, asked)
        return
    document = answered(whole, report, asked)

    assert document == answered(whole, report, asked)
    assert document["headline"].endswith(".")


@every
def test_the_past_of_now_is_now(whole: Place, report: Report) -> None:
    """Asked as of where the log ends, by positions or by what is known, it says what it says of today."""
    now = answered(whole, report, QUESTIONS[0])

    assert answered(whole, report, QUESTIONS[0], AtPositions(whole.log.ends())) == now
    assert answered(whole, report, QUESTIONS[0], KnownAt(MOMENTS[-1])) == now
    assert answered(whole, report, QUESTIONS[0], HappenedBy(MOMENTS[-1])) == now


@every
def test_a_past_is_what_a_shop_says_that_has_heard_no_more(
    whole: Place, half: Place, by_noon: Place, report: Report
) -> None:
    """Half of each partition, or what had happened by noon: another installation that heard just that says the same."""
    positions = AtPositions({partition: end // 2 for partition, end in whole.log.ends().items()})

    assert answered(whole, report, QUESTIONS[0], positions) == answered(half, report, QUESTIONS[0])
    assert answered(whole, report, QUESTIONS[0], HappenedBy(NOON)) == answered(by_noon, report, QUESTIONS[0])


@every
def test_a_link_that_was_taken_back_leaves_no_trace(unlinked: tuple[Place, Place], report: Report) -> None:
    """Visitors who were taken for somebody and are not bring the figures back to what they were."""
    never, again = unlinked

    assert answered(again, report, QUESTIONS[0]) == answered(never, report, QUESTIONS[0])


@pytest.mark.parametrize("section", SECTIONS, ids=lambda each: each.name)
def test_a_section_of_a_page_answers_of_anybody(whole: Place, section: Any) -> None:  # noqa: ANN401 - a section
    """Also of who is a shared device, of nobody, and of somebody who was never heard of; and JSON can hold it."""
    for subject in (*SUBJECTS, "customer:never-heard-of"):
        told_of = page(whole.connection, subject, NOW, [section])

        assert msgspec.json.decode(msgspec.json.encode(told_of)).keys() == {section.name}
