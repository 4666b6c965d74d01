"""What is remembered of long ago is forgotten, and nothing else."""

from datetime import UTC, datetime, timedelta

from services.reactions._engine.forgetting import EVERY, KEPT, Forgetter, forget
from tests.conftest import Connect

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)
JUST = NOW - KEPT

FIRED = """
INSERT INTO reactions.firing (signal, reaction, kind, subject, event_id, happened_at, raised_at, detail, fired_at,
                              outcome, code, words, actions)
VALUES (%(name)s, 'r', 'k', 's', 'e', %(at)s, %(at)s, '{}', %(at)s, 'fired', '', '', '[]')
"""
RAISED = """
INSERT INTO reactions.timer (key, kind, subject, event_id, due_at, detail, raised_at)
VALUES (%(name)s, 'k', 's', 'e', '2020-01-01', '{}', %(at)s)
"""
OFFERED = "INSERT INTO reactions.offer (key, subject, made_at, document) VALUES (%(name)s, 's', %(at)s, '{}')"
UNREADABLE = "INSERT INTO reactions.unreadable (place, value, reason, heard_at) VALUES (%(name)s, '', 'r', %(at)s)"
LEFT = """
SELECT signal FROM reactions.firing UNION ALL SELECT key FROM reactions.timer UNION ALL
SELECT key FROM reactions.offer UNION ALL SELECT place FROM reactions.unreadable ORDER BY 1
"""


def test_what_is_older_than_90_days_goes_and_a_timer_that_waits_stays(connect: Connect) -> None:
    """To the microsecond, in each table, however long a timer has waited."""
    connection = connect()
    for number, statement in enumerate((FIRED, RAISED, OFFERED, UNREADABLE)):
        for name, at in ((f"old {number}", JUST - MOMENT), (f"young {number}", JUST)):
            connection.execute(statement, {"name": name, "at": at})
    connection.execute(RAISED, {"name": "waits", "at": None})

    forgotten = forget(connection, NOW)

    assert forgotten == 4
    left = [name for (name,) in connection.execute(LEFT).fetchall()]
    assert left == ["waits", *(f"young {number}" for number in range(4))]


def test_it_goes_in_steps_and_looks_again_after_an_hour(connect: Connect) -> None:
    """Nobody waits for long, and an empty look costs little."""
    connection = connect()
    forgetter = Forgetter(connection)
    for number in range(3):
        connection.execute(FIRED, {"name": f"{number}", "at": JUST - DAY})
    assert (forget(connection, NOW, 2), forgetter.step(NOW), forgetter.step(NOW)) == (2, 1, 0)

    connection.execute(FIRED, {"name": "late", "at": JUST - DAY})

    assert (forgetter.step(NOW + EVERY - MOMENT), forgetter.step(NOW + EVERY)) == (0, 1)
