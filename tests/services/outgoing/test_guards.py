"""What may go out is looked at in the moment of sending; what holds a message back is written down with its rule."""

from datetime import datetime

import pytest

from services.installation import Connection
from services.outgoing.channels import Channel
from services.outgoing.guards import Guards, Held, Message, Send
from services.outgoing.rules import passed_over
from tests.services.outgoing.guarded import BY_MAIL, DAY, NEWS, NIGHT, NOON, code

TO_STAFF = Channel("staff", "email", "staff", "mailto://localhost/?to={address}", NOON)
TO_ROOM = Channel("room", "slack", "staff", "json://localhost/", NOON)


def judged(
    connection: Connection, to: str, purpose: str = NEWS, now: datetime = NOON, channel: Channel = BY_MAIL
) -> Send | Held:
    """Return what the guards say."""
    with connection.transaction():
        return Guards(connection, now).judge(Message(0, to, purpose), channel)


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


@pytest.mark.usefixtures("told")
def test_a_version_that_cannot_be_understood_is_named(connection: Connection) -> None:
    """For as long as it is the last one: what holds then is older than people think."""
    assert passed_over(connection, NOON) == [
        "quiet_hours, version 1: from: 'sunset' is no time of the day, such as 21:00."
    ]
    assert passed_over(connection, NOON + 9 * DAY) == []
