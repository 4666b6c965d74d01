"""``regulars segments``: a rule is checked, published, said in words, and its members are found."""

from pathlib import Path

import pytest

from services.segments.fields import FIELDS
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, order

RULE = "net_total>=6 GBP AND not complaint_open"
WORDS = "Net revenue in all is at least 6 GBP, and no complaint is open."


@pytest.fixture
def big(regulars: Regulars, history: Path) -> Regulars:
    """Return the commands over two customers, of whom one is in the segment that is defined."""
    del history  # it is on the log, and folded
    assert regulars("log", "append", "-", piped=as_lines(order(9, 500, "customer:bob"))).exit_code == 0
    defined = regulars("segments", "define", "big", RULE, "--title", "Big ones", "--by", "staff:ann")
    assert defined.out.splitlines()[0] == f"big is defined: {WORDS}"
    return regulars


def test_a_segment_is_defined_and_its_members_are_found(big: Regulars) -> None:
    """Nobody is in it before; a second refresh by the same clock changes nothing."""
    before = big("segments", "list")
    first = big("segments", "refresh", "--json").document
    again = big("segments", "refresh", "--json").document
    listed, document = big("segments", "list"), big("segments", "list", "--json").document
    members = big("report", "segments", "--about", "big", "--json").document["tables"]["members"]

    assert before.out.endswith("Nobody is in any yet: run 'regulars segments refresh'.\n")
    assert first["segments"][-1] == {"segment": "big", "customers": 1, "entered": 1, "left": 0}
    assert again["segments"][-1] == {"segment": "big", "customers": 1, "entered": 1, "left": 0}
    assert "net_total >= 6 GBP and not" in listed.out  # the rest folds below
    assert listed.out.endswith("By 2026-03-20 10:00 UTC.\n")
    assert [each["segment"] for each in document["segments"] if each["customers"]][-1] == "big"
    assert [(row["person"], row["net_minor"]) for row in members] == [("customer:ann", 1500)]


def test_a_segment_is_shown_with_its_versions_and_withdrawn(big: Regulars) -> None:
    """The last version holds; a withdrawn one is there no more, and who was in it leaves."""
    big("segments", "refresh")
    big("segments", "define", "big", "net_total > 7 GBP", "--json")

    shown, document = big("segments", "show", "big"), big("segments", "show", "big", "--json").document
    withdrawn = big("segments", "withdraw", "big")

    assert shown.out.splitlines()[:4] == [
        "big",
        "net_total > 7 GBP",
        "Net revenue in all is more than 7 GBP.",
        "1 customer by the last refresh: see 'regulars report segments --about big'.",
    ]
    assert [(each["version"], each["by"], each["title"]) for each in document["versions"]] == [
        ("1", "staff:ann", "Big ones"),
        ("2", "", ""),
    ]
    assert withdrawn.out.startswith("big is withdrawn")
    assert big("segments", "show", "big").err == "regulars: There is no segment 'big'.\n"
    assert big("segments", "withdraw", "tier.top").exit_code == 2
    refreshed = big("segments", "refresh", "--now", "2026-03-30T00:00:00Z", "--json").document
    assert [each["segment"] for each in refreshed["segments"]][-1] == "tier.none"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("explain", "order > 3"), "At character 1: 'order' is no field; did you mean orders?"),
        (("define", "x", "orders >"), "At character 9: orders asks for a number, such as 60, and not the end."),
        (("define", "X", "orders > 3"), "'X' is no name of a segment: small letters, digits, - and _"),
        (("define", "x", ""), "At character 1: here stands the name of a field, and not the end."),
        (("refresh", "--now", "2026-03-01T00:00:00Z"), "The members were brought up to 2026-03-20 10:00 UTC already"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(big: Regulars, arguments: tuple[str, ...], sentence: str) -> None:
    """In one sentence, with exit code 2; no event is published for it."""
    big("segments", "refresh")
    events = big("log", "stats", "--json").document

    ran = big("segments", *arguments)

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith(f"regulars: {sentence}")
    assert big("log", "stats", "--json").document == events


def test_a_rule_is_explained_without_a_shop(regulars: Regulars) -> None:
    """In words; and without a rule every field is listed with its meaning, in the width of a pipe."""
    said = regulars("segments", "explain", RULE)
    listed, document = regulars("segments", "explain"), regulars("segments", "explain", "--json").document

    assert said.out == f"net_total >= 6 GBP and not complaint_open\n{WORDS}\n"
    assert regulars("segments", "explain", RULE, "--json").document["in_words"] == WORDS
    assert [each["field"] for each in document["fields"]] == [field.name for field in FIELDS]
    assert all(field.name in listed.out for field in FIELDS)
    assert max(map(len, listed.out.splitlines())) <= 100


def test_a_new_installation_has_no_segments_yet(regulars: Regulars) -> None:
    """It is said what to do first."""
    ran = regulars("segments", "list")

    assert ran.exit_code == 4
    assert ran.err.startswith("regulars: The projections are not built yet")
