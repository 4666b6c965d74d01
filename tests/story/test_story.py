"""One customer's story over a real Kafka: from a search in vain to the next call of the year's plan.

All of it plays by a clock that the test puts forward, and again and again the house is killed in the middle.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from typing import Any, LiteralString

import pytest

from events.log import topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.rebuild import rebuild
from projections._engine.registry import Connection
from services import installation
from services.associations.keeping import Wanted, mine
from services.desk.complaint import Resolve
from services.desk.deciding import Refused
from services.desk.desk import Desk
from services.desk.gesture import OfferGesture
from services.outgoing import endpoints
from services.outgoing.signing import new_secret
from services.reactions.registered import REACTIONS
from tests.conftest import Connect
from tests.kafka_messages import messages_of
from tests.services.ingest.doors import database_for
from tests.services.running import wait_until
from tests.story import seen, shop
from tests.story.house import Clock, House
from tests.story.listener import Listener, listener
from tests.story.shop import ADA, DAY, HOUR, MORNING, SPRING, Shop

HEARD = sorted({kind for reaction in REACTIONS for kind in reaction.hears})

WEBHOOKS = [
    "complaint.escalated",
    "complaint.opened",
    "complaint.replied",
    "complaint.resolved",
    "contact.due",
    "promise.at_risk",
    "promise.broken",
    "search.in_vain",
]

STEPS = ["raised", "acknowledged", "escalated", "replied", "requested", "gesture", "resolved", "rated"]
ON_THE_TIMELINE = (
    "search.performed.v2",
    "fulfilment.order_delivered.v1",
    "complaint.escalated.v1",
    "promise.broken.v1",
    "complaint.gesture_offered.v1",
    "complaint.satisfaction_rated.v1",
    "task.done.v1",
    "task.opened.v1",
)


@dataclass
class Story:
    """All that the story has: the shop, who listens, and what the house runs over."""

    shop: Shop
    log: KafkaLog
    hooks: Listener
    connection: Connection
    dsn: str
    kafka: Cluster

    def house(self) -> House:
        """Return a house that works for as long as a block lasts, and is killed at its end."""
        return House(self.dsn, self.kafka, self.shop.clock)

    def settle(self) -> None:
        """Wait until every projection has seen all there is, and nothing is on its way."""
        wait_until(lambda: seen.settled(self.connection, self.log, self.shop.clock(), HEARD))

    def asked(self, query: LiteralString, *arguments: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(query, arguments).fetchall()

    def begin(self) -> None:
        """Have everything announced to who listens, and nothing held back since it is history by the story's clock."""
        self.connection.execute("UPDATE reactions.began SET began_at = %s", [MORNING - 400 * DAY])
        added = endpoints.Endpoint("shop", self.hooks.address, ["*"], new_secret(), datetime.now(UTC), inside=True)
        endpoints.add(self.connection, added)


@pytest.fixture
def story(kafka: Cluster, database: str, connect: Connect) -> Iterator[Story]:
    """Return a story that has not begun."""
    topics.create(kafka, 4)
    clock = Clock(MORNING)
    with closing(KafkaLog(kafka)) as log, closing(Desk(database)) as desk, listener() as hooks:
        told = Story(Shop(log, desk, clock), log, hooks, connect(), database, kafka)
        told.begin()
        yield told


def test_a_regular_is_let_down_and_won_back(
    story: Story, postgres: str, template: str, database_names: Iterator[str]
) -> None:
    """Every step is seen in projections, tasks, webhooks and timeline; told again from the log, nothing fires twice."""
    shop.past(story.shop)
    with story.house():
        begins(story)
        is_let_down(story)
    with story.house():
        is_warned_of(story)
    with story.house():
        is_passed_up(story)
        is_won_back(story)

    assert story.hooks.types() == WEBHOOKS
    assert story.hooks.said("promise.broken")["escalated_to"] == "ben"
    assert [kind for (kind,) in story.asked(seen.STEPS)] == STEPS
    assert seen.told_of(story.connection, story.log, ADA) >= {f"regulars.{kind}" for kind in ON_THE_TIMELINE}
    with story.house():
        is_told_again(story)
    with database_for(postgres, template, next(database_names)) as other:
        is_told_to_others(story, other)


def begins(story: Story) -> None:
    """Ada visits: she is made an offer, and Ann hears what she did not find."""
    shop.staff(story.shop)
    story.settle()
    mine(story.log, story.connection, Wanted())
    shop.visit(story.shop)
    story.settle()

    assert story.asked(seen.TASKS) == [("searched_in_vain", "ann", "open")]
    assert [offer.key for offer in messages_of(story.kafka, story.kafka.offers)] == [ADA]


def is_let_down(story: Story) -> None:
    """Ada gets a wrong item, and complains of it."""
    story.shop.clock.put(MORNING + 2 * DAY)
    shop.delivery(story.shop)
    story.shop.clock.put(MORNING + 3 * DAY)
    shop.complain(story.shop)


def is_warned_of(story: Story) -> None:
    """Ann has a task, and when most of the time is over, a warning."""
    story.settle()
    assert ("complaint_opened", "ann", "open") in story.asked(seen.TASKS)
    story.shop.clock.put(MORNING + 3 * DAY + 19 * HOUR)
    story.settle()


def is_passed_up(story: Story) -> None:
    """Nobody answers in time: the promise is broken, and the task is Ben's."""
    story.shop.clock.put(MORNING + 4 * DAY + HOUR)
    story.settle()

    assert ("complaint_opened", "ben", "open") in story.asked(seen.TASKS)
    assert story.asked(seen.PROMISES) == [("answer", "complaint:c-1", False, True)]


def is_won_back(story: Story) -> None:
    """Ben answers, the gesture takes his approval, she is content, and the year's plan goes on."""
    gesture = OfferGesture(kind="voucher", amount_minor=5_000, currency="GBP")
    for command, refusal in ((Resolve(), "has no reply"), (gesture, "above the authority of ann")):
        with pytest.raises(Refused, match=refusal):
            story.shop.decide("ann", "complaint", "c-1", command)
    shop.make_good(story.shop)
    story.settle()
    story.shop.clock.put(MORNING + 5 * DAY)
    shop.be_content(story.shop)
    story.settle()
    story.shop.clock.put(datetime.combine(SPRING, time(9), UTC))
    story.settle()

    assert story.asked(seen.TASKS) == [
        ("complaint_opened", "ben", "done"),
        ("contact_due", "ann", "open"),
        ("searched_in_vain", "ann", "open"),
    ]


def is_told_again(story: Story) -> None:
    """Every projection is built again from the first event while the house is at work: nothing fires again."""
    before, done = seen.digests(story.connection), story.asked(seen.DONE)
    heard = len(story.hooks.heard)
    connect = partial(installation.connect, story.dsn)
    again = [rebuild(projection, story.log, connect) for projection in stored(PROJECTIONS, story.log)]
    story.settle()

    assert {each.projection: each.digest for each in again} == before
    assert (story.asked(seen.DONE), len(story.hooks.heard)) == (done, heard)


def is_told_to_others(story: Story, dsn: str) -> None:
    """Nothing of it is done again by a house that begins anew with the log alone, and comes to the same tables."""
    heard = len(story.hooks.heard)
    with closing(installation.connect(dsn)) as connection:
        other = Story(story.shop, story.log, story.hooks, connection, dsn, story.kafka)
        other.begin()
        with other.house():
            other.settle()

        assert seen.digests(connection) == seen.digests(story.connection)
        assert other.asked(seen.LED_TO) == [(0, 0, 0, 0)]
    assert len(story.hooks.heard) == heard
