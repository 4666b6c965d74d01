"""A database may keep some of the projections over Kafka, as its pumps were told: commands leave it at that."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import pytest

from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services import installation
from services.cli.session import Projected, bring_up_to_date
from services.installation import Installation
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER, as_lines, order, viewed

SOME = [projection for projection in PROJECTIONS if projection.name in {"purchases", "visits"}]

SPEND = "SELECT sum(spend_minor) FROM projection.purchases"


@pytest.fixture
def some(log: KafkaLog, kafka: Cluster, database: str) -> Installation:
    """Return an installation whose database keeps two of the projections, as its pumps were told to."""
    with closing(Projector(log, partial(installation.connect, database), SOME)) as projector:
        projector.catch_up()
    return Installation(database, kafka)


def test_a_database_may_keep_some_of_the_projections(
    with_kafka: Regulars, some: Installation, connect: Connect
) -> None:
    """What it keeps is listed, folded and verified; nothing else is built there by the way."""
    with closing(some):
        appended = with_kafka("log", "append", "-", piped=as_lines(order(1, 700), viewed(2)))
    states = {each["name"]: each["state"] for each in with_kafka("projections", "--json").document["projections"]}
    verified, all_of_them = with_kafka("verify", "purchases", "visits", "--json"), with_kafka("verify")

    assert (appended.exit_code, connect().execute(SPEND).fetchall()) == (0, [(700,)])
    assert {name for name, state in states.items() if state == "live"} == {"purchases", "visits"}
    assert (verified.exit_code, verified.document["equal"], all_of_them.exit_code) == (0, True, 4)
    assert all_of_them.err.startswith("regulars: Not built in this database: timeline, profile, ")
    assert with_kafka("rebuild", "--all").exit_code == 0


def test_the_past_needs_the_timeline(with_kafka: Regulars, some: Installation) -> None:
    """Where a database does not keep it, the sentence says what it lacks."""
    with closing(some):
        ran = with_kafka("as-of", CUSTOMER, "now", "--known")

    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err.startswith("regulars: Not built in this database: timeline, identity.")


def test_who_waits_for_the_pumps_waits_for_what_they_keep(
    some: Installation, log: KafkaLog, database: str, with_kafka: Regulars
) -> None:
    """A projection that nobody keeps here is not waited for."""
    with_kafka("log", "append", "-", "--no-project", piped=as_lines(viewed(1)))
    pumping = Projector(log, partial(installation.connect, database), SOME)
    with closing(pumping), closing(some), ThreadPoolExecutor() as threads:
        assert pumping.lead()

        waiting = threads.submit(bring_up_to_date, some, "test")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=1)
        pumping.catch_up()

        assert waiting.result(timeout=60) == Projected(here=False, events=1, parked=0)
