"""``regulars order``: a link to an order is made, once a key is set, for whom the order is of."""

import re
from pathlib import Path

import pytest

from services.order_links import link_of
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import CUSTOMER, as_lines, order


def test_a_key_is_made_and_with_it_a_link(regulars: Regulars, history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key it is said how to make one. The link leads to where the api is, or customers reach it."""
    del history  # it is on the log, and folded
    number = order(1, 1000, day=1)["data"]["order"]
    without = regulars("order", "link", number)
    key = regulars("order", "key").out.strip()
    monkeypatch.setenv("REGULARS_LINK_KEYS", f"{key},{regulars('order', 'key', '--json').document['key']}")

    url = regulars("order", "link", number).out.strip()
    made = regulars("order", "link", number, "--of", CUSTOMER, "--base", "https://shop.example/", "--json").document

    assert (without.exit_code, "'regulars order key' makes" in without.err) == (2, True)
    assert re.fullmatch(rf"http://127\.0\.0\.1:8080/v1/orders/{number}/status\?token=[\w=-]+", url)
    assert made["url"].startswith(f"https://shop.example/v1/orders/{number}/status?token=")
    assert (made["subject"], link_of(url.partition("token=")[2], [key]).subject) == (CUSTOMER, CUSTOMER)


def test_an_order_of_several_is_asked_after(regulars: Regulars, history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number is a shop's and not the world's: two people may have it. Of nobody there is no link."""
    number = order(1, 1000, day=1)["data"]["order"]
    other = order(1, 1000, day=1) | {"id": "other", "subject": "customer:other"}
    assert regulars("log", "append", "-", piped=as_lines(other)).exit_code == 0
    monkeypatch.setenv("REGULARS_LINK_KEYS", regulars("order", "key").out.strip())

    several, nobody = regulars("order", "link", number), regulars("order", "link", "nonsense")
    not_theirs = regulars("order", "link", number, "--of", "customer:9")

    assert history.exists()
    assert (several.exit_code, several.err) == (
        2,
        f"regulars: 2 people have an order {number}: say whose with --of, such as --of customer:42.\n",
    )
    assert (nobody.exit_code, not_theirs.exit_code) == (1, 1)
    assert nobody.err == "regulars: Nobody has an order nonsense, as far as the projections have come.\n"
    assert not_theirs.err == f"regulars: customer:9 has no order {number}, as far as the projections have come.\n"


def test_a_bad_key_is_said_and_not_shown(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that holds a secret is never repeated."""
    monkeypatch.setenv("REGULARS_LINK_KEYS", "open-sesame")

    ran = regulars("order", "link", "1001")

    assert (ran.exit_code, "REGULARS_LINK_KEYS" in ran.err, "sesame" in ran.err) == (4, True, False)
