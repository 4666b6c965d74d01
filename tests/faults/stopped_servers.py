"""The broker or Postgres goes away under load and comes back."""

import os
import signal

from services.embedded.postgres import embedded_postgres
from tests.faults.ground import SMALL_SERVER, Ground, postgres
from tests.faults.outcome import Outcome
from tests.faults.scene import scene


def broker_restarted(ground: Ground, times: int) -> Outcome:
    """Stop the broker in order, as for an upgrade, and start it."""
    with scene(ground) as at:
        at.begin(pumps=2)
        for _ in range(times):
            ground.broker.restart()
            at.load()
        return at.finish(times)


def broker_killed(ground: Ground, times: int) -> Outcome:
    """Kill the broker, with whatever it has not yet answered, and start it."""
    with scene(ground) as at:
        at.begin(pumps=2)
        for _ in range(times):
            ground.broker.kill()
            ground.broker.start()
            at.load()
        return at.finish(times)


def postgres_stopped(ground: Ground, times: int) -> Outcome:
    """Stop Postgres at once, as ``pg_ctl stop -m immediate`` does, and have it recover."""
    with postgres() as server, scene(ground._replace(dsn=server.dsn)) as at:
        at.begin(pumps=2)
        for _ in range(times):
            postmaster = int((server.home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            os.kill(postmaster, signal.SIGQUIT)
            with embedded_postgres(server.home, print, changes=SMALL_SERVER):
                pass  # it is up again, and stays, since we are using it
            at.load()
        return at.finish(times)
