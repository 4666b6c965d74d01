"""``regulars log tail`` and ``log stats``: a look into the log of record."""

import re
import signal

import pytest

from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER, VISITOR, as_lines, order, viewed
from tests.services.cli.staying import Staying

pytestmark = pytest.mark.usefixtures("history")


def test_the_newest_events_come_last(regulars: Regulars) -> None:
    """As many as asked for, in the order in which they were recorded."""
    for each in (viewed(5), order(6, 100)):
        regulars("log", "append", "-", piped=as_lines(each))

    ran = regulars("log", "tail", "-n", "2", "--json")

    assert [document["event"]["id"] for document in ran.documents] == ["event-5", "event-6"]
    assert ran.documents[0].keys() == {"partition", "offset", "recorded_at", "event"}


def test_a_line_says_when_where_what_and_who(regulars: Regulars) -> None:
    """A person reads the time of recording, the place, the type, the subject and what was said."""
    ran = regulars("log", "tail", "--subject", VISITOR)

    (line,) = ran.out.splitlines()
    assert re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  \d@\d ", line)
    assert f"regulars.visit.page_viewed.v1  {VISITOR}" in line
    assert '"page":"/kettles"' in line


def test_filters_leave_out_the_rest(regulars: Regulars) -> None:
    """By subject and by a part of the type, also together."""
    of_customer = regulars("log", "tail", "--subject", CUSTOMER, "--json").documents
    of_orders = regulars("log", "tail", "--type", "order", "-n", "1", "--json").documents
    of_both = regulars("log", "tail", "--type", "order", "--subject", VISITOR, "--json").documents

    assert [each["event"]["id"] for each in of_customer] == ["event-1", "event-3", "event-4"]
    assert [each["event"]["id"] for each in of_orders] == ["event-4"]
    assert of_both == []


def test_what_cannot_be_read_is_shown_as_it_is(regulars: Regulars, connect: Connect) -> None:
    """Bytes that are no event are shown with the reason; what could steer a terminal is spelled out."""
    connect().execute("UPDATE journal.event SET value = %s WHERE subject = %s", [b"{\x1b[2J", VISITOR])

    ran = regulars("log", "tail", "--subject", VISITOR)
    (document,) = regulars("log", "tail", "--subject", VISITOR, "--json").documents

    assert "UNREADABLE" in ran.out
    assert "\x1b" not in ran.out
    assert document["value"] == "{\x1b[2J"
    assert document["error"].startswith("event: is not valid JSON")


def test_a_subject_that_is_none_is_refused(regulars: Regulars) -> None:
    """The sentence says how a subject is written."""
    ran = regulars("log", "tail", "--subject", "ann")

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err == "regulars: SUBJECT is 'ann': write KIND:ID, such as customer:42.\n"


def test_what_comes_is_followed(regulars: Regulars, database: str) -> None:
    """With --follow what is there is shown, then each event that comes, until Ctrl-C, which is no error."""
    tail = Staying("log", "tail", "-f", "--json", environment={"REGULARS_PG": database})
    held = {tail.read()["event"]["id"] for _ in range(4)}
    regulars("log", "append", "-", piped=as_lines(viewed(5)))
    come = tail.read()

    exit_code, out, err = tail.end(signal.SIGINT)

    assert (held, come["event"]["id"]) == ({"event-1", "event-2", "event-3", "event-4"}, "event-5")
    assert (exit_code, out, err) == (0, "", "")


def test_statistics_count_partitions_and_types(regulars: Regulars, connect: Connect) -> None:
    """Every record counts once in each table, and the bytes are those of the events."""
    document = regulars("log", "stats", "--json").document

    (held,) = connect().execute("SELECT sum(length(value)) FROM journal.event").fetchall()
    types = {each["type"]: each["records"] for each in document["by_type"]}
    assert types == {
        "regulars.identity.linked.v1": 1,
        "regulars.order.placed.v2": 2,
        "regulars.visit.page_viewed.v1": 1,
    }
    assert (document["records"], document["bytes"]) == (4, held[0])
    assert sum(each["records"] for each in document["by_partition"]) == 4


def test_statistics_are_readable_at_a_hundred_columns(regulars: Regulars) -> None:
    """Where nobody looks, a table is as wide as 100 columns allow, and nothing is cut."""
    ran = regulars("log", "stats")

    assert max(map(len, ran.out.splitlines())) <= 100
    assert "regulars.visit.page_viewed.v1" in ran.out
