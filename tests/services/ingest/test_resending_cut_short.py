"""A redrive that is cut short, or done twice at once, still counts once."""

from collections.abc import Sequence
from threading import Barrier, Thread

import pytest

from events.envelope import Envelope
from events.log import Receipt
from events.log.errors import LogUnavailable
from services.ingest import registry
from services.ingest.resending import Redriven, redrive
from services.ingest.source import Protocol
from services.ingest.translating import events_of
from services.installation import Connection
from tests.conftest import Connect
from tests.projections.engine.repeating_log import RepeatingLog
from tests.services.ingest.redriving import GOOD, held, is_open, kept
from tests.services.ingest.refusals import NOON, searched
from tests.services.ingest.remembering import fold


class Cut(RepeatingLog):
    """A log that stores what it is sent, and whose answer is lost while ``cut`` is set: as if we had been killed."""

    cut = True

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append, and say nothing of it."""
        receipts = super().append(envelopes)
        if self.cut:
            message = "nobody hears this"
            raise LogUnavailable(message)
        return receipts


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with one source."""
    opened = connect()
    registry.add(opened, "shop")
    return opened


def test_a_log_that_does_not_know_ids_is_not_sent_what_is_folded_there(connection: Connection) -> None:
    """The same event is a duplicate, another under its id a conflict; as the journal would have it."""
    log = RepeatingLog()
    first, second = kept(connection), kept(connection, searched(results="none"))
    log.append(events_of(registry.sources(connection)[0].source, Protocol.SEGMENT, GOOD, NOON))
    fold(connection, log)

    same, other = redrive(connection, log, first, GOOD), redrive(connection, log, second, searched(query="jug"))

    assert (same.events, is_open(connection, first)) == (["shop:m-1"], False)
    assert "0@0 of the log is an event 'shop:m-1' that says something else" in other.reason
    assert len(held(log)) == 1


@pytest.mark.parametrize("partitions", [1, 3])
def test_what_was_cut_short_counts_once(connection: Connection, partitions: int) -> None:
    """Killed after the log had it and before the row said so: whoever tries again finds it, however much came since."""
    log = Cut(partitions)
    log.cut = False
    source = registry.sources(connection)[0].source
    log.append(events_of(source, Protocol.SEGMENT, searched("m-0"), NOON))
    number = kept(connection)
    log.cut = True
    for _ in range(2):
        with pytest.raises(LogUnavailable):
            redrive(connection, log, number, GOOD)
    log.cut = False
    for other in range(50):
        log.append(events_of(source, Protocol.SEGMENT, searched(f"later-{other}"), NOON))

    done = redrive(connection, log, number, GOOD)

    assert done == Redriven(number, ["shop:m-1"])
    assert [name for name, _ in held(log)].count("shop:m-1") == 1
    assert not is_open(connection, number)


def test_what_was_cut_short_and_mended_otherwise_is_a_conflict(connection: Connection) -> None:
    """What the first try sent counts."""
    log, number = Cut(), kept(connection)
    with pytest.raises(LogUnavailable):
        redrive(connection, log, number, GOOD)

    done = redrive(connection, log, number, searched(query="jug"))

    assert "0@0 of the log is an event 'shop:m-1' that says something else" in done.reason
    assert len(held(log)) == 1


def test_two_redrives_at_once_send_it_once(connect: Connect, connection: Connection) -> None:
    """Whoever comes second finds it settled; the log does not tell them apart."""
    log = RepeatingLog()
    number, start = kept(connection), Barrier(4)
    done: list[Redriven] = []

    def send(own: Connection) -> None:
        start.wait()
        done.append(redrive(own, log, number, GOOD))

    threads = [Thread(target=send, args=[connect()]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(each.before for each in done) == [False, True, True, True]
    assert len(held(log)) == 1


def test_a_redrive_that_failed_lets_the_next_one_in(connect: Connect, connection: Connection) -> None:
    """Over another connection, while the first one is still open."""
    log, number, other = Cut(), kept(connection), connect()
    other.execute("SET lock_timeout = '10s'")
    with pytest.raises(LogUnavailable):
        redrive(connection, log, number, GOOD)
    log.cut = False

    assert redrive(other, log, number, GOOD).events == ["shop:m-1"]
