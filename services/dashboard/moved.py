"""Says that what a page is made of has moved: one stream to each open page that follows, and one look for them all.

A page says as of which positions it was made, so that nothing that happens between its making and its stream is
missed. What is said is where its projections stand now: whoever hears it fetches the page anew.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from fastapi import APIRouter, Request, Response

from projections._engine.registry import Connection
from services.api.asked import positions_in
from services.dashboard.page import Page
from services.dashboard.registered import PAGES
from services.dashboard.signed_in import viewer_of
from services.dashboard.streams import EventStream, Stream, message, messages
from services.ingest.http.answers import Problem
from services.installation import Installation

NAME = "moved"

# Where each live table stands, partition by partition.
STANDING = """
SELECT p.name, p.table_name, array_agg(c.next_offset ORDER BY c.partition)
  FROM engine.projection AS p JOIN engine.checkpoint AS c USING (table_name)
 WHERE p.state = 'live' GROUP BY p.name, p.table_name
"""

Standing = Mapping[str, tuple[str, Sequence[int]]]
"""By projection: its live table, and the offset up to which it is folded, by partition."""


class Moved:
    """Looks where every projection stands, over a connection that it has for as long as anybody listens."""

    def __init__(self, installation: Installation) -> None:
        """Look at this installation."""
        self._installation = installation
        self._connection: Connection | None = None
        self.stream: Stream[Standing] = Stream(self._look, self._rest)

    def _look(self) -> Standing:
        if self._connection is None:
            self._connection = self._installation.connect("regulars api, what moved")
        rows = self._connection.execute(STANDING).fetchall()
        return {name: (table, tuple(offsets)) for name, table, offsets in rows}

    def _rest(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def router() -> APIRouter:
    """Return the route of the stream."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/live/moved", _moved, methods=["GET"], response_class=Response)
    return routes


async def _moved(request: Request, page: str, at: str = "") -> Response:
    """Tell as a stream that what a page is made of has moved since ``at``, and again whenever it moves."""
    viewer = await viewer_of(request)
    followed = next((each for each in PAGES if each.view.name == page and each.follows), None)
    if followed is None:
        message = f"page: {page[:64]!r} is no page that follows what moves."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="page")
    if not followed.open_to(viewer):
        message = f"You may not look at {followed.view.title}: that is for others than the role {viewer.role}."
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", message)
    moved: Moved = request.app.state.moved
    told = _Told(followed, positions_in("at", at))
    return EventStream(messages(moved.stream.states(), told, lambda: viewer_of(request)))


class _Told:
    """What one page was told: it is told again only what it does not know."""

    def __init__(self, page: Page, at: Mapping[int, int]) -> None:
        self._reads = page.view.reads
        self._made_at = at
        self._known: list[tuple[str, Sequence[int]]] | None = None

    def __call__(self, standing: Standing) -> bytes | None:
        now = [standing[name] for name in self._reads if name in standing]
        if now == self._known:
            return None
        first, self._known = self._known is None, now
        positions = _least(now)
        if first and (not self._made_at or positions == self._made_at):
            return None
        return message(msgspec.json.encode({"positions": positions}).decode(), NAME)


def _least(standing: Sequence[tuple[str, Sequence[int]]]) -> dict[int, int]:
    """Return up to where all of them are folded, by partition, as an answer says it of itself."""
    return dict(enumerate(map(min, zip(*(offsets for _, offsets in standing), strict=True))))
