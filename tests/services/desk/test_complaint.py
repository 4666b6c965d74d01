"""A complaint case: what may be done with it when, on whose authority, and what others said of it counts, too."""

from datetime import timedelta

from events.catalog.complaints import (
    ComplaintAcknowledged,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    GestureDeclined,
    GestureOffered,
    GestureRequested,
)
from events.catalog.identity import IdentityLinked
from services.desk import portfolio
from services.desk.complaint import (
    Acknowledge,
    Confirm,
    CustomerAnswered,
    Escalate,
    Raise,
    Rate,
    Reopen,
    Reply,
    Resolve,
    WaitForCustomer,
)
from services.desk.deciding import Command
from services.desk.gesture import ApproveGesture, DeclineGesture, OfferGesture, RequestGesture
from tests.services.desk.house import NOW, House

RAISE = Raise(subject="customer:42", cause="late")


def given_(house: House, name: str, *commands: Command) -> None:
    """Give the desk commands about a complaint that is raised first."""
    for command in (RAISE, *commands):
        house.give("complaint", name, command, by="anna")


def test_from_the_first_word_to_the_last(house: House) -> None:
    """Each step is a fact of the catalogue, and says who did it, where its event has room for that."""
    given_(house, "c1")

    facts = [
        fact
        for command in (Acknowledge(), Reply(channel="mail", text="Sorry."), Resolve(outcome="replaced"), Confirm())
        for fact in house.give("complaint", "c1", command, by="anna")
    ]

    assert [type(fact).__name__ for fact in facts] == [
        *("ComplaintAcknowledged", "ComplaintReplied", "ComplaintResolved", "ComplaintConfirmed")
    ]
    assert facts[:3] == [
        ComplaintAcknowledged(complaint="c1", by="anna"),
        ComplaintReplied(complaint="c1", by="anna", channel="mail", text="Sorry."),
        ComplaintResolved(complaint="c1", by="anna", outcome="replaced"),
    ]
    assert house.desk.history("complaint", "c1")[-1].envelope.subject == "customer:42"


def test_nothing_is_resolved_without_a_reply(house: House) -> None:
    """And what was reopened takes another one."""
    given_(house, "c2", Acknowledge())

    first = house.refuses("complaint", "c2", Resolve())
    for command in (Reply(), Resolve(), Reopen(reason="not_replaced")):
        house.give("complaint", "c2", command)
    again = house.refuses("complaint", "c2", Resolve())

    assert first == ("not_replied", "Complaint c2 has no reply: reply first, then resolve it.")
    assert again == ("not_replied", "Complaint c2 has no reply since it was reopened: reply first, then resolve it.")


def test_what_is_so_already_comes_to_nothing(house: House) -> None:
    """To acknowledge, wait, pass up, resolve or confirm again changes nothing."""
    given_(house, "c3")
    twice = (Acknowledge(), WaitForCustomer(), Escalate(to="boss"), Reply(), Resolve(), Confirm())

    counts = [[len(house.give("complaint", "c3", command)) for _ in range(2)] for command in twice]

    assert counts == [[1, 0], [1, 0], [1, 0], [1, 1], [1, 0], [1, 0]]


def test_each_command_says_when_it_may_not_be(house: House) -> None:
    """The code for programmes, and the sentence what to do instead."""
    given_(house, "c4")
    unknown = [house.refuses("complaint", "c4-nobody", command) for command in (Acknowledge(), Resolve(), Confirm())]
    is_open = {
        name: house.refuses("complaint", "c4", command)[0]
        for name, command in {
            "raise": RAISE,
            "answered": CustomerAnswered(),
            "confirm": Confirm(),
            "reopen": Reopen(),
            "rate": Rate(rating=5),
        }.items()
    }
    for command in (Reply(), Resolve()):
        house.give("complaint", "c4", command)
    settled = {house.refuses("complaint", "c4", command) for command in (Acknowledge(), Reply(), Escalate(to="boss"))}

    assert set(unknown) == {("no_such_complaint", "There is no complaint c4-nobody: raise it first.")}
    assert is_open == {
        "raise": "raised_before",
        "answered": "not_waiting",
        "confirm": "not_resolved",
        "reopen": "open_already",
        "rate": "not_resolved",
    }
    assert settled == {("resolved", "Complaint c4 is resolved: reopen it first.")}
    assert house.give("complaint", "c4", Rate(rating=2)) != []


def staffed(house: House, case: str) -> None:
    """Let there be a complaint, with Anna, who may decide up to 10 EUR, and a boss, who may up to 50."""
    for name, limit in ((f"{case}-anna", 1000), (f"{case}-boss", 5000)):
        house.give("portfolio", name, portfolio.Open(name=name))
        house.give("portfolio", name, portfolio.SetAuthority(limit_minor=limit, currency="EUR"), by="owner")
    given_(house, case)


def test_a_gesture_stays_within_authority(house: House) -> None:
    """All of a complaint's gestures of a currency together."""
    staffed(house, "c5")

    def offer(amount: int, currency: str = "EUR") -> OfferGesture:
        return OfferGesture(kind="voucher", amount_minor=amount, currency=currency)

    def no(command: Command, by: str = "c5-anna") -> str:
        return house.refuses("complaint", "c5", command, by)[0]

    above = house.refuses("complaint", "c5", offer(1001), "c5-anna")
    assert (no(offer(1, currency="GBP")), no(offer(5, currency=""))) == ("above_authority", "no_currency")
    assert no(offer(1), "nobody") == "above_authority"
    free = house.give("complaint", "c5", OfferGesture(kind="apology"), "nobody")
    within = house.give("complaint", "c5", offer(1000), "c5-anna")
    split = house.refuses("complaint", "c5", offer(1), "c5-anna")[1]

    assert above == (
        "above_authority",
        "10.01 EUR is above the authority of c5-anna, 10.00 EUR: ask for it, or offer less.",
    )
    assert (len(free), len(within)) == (1, 1)
    assert split.startswith(
        "10.01 EUR, with the 10.00 EUR offered before, is above the authority of c5-anna, 10.00 EUR"
    )


