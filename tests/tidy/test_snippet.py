"""The script for web pages, as a file: it is served as it is written."""

from tests.tidy.sources import ROOT

SCRIPT = ROOT / "services" / "ingest" / "snippet" / "regulars.js"
MAX_BYTES = 4096
ELSEWHERE = ("eval(", "Function(", "innerHTML", "document.write", "document.cookie", "http:", "https:")
"""What a strict policy forbids, or what would not stay between the page and the API."""


def test_the_script_costs_a_page_little() -> None:
    """It is under 4,096 bytes as it is served, which is as it is written: no tool makes it smaller."""
    assert len(SCRIPT.read_bytes()) < MAX_BYTES


def test_the_script_asks_for_no_exceptions() -> None:
    """It runs nothing that it makes up, writes into no page, and names no address: it sends to where it came from."""
    script = SCRIPT.read_text(encoding="ascii")

    assert [word for word in ELSEWHERE if word in script] == []
