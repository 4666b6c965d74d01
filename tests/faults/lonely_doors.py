"""What stands behind the front door goes away: it says so, acknowledges nothing false, and goes on by itself."""

import os
import signal
import time
from http import HTTPStatus

import psycopg

from services.embedded.postgres import embedded_postgres
from tests.faults.ground import SMALL_SERVER, Ground, postgres
from tests.faults.half_requests import posted
from tests.faults.outcome import Outcome
from tests.faults.scene import Scene, scene

UNAVAILABLE = "LogUnavailable, unavailable"
LONGEST_SECONDS = 60.0
LOOK_SECONDS = 0.05

BAD = '{"type":"track","event":"Order Completed","userId":"42","messageId":"bad-%d","properties":{"total":"much"}}'
KEPT = "SELECT count(*), max(fault) FROM ingest.verdict WHERE message_id = %s"


def broker_away(ground: Ground, times: int) -> Outcome:
    """Kill the broker until senders hear 503; the stall is from its return until the next acknowledgement."""
    longest = 0.0
    with scene(ground._replace(by_door=True)) as at:
        at.begin()
        for _ in range(times):
            said = at.producer.errors().count(UNAVAILABLE)
            ground.broker.kill()
            give_up = time.monotonic() + LONGEST_SECONDS
            while at.producer.errors().count(UNAVAILABLE) <= said:
                assert time.monotonic() < give_up, f"nobody heard 503: {at.producer.last_words()}"
                time.sleep(LOOK_SECONDS)
            ground.broker.start()
            begun = time.monotonic()
            at.load(1, folded=False)
            longest = max(longest, time.monotonic() - begun)
            at.load()
        return at.finish(times)._replace(stall_seconds=longest)


def postgres_away(ground: Ground, times: int) -> Outcome:
    """Stop Postgres at once: good messages are stored all the same, and who sends a bad one is told to try again."""
    with postgres() as server, scene(ground._replace(dsn=server.dsn, by_door=True)) as at:
        at.begin()
        for number in range(times):
            postmaster = int((server.home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            os.kill(postmaster, signal.SIGQUIT)
            at.load(folded=False)
            assert _sent_bad(at, number) == HTTPStatus.SERVICE_UNAVAILABLE
            at.load(folded=False)
            with embedded_postgres(server.home, print, changes=SMALL_SERVER):
                pass  # it is up again, and stays, since we are using it
            give_up = time.monotonic() + LONGEST_SECONDS
            while _sent_bad(at, number) != HTTPStatus.OK:
                assert time.monotonic() < give_up, "it does not keep what it refuses, although Postgres is back"
                time.sleep(LOOK_SECONDS)
            at.load()
        with psycopg.connect(at.dsn) as connection:
            for number in range(times):
                assert connection.execute(KEPT, [f"bad-{number}"]).fetchall() == [(1, "invalid_field")]
        return at.finish(times)


def _sent_bad(at: Scene, number: int) -> int:
    return posted(at.port, at.key(), f'{{"batch":[{BAD % number}]}}'.encode()).status
