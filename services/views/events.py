"""The events behind a figure: those that it counts or was worked out from, the newest first, a page at a time.

Reads the ``timeline``, and of the projections who may have any. ``what`` is one of the kinds of events that reports
count; store, product, period and the rest narrow it as the report was. Staff see what happened in their store, and, of
what names no store, what happened to customers whom they see. A line tells codes and figures, and no word that a
customer wrote.

The awkward half: a page looks at some thousand events and says no more of what lies before; then it counts what it
found, and the rest comes with the next page, or with the CSV. Visits are those that a report counts only as of now: a
past has what was done in them. What has just come in may be listed here before a report has counted it; what is parked,
or was dismissed, may be in a list and in no figure, and ``parked`` says of how many events that is so.
Over Kafka events are kept by customer alone, so a list that neither names one nor something that few have reads all.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import Record
from services.access.roles import Capability
from services.views.event_candidates import BegunVisits, Candidates, Window
from services.views.event_kinds import KINDS, NONE, Kind, Narrowed, fits, name_of
from services.views.event_places import parked
from services.views.live_events import Reader, Wanted, bare_line, line_of
from services.views.moments import amount_of, moment_of
from services.views.paging import After, PageLimit, after, token_of
from services.views.scope import check_subject
from services.views.stores import stores_of
from services.views.view import BadParameter, Document, Parameters, Past, Reading, Row, View

MOST_LOOKS = 3
KEYS = ("time", "id")
USUAL = "orders"
WORDS = {name: kind.word for name, kind in KINDS.items()}

Text = Annotated[str, Meta(max_length=256)]
Store = Annotated[str, Meta(description="Only what happened in this store; '-' is what names none.", max_length=128)]
FirstDay = Annotated[date, Meta(description="The period's first day, in UTC.")]
LastDay = Annotated[date, Meta(description="The period's last day, in UTC.")]


class EventsParameters(Parameters, frozen=True, kw_only=True):
    """Which events are wanted."""

    what: Annotated[str, Meta(description=f"Which kind: {', '.join(KINDS)}.", max_length=32)] = USUAL
    store: Store | None = None
    subject: Annotated[str, Meta(description="Only of this customer, such as customer:42.", max_length=192)] = ""
    begin: FirstDay | None = msgspec.field(default=None, name="from")
    end: LastDay | None = msgspec.field(default=None, name="to")
    about: Annotated[Text, Meta(description="Only about this: a search, a cause, a bucket; '-' is about none.")] = ""
    product: Annotated[Text, Meta(description="Only with this product.")] = ""
    other: Annotated[Text, Meta(description="And with these products, told apart by |.")] = ""
    channel: Annotated[Text, Meta(description="Only by this channel; '-' is by none.")] = ""
    choice: Annotated[Text, Meta(description="Of options only this choice; of visits only what came of them.")] = ""
    currency: Annotated[str, Meta(description="Only in this money.", pattern="^([A-Z]{3})?$")] = ""
    after: After = ""
    limit: PageLimit = 50


class Found(NamedTuple):
    """An event that is meant: where a page may end with it, and what it brought; its record, to tell it in words."""

    time: datetime
    id: str
    amount: tuple[int | None, str]
    record: Record
    envelope: Envelope


class Looked(NamedTuple):
    """What was found, and after which event to look on; '' where everything was looked at."""

    found: list[Found]
    rest: str


def answer(reading: Reading) -> Document:
    """Events behind a figure, the newest first: when, what, who, where, what they say, and what they brought."""
    asked: EventsParameters = reading.asked
    search = Search(reading)
    looked = search.looked(after(asked.after, (datetime, str)), asked.limit if asked.after else 0)
    page = looked.found[: asked.limit]
    full = len(looked.found) > asked.limit
    amounts = [(amount, currency) for amount, currency in (each.amount for each in looked.found) if amount is not None]
    currencies = {currency for _, currency in amounts}
    return {
        "figures": {
            "events": len(looked.found),
            "amount_minor": sum(amount for amount, _ in amounts) if len(currencies) == 1 else None,
            "parked": parked(
                reading.connection, [(each.record.partition, each.record.offset) for each in looked.found]
            ),
            "currency": currencies.pop() if len(currencies) == 1 else "",
            "whole": not looked.rest,
        },
        "word": search.kind.word,
        "kinds": WORDS,
        "choices": {"stores": stores_of(reading)},
        "next": token_of({"time": page[-1].time, "id": page[-1].id}, KEYS) if full else looked.rest,
        "tables": {"events": search.rows(page)},
    }


def every_event(reading: Reading) -> Iterator[Row]:
    """Yield all events that are meant, however many there are."""
    search, position = Search(reading), after(reading.asked.after, (datetime, str))
    while True:
        looked = search.looked(position)
        for row in search.rows(looked.found):
            yield {**row, "said": " ".join(f"{name}={value}" for name, value in row["said"].items())}
        if not looked.rest:
            return
        position = after(looked.rest, (datetime, str))


class Search:
    """Looks for the events that one question means, as its viewer may see them."""

    def __init__(self, reading: Reading) -> None:
        """Check what is asked. Raises BadParameter, NotFound, NotYours."""
        asked: EventsParameters = reading.asked
        self.kind = _kind(asked.what)
        self._narrowed = Narrowed(asked.about, asked.product, asked.other, asked.channel, asked.choice, asked.currency)
        if asked.subject:
            check_subject(reading.connection, reading.viewer, asked.subject)
        self._of_no_store = asked.store == NONE
        store = "" if self._of_no_store else asked.store
        self._reader = Reader(reading.connection, reading.viewer, Wanted(store=store or ""))
        self._begin, self._end = _instants(asked)
        self._codec = Codec()
        begun = asked.what == "visits" and reading.until is None
        wanted = Narrowed() if begun else self._narrowed
        candidates = Candidates(reading.connection, self.kind, wanted, asked.subject, now=reading.until is None)
        self._candidates: Candidates | BegunVisits = candidates
        if begun:
            more = {"store": store, "about": asked.about, "outcome": asked.choice, "now": reading.now}
            self._candidates = BegunVisits(reading.connection, candidates, more)
            self._narrowed = Narrowed()

    def looked(self, position: Sequence[Any] | None, enough: int = 0) -> Looked:
        """Look at some thousand events before a position, and, with ``enough``, at no more than find so many."""
        found: list[Found] = []
        for _ in range(MOST_LOOKS):
            rows, position = self._candidates.before(Window(self._begin, self._end, *(position or ())))
            found += self._meant(rows)
            if position is None:
                return Looked(found, "")
            if enough and len(found) > enough:
                break
        return Looked(found, token_of(dict(zip(KEYS, position or (), strict=True)), KEYS))

    def rows(self, found: Sequence[Found]) -> list[Row]:
        """Return what is shown of events, with the names of those whom they are about."""
        lines = self._reader.named(line_of(each.record, each.envelope) for each in found)
        return [{**line._asdict(), **_told(each)} for line, each in zip(lines, found, strict=True)]

    def _meant(self, rows: Sequence[Row]) -> list[Found]:
        found = []
        for row in rows:
            try:
                envelope = self._codec.decode(row["value"])
            except BadEvent:  # a projection parks it, and the page of dead letters tells why: no figure counts it
                continue
            if fits(self.kind, envelope, self._narrowed):
                record = Record(row["partition"], row["offset"], row["recorded_at"], row["subject"], row["value"])
                name = name_of(envelope.data.event_type)
                found.append(Found(row["time"], row["id"], amount_of(name, envelope.data), record, envelope))
        return self._seen(found)

    def _seen(self, found: Sequence[Found]) -> list[Found]:
        """Return those of the events that their viewer sees, and that happened in the store that is asked for."""
        lines = [bare_line(each.record, each.envelope) for each in found]
        bare = [line for line in lines if not (self._of_no_store and line.store)]
        seen = {(line.partition, line.offset) for line in self._reader.open_to(bare)}
        return [each for each in found if (each.record.partition, each.record.offset) in seen]


def _told(found: Found) -> dict[str, Any]:
    moment = moment_of(found.envelope)
    return {name: getattr(moment, name) for name in ("kind", "icon", "state", "amount_minor", "currency")}


def _kind(what: str) -> Kind:
    if what not in KINDS:
        message = f"what: {what!r} is no kind of events; there are {', '.join(KINDS)}."
        raise BadParameter(message)
    return KINDS[what]


def _instants(asked: EventsParameters) -> tuple[str, str]:
    """Return the period as Postgres reads it, by days in UTC."""
    if asked.begin and asked.end and asked.begin > asked.end:
        message = f"from: {asked.begin} is after the end of the period, {asked.end}."
        raise BadParameter(message)
    begin = f"{asked.begin} 00:00Z" if asked.begin else "-infinity"
    last = asked.end and asked.end < date.max and asked.end + timedelta(days=1)
    return begin, f"{last} 00:00Z" if last else "infinity"


EVENTS_VIEW = View(
    name="events",
    path="/events",
    title="Events",
    answer=answer,
    parameters=EventsParameters,
    reads=("profile",),
    capability=Capability.PERSONAL,
    past=Past.EVERYBODY,
    rows=every_event,
)
