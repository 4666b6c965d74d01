"""Who decides for the api: a desk, asked in threads beside the event loop."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar, cast

import psycopg
from fastapi import Request

from services.desk.deciding import Refused
from services.desk.desk import CONNECTIONS, Desk
from services.ingest.http.answers import Problem, unavailable

NOT_FOUND = {"unknown_aggregate", "unknown_command"}
NAMES = {"key": "Idempotency-Key", "actor": "Regulars-Actor", "expected": "If-Match"}
"""What a command's parts are called in a request."""

Answer = TypeVar("Answer")


class Deciders:
    """Asks a desk, as many at a time as it has connections; who comes later waits."""

    def __init__(self, desk: Desk) -> None:
        """Ask this desk, which is closed with us."""
        self.desk = desk
        self._turns = asyncio.Semaphore(CONNECTIONS)

    async def ask(self, question: Callable[[Desk], Answer]) -> Answer:
        """Return the answer. Raises Problem: 404, 409 or 422 where the desk refuses, 503 where it cannot answer."""
        async with self._turns:
            return await asyncio.to_thread(self._asked, question)

    def close(self) -> None:
        """Let go of the desk's connections."""
        self.desk.close()

    def _asked(self, question: Callable[[Desk], Answer]) -> Answer:
        try:
            return question(self.desk)
        except Refused as refused:
            raise problem_of(refused) from refused
        except psycopg.OperationalError as error:
            message = f"The database does not answer just now: {str(error).strip().partition(chr(10))[0]}."
            raise unavailable(message) from error


def problem_of(refused: Refused) -> Problem:
    """Return what a refusal looks like over HTTP."""
    status = HTTPStatus.CONFLICT if refused.conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    status = HTTPStatus.NOT_FOUND if refused.code in NOT_FOUND else status
    return Problem(status, refused.code, refused.message, field=NAMES.get(refused.field, refused.field))


def deciders_of(request: Request) -> Deciders:
    """Return who decides for a request."""
    return cast("Deciders", request.app.state.deciders)
