"""``regulars report``: what there is to ask, what it means, and the answer of now and of the past."""

from pathlib import Path

import pytest

from services.cli.report_shown import shown
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER


def test_without_a_name_it_lists_what_there_is(regulars: Regulars) -> None:
    """For people and for programmes."""
    assert "concentration         Best customers" in regulars("report").out.splitlines()
    assert {"name": "concentration", "title": "Best customers"} in regulars("report", "--json").document


def test_it_says_what_its_figures_mean(regulars: Regulars) -> None:
    """The definition is the report's own."""
    assert "Gini coefficient" in regulars("report", "concentration", "--explain").out
    assert "Gini coefficient" in regulars("report", "concentration", "--explain", "--json").document["definition"]


def test_a_report_of_now_and_of_the_past(regulars: Regulars, history: Path) -> None:
    """By the 19th there was one order of ten pounds, and one of five came on the 20th; nothing was known then."""
    answers = [
        regulars("report", "concentration", *point, "--json").document["figures"]["revenue_minor"]
        for point in ((), ("--happened", "2026-03-19"), ("--happened", "2026-03-20"), ("--known", "2026-03-20"))
    ]

    assert history.exists()
    assert answers == [1500, 1000, 1500, 0]


def test_people_read_money_with_its_fraction(regulars: Regulars, history: Path) -> None:
    """And shares as percentages."""
    out = regulars("report", "concentration").out

    assert history.exists()
    assert all(words in out for words in ("Best customers", "money in GBP", CUSTOMER, "15.00", "100.0%"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "There is no report 'nonsense'; there are: concentration"),
        (["concentration", "--from", "yesterday"], "'yesterday' is no day"),
        (["concentration", "--known", "2026-03-20", "--happened", "2026-03-20"], "give one"),
        (["concentration", "--from", "2026-03-20", "--to", "2026-03-19"], "is after the end of the period"),
        (["concentration", "--about", "x"], "about: the report concentration cannot be narrowed"),
        (
            ["associations", "--store", "x"],
            "store: pairs are not kept by store, so the report associations tells of all",
        ),
        (["next_offer", "--to", "2026-03-20"], "to: offers are not kept by day, so the report next_offer tells of all"),
    ],
)
def test_a_bad_question_is_told_in_a_sentence(
    regulars: Regulars, history: Path, arguments: list[str], said: str
) -> None:
    """It names what is wrong, and ends with another exit code than 0."""
    ran = regulars("report", *arguments)

    assert history.exists()
    assert ran.exit_code != 0
    assert said in ran.err


@pytest.mark.parametrize(
    ("name", "value", "currency", "text"),
    [
        ("net_minor", 123456, "GBP", "1,234.56"),
        ("net_minor", 123456, "JPY", "123,456"),
        ("net_minor", -123456, "KWD", "-123.456"),
        ("share", 0.1234, "GBP", "12.3%"),
        ("bringing_share", 1.0, "GBP", "100.0%"),
        ("gini", 0.1234, "GBP", "0.123"),
        ("orders", 1234, "GBP", 1234),
        ("net_minor", None, "GBP", None),
    ],
)
def test_values_are_shown_by_what_their_names_say(name: str, value: object, currency: str, text: object) -> None:
    """A currency has as many digits as ISO 4217 gives it."""
    assert shown(name, value, currency) == text
