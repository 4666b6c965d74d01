"""What ``regulars bench`` measured, as a person reads it."""

from services.benchmark.desk import Desked
from services.benchmark.dial import Dialled
from services.benchmark.door import LetThrough
from services.benchmark.ingest_figures import Ingest
from services.benchmark.measuring import Measurement
from services.benchmark.over_kafka import OverKafka
from services.benchmark.page import Read
from services.benchmark.reactions import Reacted
from services.benchmark.seen import Seen
from services.cli.terminal import plural, write, write_table


def show_drain(measurement: Measurement | OverKafka) -> None:
    """Show what came of append and drain."""
    write(f"{plural(measurement.events, 'event')} through {measurement.projections} projections", bold=True)
    write(f"append  {measurement.append_events_per_second:>10,.0f} events/s")
    write(
        f"drain   {measurement.events_per_second:>10,.0f} events/s, {plural(measurement.rows_written, 'row')} written"
    )
    if isinstance(measurement, Measurement) and measurement.signals:
        write(f"signals {measurement.signals:>10,}")
    write(f"raw     {measurement.raw_events_per_second:>10,.0f} events/s, reading and decoding alone")
    write(f"memory  {measurement.peak_rss_mb:>10,.0f} MB at the peak")
    write_table(["stage", "seconds"], list(measurement.seconds.items()))


def show_ingest(measurement: Ingest) -> None:
    """Show what came of the front door."""
    write(f"{plural(measurement.events, 'event')} through the front door", bold=True)
    held = f"{measurement.log_events:,} on the log for {measurement.acknowledged_log_events:,} acknowledged"
    write(f"log     {held}, {plural(sum(measurement.refused.values()), 'request')} refused")
    loads = [("batches", measurement.batches), ("single events", measurement.singles)]
    if (slowed := measurement.slowed) is not None:
        loads.append((f"batches beside {slowed.drips:,} slow", slowed.batches))
        loads.append((f"single events beside {slowed.drips:,} slow", slowed.singles))
    names = ["load", "events/s", "p50 ms", "p99 ms", "slowest ms", "µs an event"]
    rows = [
        (name, each.events_per_second, each.p50_ms, each.p99_ms, each.max_ms, each.cpu_microseconds_per_event)
        for name, each in loads
    ]
    write_table(names, rows)
    if (watched := measurement.soak) is not None:
        memory = f"{watched.begin_rss_mb:,.0f} MB at first and {watched.end_rss_mb:,.0f} MB in the end"
        write(f"memory  {memory}, over {watched.seconds:,.0f} s at {watched.events_per_second:,.0f} events/s")


def show_door(measurement: LetThrough) -> None:
    """Show what came of the door on the intake."""
    write(f"{plural(measurement.events, 'event')} let in by one door", bold=True)
    write(f"door    {measurement.events_per_second:>10,.0f} events/s, {measurement.log_events:,} on the log")
    write(f"time    {measurement.cpu_microseconds_per_event:>10,.1f} µs of a core an event")
    write(f"memory  {measurement.peak_rss_mb:>10,.0f} MB at the peak")
    write_table(["stage", "µs an event"], list(measurement.by_stage.items()))


def show_page(measurement: Read) -> None:
    """Show what came of reading."""
    write(f"{plural(measurement.customers, 'customer')} in {plural(measurement.rows, 'row')}", bold=True)
    write(f"page    {measurement.page_p50_ms:,.2f} ms in the middle, {measurement.page_p99_ms:,.2f} ms at p99")
    write_table(["section", "p99 ms"], list(measurement.section_p99_ms.items()))
    write_table(["report", "seconds"], list(measurement.report_seconds.items()))


def show_seen(measurement: Seen) -> None:
    """Show how long pages took."""
    write(f"{plural(measurement.customers, 'customer')} with {plural(measurement.events, 'event')}", bold=True)
    rows = [[name, page.p50_ms, page.p95_ms, page.max_ms, page.first_ms] for name, page in measurement.pages.items()]
    write_table(["page", "p50 ms", "p95 ms", "most ms", "first ms"], rows)


def show_dial(measurement: Dialled) -> None:
    """Show what came of the volume dial."""
    write(
        f"{plural(measurement.customers, 'customer')} with {measurement.purchase_rows:,} days of purchases", bold=True
    )
    write(f"dials   {measurement.seconds:>10,.1f} s for a month: read, fitted, recorded and kept")
    write(f"report  {measurement.report_seconds:>10,.1f} s")
    write(f"memory  {measurement.peak_rss_mb:>10,.0f} MB at the peak")


def show_desk(measurement: Desked) -> None:
    """Show what came of the desk."""
    write(f"{plural(measurement.one_by_one.commands, 'command')} to the desk in each of three ways", bold=True)
    ways = {
        "one by one": measurement.one_by_one,
        "a hundred at once": measurement.together,
        "over HTTP": measurement.over_http,
    }
    names = ["way", "commands/s", "p50 ms", "p99 ms", "ms of CPU a command"]
    write_table(
        names, [(way, r.commands_per_second, r.p50_ms, r.p99_ms, r.cpu_milliseconds) for way, r in ways.items()]
    )
    write(f"commits synchronous_commit {measurement.synchronous_commit}, fsync {measurement.fsync}")


def show_reactions(measurement: Reacted) -> None:
    """Show what came of the reactions."""
    answered, latency = measurement.answered, measurement.latency
    write(f"{plural(answered.signals, 'signal')} answered by one worker, {answered.tasks:,} tasks opened", bold=True)
    write(f"worker  {answered.signals_per_second:>10,.0f} signals/s")
    write(f"time    {answered.cpu_microseconds_per_signal:>10,.0f} µs of a core a signal, without the database")
    write_table(["reaction", "signals"], list(answered.outcomes.items()))
    write(f"{plural(latency.events, 'event')} over Kafka, {latency.events_per_second:,.0f} a second", bold=True)
    took = f"{latency.p50_ms:,.0f} ms in the middle, {latency.p99_ms:,.0f} ms at p99, {latency.max_ms:,.0f} ms at most"
    write(f"task    {took}, from an event to its task; {latency.tasks:,} tasks")
