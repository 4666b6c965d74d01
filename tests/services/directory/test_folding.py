"""What people type finds what customers are called, however either is written."""

import pytest

from services.directory.folding import email, ending, folded, phone, words


@pytest.mark.parametrize(
    ("typed", "called"),
    [("AGNES", "Ágnes"), ("muller", "Müller"), ("STRASSE", "straße"), ("ﬁona", "Fiona"), ("Å", "a")],
)
def test_case_and_accents_do_not_count(typed: str, called: str) -> None:
    """Somebody is found without the accents that their name has, and in capitals."""
    assert folded(typed) == folded(called)


def test_a_name_is_found_by_each_of_its_words() -> None:
    """Marks part words; nothing else is left of them."""
    assert words("Dr. Anne-Marie O'Neil_Smith (York)") == ["dr", "anne", "marie", "o", "neil", "smith", "york"]
    assert words("  ") == []
    assert words("王小明") == ["王小明"]


def test_a_phone_number_is_its_digits() -> None:
    """It is kept from behind, so that who leaves out the country's prefix finds it; a few digits are no number."""
    assert phone("+44 (0)20 7946-0958") == "4402079460958"
    assert ending(phone("020 7946 0958")) == "8590649702"
    assert phone("42") == phone("none") == ""


def test_an_email_address_is_told_from_other_words() -> None:
    """Case does not count, and what has nothing on one side of the at sign is no address."""
    assert email(" Anna@Example.ORG ") == "anna@example.org"
    assert email("@anna") == email("anna") == ""