def test_a_gesture_above_ones_authority_is_approved_by_somebody_else(house: House) -> None:
    """As who they are, with authority that suffices for all of it together; it is asked for and answered once."""
    staffed(house, "c21")
    asked = RequestGesture(kind="voucher", amount_minor=4000, currency="EUR")

    def no(command: Command, by: str) -> str:
        return house.refuses("complaint", "c21", command, by)[0]

    before = no(ApproveGesture(), "c21-boss")
    within = no(RequestGesture(kind="voucher", amount_minor=1000, currency="EUR"), "c21-anna")
    requested = house.give("complaint", "c21", asked, "c21-anna")
    refused = [
        no(asked, "c21-anna"),
        no(OfferGesture(kind="voucher", amount_minor=1, currency="EUR"), "c21-anna"),
        no(ApproveGesture(), "c21-anna"),
        no(ApproveGesture(), "nobody"),
        no(DeclineGesture(), "nobody"),
    ]
    approved = house.give("complaint", "c21", ApproveGesture(), "c21-boss")

    assert (before, within) == ("nothing_asked", "within_authority")
    assert requested == [
        GestureRequested(complaint="c21", kind="voucher", amount_minor=4000, currency="EUR", by="c21-anna")
    ]
    assert refused == ["asked_before", "asked_before", "own_request", "above_authority", "above_authority"]
    assert approved == [
        GestureOffered(
            complaint="c21", kind="voucher", amount_minor=4000, currency="EUR", by="c21-anna", approved_by="c21-boss"
        )
    ]
    assert no(ApproveGesture(), "c21-boss") == "nothing_asked"
    assert no(RequestGesture(kind="voucher", amount_minor=0, currency="EUR"), "c21-anna") == "within_authority"


def test_what_is_asked_for_is_declined_or_taken_back(house: House) -> None:
    """By somebody who could approve it, or by whoever asked; and it is over when the complaint is resolved."""
    staffed(house, "c22")
    asked = RequestGesture(kind="voucher", amount_minor=6000, currency="EUR")

    house.give("complaint", "c22", asked, "c22-anna")
    above = house.refuses("complaint", "c22", ApproveGesture(), "c22-boss")
    taken_back = house.give("complaint", "c22", DeclineGesture(), "c22-anna")
    house.give("complaint", "c22", RequestGesture(kind="voucher", amount_minor=2000, currency="EUR"), "c22-anna")
    declined = house.give("complaint", "c22", DeclineGesture(reason="too_much"), "c22-boss")
    house.give("complaint", "c22", RequestGesture(kind="voucher", amount_minor=2000, currency="EUR"), "c22-anna")
    house.give("complaint", "c22", Reply())
    house.give("complaint", "c22", Resolve())
    house.give("complaint", "c22", Reopen())

    assert above[1].startswith("60.00 EUR is above the authority of c22-boss, 50.00 EUR: somebody whose authority")
    assert taken_back == [GestureDeclined(complaint="c22", by="c22-anna")]
    assert declined == [GestureDeclined(complaint="c22", by="c22-boss", reason="too_much")]
    assert house.refuses("complaint", "c22", ApproveGesture(), "c22-boss")[0] == "nothing_asked"


def test_what_others_said_counts(house: House) -> None:
    """A helpdesk raised it and answered: it is resolved here at once, and the desk's own steps count once."""
    house.tell(ComplaintRaised(complaint="c6"), ComplaintReplied(complaint="c6"), by="customer:7")
    again = house.refuses("complaint", "c6", RAISE)[0]

    facts = house.give("complaint", "c6", Resolve())
    house.tell(ComplaintReopened(complaint="c6"), by="customer:7", at=NOW + timedelta(hours=1))
    later = house.refuses("complaint", "c6", Resolve(), at=NOW + timedelta(hours=2))[0]

    assert (again, later) == ("raised_before", "not_replied")
    assert facts == [ComplaintResolved(complaint="c6", by="boss")]
    assert house.desk.history("complaint", "c6")[0].envelope.subject == "customer:7"


def test_two_customers_may_have_given_it_one_id(house: House) -> None:
    """Then nobody knows whose it is; two identifiers of one person are one customer."""
    house.tell(ComplaintRaised(complaint="c7"), by="customer:71")
    house.tell(ComplaintReplied(complaint="c7"), by="visitor:71")
    two = house.refuses("complaint", "c7", Acknowledge())
    house.tell(IdentityLinked(identifier="visitor:71"), by="customer:71")

    resolved = house.give("complaint", "c7", Resolve())

    assert two == (
        "ambiguous",
        "Several customers have a complaint c7 (customer:71, visitor:71): raise it here under an id of its own.",
    )
    assert len(resolved) == 1
    assert house.desk.history("complaint", "c7")[0].envelope.subject == "customer:71"


def test_what_is_decided_at_once_happens_one_after_the_other(house: House) -> None:
    """Else the reports, which go by times, would have it in another order than it was decided in."""
    given_(house, "c8", Reply(), Resolve(), Reopen(), Reply(), Resolve())

    times = [decided.envelope.time for decided in house.desk.history("complaint", "c8")]

    assert times == [NOW + timedelta(microseconds=number) for number in range(6)]
    assert house.state("complaint", "c8").standing.resolved
