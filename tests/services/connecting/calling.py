"""A call centre at work: calls come in and change, some in transactions that take their time."""

import time
from random import Random
from threading import Event, Thread
from typing import Self

import psycopg

from services.installation import Connection
from tests.services.connecting.calls import ADD

NOW = "SELECT clock_timestamp()"

LATE_SECONDS = 0.5


class Centre:
    """Adds calls for as long as the block lasts: ``added`` says how many, ``late`` how many of them committed late."""

    def __init__(self, dsn: str) -> None:
        """Prepare to."""
        self.added = self.late = 0
        self._dsn = dsn
        self._over = Event()
        self._threads = [Thread(target=self._at_once), *(Thread(target=self._late, args=[desk]) for desk in (1, 2))]

    def __enter__(self) -> Self:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, once everything is committed."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _at_once(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            for number in range(1_000_000, 2_000_000):
                if self._over.is_set():
                    return
                _add(connection, number)
                self.added += 1
                time.sleep(0.004)

    def _late(self, desk: int) -> None:
        dice = Random(desk)
        number = desk * 10_000_000
        with psycopg.connect(self._dsn) as connection:
            while not self._over.is_set():
                for _ in range(dice.randint(1, 5)):
                    number += 1
                    _add(connection, number)
                    self.added += 1
                    self.late += 1
                time.sleep(dice.uniform(0, LATE_SECONDS))
                connection.commit()


def _add(connection: Connection, number: int) -> None:
    (now,) = connection.execute(NOW).fetchall()[0]
    connection.execute(ADD, [number, f"caller-{number % 17}", "", now])
