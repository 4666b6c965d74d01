"""``regulars deadletters``: what the front door turned away is listed, shown, sent once after a fix, or dismissed."""

import json
from pathlib import Path
from typing import Any

import pytest

from events.log.kafka import KafkaLog
from services.ingest import registry, verdicts
from services.ingest.verdict import Outcome
from services.installation import Connection
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, event
from tests.services.ingest.refusals import refused, searched

BAD, GOOD = searched(results="many"), searched(results=0)
SEARCHES = "SELECT coalesce(sum(searches), 0) FROM projection.unmet_demand"
UNPLANNED = "types: {regulars.visit.ended.v1: any}\nunplanned_types: block"


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a registry with one source."""
    opened = connect()
    registry.add(opened, "shop")
    return opened


def turned_away(connection: Connection, body: bytes = BAD, **said: Any) -> str:  # noqa: ANN401 - as refused takes it
    """Turn a message away, and return its place."""
    (number,) = verdicts.store(connection, [refused(body, **said)])
    return f"door:{number}"


def searches(connection: Connection) -> int:
    """Return how many searches were folded."""
    return int(connection.execute(SEARCHES).fetchall()[0][0])


def test_what_was_turned_away_is_listed_with_its_reason(regulars: Regulars, connection: Connection) -> None:
    """Whose it was, its id and how often it came; by source and by fault."""
    places = [turned_away(connection), turned_away(connection, b"2", source="till", outcome=Outcome.CONFLICT)]
    turned_away(connection)

    listed, document = regulars("deadletters", "list"), regulars("deadletters", "list", "--json").document
    till = regulars("deadletters", "list", "--source", "till", "--json").document
    conflicts = regulars("deadletters", "list", "--fault", "conflict", "--json").document

    assert listed.out.splitlines()[2].split()[:4] == [places[0], "shop", "m-1", "invalid_field"]
    assert listed.out.endswith("No event is parked.\n2 messages turned away by the front door.\n")
    assert max(map(len, listed.out.splitlines())) <= 100
    assert (document["turned_away"], document["parked"]) == (2, 0)
    assert [(row["place"], row["seen"], row["body"]) for row in document["door"]] == [
        (places[0], 2, BAD.decode()), (places[1], 1, "2"),
    ]  # fmt: skip
    assert [row["place"] for row in till["door"]] == [row["place"] for row in conflicts["door"]] == [places[1]]


def test_one_message_is_shown_with_its_body(regulars: Regulars, connection: Connection) -> None:
    """All that is needed to mend it, and nothing that could steer a terminal; what was not turned away is a no."""
    place = turned_away(connection, b"{\x1b[2J\xff", origin="/v1/batch", message_id="m\r1")

    shown, document = regulars("deadletters", "show", place), regulars("deadletters", "show", place, "--json").document
    unknown = regulars("deadletters", "show", "door:999")

    assert "source     shop, by segment at /v1/batch\n" in shown.out
    assert "message    m\\r1\n" in shown.out
    assert "reason     properties.results_count: is no number\n" in shown.out
    assert shown.out.endswith("body       {\\x1b[2J\\xff\n")
    assert (document["message_id"], document["body_base64"]) == ("m\r1", "extbMkr/")
    assert unknown[::2] == (
        1, "regulars: Nothing was turned away as door:999: 'regulars deadletters list' shows what was.\n",
    )  # fmt: skip


def test_a_mended_message_counts_once(regulars: Regulars, connection: Connection, tmp_path: Path) -> None:
    """It is on the log and folded, under its own id; a second time nothing is sent."""
    place, file = turned_away(connection), tmp_path / "mended.json"
    file.write_bytes(GOOD)

    still = regulars("deadletters", "redrive", place)
    sent = regulars("deadletters", "redrive", place, "--with", str(file))
    again = regulars("deadletters", "redrive", place, "--with", "-", "--json", piped=GOOD.decode())

    assert (still.exit_code, still.out.splitlines()[-1]) == (3, "0 messages settled, 1 still turned away.")
    assert still.out.startswith(f"{place}: still turned away: properties.results_count: ")
    assert (sent.exit_code, sent.out) == (
        0,
        f"{place}: on the log as shop:m-1\n1 message settled, 0 still turned away.\n",
    )
    assert (again.exit_code, again.document["door"][0]["before"]) == (0, True)
    assert (searches(connection), regulars("deadletters", "list").out) == (1, "No event is parked.\n")
    assert "redriven with another body, as shop:m-1\n" in regulars("deadletters", "show", place).out


def test_a_mended_plan_lets_everything_in(regulars: Regulars, connection: Connection) -> None:
    """All that is open is tried, page by page or not; what is still not right is counted."""
    for number in range(5):
        turned_away(connection, searched(f"m-{number}", results=0), message_id=f"m-{number}")
    turned_away(connection, b"{nope")
    registry.change(connection, "shop", plan=UNPLANNED)
    blocked = regulars("deadletters", "redrive", "--all", "--json")
    registry.change(connection, "shop", plan="")

    sent = regulars("deadletters", "redrive", "--all", "--no-project")

    assert (blocked.exit_code, len(blocked.document["door"])) == (3, 6)
    assert all(each["turned_away"] for each in blocked.document["door"])
    assert (sent.exit_code, sent.out.splitlines()[-1]) == (3, "5 messages settled, 1 still turned away.")
    assert regulars("log", "stats", "--json").document["records"] == 5


def test_a_conflict_ends_when_it_is_dismissed(regulars: Regulars, connection: Connection) -> None:
    """Until then every redrive ends with 3. It is told from what is parked by its place."""
    assert regulars("log", "append", "-", piped=as_lines(event(1, "visit.started.v1"))).exit_code == 0
    connection.execute("UPDATE journal.event SET value = %s", [b"{nope"])
    first, second = (
        turned_away(connection, searched(query=name), outcome=Outcome.CONFLICT) for name in ("jug", "teapot")
    )
    before = regulars("deadletters", "redrive", "--all")

    dismissed = regulars("deadletters", "dismiss", first, "--because", "sent twice by a broken till")
    again = regulars("deadletters", "dismiss", first, "--because", "another", "--json")
    as_new = regulars("deadletters", "redrive", second, "--as-new")

    number = second.removeprefix("door:")
    assert (before.exit_code, before.out.count("dismiss this one, or redrive it with --as-new")) == (3, 2)
    assert (dismissed.exit_code, dismissed.out) == (0, f"{first}: dismissed\n")
    assert again.document == {"dismissed": [{"place": first, "now": False}]}
    assert as_new.out.startswith(f"{second}: on the log as shop:m-1:door-{number}\n")
    assert regulars("deadletters", "redrive", "--all").exit_code == 0
    assert "dismissed: sent twice by a broken till\n" in regulars("deadletters", "show", first).out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("redrive", "door:x"), "'door:x' names nothing that the front door turned away: write door:NUMBER, such as"),
        (("redrive", "--all", "door:1"), "Name the places of the events, or give --all."),
        (("redrive", "--all", "--as-new"), "--with and --as-new are for one message that was turned away"),
        (("redrive", "0@1", "--with", "x"), "--with and --as-new are for one message that was turned away"),
        (("redrive", "door:1", "door:2", "--as-new"), "--with and --as-new are for one message that was turned away"),
        (("dismiss", "door:1", "--because", " "), "--because is empty: say why it will never be right."),
        (("dismiss", "17", "--because", "x"), "'17' is no place on the log"),
    ],
)
def test_what_is_meant_must_be_clear(regulars: Regulars, arguments: tuple[str, ...], sentence: str) -> None:
    """Before anything is changed."""
    ran = regulars("deadletters", *arguments)

    assert (ran.exit_code, ran.out) == (2, "")
    assert sentence in ran.err


def test_nothing_is_dismissed_where_one_place_is_wrong(regulars: Regulars, connection: Connection) -> None:
    """All of them or none."""
    place = turned_away(connection)

    ran = regulars("deadletters", "dismiss", place, "door:999", "--because", "nonsense")

    assert (ran.exit_code, verdicts.open_count(connection)) == (1, 1)


def test_over_kafka_a_message_counts_once(with_kafka: Regulars, log: KafkaLog, connection: Connection) -> None:
    """It is found there when it is folded, so its sender's own second try and a redrive are one; a conflict is told."""
    place = turned_away(connection)
    sent = with_kafka("deadletters", "redrive", place, "--with", "-", piped=GOOD.decode())
    same, other = turned_away(connection, b"{nope"), turned_away(connection, b"{no")

    once = with_kafka("deadletters", "redrive", same, "--with", "-", piped=GOOD.decode())
    conflict = with_kafka("deadletters", "redrive", other, "--with", "-", piped=searched(query="jug").decode())
    parked = with_kafka("deadletters", "list", "--json").document

    records = [record for partition, end in log.ends().items() for record in log.records(partition, 0, end)]
    assert [json.loads(record.value)["id"] for record in records] == ["shop:m-1"]
    assert (sent.exit_code, once.exit_code, conflict.exit_code) == (0, 0, 3)
    assert "is an event 'shop:m-1' that says something else; dismiss this one, or" in conflict.out
    assert (parked["parked"], [row["place"] for row in parked["door"]]) == (0, [other])
    assert searches(connection) == 1
