"""The commands with Kafka as the log of record: the same questions, and answers that know what Kafka does not."""

import signal
import socket
from pathlib import Path

import pytest

from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER, as_lines, linked, order, viewed
from tests.services.cli.staying import Staying

NAMES = [projection.name for projection in PROJECTIONS]

MAPPING = """
name: till
source: till
tables:
  - {name: sales, columns: [customer, day]}
events:
  - type: regulars.visit.page_viewed.v1
    subject: "'customer:' || customer"
    time: strptime(day, '%Y%m%d') AT TIME ZONE 'UTC'
    data: {page: "'/till'"}
"""

SPEND = "SELECT sum(spend_minor) FROM projection.purchases"


@pytest.fixture
def told(with_kafka: Regulars) -> Regulars:
    """Put two orders, a visit and the link between customer and visitor on the log, folded."""
    lines = as_lines(order(1, 1000, day=1), viewed(2), linked(3), order(4, 500, day=20))
    assert with_kafka("log", "append", "-", piped=lines).exit_code == 0
    return with_kafka


def test_every_projection_has_rows_of_its_own(told: Regulars) -> None:
    """Also the timeline, which the journal serves itself; and a plain fold of the log comes to the same."""
    listed = told("projections", "--json").document["projections"]
    verified = told("verify", "--json").document

    assert {each["name"]: (each["state"], each["lag_events"]) for each in listed} == dict.fromkeys(NAMES, ("live", 0))
    assert (verified["equal"], verified["persons_equal"]) == (True, True)
    assert {each["name"]: each["rows"] for each in verified["projections"]}["timeline"] == 4
    assert told("verify", "timeline").exit_code == 0


def test_the_past_and_the_reasons_are_told(told: Regulars) -> None:
    """A person at a point in time, by both clocks, and the events behind a figure with their places."""
    then = told("as-of", CUSTOMER, "2026-03-10", "--happened", "--json").document
    known = told("as-of", CUSTOMER, "2026-03-10", "--known", "--json").exit_code
    now = told("as-of", CUSTOMER, "now", "--known", "--json").document
    why = told("why", CUSTOMER, "purchases.spend_minor", "--json").document

    assert [row["spend_minor"] for row in then["projections"]["purchases"]] == [1000]
    assert (known, now["events"], now["identifiers"]) == (1, 4, ["customer:ann", "visitor:7a"])
    assert (why["equal"], [event["said"] for event in why["events"]]) == (True, [[1000], [500]])


def test_a_known_id_is_stored_again_and_counts_once(told: Regulars, log: KafkaLog, connect: Connect) -> None:
    """Kafka does not know ids; the projections do."""
    before = sum(log.ends().values())

    ran = told("log", "append", "-", "--json", piped=as_lines(order(1, 1000, day=1)))

    assert (ran.exit_code, ran.document["counts"]) == (0, {"stored": 1})
    assert sum(log.ends().values()) == before + 1
    assert connect().execute(SPEND).fetchall() == [(1500,)]
    assert told("verify").exit_code == 0


def test_a_conflict_is_parked_and_cannot_be_redriven(told: Regulars, connect: Connect) -> None:
    """What says something else under a known id is told of at once, listed, and stays parked."""
    appended = told("log", "append", "-", piped=as_lines(order(1, 9999, day=1)))

    listed = told("deadletters", "list", "--json").document
    redriven = told("deadletters", "redrive", "--all")
    (letter,) = listed["dead_letters"]
    assert appended.err == "1 event parked: see 'regulars deadletters list'.\n"
    assert (letter["fault"], letter["field"]) == ("conflict", "id")
    assert redriven.exit_code == 3
    assert redriven.out.startswith(f"{letter['partition']}@{letter['offset']}: a conflict cannot be redriven: another")
    assert redriven.out.endswith("0 events applied, 1 still parked.\n")
    dismissed = told("deadletters", "dismiss", f"{letter['partition']}@{letter['offset']}", "--because", "sent twice")
    assert (dismissed.exit_code, told("deadletters", "redrive", "--all").exit_code) == (0, 0)
    assert connect().execute(SPEND).fetchall() == [(1500,)]


