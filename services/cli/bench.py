"""``regulars bench``: how fast this machine appends and drains, over the journal or over Kafka."""

from dataclasses import replace
from typing import Annotated

from typer import Option

from events.log.cluster import Cluster
from services.benchmark import over_kafka
from services.benchmark.measuring import Measurement, measure, scratch
from services.benchmark.over_kafka import OverKafka
from services.cli.session import opened
from services.cli.terminal import AsJson, emit, plural, stages, write, write_table
from services.settings import Settings

Events = Annotated[int, Option("--events", min=1, metavar="N", help="How many events to make up.")]
Seed = Annotated[int, Option("--seed", min=0, max=0xFFFF, metavar="N", help="The same seed makes up the same events.")]


OnKafka = Annotated[
    str | None,
    Option("--kafka", metavar="HOST:PORT", help="Measure over this Kafka, on topics of its own."),
]
Pumps = Annotated[
    int, Option("--pumps", min=1, max=16, metavar="N", help="With --kafka: how many pumps share the log.")
]


def bench(
    events: Events = 500_000, seed: Seed = 42, kafka: OnKafka = None, pumps: Pumps = 1, as_json: AsJson = False
) -> None:
    """Measure append and drain on this machine, in a database of its own.

    The database is made beside the installation's, in the same Postgres, and dropped afterwards, and so are the topics;
    nothing else is touched. With --json the last line is one JSON document.
    """
    settings = Settings.from_environment()
    with opened(replace(settings, kafka=None)) as installation, scratch(installation.dsn) as own, stages() as stage:
        if kafka is None:
            measurement: Measurement | OverKafka = measure(own, events, seed, stage)
        else:
            cluster = replace(settings.kafka or Cluster(kafka), servers=kafka)
            measurement = over_kafka.measure(own, cluster, stage, events=events, seed=seed, pumps=pumps)
    if as_json:
        emit(measurement)
    else:
        _show(measurement)


def _show(measurement: Measurement | OverKafka) -> None:
    write(f"{plural(measurement.events, 'event')} through {measurement.projections} projections", bold=True)
    write(f"append  {measurement.append_events_per_second:>10,.0f} events/s")
    write(
        f"drain   {measurement.events_per_second:>10,.0f} events/s, {plural(measurement.rows_written, 'row')} written"
    )
    write(f"raw     {measurement.raw_events_per_second:>10,.0f} events/s, reading and decoding alone")
    write(f"memory  {measurement.peak_rss_mb:>10,.0f} MB at the peak")
    write_table(["stage", "seconds"], list(measurement.seconds.items()))
