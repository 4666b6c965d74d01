"""``regulars customer``: a page by any identifier, of now and of the past."""

from pathlib import Path

import pytest

from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER, VISITOR


def test_a_page_by_any_identifier(regulars: Regulars, history: Path) -> None:
    """The visitor is known to be the customer."""
    by_customer = regulars("customer", CUSTOMER, "--json").document
    by_visitor = regulars("customer", VISITOR, "--json").document

    assert history.exists()
    assert by_customer["identity"] == by_visitor["identity"] == {"person": CUSTOMER, "identifiers": [CUSTOMER, VISITOR]}
    assert by_customer["profile"]["orders"] == by_visitor["profile"]["orders"] == 2


def test_a_page_of_the_past(regulars: Regulars, history: Path) -> None:
    """By the 19th there was one order; nothing of it was known then."""
    happened = regulars("customer", CUSTOMER, "--happened", "2026-03-19", "--section", "profile", "--json")
    known = regulars("customer", CUSTOMER, "--known", "2026-03-19")

    assert history.exists()
    assert happened.document["profile"]["orders"] == 1
    assert (known.out.strip(), known.exit_code) == (f"Nothing is known of {CUSTOMER}.", 1)


def test_people_read_it(regulars: Regulars, history: Path) -> None:
    """Each section with its name."""
    out = regulars("customer", CUSTOMER).out

    assert history.exists()
    assert all(words in out for words in ("identity", "profile", VISITOR, "first seen"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "write KIND:ID"),
        ([CUSTOMER, "--section", "nonsense"], "There is no section 'nonsense'; there are: identity"),
        ([CUSTOMER, "--known", "2026-03-19", "--happened", "2026-03-19"], "give one"),
        ([CUSTOMER, "--now", "yesterday"], "'yesterday'"),
    ],
)
def test_a_bad_question_is_told_in_a_sentence(
    regulars: Regulars, history: Path, arguments: list[str], said: str
) -> None:
    """It names what is wrong."""
    ran = regulars("customer", *arguments)

    assert history.exists()
    assert (ran.exit_code != 0, said in ran.err) == (True, True)
