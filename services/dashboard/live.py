"""The Live page as it goes on: one reader of the log for all who watch, and the same bytes for all who watch the same.

It reads the log once a tick for as long as anybody watches, and keeps the newest lines of each filter that somebody
has. What is sent is those lines as a whole, so that whoever reads slowly, or hid the page, is right again with the next
message. Where more came in than MOST_AT_ONCE within a tick, the newest is looked up anew, and what lies between is
never shown.
"""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from events.envelope import EARLIEST_TIME
from events.log import EventLog, Record
from events.log.spans import between
from projections._engine.registry import Connection
from services.access.viewer import Viewer
from services.api.asked import asked_for
from services.api.asking import problem_of
from services.api.looking import tell_of_list
from services.api.named import Named
from services.api.readers import readers_of
from services.dashboard.rendering import render
from services.dashboard.signed_in import viewer_of
from services.dashboard.streams import EventStream, Stream, message, messages
from services.installation import Installation
from services.views.live import LIVE_VIEW, MINUTE, SHOWN, LiveParameters, clock, pulse, read_newest
from services.views.live_events import LiveEvent, Reader, Wanted
from services.views.scope import checked
from services.views.view import BadParameter, NotFound, NotYours

MOST_AT_ONCE = 1_000
MOST_COUNTED = 100_000
PULSE_TICKS = 10


class Watching(NamedTuple):
    """What somebody watches: the same for all who want the same and may see the same."""

    viewer: Viewer
    wanted: Wanted


class Feed:
    """The newest lines of what is watched, the newest first. Whoever looks changes it; ``body`` is replaced whole."""

    def __init__(self, watching: Watching) -> None:
        """Begin with nothing read."""
        self.watching = watching
        self.watchers = 0
        self.body: bytes | None = None
        self.lines: deque[Markup] | None = None


class Live:
    """Reads the log for all who watch. ``stream`` is the event loop's; ``_look`` and what it calls run in a thread."""

    def __init__(self, installation: Installation) -> None:
        """Read the log of this installation."""
        self.stream: Stream[int] = Stream(self._look, self._rest)
        self.feeds: dict[Watching, Feed] = {}
        self._installation = installation
        self._held = ExitStack()
        self._log: EventLog | None = None
        self._connection: Connection | None = None
        self._positions: dict[int, int] = {}
        self._recorded: deque[datetime] = deque(maxlen=MOST_COUNTED)
        self._since = EARLIEST_TIME
        self._pulse = Markup()
        self._ticks = 0

    async def feed(self, watching: Watching) -> AsyncGenerator[Feed]:
        """Yield the feed of what is watched, at each tick. Raises Problem 503 where too many listen."""
        feed = self.feeds.setdefault(watching, Feed(watching))
        feed.watchers += 1
        try:
            async with aclosing(self.stream.states()) as ticks:
                async for _ in ticks:
                    yield feed
        finally:
            feed.watchers -= 1
            if not feed.watchers:
                self.feeds.pop(watching, None)

    def _look(self) -> int:
        """Read what came in, bring every feed up to it, and return the number of this look."""
        log, connection = self._opened()
        new, pulse_before = self._news(log), self._pulse
        if new or new is None or self._ticks % PULSE_TICKS == 0:
            self._pulse = self._pulse_now(connection)
        for feed in list(self.feeds.values()):
            reader = Reader(connection, *feed.watching)
            if new is None or feed.lines is None:
                found = read_newest(log, reader, feed.watching.wanted, self._positions)
                if not self._recorded:
                    self._recorded.extend(sorted(found.recorded))
                    self._since = found.since
                feed.lines, added = deque(maxlen=SHOWN), found.lines[::-1]
                self._pulse = self._pulse_now(connection)
            else:
                added = reader.named(reader.taken(new)[-SHOWN:])
            feed.lines.extendleft(map(_shown, added))
            if added or feed.body is None or self._pulse != pulse_before:
                feed.body = self._message(feed)
        self._ticks += 1
        return self._ticks

    def _opened(self) -> tuple[EventLog, Connection]:
        if self._log is None or self._connection is None:
            self._log = self._held.enter_context(self._installation.lent_log())
            self._connection = self._installation.connect("regulars api, live")
            self._held.callback(self._connection.close)
            self._positions = self._log.ends()
        return self._log, self._connection

    def _news(self, log: EventLog) -> list[Record] | None:
        """Return what came in since the last look, in the order in which it did; None where that is too much."""
        ends = log.ends()
        behind = {partition: end for partition, end in ends.items() if end > self._positions[partition]}
        before, self._positions = self._positions, ends
        if sum(end - before[partition] for partition, end in behind.items()) > MOST_AT_ONCE:
            self._recorded.clear()
            return None
        records = [
            record for partition, end in behind.items() for record in between(log, partition, before[partition], end)
        ]
        records.sort(key=lambda record: (record.recorded_at, record.partition, record.offset))
        self._recorded.extend(record.recorded_at for record in records)
        return records

    def _pulse_now(self, connection: Connection) -> Markup:
        now = clock(connection)
        while self._recorded and now - self._recorded[0] > MINUTE:
            self._recorded.popleft()
        figures = {"on_the_log": sum(self._positions.values()), **pulse(self._recorded, self._since, now)._asdict()}
        return Markup(render("parts/live_pulse.html", {"figures": figures}))  # noqa: S704 - a template escapes

    def _message(self, feed: Feed) -> bytes:
        filtered = feed.watching.wanted.narrowed
        shown = {"lines": Markup().join(feed.lines or ()), "filtered": filtered, "pulse": self._pulse}
        return message(render("parts/live_message.html", shown))

    def _rest(self) -> None:
        self._held.close()
        self._log = self._connection = None
        self._recorded.clear()
        for feed in self.feeds.values():
            feed.lines = None


def router() -> APIRouter:
    """Return the route of the stream."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/live/events", _events, methods=["GET"], response_class=Response)
    return routes


async def _events(request: Request) -> Response:
    """Tell as a stream which lines the Live page shows now: what its query asks of the page, it asks of the stream."""
    viewer = await viewer_of(request)
    asked = asked_for(LIVE_VIEW, request.query_params)

    def opened(connection: Connection) -> LiveParameters:
        """Whom it will name is not known; that somebody watches is."""
        narrowed: LiveParameters = checked(connection, LIVE_VIEW, viewer, {}, asked.parameters)
        tell_of_list(connection, request, LIVE_VIEW, viewer, asked, Named())
        return narrowed

    try:
        narrowed = await readers_of(request).ask(opened)
    except (BadParameter, NotFound, NotYours) as error:
        raise problem_of(error) from error
    common = viewer if viewer.narrowed else Viewer("", viewer.role)
    live: Live = request.app.state.live
    feed = live.feed(Watching(common, narrowed.wanted))
    return EventStream(messages(feed, _Told(), lambda: viewer_of(request)))


class _Told:
    """What one browser was sent."""

    def __init__(self) -> None:
        self._body: bytes | None = None

    def __call__(self, feed: Feed) -> bytes | None:
        if feed.body is self._body:
            return None
        self._body = feed.body
        return feed.body


def _shown(line: LiveEvent) -> Markup:
    return Markup(render("parts/live_line.html", {"line": line}))  # noqa: S704 - a template escapes
