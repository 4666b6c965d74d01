"""``regulars bench``: how fast this machine takes events in, appends and drains, over the journal or over Kafka."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from typer import Argument, Exit, Option

from events.log.cluster import Cluster
from services.benchmark import over_kafka
from services.benchmark.api_process import only_on
from services.benchmark.cores import cores
from services.benchmark.ingest import Wishes
from services.benchmark.ingest import measure as measure_ingest
from services.benchmark.ingest_figures import Ingest, Sent
from services.benchmark.measuring import Measurement, measure, scratch
from services.benchmark.over_kafka import OverKafka
from services.cli.exit_codes import ExitCode
from services.cli.session import opened
from services.cli.terminal import AsJson, Stage, emit, plural, say, stages, write, write_table
from services.dev.broker import Broker
from services.settings import Settings


class What(StrEnum):
    """What may be measured."""

    DRAIN = "drain"
    INGEST = "ingest"


Measured = Annotated[What, Argument(help="The way from the log into the projections, or the front door over HTTP.")]
Events = Annotated[int, Option("--events", min=1, metavar="N", help="How many events to make up.")]
Seed = Annotated[int, Option("--seed", min=0, max=0xFFFF, metavar="N", help="The same seed makes up the same events.")]
OnKafka = Annotated[
    str | None,
    Option("--kafka", metavar="HOST:PORT", help="Measure over this Kafka, on topics of its own."),
]
Pumps = Annotated[
    int, Option("--pumps", min=1, max=16, metavar="N", help="With --kafka: how many pumps share the log.")
]
Seconds = Annotated[
    float, Option("--seconds", min=0.1, metavar="S", help="With ingest: how long single events come, 500 a second.")
]
Soak = Annotated[
    float, Option("--soak", min=0, metavar="S", help="With ingest: how long to watch the api's memory under load.")
]
Drip = Annotated[
    int, Option("--drip", min=0, max=10_000, metavar="N", help="With ingest: connections that say one byte a second.")
]


def bench(
    what: Measured = What.DRAIN,
    *,
    events: Events = 500_000,
    seed: Seed = 42,
    kafka: OnKafka = None,
    pumps: Pumps = 1,
    seconds: Seconds = 20,
    soak: Soak = 30,
    drip: Drip = 0,
    as_json: AsJson = False,
) -> None:
    """Measure append and drain on this machine, or the front door, in a database of its own.

    The database is made beside the installation's, in the same Postgres, and dropped afterwards, and so are the topics;
    nothing else is touched. With --json the last line is one JSON document.

    'bench ingest' has 'regulars api' on one core and everything else on the others: batches of 100, then single events
    on a schedule, then both for as long as memory is watched. Without --kafka it starts a broker of its own. It fails
    where the log does not hold exactly what was acknowledged.
    """
    settings = Settings.from_environment()
    if what is What.INGEST:
        _ingest(settings, kafka, Wishes(events, seconds, soak, drip, seed), as_json=as_json)
        return
    with opened(replace(settings, kafka=None)) as installation, scratch(installation.dsn) as own, stages() as stage:
        if kafka is None:
            measurement: Measurement | OverKafka = measure(own, events, seed, stage)
        else:
            measurement = over_kafka.measure(own, _at(settings, kafka), stage, events=events, seed=seed, pumps=pumps)
    if as_json:
        emit(measurement)
    else:
        _show(measurement)


def _ingest(settings: Settings, kafka: str | None, wishes: Wishes, *, as_json: bool) -> None:
    parted = cores()
    with (
        only_on(parted.others),
        opened(replace(settings, kafka=None)) as installation,
        scratch(installation.dsn) as own,
        stages() as stage,
        _broker(settings, kafka, stage) as cluster,
    ):
        measurement = measure_ingest(own, cluster, parted, stage, wishes)
    if as_json:
        emit(measurement)
    else:
        _show_ingest(measurement)
    if not measurement.whole:
        say("The log does not hold exactly what was acknowledged, or requests were refused.")
        raise Exit(ExitCode.NO)


def _at(settings: Settings, kafka: str) -> Cluster:
    """Return a Kafka that is reached as the installation's is."""
    return replace(settings.kafka or Cluster(kafka), servers=kafka)


@contextmanager
def _broker(settings: Settings, kafka: str | None, stage: Stage) -> Iterator[Cluster]:
    """Yield the Kafka that was named, or one that is started for this run. Raises InstallationError."""
    if kafka is not None:
        yield _at(settings, kafka)
        return
    stage("Kafka", 0, 1)
    with TemporaryDirectory(prefix="regulars-bench-") as folder, Broker(Path(folder), progress=say) as broker:
        stage("Kafka", 1, 1)
        yield Cluster(broker.address)


def _show(measurement: Measurement | OverKafka) -> None:
    write(f"{plural(measurement.events, 'event')} through {measurement.projections} projections", bold=True)
    write(f"append  {measurement.append_events_per_second:>10,.0f} events/s")
    write(
        f"drain   {measurement.events_per_second:>10,.0f} events/s, {plural(measurement.rows_written, 'row')} written"
    )
    write(f"raw     {measurement.raw_events_per_second:>10,.0f} events/s, reading and decoding alone")
    write(f"memory  {measurement.peak_rss_mb:>10,.0f} MB at the peak")
    write_table(["stage", "seconds"], list(measurement.seconds.items()))


def _show_ingest(measurement: Ingest) -> None:
    write(f"{plural(measurement.events, 'event')} through the front door", bold=True)
    held = f"{measurement.log_events:,} on the log for {measurement.acknowledged_log_events:,} acknowledged"
    write(f"log     {held}, {plural(sum(measurement.refused.values()), 'request')} refused")
    loads: list[tuple[str, Sent]] = [("batches", measurement.batches), ("single events", measurement.singles)]
    if (slowed := measurement.slowed) is not None:
        loads += [(f"{name} beside {slowed.drips} slow", sent) for name, sent in _named(slowed.batches, slowed.singles)]
    names = ["load", "events/s", "p50 ms", "p99 ms", "slowest ms", "µs an event"]
    rows = [
        (name, each.events_per_second, each.p50_ms, each.p99_ms, each.max_ms, each.cpu_microseconds_per_event)
        for name, each in loads
    ]
    write_table(names, rows)
    if (watched := measurement.soak) is not None:
        memory = f"{watched.begin_rss_mb:,.0f} MB at first and {watched.end_rss_mb:,.0f} MB in the end"
        write(f"memory  {memory}, over {watched.seconds:,.0f} s at {watched.events_per_second:,.0f} events/s")


def _named(batches: Sent, singles: Sent) -> list[tuple[str, Sent]]:
    return [("batches", batches), ("single events", singles)]
