"""``python -m tests.dashboard``: what 200 viewers of the Live page cost the api, while events come in.

A core's share and the memory are those of the api's own process, as Linux says of it; who watches, and who sends, run
beside it. Prints what it came to, and exits with 1 where that is more than was promised.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from events.catalog.visits import PageViewed
from events.envelope import Envelope
from services.access import sessions, users
from services.access.roles import Role
from services.access.sessions import Came
from services.access.users import User
from services.benchmark.api_process import ApiProcess, api_process
from services.embedded.postgres import embedded_postgres
from services.installation import Installation, open_installation
from services.settings import Settings
from tests.conftest import PARTITIONS, TEST_SERVER
from tests.dashboard.shop import fill

VIEWERS = 200
SECONDS = 30.0
SETTLING_SECONDS = 3.0
EVENTS_PER_SECOND = 10
MOST_OF_A_CORE = 0.10
MOST_MEGABYTES = 20.0
REQUEST = (
    "GET /live/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {name}={cookie}\r\n"
    "Accept: text/event-stream\r\nAccept-Encoding: gzip\r\n\r\n"
)


class Watched:
    """What all viewers were sent."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.messages = 0
        self.bytes = 0

    async def watch(self, port: int, cookie: str) -> None:
        """Watch until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.format(name=sessions.COOKIE, cookie=cookie).encode())
        try:
            while piece := await reader.read(65_536):
                self.bytes += len(piece)
                self.messages += piece.count(b"\n\n\r\n")
        finally:
            writer.close()


async def measured(api: ApiProcess, installation: Installation, cookie: str) -> dict[str, float]:
    """Return what it costs to be watched, with events coming in, over what nobody watches costs."""
    await asyncio.sleep(SETTLING_SECONDS)
    before, watched = api.rss_mb(), Watched()
    viewers = [asyncio.create_task(watched.watch(api.port, cookie)) for _ in range(VIEWERS)]
    await asyncio.sleep(SETTLING_SECONDS)
    begun, cpu, messages, size = time.monotonic(), api.cpu_seconds(), watched.messages, watched.bytes
    log, number = installation.journal(), 0
    while time.monotonic() - begun < SECONDS:
        at = datetime.now(UTC)
        data = PageViewed(page=f"/page/{number}", store="web")
        log.append([Envelope(id=f"sent-{number}", source="urn:sent", time=at, subject="visitor:sent", data=data)])
        number += 1
        await asyncio.sleep(1 / EVENTS_PER_SECOND)
    seconds = time.monotonic() - begun
    result = {
        "viewers": VIEWERS,
        "events_per_second": round(number / seconds, 1),
        "messages_per_second": round((watched.messages - messages) / seconds, 1),
        "kilobytes_per_message": round((watched.bytes - size) / max(1, watched.messages - messages) / 1000, 1),
        "core": round((api.cpu_seconds() - cpu) / seconds, 3),
        "megabytes": round(api.rss_mb() - before, 1),
    }
    for viewer in viewers:
        viewer.cancel()
    await asyncio.gather(*viewers, return_exceptions=True)
    return result


def signed_in(installation: Installation) -> str:
    """Return the cookie of a manager."""
    with installation.connect("tests") as connection:
        now = datetime.now(UTC)
        users.add(connection, User("watching", Role.MANAGER, now), "tests")
        token = sessions.begin(connection, "watching", Came("password", "127.0.0.1", "many"), now)
        return sessions.cookies(connection).written(token)


@contextmanager
def shop() -> Iterator[Installation]:
    """Yield the little shop, in a Postgres of its own."""
    with tempfile.TemporaryDirectory(prefix="regulars-many-") as folder:
        Path(folder).chmod(0o711)
        with (
            embedded_postgres(Path(folder) / "home", print, changes=TEST_SERVER) as dsn,
            open_installation(Settings(postgres=dsn, partitions=PARTITIONS)) as installation,
        ):
            fill(installation)
            yield installation


def main() -> int:
    """Measure, print, and return the exit code."""
    with shop() as installation, api_process(installation.dsn, None, frozenset()) as api:
        result = asyncio.run(measured(api, installation, signed_in(installation)))
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    sys.stdout.write("\n".join([*(f"{name}: {value}" for name, value in result.items()), f"load: {load}", ""]))
    return int(result["core"] > MOST_OF_A_CORE or result["megabytes"] > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
