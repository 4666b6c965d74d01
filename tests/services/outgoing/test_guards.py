"""What may go out is looked at in the moment of sending; what holds a message back is written down with its rule."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from events.catalog.consent import ConsentGiven, ConsentWithdrawn, ErasureRequested
from events.catalog.customers import CustomerRegistered, TraitsChanged
from events.catalog.operations import PolicyPublished
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.staff import PortfolioClosed, PortfolioOpened
from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from services.installation import Connection
from services.outgoing import channels, claiming
from services.outgoing.channels import Channel
from services.outgoing.delivery import Delivery, enqueue
from services.outgoing.guards import Guards, Held, Message, Send
from services.outgoing.keeping import deliveries, redeliver
from services.outgoing.sending import send_due
from services.reactions.reaction import Tell
from tests.projections.shop import Shop
from tests.services.outgoing.receiving import Mailbox

NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NIGHT = NOON + timedelta(hours=10)

BY_MAIL = Channel("mail", "email", "customer", "mailto://localhost/?to={address}", NOON)
TO_STAFF = Channel("staff", "email", "staff", "mailto://localhost/?to={address}", NOON)
TO_ROOM = Channel("room", "slack", "staff", "json://localhost/", NOON)

NEWS = "newsletter"


@pytest.fixture(scope="module")
def told(opened: Connection, dsn: str) -> Iterator[None]:
    """Tell all that the tests of this module ask of, and fold it once; each test has customers of its own."""
    with ExitStack() as stack:

        def connect() -> Connection:
            return stack.enter_context(installation.connect(dsn))

        shop = Shop(Journal(connect()), connect, opened, PROJECTIONS)
        _tell_consents(shop)
        _tell_erasures(shop)
        _tell_rules(shop)
        shop.catch_up()
        yield


def _tell_consents(shop: Shop) -> None:
    for name in (
        "plain",
        "channel",
        "later",
        "other-channel",
        "withdrawn",
        "again",
        "forgets",
        "back",
        "capped",
        "cut",
    ):
        shop.tell(CustomerRegistered(email=f"{name}@example.com"), by=f"customer:{name}", time=NOON - 9 * DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:plain", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS, channel="email"), by="customer:channel", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:later", time=NOON + DAY)
    shop.tell(ConsentGiven(purpose=NEWS, channel="phone"), by="customer:other-channel", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:withdrawn", time=NOON - 2 * DAY)
    shop.tell(ConsentWithdrawn(purpose=NEWS, channel="email"), by="visitor:w", time=NOON - DAY)
    shop.link("customer:withdrawn", "visitor:w")
    shop.tell(ConsentWithdrawn(purpose=NEWS), by="customer:again", time=NOON - 2 * DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="visitor:a", time=NOON - DAY)
    shop.link("customer:again", "visitor:a")


def _tell_erasures(shop: Shop) -> None:
    for name in ("forgets", "back"):
        shop.tell(ConsentGiven(purpose=NEWS), by=f"customer:{name}", time=NOON - 3 * DAY)
        shop.tell(ErasureRequested(), by=f"visitor:{name}", time=NOON - 2 * DAY)
        shop.link(f"customer:{name}", f"visitor:{name}")
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:back", time=NOON - DAY)
    shop.tell(ConsentGiven(purpose=NEWS), by="customer:silent", time=NOON - DAY)
    shop.tell(CustomerRegistered(email="a@example.com,b@example.com"), by="customer:two", time=NOON - DAY)
    for name, email in (("ann", "ann@shop.example"), ("bob", ""), ("gone", "gone@shop.example")):
        shop.tell(PortfolioOpened(manager=name, email=email), by=f"staff:{name}", time=NOON - DAY)
    shop.tell(PortfolioClosed(manager="gone"), by="staff:gone", time=NOON)


def _tell_rules(shop: Shop) -> None:
    published = [
        ("quiet_hours", {"from": "21:00", "to": "08:00", "zone": "UTC"}, NOON - 8 * DAY),
        ("quiet_hours", {"from": "sunset", "to": "08:00"}, NOON - 7 * DAY),
        ("quiet_hours", {}, NOON + 8 * DAY),
        ("quiet_hours.kyoto", {"from": "11:00", "to": "13:00", "except": "recall"}, NOON - 8 * DAY),
        ("quiet_hours.kyoto", {}, NOON + 2 * DAY),
        ("frequency_caps.capital", {"email.day": "1", "week": "2"}, NOON - 8 * DAY),
    ]
    for number, (policy, content, since) in enumerate(published):
        shop.tell(PolicyPublished(policy=policy, version=str(number), content=content), by="house:1", time=since)
    for name, store in (("tokyo", "web"), ("kyoto", "kyoto"), ("capped", "capital"), ("cut", "capital")):
        who = f"customer:{name}"
        lines = (OrderLine(product="kettle", quantity=1, unit_price_minor=1),)
        order = OrderPlaced(order=f"o-{name}", currency="GBP", lines=lines, total_minor=1, store=store)
        traits = {"email": f"{name}@example.com", "timezone": "Asia/Tokyo" if name == "tokyo" else "nowhere"}
        given = [ConsentGiven(purpose=purpose) for purpose in (NEWS, "recall")]
        shop.tell(order, TraitsChanged(traits=traits), *given, by=who, time=NOON - 7 * DAY)
    shop.link("customer:capped", "visitor:capped")


def judged(
    connection: Connection, to: str, purpose: str = NEWS, now: datetime = NOON, channel: Channel = BY_MAIL
) -> Send | Held:
    """Return what the guards say."""
    with connection.transaction():
        return Guards(connection, now).judge(Message(0, to, purpose), channel)


def code(judgement: Send | Held) -> str:
    """Return the code of what holds a message back, or nothing."""
    return judgement.code if isinstance(judgement, Held) else ""


@pytest.mark.usefixtures("told")
def test_nobody_is_written_to_without_consent(connection: Connection) -> None:
    """To the purpose, by this channel or by any, as it stands by now, given by the person under any identifier."""
    held = {
        name: code(judged(connection, f"customer:{name}"))
        for name in ("plain", "channel", "again", "later", "other-channel", "withdrawn", "nobody")
    }

    assert held == {
        **dict.fromkeys(("plain", "channel", "again"), ""),
        **dict.fromkeys(("later", "other-channel", "withdrawn", "nobody"), "consent"),
    }
    assert judged(connection, "visitor:a") == Send("again@example.com")
    assert code(judged(connection, "customer:later", now=NOON + 2 * DAY)) == ""
    assert code(judged(connection, "customer:plain", purpose="birthday_card")) == "consent"
    assert judged(connection, "customer:withdrawn", purpose="service") == Send("withdrawn@example.com")


@pytest.mark.usefixtures("told")
def test_who_wishes_to_be_forgotten_is_written_to_no_more(connection: Connection) -> None:
    """Not even for a service; unless they agree to something later."""
    assert code(judged(connection, "customer:forgets", purpose="service")) == "erasure"
    assert code(judged(connection, "customer:forgets")) == "erasure"
    assert judged(connection, "customer:back") == Send("back@example.com")


@pytest.mark.usefixtures("told")
def test_an_address_is_one_and_known(connection: Connection) -> None:
    """A text with two of them is none."""
    assert code(judged(connection, "customer:silent")) == "no_address"
    assert code(judged(connection, "customer:two", purpose="service")) == "no_address"


@pytest.mark.usefixtures("told")
def test_the_staff_are_reached_where_their_portfolio_says(connection: Connection) -> None:
    """At any time; a room needs no address."""
    assert judged(connection, "staff:ann", "task", NIGHT, TO_STAFF) == Send("ann@shop.example")
    for name in ("bob", "gone", "nobody"):
        assert code(judged(connection, f"staff:{name}", "task", channel=TO_STAFF)) == "no_address"
        assert judged(connection, f"staff:{name}", "task", channel=TO_ROOM) == Send("")


@pytest.mark.usefixtures("told")
def test_in_quiet_hours_it_waits_until_they_end(connection: Connection) -> None:
    """By the customer's own clock, or their store's rule, as the version in force says that can be understood."""
    until = NOON.replace(hour=8) + DAY

    assert judged(connection, "customer:plain", now=NIGHT) == Held(
        "quiet_hours", "It is quiet from 21:00 to 08:00 in UTC: it waits until then.", until
    )
    assert code(judged(connection, "customer:plain", "service", NIGHT)) == "quiet_hours"
    assert code(judged(connection, "customer:plain", now=NIGHT + 8 * DAY)) == ""
    assert judged(connection, "customer:tokyo") == Held(
        "quiet_hours",
        "It is quiet from 21:00 to 08:00 in Asia/Tokyo: it waits until then.",
        NOON.replace(hour=23),
    )
    assert code(judged(connection, "customer:kyoto")) == "quiet_hours"
    assert code(judged(connection, "customer:kyoto", now=NIGHT)) == ""
    assert code(judged(connection, "customer:kyoto", purpose="recall")) == ""
    assert code(judged(connection, "customer:kyoto", now=NOON + 3 * DAY)) == ""
    assert code(judged(connection, "customer:kyoto", now=NIGHT + 3 * DAY)) == "quiet_hours"


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
