"""What a connector refused can be redriven by the translation that it was last followed with."""

from threading import Event

from events.log.postgres import Journal
from services.connecting.kept_translation import kept
from services.connecting.running import connect_until_stopped
from services.ingest import registry, verdicts
from services.ingest.source import Protocol
from services.ingest.translating import events_of
from services.installation import Connection
from services.settings import Settings
from tests.conftest import Connect
from tests.services.connecting.calls import ADD, at, calls, connector, told
from tests.services.running import Told

PLAN = "types: {regulars.contact.received.v1: any}"


def follow(database: str, text: str) -> None:
    """Follow until everything is taken."""
    connect_until_stopped(Settings(postgres=database), connector(text), Event(), Told(), once=True)


def test_a_mended_translation_makes_events_of_what_was_refused(
    database: str, centre: str, source: Connection, journal: Journal, connect: Connect
) -> None:
    """It is followed with once more, and then what is kept becomes what it would have been."""
    source.execute(ADD, [1, None, "", at(0)])
    source.execute(ADD, [2, "ann", "", at(1)])
    follow(database, calls(centre))
    follow(database, calls(centre).replace("subject('customer', caller)", "subject('customer', caller || id)"))
    connection = connect()
    (row,) = verdicts.listed(connection)

    found = kept(connection, row.origin, row.source)

    assert found is not None
    (event,) = events_of(found, Protocol(row.protocol), row.body, row.received_at)
    assert (event.id, event.subject) == (f"centre:1:{at(0).isoformat()}", "customer:1")
    assert [each.call for each in told(journal)] == ["2"]


def test_the_plan_is_that_of_the_registered_source(
    database: str, centre: str, source: Connection, connect: Connect
) -> None:
    """Its translation is the connector's, all the same."""
    source.execute(ADD, [1, "ann", "", at(0)])
    connection = connect()
    registry.add(connection, "centre", plan=PLAN, translation="stripe")
    follow(database, calls(centre))

    found = kept(connection, "calls id=1", "centre")

    assert found is not None
    assert (found.plan, found.translation.splitlines()[0]) == (PLAN, "name: calls")


def test_a_connector_that_nobody_knows_has_none(connect: Connect) -> None:
    """Nor has one whose events have another source by now."""
    assert kept(connect(), "calls id=1", "centre") is None
