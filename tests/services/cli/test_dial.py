"""``regulars dial fit`` and ``compute``: the month's dials, and the same again from the log."""

import pytest

from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, order


@pytest.fixture
def shop(regulars: Regulars) -> Regulars:
    """Put orders of twelve customers on the log, three each within a month, and have them folded."""
    facts = [
        order(3 * number + nth, 1000 + 10 * number, f"customer:{number}", day=day + number % 3)
        for number in range(12)
        for nth, day in enumerate((1, 9, 20))
    ]
    assert regulars("log", "append", "-", piped=as_lines(*facts)).exit_code == 0
    return regulars


def test_fitting_a_month_and_making_it_again(shop: Regulars) -> None:
    """The fit is on the log; made again of it, the digest is the same."""
    fitted = shop("dial", "fit", "--json")
    again = shop("dial", "compute", "--month", fitted.document[0]["day"][:7], "--json")

    (dialled,), (computed,) = fitted.document, again.document
    assert (fitted.exit_code, again.exit_code) == (0, 0)
    assert (dialled["currency"], dialled["customers"], dialled["reason"]) == ("GBP", 12, "")
    assert (computed["event_id"], computed["equal"], computed["customers"]) == (dialled["event_id"], True, 12)
    assert computed["before"] == computed["after"]


def test_all_months_are_filled_once(shop: Regulars) -> None:
    """Again there is nothing to do; the report shows what was made."""
    first, again = shop("dial", "fit", "--all-months"), shop("dial", "fit", "--all-months")

    assert "12 customers dialled" in first.out
    assert again.out.startswith("Nothing to do")
    assert shop("report", "dial", "--json").document["figures"]["customers"] == 12
    assert "equal" in shop("dial", "compute", "--month", first.out[:7]).out


def test_what_cannot_be_done_is_said(shop: Regulars) -> None:
    """Weights that are not 100, a month that is none, one that was never fitted, and too few customers."""
    weights = shop("dial", "fit", "--weights", "40,40,40")
    no_month = shop("dial", "compute", "--month", "2024-13")
    never = shop("dial", "compute", "--month", "1999-01")
    nobody = shop("dial", "fit", "--currency", "EUR")

    assert (weights.exit_code, "100 together" in weights.err) == (2, True)
    assert (no_month.exit_code, "write such as" in no_month.err) == (2, True)
    assert (never.exit_code, "no fit of January 1999 in GBP" in never.err) == (1, True)
    assert (nobody.exit_code, "nobody has a dial: 0 customers" in nobody.out) == (0, True)
