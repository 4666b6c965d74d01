"""Pages, figures and lists are sent packed to whoever takes that, and streams of events are not."""

import re

import pytest

from tests.dashboard.conftest import Browsing

TIME = re.compile(r"\d\d:\d\d:\d\d(\.\d+)?")
PACKED = {"accept-encoding": "gzip"}
PLAIN = {"accept-encoding": "identity"}


@pytest.mark.parametrize("path", ["/reports", "/reports.json", "/customers.csv"])
def test_what_is_packed_is_the_same(browsing: Browsing, path: str) -> None:
    """Unpacked it is what is sent to whoever takes it plain, and a cache keeps the two apart."""
    packed, plain = (browsing().get(path, headers=headers) for headers in (PACKED, PLAIN))

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "Cookie" in packed.headers["vary"]
    assert packed.headers.get("etag") == plain.headers.get("etag")
    assert [TIME.sub("", each.text) for each in (packed, plain)] == [TIME.sub("", plain.text)] * 2
    assert len(plain.content) > 1_000


def test_a_stream_of_events_is_not_packed(browsing: Browsing) -> None:
    """What moves is told at once, not when enough of it has come together."""
    with browsing().stream("GET", "/live/moved?page=overview", headers=PACKED) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers


def test_a_small_answer_is_not_packed(browsing: Browsing) -> None:
    """What fits into one packet gains nothing."""
    answer = browsing().get("/no-such-page.json", headers=PACKED)

    assert "content-encoding" not in answer.headers
