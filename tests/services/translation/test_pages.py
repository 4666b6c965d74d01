"""The addresses of pages, without what they say about a person."""

import pytest

from services.translation.pages import path, site


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://shop.example/red/kettle?email=ada@example.org#top", "/red/kettle"),
        ("https://shop.example", "/"),
        ("https://shop.example?q=/a/b", "/"),
        ("https://shop.example#/a", "/"),
        ("/red?next=https://other.example/x", "/red"),
        ("red/kettle", "red/kettle"),
        ("?q=1", "/"),
        ("", None),
        (None, None),
        ("http://[", "/"),
    ],
)
def test_a_page_is_its_path(url: object, page: str | None) -> None:
    """A query may hold anything, such as the address of a customer's mailbox."""
    assert path(url) == page


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://search.example/find?q=private", "https://search.example"),
        ("https://ada:secret@search.example:8080/x", "https://search.example:8080"),
        ("search.example", None),
        ("https://", None),
        ("", None),
        (None, None),
    ],
)
def test_a_referrer_is_its_site(url: object, where: str | None) -> None:
    """What was searched for there, and by whom, stays there."""
    assert site(url) == where


def test_a_path_is_cut_to_what_an_event_may_hold() -> None:
    """An address may be longer than a name."""
    assert path("/" + "x" * 600) == "/" + "x" * 510 + "…"
