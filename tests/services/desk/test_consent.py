"""Consent: given to a text, somewhere, and withdrawn whenever; the last word on a purpose and a channel stands."""

import pytest

from events.catalog.consent import ConsentGiven, ConsentWithdrawn, ErasureRequested
from events.catalog.operations import PolicyPublished
from services.desk.consent import Give, Withdraw
from tests.services.desk.house import DAY, NOW, House


def given(channel: str = "mail", text: str = "2026-01", purpose: str = "offers", source: str = "till") -> Give:
    """Return the command that a consent was given."""
    return Give(purpose=purpose, channel=channel, text_version=text, source=source)


def test_consent_is_given_and_withdrawn(house: House) -> None:
    """What stands already is not said again; another text is another consent."""
    first = house.give("consent", "customer:c1", given())
    again = house.give("consent", "customer:c1", given())
    anew = house.give("consent", "customer:c1", given(text="2026-02"))
    withdrawn = house.give("consent", "customer:c1", Withdraw(purpose="offers", channel="mail", reason="too_many"))
    twice = house.give("consent", "customer:c1", Withdraw(purpose="offers", channel="mail"))

    assert first == [ConsentGiven(purpose="offers", channel="mail", text_version="2026-01", source="till")]
    assert withdrawn == [ConsentWithdrawn(purpose="offers", channel="mail", reason="too_many")]
    assert (again, len(anew), twice) == ([], 1, [])


def test_a_consent_to_every_channel_covers_each_and_so_does_its_withdrawal(house: House) -> None:
    """Withdrawn on every channel, what was given on one of them is withdrawn, too."""
    house.give("consent", "customer:c2", given("mail"))
    house.give("consent", "customer:c2", given(""), at=NOW + DAY)
    covered = house.give("consent", "customer:c2", given("phone"), at=NOW + DAY)
    house.give("consent", "customer:c2", Withdraw(purpose="offers", channel="phone"), at=NOW + 2 * DAY)
    stood = house.state("consent", "customer:c2")

    everywhere = house.give("consent", "customer:c2", Withdraw(purpose="offers"), at=NOW + 3 * DAY)
    twice = house.give("consent", "customer:c2", Withdraw(purpose="offers"), at=NOW + 3 * DAY)

    assert covered == []
    assert (stood.standing("offers", "mail").given, stood.standing("offers", "phone").given) == (True, False)
    assert (len(everywhere), twice) == (1, [])
    assert not house.state("consent", "customer:c2").standing("offers", "mail").given


@pytest.mark.parametrize(
    ("command", "code"),
    [(given(text=" "), "no_text"), (given(source=""), "no_source"), (given(purpose="calls", text="9"), "unknown_text")],
)
def test_a_consent_that_nobody_could_show_is_refused(house: House, command: Give, code: str) -> None:
    """To which text, and where; where texts are published, to one of them."""
    house.tell(PolicyPublished(policy="consent_text.calls", version="1", content={"text": "May we call?"}))
    house.tell(PolicyPublished(policy="consent_text.calls", version="9", content={"text": "?"}), at=NOW + DAY)

    refused = house.refuses("consent", "customer:c3", command)

    assert refused[0] == code
    assert len(house.give("consent", "customer:c4", given(purpose="calls", text="1"))) in {0, 1}


def test_a_withdrawal_is_never_refused(house: House) -> None:
    """Also of what was never given: it may be given elsewhere, and come here later."""
    withdrawn = house.give("consent", "customer:c5", Withdraw(purpose="offers"))

    assert withdrawn == [ConsentWithdrawn(purpose="offers")]


def test_what_others_said_counts(house: House) -> None:
    """A form gave it, and the wish to be forgotten took everything back, until it is given anew."""
    house.tell(ConsentGiven(purpose="offers", channel="mail", text_version="2026-01"), by="customer:c6")
    same = house.give("consent", "customer:c6", given())
    house.tell(ErasureRequested(), by="customer:c6", at=NOW)

    forgotten = house.state("consent", "customer:c6").standing("offers", "mail")
    nothing = house.give("consent", "customer:c6", Withdraw(purpose="offers", channel="mail"))
    anew = house.give("consent", "customer:c6", given(), at=NOW + DAY)

    assert (same, forgotten.given, nothing, len(anew)) == ([], False, [], 1)
