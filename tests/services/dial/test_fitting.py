"""The monthly routine: which purchases count, by whom, up to when; and that nothing is done twice."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from events.catalog.fulfilment import ReturnAccepted
from events.catalog.orders import OrderCancelled
from projections._engine import queries
from services.dial.fitting import Months, Wanted, fill_dials, fit_month
from services.dial.formula import Formula
from services.dial.replaying import compute_month, fits
from services.installation import Connection
from tests.projections.shop import Shop
from tests.services.dial.buying import FIRST, buy, crowd, noon

LAST = date(2024, 5, 20)

DIALS = "SELECT * FROM projection.dial WHERE currency = %(currency)s ORDER BY month, person"


def rows(connection: Connection, currency: str = "GBP") -> dict[tuple[date, str], dict[str, Any]]:
    """Return the kept dials by month and person."""
    return {(row["month"], row["person"]): row for row in queries.rows(connection, DIALS, currency=currency)}


def fitted(shop: Shop, day: date = LAST, currency: str = "GBP") -> dict[str, dict[str, Any]]:
    """Return the dials by a day, by person."""
    connection = shop.catch_up()
    done = fit_month(connection, shop.log, shop.connect, Wanted(currency, day))
    assert done.reason == ""
    return {person: row for (month, person), row in rows(connection, currency).items() if month == day.replace(day=1)}


def test_days_with_an_order_are_purchases(shop: Shop) -> None:
    """Two orders on a day are one, in whichever stores; the first and the last day are kept, and the store of most."""
    crowd(shop)
    buy(shop, "customer:1", 3, 3, 3, 20, store="leeds")
    buy(shop, "customer:1", 3, 41, 50, store="web")

    told = fitted(shop)["customer:1"]

    assert (told["days"], told["first_day"], told["last_day"]) == (4, date(2024, 3, 8), date(2024, 4, 24))
    assert told["store"] == "leeds"


def test_identifiers_of_one_person_are_one_customer(shop: Shop) -> None:
    """What a device ordered that is known to be hers is hers; who is not known has no dial."""
    crowd(shop)
    buy(shop, "customer:1", 3)
    buy(shop, "visitor:hers", 0, 20)
    buy(shop, "visitor:nobody", 1, 2)
    shop.link("customer:1", "visitor:hers")

    told = fitted(shop)

    assert (told["customer:1"]["days"], told["customer:1"]["first_day"]) == (3, FIRST)
    assert not [person for person in told if person.startswith("visitor:")]


def test_what_still_counts_is_net_and_halves(shop: Shop) -> None:
    """What was spent 90 days ago counts half; cancellations and returns are taken off; it is never below zero."""
    crowd(shop)
    ago = (LAST - timedelta(days=90) - FIRST).days
    buy(shop, "customer:1", ago, minor=8000)
    buy(shop, "customer:2", 0, minor=3000)
    last = noon(LAST)
    shop.tell(ReturnAccepted(order="o", currency="GBP", amount_minor=1000), by="customer:1", time=last)
    shop.tell(OrderCancelled(order="o", currency="GBP", total_minor=3000), by="customer:2", time=last)

    told = fitted(shop)

    assert (told["customer:1"]["recent_minor"], told["customer:2"]["recent_minor"]) == (8000 // 2 - 1000, 0)
    assert told["customer:2"]["now_part"] == told["customer:2"]["heading_part"] == 0
    assert (told["customer:2"]["days"], told["customer:2"]["last_day"]) == (1, FIRST)


def test_what_happened_after_the_day_does_not_count(shop: Shop) -> None:
    """A month of the past knows nothing of what came later."""
    crowd(shop)
    buy(shop, "customer:1", 3, 60, minor=5000)
    buy(shop, "customer:2", 61)

    told = fitted(shop, date(2024, 4, 30))

    assert (told["customer:1"]["days"], told["customer:1"]["last_day"]) == (1, date(2024, 3, 8))
    assert "customer:2" not in told


def test_currencies_are_dialled_apart(shop: Shop) -> None:
    """Euros are no pounds: each has customers, parameters and dials of its own."""
    crowd(shop)
    crowd(shop, 15, currency="EUR")
    connection = shop.catch_up()

    done = fill_dials(connection, shop.log, shop.connect, Months(LAST))

    assert {each.currency for each in done} == {"GBP", "EUR"}
    last = {each.currency: each.customers for each in done if each.day == LAST}
    assert last == {"GBP": 12, "EUR": 15}
    assert {fit.model for _, fit in fits(connection, "EUR")} == {"dial.EUR"}


def test_of_too_few_nothing_is_foreseen(shop: Shop) -> None:
    """Fewer than ten who came again have no dials, and that is said; nothing is recorded."""
    crowd(shop, 9)
    connection = shop.catch_up()

    done = fit_month(connection, shop.log, shop.connect, Wanted("GBP", LAST))

    assert (done.customers, rows(connection), fits(connection, "GBP")) == (0, {}, [])
    assert done.reason == "9 customers have bought on a second day, and a forecast needs 10"


def test_every_month_is_filled_once(shop: Shop) -> None:
    """Each month as of its last day, the last one as of the clock; again adds nothing, and a later clock one more."""
    crowd(shop)
    connection = shop.catch_up()

    first = fill_dials(connection, shop.log, shop.connect, Months(LAST))
    again = fill_dials(connection, shop.log, shop.connect, Months(LAST))
    later = fill_dials(connection, shop.log, shop.connect, Months(LAST + timedelta(days=1)))

    assert [each.day for each in first] == [date(2024, 3, 31), date(2024, 4, 30), LAST]
    assert (again, [each.day for each in later]) == ([], [LAST + timedelta(days=1)])


def test_an_order_with_a_wrong_year_makes_no_months(shop: Shop) -> None:
    """Three years of months are filled at most, however old the first order claims to be."""
    crowd(shop)
    buy(shop, "customer:1", -36_000)

    done = fill_dials(shop.catch_up(), shop.log, shop.connect, Months(LAST))

    assert (len(done), done[0].day, done[-1].day) == (36, date(2021, 6, 30), LAST)
    assert [each.customers for each in done if each.customers] == [13, 13, 13]


def test_without_a_clock_the_last_event_is_the_clock(shop: Shop) -> None:
    """Customers of years ago are judged by the time of their shop."""
    crowd(shop)
    connection = shop.catch_up()

    done = fill_dials(connection, shop.log, shop.connect)

    assert done[-1].day == FIRST + timedelta(days=30 + 22)


def test_a_month_that_is_fitted_again_is_replaced(shop: Shop) -> None:
    """With what was heard since; other months stay as they are."""
    crowd(shop)
    shop.catch_up()
    fill_dials(shop.connection, shop.log, shop.connect, Months(LAST))
    before = rows(shop.connection)
    buy(shop, "customer:1", 2, 70)

    fitted(shop)
    after = rows(shop.connection)

    assert (LAST.replace(day=1), "customer:1") in after
    assert {key for key in after if key not in before} == {(LAST.replace(day=1), "customer:1")}
    assert all(after[key] == before[key] for key in before if key[0] != LAST.replace(day=1))


def _log_gives_the_same(shop: Shop, months: Sequence[date]) -> None:
    for month in months:
        again = compute_month(shop.connection, shop.log, shop.connect, month, "GBP")
        assert again.after == again.before


def test_what_was_heard_later_does_not_change_the_dials_of_a_fit(shop: Shop) -> None:
    """Orders and links that came after it, late ones among them, are no part of it, whenever it is made again."""
    crowd(shop)
    buy(shop, "visitor:a", 4, 8)
    shop.catch_up()
    fill_dials(shop.connection, shop.log, shop.connect, Months(LAST))
    buy(shop, "customer:100", 1, 2, 3, 4, minor=99_000)
    shop.link("customer:100", "visitor:a")
    shop.catch_up()

    _log_gives_the_same(shop, [date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 1)])


def test_a_dial_that_was_tampered_with_is_found(shop: Shop) -> None:
    """The digests differ, and what the log says is there again."""
    crowd(shop)
    shop.catch_up()
    fit_month(shop.connection, shop.log, shop.connect, Wanted("GBP", LAST))
    kept = rows(shop.connection)
    shop.connection.execute("UPDATE projection.dial SET alive_ppm = alive_ppm - 1 WHERE person = 'customer:103'")

    again = compute_month(shop.connection, shop.log, shop.connect, LAST.replace(day=1), "GBP")

    assert not again.equal
    assert rows(shop.connection) == kept


def test_projections_that_stand_at_different_places(shop: Shop) -> None:
    """Where links have been folded further than purchases, the fit is of what both have seen, and says so."""
    crowd(shop)
    buy(shop, "visitor:a", 0, 4)
    shop.catch_up()
    ends = shop.log.ends()
    kept = fitted(shop)
    shop.link("customer:100", "visitor:a")
    shop.projections = [each for each in shop.projections if each.graph]
    connection = shop.catch_up()

    fit_month(connection, shop.log, shop.connect, Wanted("GBP", LAST))

    _, last = fits(connection, "GBP")[-1]
    assert {int(partition): at for partition, at in last.positions.items()} == ends
    assert {person: row for (_, person), row in rows(connection).items()} == kept


@pytest.mark.parametrize("weights", [(100, 0, 0), (0, 100, 0), (0, 0, 100)])
def test_weights_are_recorded_with_the_fit(shop: Shop, weights: tuple[int, int, int]) -> None:
    """A dial by other weights is made again by those; with all of the weight on one part, it is that part."""
    crowd(shop)
    shop.catch_up()
    name = ("now_part", "heading_part", "potential_part")[weights.index(100)]

    fit_month(shop.connection, shop.log, shop.connect, Wanted("GBP", LAST, Formula(*weights)))

    assert all(row["dial"] == row[name] for row in rows(shop.connection).values())
    _log_gives_the_same(shop, [LAST.replace(day=1)])
