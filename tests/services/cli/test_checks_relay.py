"""What ``regulars doctor`` says of what waits to be relayed: what it is, whether somebody relays, and what to run."""

from contextlib import closing

from services.cli.checks import Check, State
from services.cli.checks_relay import of_outboxes
from services.desk.desk import Desk
from services.relay.journaling import JournalRelay
from services.relay.leading import leads
from tests.conftest import Connect
from tests.services.relay.desk_orders import NOW, orders_of

OFFER = "INSERT INTO reactions.offer (key, subject, made_at, document) VALUES ('o-1', 'customer:1', now(), '{}')"


def test_it_tells_what_waits_and_for_whom(connect: Connect, database: str) -> None:
    """Without Kafka the desk's events alone are to be relayed; with it whatever an outbox holds."""
    connection, other = connect(), connect()

    nothing = list(of_outboxes(connection, kafka=True))
    with closing(Desk(database)) as desk:
        desk.perform(next(orders_of(1)), NOW)
    connection.execute(OFFER)
    without, with_it = (list(of_outboxes(connection, kafka=kafka)) for kafka in (False, True))
    assert leads(other)
    led = list(of_outboxes(connection, kafka=False))
    JournalRelay(other).relay()
    done = list(of_outboxes(connection, kafka=False))

    waits = "to be relayed, and no process does: 1 event of the desk"
    assert nothing == [Check("relay", State.OK, "nothing waits to be relayed; no process relays")]
    assert without == [Check("relay", State.WARN, waits, "Run 'regulars up'.")]
    assert with_it == [Check("relay", State.WARN, f"{waits}, 1 offer", "Run 'regulars relay'.")]
    assert led[0].finding == "to be relayed: 1 event of the desk; 'regulars' is at it"
    assert done == [Check("relay", State.OK, "nothing waits to be relayed; 'regulars' relays")]