def test_the_newest_events_are_shown_and_followed(told: Regulars, database: str, kafka: Cluster) -> None:
    """In the order in which they were recorded, by subject, by type, and as they come."""
    environment = {"REGULARS_PG": database, "REGULARS_KAFKA": kafka.servers, "REGULARS_TOPIC_PREFIX": kafka.prefix}
    orders = told("log", "tail", "--type", "order", "--subject", CUSTOMER, "-n", "1", "--json").documents
    tail = Staying("log", "tail", "-f", "--json", environment=environment)
    held = {tail.read()["event"]["id"] for _ in range(4)}

    told("log", "append", "-", "--no-project", piped=as_lines(viewed(5)))
    come = tail.read()

    assert [each["event"]["id"] for each in orders] == ["event-4"]
    assert (held, come["event"]["id"]) == ({"event-1", "event-2", "event-3", "event-4"}, "event-5")
    assert tail.end(signal.SIGINT)[::2] == (0, "")


def test_the_log_is_counted(told: Regulars, log: KafkaLog) -> None:
    """Every record once by partition and once by type, with its bytes; what nobody can read counts too."""
    (record,) = log.records(3, 0, 1) or log.records(0, 0, 1)
    log.append_records([record._replace(value=b"{nope")])

    document = told("log", "stats", "--json").document
    shown = told("log", "stats")

    records = [record for partition, end in log.ends().items() for record in log.records(partition, 0, end)]
    assert {each["type"]: each["records"] for each in document["by_type"]} == {
        "(unreadable)": 1,
        "regulars.identity.linked.v1": 1,
        "regulars.order.placed.v2": 2,
        "regulars.visit.page_viewed.v1": 1,
    }
    assert (document["records"], document["bytes"]) == (5, sum(len(record.value) for record in records))
    assert {each["partition"]: each["records"] for each in document["by_partition"]} == {
        partition: end for partition, end in log.ends().items() if end
    }
    assert document["log_id"] == log.log_id
    assert max(map(len, shown.out.splitlines())) <= 100


def test_everything_can_be_rebuilt(told: Regulars) -> None:
    """From the first record of the topic, the timeline too."""
    ran = told("rebuild", "--all")

    assert ran.exit_code == 0
    assert ran.out.count("  equal\n") == len(NAMES)


def test_a_file_is_imported(with_kafka: Regulars, tmp_path: Path, connect: Connect) -> None:
    """Importing it again stores its facts again, which count once."""
    path = tmp_path / "sales.csv"
    path.write_text("customer,day\n1,19970101\n2,19970112\n", encoding="utf-8")
    mapping = tmp_path / "till.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")

    imports = [with_kafka("import", str(path), "--mapping", str(mapping), "--json") for _ in range(2)]

    assert [(ran.exit_code, ran.document["imported"]) for ran in imports] == [(0, 2), (0, 2)]
    assert connect().execute("SELECT count(*) FROM projection.timeline").fetchall() == [(2,)]


def test_up_is_a_pump(told: Regulars, database: str, kafka: Cluster) -> None:
    """It keeps the projections in step together with others, and ends cleanly."""
    environment = {"REGULARS_PG": database, "REGULARS_KAFKA": kafka.servers, "REGULARS_TOPIC_PREFIX": kafka.prefix}
    first, second = (Staying("up", environment=environment) for _ in range(2))
    for each in (first, second):
        each.wait_for("caught up")

    ran = told("log", "append", "-", piped=as_lines(order(5, 100)))
    leaders = told("projections", "--json").document["leaders"]

    ended = [each.end() for each in (first, second)]
    assert ran.exit_code == 0
    assert len({each["application_name"] for each in leaders}) == 2
    assert [exit_code for exit_code, *_ in ended] == [0, 0]
    assert told("verify").exit_code == 0


def test_nothing_is_appended_where_nobody_projects_it(
    regulars: Regulars, log: KafkaLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The projections are of the journal: the sentence says how to move it."""
    with monkeypatch.context() as without:
        without.delenv("REGULARS_KAFKA")
        regulars("log", "append", "-", piped=as_lines(viewed(1)))

    ran = regulars("log", "append", "-", piped=as_lines(viewed(2)))

    assert (ran.exit_code, ran.out, sum(log.ends().values())) == (4, "", 0)
    assert "'regulars log copy' moves it to Kafka." in ran.err


def test_a_kafka_that_is_away_is_one_sentence(with_kafka: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, without what its client has to say, and with the code that says that it cannot be done now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setenv("REGULARS_KAFKA", address)

        ran = with_kafka("log", "append", "-", piped=as_lines(viewed(1)))

    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err == f"regulars: Kafka cannot be reached ({address}: Connection refused).\n"


def test_a_topic_that_is_missing_is_one_sentence(
    with_kafka: Regulars, kafka: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to run."""
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", f"{kafka.prefix}-other")

    ran = with_kafka("projections")

    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.endswith(f"has no topic {kafka.prefix}-other.events: run 'regulars topics create'.\n")
