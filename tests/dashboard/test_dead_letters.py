"""Dead letters: what is parked is redriven after a fix or dismissed; what was turned away is mended and sent again."""

from datetime import UTC, datetime
from secrets import token_hex

import httpx
import pytest

from events.catalog.searches import SearchPerformed
from events.errors import BadEvent, Fault
from services.access.roles import Role
from services.ingest import verdicts
from services.ingest.source import Protocol
from services.ingest.verdict import Outcome, Refused
from tests.dashboard.conftest import Browsing
from tests.dashboard.posting import notes, post
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import WEB_SHOP

PAGE = "/dead-letters"
BODY = (
    '{{"type":"track","userId":"42","event":"Products Searched","messageId":"{0}",'
    '"properties":{{"query":"<b>kettle</b>","results_count":{1}}},"timestamp":"2011-03-30T10:00:00Z"}}'
)
PARK = """
INSERT INTO engine.dead_letter (log_id, partition, "offset", fault, field, reason, value, missed, recorded_ms)
SELECT (SELECT log_id FROM journal.identity), partition, "offset", 'fold', 'unmet_demand', 'it was broken', value,
       (SELECT array_agg(table_name) FROM engine.projection WHERE name = 'unmet_demand' AND state = 'live'), 0
  FROM journal.event WHERE subject = %s RETURNING partition || '@' || "offset"
"""
COUNTED = "SELECT coalesce(sum(searches), 0) FROM unmet_demand WHERE query = %s"


def turned_away(dashboard: Dashboard) -> tuple[str, str]:
    """Have the front door keep a message that it cannot take; return its place and its id."""
    message = f"m-{token_hex(4)}"
    error = BadEvent(Fault.INVALID_FIELD, "properties.results_count", "is 'many', where a whole number belongs")
    body = BODY.format(message, '"many"').encode()
    kept = Refused(WEB_SHOP, Protocol.SEGMENT, "/v1/track", message, Outcome.REJECTED, error, body, datetime.now(UTC))
    (number,) = verdicts.store(dashboard.connection, [kept])
    return f"door:{number}", message


def parked(dashboard: Dashboard) -> tuple[str, str]:
    """Have a search parked for a projection, which lacks it; return its place and what was searched."""
    query = f"parked {token_hex(4)}"
    dashboard.tell(SearchPerformed(query=query, result_count=0), by=f"visitor:{token_hex(4)}")
    (table,) = dashboard.connection.execute(
        "SELECT table_name FROM engine.projection WHERE name = 'unmet_demand' AND state = 'live'"
    ).fetchall()[0]
    subject = dashboard.connection.execute(
        "SELECT subject FROM journal.event WHERE convert_from(value, 'UTF8') LIKE %s", [f"%{query}%"]
    ).fetchall()[0][0]
    dashboard.connection.execute(f"DELETE FROM projection.{table} WHERE query = %s", [query])
    (place,) = dashboard.connection.execute(PARK, [subject]).fetchall()[0]
    return place, query


def letter(client: httpx.Client, place: str) -> dict[str, object]:
    """Return a letter as it stands."""
    found: dict[str, object] = client.get(f"{PAGE}/{place}.json").json()["letter"]
    return found


def test_both_kinds_are_listed_with_why(dashboard: Dashboard, browsing: Browsing) -> None:
    """Each with its fault, the sentence, and what lacks it; the CSV has them all."""
    (at, _), (door, _) = parked(dashboard), turned_away(dashboard)
    client = browsing()

    read, table = Html(client.get(PAGE).text), client.get(f"{PAGE}.csv").text
    of_source = client.get(f"{PAGE}.json", params={"source": WEB_SHOP}).json()["tables"]["letters"]

    links = {link.attributes["href"] for link in read.all("a")}
    assert {f"{PAGE}/{at}", f"{PAGE}/{door}"} <= links
    assert "properties.results_count: is 'many', where a whole number belongs" in read.text
    assert at in table
    assert door in table
    assert {row["kind"] for row in of_source} == {"turned away"}


def test_a_parked_event_is_redriven_once_its_fold_is_mended(dashboard: Dashboard, browsing: Browsing) -> None:
    """The projection that lacked it has it then, once; redriving again changes nothing."""
    place, query = parked(dashboard)
    client = browsing()

    status, page = post(client, f"{PAGE}/{place}/redrive", f"{PAGE}/{place}")
    again, _ = post(client, f"{PAGE}/{place}/redrive", f"{PAGE}/{place}")

    assert (status, again) == (303, 303)
    assert "Redriven: unmet_demand." in notes(page)
    assert dashboard.connection.execute(COUNTED, [query]).fetchall() == [(1,)]
    assert letter(client, place)["open"] is False


def test_what_will_never_be_right_is_dismissed_with_a_reason(dashboard: Dashboard, browsing: Browsing) -> None:
    """Without one it is refused, and what was typed stays."""
    client = browsing()
    for place in (parked(dashboard)[0], turned_away(dashboard)[0]):
        refused, page = post(client, f"{PAGE}/{place}/dismiss", f"{PAGE}/{place}", form="dismiss", because=" ")
        status, _ = post(client, f"{PAGE}/{place}/dismiss", f"{PAGE}/{place}", form="dismiss", because="a test")

        assert (refused, status) == (422, 303)
        assert "because: it is empty, and has to say something." in page.text
        assert letter(client, place)["open"] is False
        assert "a test" in str(letter(client, place)["settled"])


def test_a_message_is_mended_and_sent_again(dashboard: Dashboard, browsing: Browsing) -> None:
    """As it was it is refused again, with the sentence; mended, it is on the log, once."""
    place, message = turned_away(dashboard)
    client, at = browsing(), f"{PAGE}/{place}"
    as_it_was, mended = (BODY.format(message, count) for count in ('"many"', 7))

    refused, page = post(client, f"{at}/redrive", at, form="mend", body=as_it_was)
    status, _ = post(client, f"{at}/redrive", at, form="mend", body=mended.replace("\n", "\r\n"))
    again, told = post(client, f"{at}/redrive", at, form="mend", body=mended)

    stored = (
        "SELECT convert_from(value, 'UTF8')::jsonb -> 'data' ->> 'result_count' FROM journal.event WHERE id LIKE %s"
    )
    assert (refused, status, again) == (422, 303, 303)
    assert "It is still turned away: properties.results_count: is 'many'" in page.text
    assert as_it_was in page.texts("textarea")[0]
    assert "settled before; nothing was sent" in notes(told)
    assert dashboard.connection.execute(stored, [f"%{message}%"]).fetchall() == [("7",)]


@pytest.mark.parametrize("place", ["door:99999999", "0@99999999", "nonsense"])
def test_a_letter_that_is_not_there_is_said(browsing: Browsing, place: str) -> None:
    """In a sentence, on the page and in the API."""
    answer = browsing().get(f"/v1/dead-letters/{place}")

    assert answer.status_code == (422 if place == "nonsense" else 404)
    assert place in answer.json()["detail"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER, Role.AUDITOR])
def test_nobody_else_sees_or_does_anything(dashboard: Dashboard, browsing: Browsing, role: Role) -> None:
    """A dead letter has a customer's data in it, and no store."""
    place, _ = turned_away(dashboard)
    client = browsing(role)

    statuses = [client.get(path).status_code for path in (PAGE, f"{PAGE}.csv", f"{PAGE}/{place}")]
    status, _ = post(client, f"{PAGE}/{place}/dismiss", PAGE, because="a test")

    assert (statuses, status) == ([403, 403, 403], 403)
