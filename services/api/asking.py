"""Asks views for requests: who may, how long to wait, and as of what the answer is."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from contextlib import closing, nullcontext
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from fastapi import Request

from projections._engine.as_of import AtPositions, HappenedBy, KnownAt, Until
from projections._engine.registry import Connection
from services.access.viewer import Viewer
from services.api.asked import AskedFor, refused
from services.api.ends import ends_of, lag_of
from services.api.lending import Lending
from services.api.looking import tell_of_look
from services.api.readers import readers_of
from services.house.clock import clock_of
from services.ingest.http.answers import Problem
from services.views.told import Asking, Told, positions_of, tell
from services.views.view import BadParameter, NotFound, NotYours, Past, StillWorking, View

PATIENCE_SECONDS = 20.0
RETRY_SECONDS = 5
SEEN_WITHIN_SECONDS = 10.0
LOOK_SECONDS = 0.05
KEPT_TASKS: set[asyncio.Task[Any]] = set()


class Answered(NamedTuple):
    """A view's answer, with the lag of what it was made of.

    It is 0 for a past, which lags behind nothing, and None where the log does not answer.
    """

    told: Told
    lag_events: int | None
    until: Until | None

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it: as of what, and the view's document."""
        return {"as_of": self.as_of(), **self.told.document}

    def as_of(self) -> dict[str, Any]:
        """Return as of what it is answered: positions, lag, the clock, and the past that was asked for."""
        positions = {str(partition): offset for partition, offset in sorted(self.told.positions.items())}
        said = {"positions": positions, "lag_events": self.lag_events, "time": self.told.now}
        match self.until:
            case KnownAt(instant):
                said["known_at"] = instant
            case HappenedBy(instant):
                said["happened_by"] = instant
            case AtPositions(at):
                said["at_positions"] = {str(partition): offset for partition, offset in sorted(at.items())}
            case None:
                pass
        return said

    def etag(self) -> str:
        """Return the tag of what is told, whatever the clock shows."""
        return f'W/"{hashlib.sha256(msgspec.json.encode(self.told.document)).hexdigest()[:32]}"'


async def answered(
    request: Request, view: View, asked: AskedFor, viewer: Viewer, path: Mapping[str, str]
) -> Answered | None:
    """Return a view's answer, or None where it is still being worked out.

    A past is folded when it is first asked for, and what reads everybody is worked out meanwhile where they are many.

    Raises Problem: 403, 404, 422 for what cannot be asked, 503 while the database or the log is away.
    """
    readers = readers_of(request)

    def question(connection: Connection) -> Answered:
        _wait(connection, view, asked.wanted)
        clock = clock_of(connection)
        with closing(Lending(readers.installation)) as house:
            asking = Asking(viewer, asked.parameters, path, asked.until, clock, house, asked.wanted)
            whole_log = asked.until is not None and view.past is Past.EVERYBODY
            with readers.log() if whole_log else nullcontext():  # of those pasts one is made at a time
                told = tell(connection, view, asking)
        tell_of_look(connection, request, view, viewer, path, asked, told.document)
        lag = 0 if asked.until else lag_of(told.positions, ends_of(request).now())
        return Answered(told, lag, asked.until)

    task = asyncio.create_task(readers.ask(question))
    KEPT_TASKS.add(task)
    task.add_done_callback(KEPT_TASKS.discard)
    try:
        return await asyncio.wait_for(asyncio.shield(task), PATIENCE_SECONDS)
    except (TimeoutError, StillWorking):
        return None
    except (BadParameter, NotFound, NotYours) as error:
        raise problem_of(error) from error


def problem_of(error: BadParameter | NotFound | NotYours) -> Problem:
    """Return what a view's refusal looks like over HTTP."""
    match error:
        case BadParameter():
            return refused(str(error).partition(":")[0], str(error))
        case NotFound():
            return Problem(HTTPStatus.NOT_FOUND, "not_found", str(error))
        case NotYours():
            return Problem(HTTPStatus.FORBIDDEN, "forbidden", str(error))


def _wait(connection: Connection, view: View, wanted: Mapping[int, int]) -> None:
    """Wait until a view's projections have come so far. Raises Problem 503 where they do not within ten seconds."""
    give_up = time.monotonic() + SEEN_WITHIN_SECONDS
    while wanted:
        at = positions_of(connection, view)
        if not at or all(at.get(partition, 0) >= offset for partition, offset in wanted.items()):
            return
        if time.monotonic() > give_up:
            message = f"min_position: {view.title} has not come so far within {SEEN_WITHIN_SECONDS:.0f} s: ask again."
            headers = {"Retry-After": str(RETRY_SECONDS)}
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "behind", message, field="min_position", headers=headers)
        time.sleep(LOOK_SECONDS)
