"""The position moves after the log has the events, and never before."""

from collections.abc import Sequence
from contextlib import closing

import pytest

from events.envelope import Envelope
from events.log import Receipt
from events.log.errors import LogUnavailable
from events.log.postgres import Journal
from services.connecting.following import RecordsFollower
from services.connecting.loading import translator_of
from services.connecting.positions import Positions
from services.connecting.taking import Counts, Into, Taker
from services.connectors.importing import Appends
from services.installation import Connection
from tests.conftest import Connect
from tests.services.connecting.calls import ADD, at, calls, connector, told
from tests.services.connecting.reads import reader
from tests.services.running import wait_until


class Lost:
    """A log that stores what it is given, and whose answer to the second batch is lost."""

    def __init__(self, log: Appends) -> None:
        """Store it there."""
        self._log = log
        self._times = 0

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append, and raise LogUnavailable the second time."""
        receipts = self._log.append(envelopes)
        self._times += 1
        if self._times == 2:
            message = "Kafka did not answer."
            raise LogUnavailable(message)
        return receipts


def follower(connect: Connect, centre: str, log: Appends) -> RecordsFollower:
    """Return what follows the calls from where their position is, two at a time."""
    connection = connect()
    positions = Positions(connection, "calls")
    read = connector(calls(centre))
    taker = Taker("calls", "centre", translator_of(read), Into(log, connection), Counts())
    return RecordsFollower(reader(centre, positions.held(), batch=2), taker, positions)


def held(connect: Connect) -> list[str]:
    """Return where the position is."""
    found: list[str] = Positions(connect(), "calls").held()["rows"]["from"]
    return found


def test_an_answer_that_was_lost_leaves_the_position(
    connect: Connect, centre: str, source: Connection, journal: Journal
) -> None:
    """The batch is taken again from where it began, and counts once."""
    for number in range(1, 6):
        source.execute(ADD, [number, "ann", "", at(number)])
    lost = Lost(journal)
    with closing(follower(connect, centre, lost)) as following:
        following.step()
        with pytest.raises(LogUnavailable):
            following.step()
        stood = held(connect)
    with closing(follower(connect, centre, lost)) as following:
        while following.step():
            pass

    assert stood == ["2026-03-01 10:00:02+00", "2"]
    assert held(connect) == ["2026-03-01 10:00:05+00", "5"]
    assert [each.call for each in told(journal)] == ["1", "2", "3", "4", "5"]


def test_two_processes_of_one_name_take_turns(connect: Connect) -> None:
    """The lock goes with the connection, however it ends; another name is another lock."""
    first, second = connect(), connect()

    taken = [Positions(first, "calls").lead(), Positions(second, "calls").lead(), Positions(second, "chats").lead()]
    first.close()

    wait_until(Positions(second, "calls").lead)
    assert taken == [True, False, True]
