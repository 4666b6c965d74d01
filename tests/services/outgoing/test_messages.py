"""Messages to customers are mail to one person each, and not too many."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Thread

import pytest

from services import installation
from services.installation import Connection
from services.outgoing import channels, claiming
from services.outgoing.channels import Channel
from services.outgoing.delivery import Delivery, enqueue
from services.outgoing.guards import Guards, Held, Message, Send
from services.outgoing.keeping import deliveries, redeliver
from services.outgoing.sending import send_due
from services.reactions._engine.reaction import Tell
from tests.services.outgoing.guarded import BY_MAIL, DAY, NEWS, NIGHT, NOON, code
from tests.services.outgoing.receiving import Mailbox


def tell(connection: Connection, key: str, to: str, purpose: str = NEWS, now: datetime = NOON) -> str:
    """Enqueue a message, send what is due, and return the state of the message and its rule."""
    with connection.cursor() as cursor:
        enqueue(cursor, [Delivery(key, Tell("customer", to, purpose, "Hello\nBcc: x@y.z", "News <b>for</b> you"))], now)
    send_due(connection, lambda: now)
    row = deliveries(connection)[0]
    return f"{row['state']} {row['code']}".strip()


@pytest.fixture
def by_mail(connection: Connection, mail: Mailbox) -> Iterator[Mailbox]:
    """Return the mailbox of a mail server by which customers are written to."""
    url = f"mailto://127.0.0.1:{mail.port}/?from=shop@example.com&to={{address}}&mode=insecure"
    channels.add(connection, Channel("mail", "email", "customer", url, NOON))
    mail.mails.clear()
    yield mail
    mail.full = False


@pytest.mark.usefixtures("told")
def test_nobody_is_written_to_too_often(connection: Connection, by_mail: Mailbox) -> None:
    """Under any of their identifiers; a service counts and is not held back; what was held does not count."""
    assert tell(connection, "1", "customer:capped", "service") == "sent"
    assert tell(connection, "2", "visitor:capped") == "held frequency_cap"
    assert "They got 1 by email within a day, and 1 is the most." in deliveries(connection)[0]["words"]
    assert tell(connection, "3", "customer:cut") == "sent"
    assert tell(connection, "4", "customer:capped", "service") == "sent"
    assert tell(connection, "5", "customer:capped", now=NOON + DAY) == "held frequency_cap"
    assert tell(connection, "6", "customer:capped", now=NOON + 7 * DAY) == "sent"
    assert len(by_mail.mails) == 4


@pytest.mark.usefixtures("told")
def test_two_messages_at_once_do_not_both_take_the_last_place(connection: Connection, by_mail: Mailbox) -> None:
    """The second of them is held back, though the first is still on its way."""
    with connection.cursor() as cursor:
        enqueue(cursor, [Delivery(key, Tell("customer", "customer:cut", NEWS, "t", key)) for key in "ab"], NOON)
    send_due(connection, lambda: NOON)

    assert sorted(each["state"] for each in deliveries(connection)) == ["held", "sent"]
    assert len(by_mail.mails) == 1


@pytest.mark.usefixtures("told")
def test_a_message_is_a_mail_to_one_person(connection: Connection, by_mail: Mailbox) -> None:
    """As text; a title makes no header. What is refused is tried again, and what waits is no try."""
    by_mail.full = True
    assert tell(connection, "1", "customer:plain") == "waiting"
    failed = deliveries(connection)[0]
    assert failed["tries"] == 1
    assert failed["last_error"]
    assert "plain@example.com" not in failed["last_error"]
    by_mail.full = False
    send_due(connection, lambda: failed["next_try_at"])
    night = tell(connection, "2", "customer:plain", now=NIGHT)

    ((recipients, mail),) = by_mail.mails
    assert recipients == ["plain@example.com"]
    assert (mail["subject"], mail["bcc"]) == ("Hello Bcc: x@y.z", None)
    text = mail.get_body(("plain",)) or mail.get_body()
    assert text is not None
    assert "News" in text.get_content()
    assert night == "waiting quiet_hours"
    assert [each["tries"] for each in deliveries(connection)] == [0, 2]
    send_due(connection, lambda: NIGHT + 10 * timedelta(hours=1))
    assert [each["state"] for each in deliveries(connection)] == ["sent", "sent"]


@pytest.mark.usefixtures("told")
def test_what_had_no_channel_goes_by_the_one_that_is_added(connection: Connection, mail: Mailbox) -> None:
    """Once somebody redelivers it; before, there is nothing to redeliver."""
    assert tell(connection, "1", "customer:plain") == "held no_channel"
    number = deliveries(connection)[0]["id"]
    assert redeliver(connection, NOON, [number]) == []
    url = f"mailto://127.0.0.1:{mail.port}/?from=shop@example.com&to={{address}}&mode=insecure"
    channels.add(connection, Channel("mail", "email", "customer", url, NOON))

    assert redeliver(connection, NOON, [number]) == [number]
    send_due(connection, lambda: NOON)

    assert [(each["state"], each["channel"]) for each in deliveries(connection)] == [("sent", "email")]


@pytest.mark.usefixtures("told")
def test_two_senders_do_not_both_take_the_last_place(connection: Connection, dsn: str, by_mail: Mailbox) -> None:
    """Who judges second waits until the first has said what it sends."""
    with connection.cursor() as cursor:
        enqueue(cursor, [Delivery(key, Tell("customer", "customer:cut", NEWS, "t", key)) for key in "ab"], NOON)
    first, second = (each["id"] for each in deliveries(connection))
    late: list[Send | Held] = []

    def judge_second() -> None:
        with installation.connect(dsn) as other, other.transaction():
            late.append(Guards(other, NOON).judge(Message(second, "customer:cut", NEWS), BY_MAIL))

    with connection.transaction():
        assert code(Guards(connection, NOON).judge(Message(first, "customer:cut", NEWS), BY_MAIL)) == ""
        thread = Thread(target=judge_second)
        thread.start()
        thread.join(0.1)
        assert late == []
        claiming.count(connection, [first], NOON)
    thread.join(10)

    assert [code(each) for each in late] == ["frequency_cap"]
    assert by_mail.mails == []
