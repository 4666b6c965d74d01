"""Every metric there is: its name, how it behaves, and what it says. The README lists the same."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a metric behaves, in Prometheus' words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    """A metric as it is scraped; the README lists the same."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()


BUILD = Metric("regulars_build_info", Kind.GAUGE, "Always 1; the label says which version runs.", ("version",))

READ = Metric("regulars_pump_records_read_total", Kind.COUNTER, "Records read, those read again after a stop included.")
EVENTS = Metric("regulars_pump_events_total", Kind.COUNTER, "Events folded and committed.")
ROWS = Metric("regulars_pump_rows_total", Kind.COUNTER, "Rows written, over all projections.")
PARKED = Metric(
    "regulars_pump_parked_total",
    Kind.COUNTER,
    "Dead letters written; one for each projection that could not fold an event.",
)
DUPLICATES = Metric(
    "regulars_pump_duplicates_total", Kind.COUNTER, "Events that did not count, since the log has them twice."
)
BATCHES = Metric("regulars_pump_batches_total", Kind.COUNTER, "Batches committed.")
STAGES = Metric(
    "regulars_pump_stage_seconds_total",
    Kind.COUNTER,
    "Time by stage: read (waiting for events too), fold, wait (for the commit before), commit (beside the others).",
    ("stage",),
)
BATCH_SECONDS = Metric(
    "regulars_pump_batch_seconds", Kind.HISTOGRAM, "A batch's time from its first fold to the answer to COMMIT."
)
COMMIT_SECONDS = Metric("regulars_pump_commit_seconds", Kind.HISTOGRAM, "A batch's time in its transaction.")
FENCED = Metric("regulars_pump_fenced_total", Kind.COUNTER, "Times another pump turned out to own our partitions.")
REBALANCES = Metric("regulars_pump_rebalances_total", Kind.COUNTER, "Times partitions were given or taken.")
INTERRUPTIONS = Metric(
    "regulars_pump_interruptions_total",
    Kind.COUNTER,
    "Times the database or the log did not answer, so we began again.",
)
PARTITIONS = Metric("regulars_pump_partitions", Kind.GAUGE, "Partitions that this process holds.")
LOG_END = Metric("regulars_log_end_offset", Kind.GAUGE, "Where the log ends.", ("partition",))
LAG_EVENTS = Metric(
    "regulars_lag_events", Kind.GAUGE, "Events on the log that are not folded yet.", ("projection", "partition")
)
LAG_SECONDS = Metric(
    "regulars_lag_seconds",
    Kind.GAUGE,
    "For how long the oldest event that is not folded has been on the log.",
    ("projection", "partition"),
)
PARKED_NOW = Metric("regulars_parked_events", Kind.GAUGE, "Events that are parked now, whichever process parked them.")

RELAYED = Metric("regulars_relay_published_total", Kind.COUNTER, "Messages that Kafka acknowledged.", ("outbox",))
BACKLOG = Metric("regulars_relay_backlog", Kind.GAUGE, "Rows that are not published yet.", ("outbox",))
RELAY_INTERRUPTIONS = Metric(
    "regulars_relay_interruptions_total", Kind.COUNTER, "Times the database or Kafka did not answer, so we began again."
)
LEADING = Metric("regulars_relay_leading", Kind.GAUGE, "1 while this process publishes, 0 while it waits for another.")

MESSAGES = Metric(
    "regulars_ingest_messages_total", Kind.COUNTER, "Messages by what became of them.", ("source", "outcome")
)
REQUESTS = Metric("regulars_ingest_requests_total", Kind.COUNTER, "Requests answered.", ("route", "status"))
REQUEST_SECONDS = Metric(
    "regulars_ingest_request_seconds", Kind.HISTOGRAM, "A request's time, from its head to the end of its answer."
)
AWAY = Metric("regulars_ingest_away", Kind.GAUGE, "1 while events or refused messages cannot be stored.", ("what",))
VIEWERS = Metric(
    "regulars_live_viewers", Kind.GAUGE, "Browsers that are told what moves, or of events as they come in.", ("stream",)
)

CONNECTED = Metric(
    "regulars_connector_records_total",
    Kind.COUNTER,
    "Records of a source by what became of them.",
    ("connector", "outcome"),
)
PASSED_OVER = Metric(
    "regulars_connector_passed_over_total",
    Kind.COUNTER,
    "Records that are no change of a row, by kind.",
    ("connector", "kind"),
)
CONNECT_INTERRUPTIONS = Metric(
    "regulars_connector_interruptions_total",
    Kind.COUNTER,
    "Times the source, the database or Kafka did not answer, so we began again.",
    ("connector",),
)
FOLLOWING = Metric(
    "regulars_connector_following",
    Kind.GAUGE,
    "1 while this process follows the source, 0 while it waits for another.",
    ("connector",),
)

