"""``regulars associations mine`` and ``regulars evaluate next-offer``: from a log to rules and hit rates."""

from typing import Any

import pytest

from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, event


def basket(number: int, subject: str, products: str, day: int) -> dict[str, Any]:
    """Return an order of a piece each, named by their letters."""
    lines = [{"product": letter, "quantity": 1, "unit_price_minor": 1} for letter in products]
    return event(
        number,
        "order.placed.v2",
        subject,
        day=day,
        order=f"order-{number}",
        currency="GBP",
        lines=lines,
        total_minor=len(lines),
    )


@pytest.fixture
def trade(regulars: Regulars) -> None:
    """Have six customers buy tea and a pot, and tea again, in March 2026; one of them lets us make offers."""
    orders = [basket(number, f"customer:{number}", "tp", 1 + number) for number in range(6)]
    orders += [basket(10 + number, f"customer:{number}", "t", 20 + number) for number in range(6)]
    agreed = event(50, "consent.given.v1", "customer:1", day=1, purpose="profiling")
    assert regulars("log", "append", "-", piped=as_lines(*orders, agreed)).exit_code == 0


@pytest.mark.usefixtures("trade")
def test_what_was_mined_is_told_and_kept(regulars: Regulars) -> None:
    """Two rules: the pot's baskets all hold tea, and half of the tea's hold a pot."""
    mined = regulars("associations", "mine", "--support-baskets", "6", "--confidence", "1/2", "--json")
    rules = regulars("report", "associations", "--json").document["tables"]["rules"]

    counts = {name: mined.document[name] for name in ("orders", "baskets", "rules_found", "products", "customers")}
    assert counts == {"orders": 12, "baskets": 12, "rules_found": 2, "products": 2, "customers": 6}
    assert [(rule["antecedent"], rule["consequent"], rule["confidence_share"]) for rule in rules] == [
        (["p"], "t", 1.0),
        (["t"], "p", 0.5),
    ]


@pytest.mark.usefixtures("trade")
def test_the_offer_is_on_the_page_of_now_and_of_the_past(regulars: Regulars) -> None:
    """Who agreed is offered what they buy; who did not is not; before the first order it was what sells."""
    assert "12 orders of 6 customers" in regulars("associations", "mine").out

    def offer(subject: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        asked = ("--section", "next_offer", "--now", "2026-03-30T00:00:00Z", "--json", *arguments)
        ran = regulars("customer", subject, *asked)
        assert ran.exit_code == 0, ran.err
        return ran.document["next_offer"]

    before = offer("customer:1", "--happened", "2026-03-01T23:00:00Z")
    assert [(each["thing"], each["reason"]) for each in offer("customer:1")["offers"]] == [
        ("t", "habit"),
        ("p", "habit"),
    ]
    assert [each["reason"] for each in before["offers"]] == ["popular", "popular"]
    assert offer("customer:1", "--happened", "2026-03-01T01:00:00Z")["silent"] == "consent_missing"
    assert offer("customer:2") == {
        "silent": "consent_missing",
        "words": "They have not consented to be made personal offers.",
        "offers": [],
    }


@pytest.mark.usefixtures("trade")
def test_the_offer_is_judged_on_orders_that_it_has_not_seen(regulars: Regulars) -> None:
    """All six bought their tea again after the cut, and nothing was stored for it."""
    arguments = ("evaluate", "next-offer", "--cut", "2026-03-15T00:00:00Z")
    judged = regulars(*arguments, "--json").document
    shown = regulars(*arguments)

    assert (judged["past_orders"], judged["judged_orders"]) == (6, 6)
    assert {
        rate["rule"]: rate["hits"] for rate in judged["rates"] if rate["task"] == "next order" and rate["k"] == 3
    } == {
        "offer": 6,
        "bought before": 6,
        "most popular": 6,
    }
    assert "learnt from 6 orders, judged on 6" in shown.out
    assert "100.0%" in shown.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("associations", "mine", "--confidence", "half"), "'half' is no share"),
        (("associations", "mine", "--confidence", "1.5"), "'1.5' is no share"),
        (("evaluate", "next-offer"), "There is nothing to judge"),
        (("evaluate", "next-offer", "--within-baskets"), "There is nothing to judge"),
        (("evaluate", "next-offer", "--within-baskets", "--cut", "2026-03-15"), "exclude each other"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(regulars: Regulars, arguments: tuple[str, ...], said: str) -> None:
    """And the exit code says that it was not done."""
    ran = regulars(*arguments)

    assert ran.exit_code != 0
    assert said in ran.err
