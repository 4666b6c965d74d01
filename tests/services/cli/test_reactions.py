"""``regulars reactions``: what would fire and why, what fired, and what was held back by which rule."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.installation import Connection
from services.reactions.registered import REACTIONS, SWEEPS
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.ingest.doors import database_for

SIGNAL = """
INSERT INTO reactions.firing (signal, reaction, kind, subject, event_id, happened_at, raised_at, detail, fired_at,
                              outcome, code, words, actions)
VALUES (%(signal)s, %(reaction)s, 'complaint_opened', %(subject)s, 'e-1', now(), now(), '{"complaint": "c-1"}',
        now(), %(outcome)s, %(code)s, %(words)s, %(actions)s)
"""

ROWS = "SELECT (SELECT count(*) FROM desk.stored_events), (SELECT count(*) FROM reactions.firing)"
CASES = "SELECT count(*) FROM complaint_cases"


@pytest.fixture(scope="module")
def database(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[str]:
    """Return the DSN of a database that these tests share: each has a customer of its own."""
    with database_for(postgres, template, next(database_names)) as made:
        yield made


def complaint(**given: Any) -> str:  # noqa: ANN401 - as wide as an event's attributes
    """Return an event as CloudEvents has it: a customer complains just now, in several lines."""
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    event = {
        "specversion": "1.0",
        "id": "e-9",
        "source": "urn:test",
        "type": "regulars.complaint.raised.v1",
        "time": at,
    }
    return json.dumps({**event, "subject": "customer:ann", "data": {"complaint": "c-9"}, **given}, indent=1)


def write_down(connection: Connection, subject: str, reaction: str, outcome: str, **given: Any) -> None:  # noqa: ANN401 - as above
    """Write a firing down, of a signal of its own."""
    row = {"signal": f"{subject}:{reaction}", "subject": subject, "code": "", "words": "", "actions": "[]"}
    connection.execute(SIGNAL, {**row, "reaction": reaction, "outcome": outcome, **given})


def test_list_names_every_reaction_with_what_it_hears(regulars: Regulars) -> None:
    """And the sweeps, in words and as JSON."""
    shown, told = regulars("reactions", "list").out, regulars("reactions", "list", "--json").document

    assert [each.name for each in REACTIONS if each.name not in shown] == []
    assert [(each["name"], tuple(each["hears"])) for each in told["reactions"]] == [
        (each.name, each.hears) for each in REACTIONS
    ]
    assert [each["name"] for each in told["sweeps"]] == [each.name for each in SWEEPS]


def test_test_shows_what_an_event_would_lead_to_and_changes_nothing(regulars: Regulars, connect: Connect) -> None:
    """Of an event that was not told yet: the signal that it raises, and what each reaction would ask for."""
    before = connect().execute(ROWS).fetchone()
    ran = regulars("reactions", "test", "-", "--json", piped=complaint())
    shown = regulars("reactions", "test", "-", piped=complaint())

    assert (ran.exit_code, shown.exit_code) == (0, 0)
    assert [(each["kind"], each["subject"]) for each in ran.document["signals"]] == [
        ("complaint_opened", "customer:ann")
    ]
    fired = [each for each in ran.document["firings"] if each["reaction"] == "complaint_opened"]
    assert [each["outcome"] for each in fired] == ["fired"]
    asked = [(each["aggregate"], each["command"]) for each in fired[0]["actions"] if each["action"] == "do"]
    assert ("task", "open") in asked
    assert "complaint_opened would fire" in shown.out
    assert connect().execute(ROWS).fetchone() == before
    assert connect().execute(CASES).fetchone() == (0,)


def test_test_says_which_rule_holds_back(regulars: Regulars) -> None:
    """An old event is too late, unless one asks what would be if it were not; the exit code tells."""
    old = complaint(time="2020-01-01T10:00:00Z")

    held = regulars("reactions", "test", "-", piped=old)
    forced = regulars("reactions", "test", "-", "--even-late", piped=old)

    assert held.exit_code == 1
    assert "complaint_opened would hold back, stale: It happened" in held.out
    assert "complaint_opened would fire" in forced.out


def test_test_takes_a_signal_and_says_what_is_none(regulars: Regulars) -> None:
    """A signal as it is published; what is neither that nor an event is refused in a sentence."""
    at = datetime.now(UTC).isoformat()
    signal = {"id": "s-1", "kind": "nobody_hears", "subject": "customer:ann", "event_id": "e-1"}

    unheard = regulars("reactions", "test", "-", piped=json.dumps({**signal, "happened_at": at, "raised_at": at}))
    broken = regulars("reactions", "test", "-", piped='{"kind": "x"}')
    no_event = regulars("reactions", "test", "-", piped="{}")

    assert (unheard.exit_code, broken.exit_code, no_event.exit_code) == (1, 2, 2)
    assert "Nothing reacts to it." in unheard.out
    assert "That is no signal" in broken.err


def test_log_shows_what_fired_and_what_was_held_back(regulars: Regulars, connect: Connect) -> None:
    """With what the desk refused, and by subject, reaction and outcome."""
    refused = {"code": "no_reply", "message": "Reply first."}
    done = json.dumps([{"action": "do", "aggregate": "task", "id": "t-1", "command": "open", "refused": refused}])
    connection, whose = connect(), ("--subject", "customer:logged")
    write_down(connection, whose[1], "complaint_opened", "fired", actions=done)
    write_down(connection, whose[1], "offer_moment", "held", code="stale", words="It is too late.")
    write_down(connection, whose[1], "dial_fell", "failed", code="exception", words="KeyError: x")

    everything = regulars("reactions", "log", *whose).out
    held = regulars("reactions", "log", *whose, "--held").out
    failed = regulars("reactions", "log", *whose, "--failed", "--json").document
    nobody = regulars("reactions", "log", "--subject", "customer:nobody").out

    assert "open of task t-1: refused, no_reply: Reply first." in everything
    assert ("stale. It is too late." in held, "KeyError" in held) == (True, False)
    assert [each["reaction"] for each in failed["firings"]] == ["dial_fell"]
    assert "nothing" in nobody


def test_log_shows_messages_that_were_no_signals(regulars: Regulars, connect: Connect) -> None:
    """They were kept, with the reason."""
    connect().execute(
        "INSERT INTO reactions.unreadable VALUES ('regulars.signals:0:7', 'x', 'JSON is malformed', now())"
    )

    shown = regulars("reactions", "log", "--failed")

    assert "regulars.signals:0:7: JSON is malformed" in shown.out


def test_retry_tries_again_what_failed_and_nothing_else(regulars: Regulars, connect: Connect) -> None:
    """Once: what it comes to then is written in its place."""
    connection, whose = connect(), ("--subject", "customer:retried")
    write_down(connection, whose[1], "complaint_opened", "failed", code="exception", words="KeyError: x")
    write_down(connection, whose[1], "complaint_moved", "held", code="stale", words="It is too late.")

    first = regulars("reactions", "retry", *whose, "--json").document
    second = regulars("reactions", "retry", *whose)

    assert first["counts"] == {"held": 1}
    assert "Nothing has failed" in second.out
    query = "SELECT outcome, code FROM reactions.firing WHERE reaction = 'complaint_opened' AND subject = %s"
    ((outcome, _),) = connection.execute(query, [whose[1]]).fetchall()
    assert outcome == "held"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("log", "--held", "--failed"), "nothing is both"), (("retry", "--reaction", "nonsense"), "There is no reaction")],
)
def test_a_wrong_question_is_one_sentence(regulars: Regulars, words: tuple[str, ...], sentence: str) -> None:
    """And nothing is done."""
    ran = regulars("reactions", *words)

    assert (ran.exit_code, sentence in ran.err) == (2, True)