DOOR_READ = Metric("regulars_door_read_total", Kind.COUNTER, "Records of the intake read, those read again included.")
DOOR_STORED = Metric("regulars_door_stored_total", Kind.COUNTER, "Events written to the log of record.")
DOOR_REFUSED = Metric("regulars_door_refused_total", Kind.COUNTER, "Records refused, and kept with the reason.")
DOOR_BLOCKED = Metric(
    "regulars_door_blocked_total", Kind.COUNTER, "Records refused since a tracking plan blocks them; among the refused."
)
DOOR_BATCHES = Metric("regulars_door_batches_total", Kind.COUNTER, "Batches acknowledged and committed.")
DOOR_STAGES = Metric(
    "regulars_door_stage_seconds_total",
    Kind.COUNTER,
    "Time by stage: read (waiting for records too), check, wait (for the batch before to be acknowledged).",
    ("stage",),
)
DOOR_LAG = Metric(
    "regulars_door_lag_records", Kind.GAUGE, "Records of the intake to come, by partition.", ("partition",)
)
DOOR_REBALANCES = Metric("regulars_door_rebalances_total", Kind.COUNTER, "Times partitions were given or taken.")
DOOR_INTERRUPTIONS = Metric(
    "regulars_door_interruptions_total", Kind.COUNTER, "Times the database or Kafka did not answer, so we began again."
)

HEARD = Metric("regulars_reactions_signals_total", Kind.COUNTER, "Signals heard, those heard again included.")
FIRINGS = Metric(
    "regulars_reactions_firings_total",
    Kind.COUNTER,
    "What came of signals in reactions: fired, held or failed.",
    ("reaction", "outcome"),
)
REFUSED = Metric(
    "regulars_reactions_refused_total", Kind.COUNTER, "Commands that the rules of the desk refused.", ("reaction",)
)
UNREADABLE = Metric("regulars_reactions_unreadable_total", Kind.COUNTER, "Messages that are no signal, and were kept.")
TIMERS = Metric("regulars_reactions_timers_total", Kind.COUNTER, "Timers that ran out and were raised.")
SWEPT = Metric("regulars_reactions_swept_total", Kind.COUNTER, "Signals that a sweep found.", ("sweep",))
REACTION_INTERRUPTIONS = Metric(
    "regulars_reactions_interruptions_total",
    Kind.COUNTER,
    "Times the database or Kafka did not answer, so we began again.",
)
REACTIONS_LEADING = Metric(
    "regulars_reactions_leading", Kind.GAUGE, "1 while this process raises timers, 0 while another does."
)

OUTGOING_SENT = Metric(
    "regulars_outgoing_sent_total", Kind.COUNTER, "Webhooks and messages that were taken.", ("channel",)
)
OUTGOING_FAILED = Metric("regulars_outgoing_failed_total", Kind.COUNTER, "Tries that failed.", ("channel",))
OUTGOING_DEAD = Metric("regulars_outgoing_dead_total", Kind.COUNTER, "Deliveries given up for dead.", ("channel",))
OUTGOING_HELD = Metric(
    "regulars_outgoing_held_total", Kind.COUNTER, "Times a rule held a message back, or had it wait.", ("rule",)
)
OUTGOING_QUEUE = Metric(
    "regulars_outgoing_deliveries", Kind.GAUGE, "Deliveries that wait, are held back, or are dead.", ("state",)
)

PUMP = (
    READ,
    EVENTS,
    ROWS,
    PARKED,
    DUPLICATES,
    BATCHES,
    STAGES,
    BATCH_SECONDS,
    COMMIT_SECONDS,
    FENCED,
    REBALANCES,
    INTERRUPTIONS,
    PARTITIONS,
    LOG_END,
    LAG_EVENTS,
    LAG_SECONDS,
    PARKED_NOW,
)
RELAY = (RELAYED, BACKLOG, RELAY_INTERRUPTIONS, LEADING)
INGEST = (MESSAGES, REQUESTS, REQUEST_SECONDS, AWAY, VIEWERS)
CONNECT = (CONNECTED, PASSED_OVER, CONNECT_INTERRUPTIONS, FOLLOWING)
DOOR = (
    DOOR_READ,
    DOOR_STORED,
    DOOR_REFUSED,
    DOOR_BLOCKED,
    DOOR_BATCHES,
    DOOR_STAGES,
    DOOR_LAG,
    DOOR_REBALANCES,
    DOOR_INTERRUPTIONS,
)
REACTIONS = (HEARD, FIRINGS, REFUSED, UNREADABLE, TIMERS, SWEPT, REACTION_INTERRUPTIONS, REACTIONS_LEADING)
OUTGOING = (OUTGOING_SENT, OUTGOING_FAILED, OUTGOING_DEAD, OUTGOING_HELD, OUTGOING_QUEUE)
METRICS = (BUILD, *PUMP, *RELAY, *INGEST, *CONNECT, *DOOR, *REACTIONS, *OUTGOING)
"""Every metric of ours; those of the process itself come from prometheus-client."""
