"""``regulars bench``: how fast this machine appends and drains."""

from typing import Annotated

from typer import Option

from services.benchmark.measuring import Measurement, measure, scratch
from services.cli.session import opened
from services.cli.terminal import AsJson, emit, plural, stages, write, write_table

Events = Annotated[int, Option("--events", min=1, metavar="N", help="How many events to make up.")]
Seed = Annotated[int, Option("--seed", min=0, max=0xFFFF, metavar="N", help="The same seed makes up the same events.")]


def bench(events: Events = 500_000, seed: Seed = 42, as_json: AsJson = False) -> None:
    """Measure append and drain on this machine, in a database of its own.

    The database is made beside the installation's, in the same Postgres, and dropped afterwards; nothing else is
    touched. With --json the last line is one JSON document.
    """
    with opened() as installation, scratch(installation.dsn) as own, stages() as stage:
        measurement = measure(own, events, seed, stage)
    if as_json:
        emit(measurement)
    else:
        _show(measurement)


def _show(measurement: Measurement) -> None:
    write(f"{plural(measurement.events, 'event')} through {measurement.projections} projections", bold=True)
    write(f"append  {measurement.append_events_per_second:>10,.0f} events/s")
    write(
        f"drain   {measurement.events_per_second:>10,.0f} events/s, {plural(measurement.rows_written, 'row')} written"
    )
    write(f"raw     {measurement.raw_events_per_second:>10,.0f} events/s, reading and decoding alone")
    write(f"memory  {measurement.peak_rss_mb:>10,.0f} MB at the peak")
    write_table(["stage", "seconds"], list(measurement.seconds.items()))
