"""``regulars bench``: how fast this machine takes events in, appends and drains, over the journal or over Kafka."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, TypeVar

from typer import Argument, Exit, Option

from events.log.cluster import Cluster
from services.benchmark import over_kafka
from services.benchmark.api_process import only_on
from services.benchmark.cores import cores
from services.benchmark.desk import measure_desk
from services.benchmark.dial import measure_dial
from services.benchmark.door import measure_door
from services.benchmark.ingest import Wishes
from services.benchmark.ingest import measure as measure_ingest
from services.benchmark.measuring import Measurement, measure, scratch
from services.benchmark.over_kafka import OverKafka
from services.benchmark.page import measure_page
from services.benchmark.reactions import Reacted, measure_answers, measure_latency
from services.benchmark.seen import measure_seen
from services.cli.bench_shown import (
    show_desk,
    show_dial,
    show_door,
    show_drain,
    show_ingest,
    show_page,
    show_reactions,
    show_seen,
)
from services.cli.exit_codes import ExitCode
from services.cli.session import opened
from services.cli.terminal import AsJson, Stage, emit, say, stages
from services.dev.broker import Broker
from services.installation import Installation
from services.settings import Settings

M = TypeVar("M")
EVENTS_A_SECOND = 1_000
"""How fast events come while it is timed how soon they are reacted to."""


class What(StrEnum):
    """What may be measured."""

    DRAIN = "drain"
    INGEST = "ingest"
    DOOR = "door"
    PAGE = "page"
    DIAL = "dial"
    DESK = "desk"
    REACTIONS = "reactions"
    SEEN = "seen"


Way = Annotated[
    What,
    Argument(
        help="From the log into the projections; the front door over HTTP; the door on Kafka's intake; reading; the"
        " volume dial; the desk; the reactions; or what people see."
    ),
]
Events = Annotated[int, Option("--events", min=1, metavar="N", help="How many events to make up.")]
Seed = Annotated[int, Option("--seed", min=0, max=0xFFFF, metavar="N", help="The same seed makes up the same events.")]
OnKafka = Annotated[
    str | None,
    Option("--kafka", metavar="HOST:PORT", help="Measure over this Kafka, on topics of its own."),
]
Pumps = Annotated[
    int, Option("--pumps", min=1, max=16, metavar="N", help="With --kafka: how many pumps share the log.")
]
News = Annotated[
    bool, Option("--news", help="With drain, without --kafka: the projections are there first, so signals are raised.")
]
Seconds = Annotated[
    float,
    Option("--seconds", min=0.1, metavar="S", help="With ingest or reactions: how long events come on a schedule."),
]
Soak = Annotated[
    float, Option("--soak", min=0, metavar="S", help="With ingest: how long to watch the api's memory under load.")
]
Drip = Annotated[
    int, Option("--drip", min=0, max=10_000, metavar="N", help="With ingest: connections that say one byte a second.")
]
Commands = Annotated[
    int, Option("--commands", min=10, metavar="N", help="With desk or reactions: how many to give, or to tell.")
]
Customers = Annotated[
    int, Option("--customers", min=100, metavar="N", help="With page, dial or seen: how many to make up.")
]


def bench(
    what: Way = What.DRAIN,
    *,
    events: Events = 500_000,
    seed: Seed = 42,
    kafka: OnKafka = None,
    pumps: Pumps = 1,
    news: News = False,
    seconds: Seconds = 20,
    soak: Soak = 30,
    drip: Drip = 0,
    customers: Customers = 1_000_000,
    commands: Commands = 5_000,
    as_json: AsJson = False,
) -> None:
    """Measure append and drain on this machine, or a door to it, in a database of its own.

    The database is made beside the installation's, in the same Postgres, and dropped afterwards, and so are the topics;
    nothing else is touched. With --json the last line is one JSON document.

    'bench ingest' has 'regulars api' on one core and everything else on the others: batches of 100, then single events
    on a schedule, then both for as long as memory is watched. 'bench door' has one 'regulars door' let a backlog in.
    Without --kafka these two start a broker of their own, and they fail where the log does not hold exactly what was
    acknowledged. 'bench page' makes up customers, and reads pages of some, and every report; 'bench dial' fits the
    volume dial of as many. 'bench desk' gives --commands commands on one core: one by one, a hundred in a transaction,
    and over HTTP. 'bench reactions' has one worker answer what --commands events signal; then 1,000 events a second
    come over Kafka, with a pump, a relay and a worker at work, and it times their tasks. 'bench seen' looks at pages,
    filters and searches of many customers with --events page views, as a browser does; a million takes a while.
    """
    settings = Settings.from_environment()
    match what:
        case What.INGEST:
            _ingest(settings, kafka, Wishes(events, seconds, soak, drip, seed), as_json=as_json)
        case What.DOOR:
            _door(settings, kafka, events, seed, as_json=as_json)
        case What.PAGE:
            _alone(settings, partial(measure_page, customers=customers, seed=seed), show_page, as_json=as_json)
        case What.DIAL:
            _alone(settings, partial(measure_dial, customers=customers, seed=seed), show_dial, as_json=as_json)
        case What.DESK:
            _desk(settings, commands, seed, as_json=as_json)
        case What.SEEN:
            seen = partial(measure_seen, customers=customers, events=events, seed=seed)
            _alone(settings, seen, show_seen, as_json=as_json)
        case What.REACTIONS:
            _reactions(settings, kafka, commands, seconds, as_json=as_json)
        case What.DRAIN:
            _drain(settings, kafka, events, seed, pumps, news=news, as_json=as_json)


def _drain(
    settings: Settings, kafka: str | None, events: int, seed: int, pumps: int, *, news: bool, as_json: bool
) -> None:
    with opened(replace(settings, kafka=None)) as installation, scratch(installation.dsn) as own, stages() as stage:
        if kafka is None:
            measurement: Measurement | OverKafka = measure(own, events, seed, stage, news=news)
        else:
            measurement = over_kafka.measure(own, _at(settings, kafka), stage, events=events, seed=seed, pumps=pumps)
    if as_json:
        emit(measurement)
    else:
        show_drain(measurement)


def _ingest(settings: Settings, kafka: str | None, wishes: Wishes, *, as_json: bool) -> None:
    parted = cores()
    with only_on(parted.others), _over_kafka(settings, kafka) as (own, cluster, stage):
        measurement = measure_ingest(own, cluster, parted, stage, wishes)
    if as_json:
        emit(measurement)
    else:
        show_ingest(measurement)
    _be_whole(whole=measurement.whole)


def _door(settings: Settings, kafka: str | None, events: int, seed: int, *, as_json: bool) -> None:
    with _over_kafka(settings, kafka) as (own, cluster, stage):
        measurement = measure_door(own, cluster, stage, events=events, seed=seed)
    if as_json:
        emit(measurement)
    else:
        show_door(measurement)
    _be_whole(whole=measurement.whole)


def _alone(
    settings: Settings, measure: Callable[[Installation, Stage], M], show: Callable[[M], None], *, as_json: bool
) -> None:
    """Measure in a database of its own, and show what came of it."""
    with opened(replace(settings, kafka=None)) as installation, scratch(installation.dsn) as own, stages() as stage:
        measurement = measure(own, stage)
    if as_json:
        emit(measurement)
    else:
        show(measurement)


def _desk(settings: Settings, commands: int, seed: int, *, as_json: bool) -> None:
    parted = cores()
    with (
        only_on(parted.others),
        opened(replace(settings, kafka=None)) as installation,
        scratch(installation.dsn) as own,
        stages() as stage,
    ):
        measurement = measure_desk(own, parted, stage, commands=commands, seed=seed)
    if as_json:
        emit(measurement)
    else:
        show_desk(measurement)
    _be_whole(whole=measurement.whole)


def _reactions(settings: Settings, kafka: str | None, events: int, seconds: float, *, as_json: bool) -> None:
    with opened(replace(settings, kafka=None)) as installation, scratch(installation.dsn) as own, stages() as stage:
        answered = measure_answers(own, stage, events)
    with _over_kafka(settings, kafka) as (own, cluster, stage):
        latency = measure_latency(own, cluster, stage, seconds=seconds, rate=EVENTS_A_SECOND)
    if as_json:
        emit(Reacted(answered=answered, latency=latency))
    else:
        show_reactions(Reacted(answered=answered, latency=latency))
    _be_whole(whole=latency.whole)


def _be_whole(*, whole: bool) -> None:
    if not whole:
        say("There is not exactly what was acknowledged, or something was refused.")
        raise Exit(ExitCode.NO)


@contextmanager
def _over_kafka(settings: Settings, kafka: str | None) -> Iterator[tuple[Installation, Cluster, Stage]]:
    """Yield a database of its own and a Kafka: the one that was named, or one that is started for this run."""
    with ExitStack() as held:
        installation = held.enter_context(opened(replace(settings, kafka=None)))
        own = held.enter_context(scratch(installation.dsn))
        if kafka is not None:
            cluster = _at(settings, kafka)
        else:
            folder = held.enter_context(TemporaryDirectory(prefix="regulars-bench-"))
            cluster = Cluster(held.enter_context(Broker(Path(folder), progress=say)).address)
        yield own, cluster, held.enter_context(stages())


def _at(settings: Settings, kafka: str) -> Cluster:
    """Return a Kafka that is reached as the installation's is."""
    return replace(settings.kafka or Cluster(kafka), servers=kafka)
