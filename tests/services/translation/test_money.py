"""Money as senders write it becomes whole minor units, to the last one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.translation.errors import Unfit
from services.translation.money import DIGITS, currency, from_minor, minor
from tests.services.translation.thoroughness import FEW


@pytest.mark.parametrize(
    ("amount", "code", "units"),
    [
        (19.99, "EUR", 1999),
        ("19.99", "EUR", 1999),
        (" 19.99 ", "EUR", 1999),
        (Decimal("19.99"), "EUR", 1999),
        (20, "EUR", 2000),
        ("20.", "EUR", 2000),
        (".5", "EUR", 50),
        ("1e2", "EUR", 10000),
        (-3.5, "EUR", -350),
        (0, "EUR", 0),
        (500, "JPY", 500),
        ("5.124", "KWD", 5124),
        (5.124, "KWD", 5124),
        (1, "CLF", 10000),
        (1.1 + 2.2, "GBP", 330),
        (27.499999999999996, "USD", 2750),
        (4.35, "USD", 435),
        (1e11, "USD", 10**13),
        ("123456789012345.67", "USD", 12345678901234567),
    ],
    ids=repr,
)
def test_an_amount_becomes_minor_units_of_its_currency(amount: object, code: str, units: int) -> None:
    """A float is the text that the sender wrote, so that 4.35 is no 4.3499999999999996; yen have no minor unit."""
    assert minor(amount, code) == units


@pytest.mark.parametrize(("amount", "units"), [("0.125", 12), ("0.135", 14), ("0.1250001", 13), ("-0.125", -12)])
def test_half_a_minor_unit_goes_to_the_even_one(amount: str, units: int) -> None:
    """More digits than the currency has are rounded, and in the long run neither up nor down."""
    assert minor(amount, "USD") == units


@pytest.mark.parametrize("amount", [None, ""])
def test_where_there_is_no_amount_there_is_none(amount: object) -> None:
    """Nothing is not zero."""
    assert minor(amount, "USD") is None


@pytest.mark.parametrize(
    "amount",
    ["abc", "1,50", "1_000", "٣", "NaN", "Infinity", float("nan"), float("inf"), True, [], {}, "9" * 65, "1e99999"],
)
def test_what_is_no_amount_is_told(amount: object) -> None:
    """A guess at a comma would be off by a factor of a hundred half of the time."""
    with pytest.raises(Unfit, match=r"an amount is a number, such as 19\.99"):
        minor(amount, "USD")


@pytest.mark.parametrize("amount", [1e19, "1e300", "-1e300", 10**25], ids=repr)
def test_an_amount_that_no_shop_takes_is_told(amount: object) -> None:
    """Its digits are not even written down."""
    with pytest.raises(Unfit, match="more than an amount may be"):
        minor(amount, "USD")


@pytest.mark.parametrize("code", [None, "", "usd", "US", "DOLLAR", 840], ids=repr)
def test_an_amount_without_a_currency_is_none(code: object) -> None:
    """Five yen and five euros differ by the place of the point; the blame is the second argument's."""
    with pytest.raises(Unfit, match="needs the code of its currency") as refused:
        minor(5, code)

    assert refused.value.argument == 1


@FEW
@given(units=st.integers(-(10**13), 10**13), code=st.sampled_from(["USD", *DIGITS]))
def test_no_minor_unit_is_ever_lost(units: int, code: str) -> None:
    """Written as a decimal text and read again it is the same amount, in every currency."""
    digits = DIGITS.get(code, 2)

    assert minor(str(Decimal(units).scaleb(-digits)), code) == units


def test_a_sender_s_own_minor_unit_is_brought_to_that_of_the_standard() -> None:
    """Stripe counts in hundredths of a króna, which has none, and in whole ariary, which has hundredths."""
    own = {"ISK": 2, "UGX": 2, "MGA": 0}

    assert from_minor(1099, "USD", own) == 1099
    assert from_minor(500, "ISK", own) == 5
    assert from_minor(500, "MGA", own) == 50_000
    assert from_minor(5120, "KWD", None) == 5120
    assert from_minor(None, "USD", own) is None


@pytest.mark.parametrize(("said", "code"), [("usd", "USD"), (" Eur ", "EUR"), (None, None), ("", None)])
def test_a_currency_is_written_in_capitals(said: object, code: str | None) -> None:
    """Segment's own examples say usd."""
    assert currency(said) == code


@pytest.mark.parametrize("said", ["$", "EURO", "€UR", "U SD", 840, True, ["EUR"]], ids=repr)
def test_what_is_no_currency_is_told(said: object) -> None:
    """Three letters, no sign and no number."""
    with pytest.raises(Unfit, match="a currency is a code of three letters"):
        currency(said)
