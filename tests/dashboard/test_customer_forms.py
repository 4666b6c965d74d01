"""What is written down on a customer's page: notes, contacts, complaints, consents, and who is who."""

from secrets import token_hex
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from events.catalog.consent import ConsentGiven, ErasureRequested, PersonErased
from events.catalog.customers import CustomerRegistered, PreferenceStated
from events.catalog.identity import IdentityLinked
from events.catalog.visits import PageViewed
from events.event import Event
from services.access.roles import Role
from services.views.links import customer_href
from tests.dashboard.conftest import Browsing, OpenTab
from tests.dashboard.posting import notes, post
from tests.dashboard.reading import Html
from tests.dashboard.served import Dashboard
from tests.dashboard.shop import NORTH


def somebody(dashboard: Dashboard, *said: Event) -> str:
    """Let somebody become a customer, and return them."""
    subject = f"customer:forms-{token_hex(4)}"
    dashboard.tell(CustomerRegistered(name="Ada Lovelace", store="north"), *said, by=subject)
    return subject


def sent(dashboard: Dashboard, client: httpx.Client, whose: str, path: str, **said: Any) -> tuple[int, Html]:  # noqa: ANN401
    """Send a form of a customer's page, let the house take it in, and return the status and the page then."""
    status, page = post(client, path, f"/customers/{whose}", **said)
    dashboard.catch_up()
    return status, page


def test_the_forms_of_a_first_visit_are_a_click_away(dashboard: Dashboard, browsing: Browsing) -> None:
    """A note stands open; the others are one click away, and the heading leads to each. Who may not act has none."""
    subject = somebody(dashboard)

    page = Html(browsing(Role.MANAGER).get(f"/customers/{subject}").text)
    read_only = Html(browsing(Role.AUDITOR).get(f"/customers/{subject}").text)

    ways = [each.text.strip() for each in page.all("summary") if each.attributes.get("id", "").startswith("write-")]
    assert len(ways) == 4
    assert [("open" in each.attributes) for each in page.all("details", class_="way")] == [True, False, False, False]
    anchors = {
        each.attributes["href"] for each in page.all("a", class_="button") if "#write-" in each.attributes["href"]
    }
    assert anchors == {"#write-note", "#write-contact", "#write-complaint"}
    assert not read_only.all("details", class_="way")


def test_a_note_stands_on_the_page_from_then_on(dashboard: Dashboard, browsing: Browsing) -> None:
    """With who wrote it; an empty one is refused, in a sentence beside its form."""
    subject, client = somebody(dashboard), browsing(Role.MANAGER)
    path = f"/desk/customer/{subject}/take-note"

    status, _ = sent(dashboard, client, subject, path, text="Comes with the dog.")
    refused, wrong = sent(dashboard, client, subject, path, form="customer-note", text="  ")
    page = Html(client.get(f"/customers/{subject}").text)

    assert (status, refused) == (303, 422)
    assert "needed" in notes(wrong)
    assert "“Comes with the dog.”, by manager" in " ".join(page.texts("section", id="notes"))


def test_what_they_turned_to_us_for_is_written_down_and_answered(dashboard: Dashboard, browsing: Browsing) -> None:
    """Until somebody answers the page says so; the answer's form stands beside it."""
    subject, client = somebody(dashboard), browsing(Role.STAFF, "north")
    dashboard.tell(PageViewed(page="/", title="Hello", store="north"), by=subject)
    path = f"/desk/customer/{subject}"

    sent(
        dashboard,
        client,
        subject,
        f"{path}/take-contact",
        bucket="problem_resolution",
        question="Where?",
        store="north",
    )
    waiting = client.get(f"/customers/{subject}.json").json()["contact_plan"]["last_question"]
    page = Html(client.get(f"/customers/{subject}").text)
    form = [each for each in page.all("form") if "answer-contact" in each.attributes.get("action", "")]
    sent(
        dashboard, client, subject, f"{path}/answer-contact", contact=waiting["contact"], text="There.", resolved="true"
    )
    after = client.get(f"/customers/{subject}.json").json()["contact_plan"]["last_question"]

    assert (waiting["answered"], len(form), after["answered"]) == (False, 1, True)


def test_a_complaint_that_is_refused_keeps_what_was_typed(dashboard: Dashboard, browsing: Browsing) -> None:
    """Its form stands open again; sent right it is theirs, and sent twice it counts once."""
    subject, client = somebody(dashboard), browsing(Role.MANAGER)
    path, said = f"/complain/{subject}", {"form": "complain", "text": "Cold!", "_key": token_hex(4)}

    refused, page = sent(dashboard, client, subject, path, **said, store="x" * 200)
    taken, _ = sent(dashboard, client, subject, path, **said, store="north")
    sent(dashboard, client, subject, path, **said, store="north")

    assert (refused, taken) == (422, 303)
    (typed,) = (each for each in page.all("form") if each.attributes.get("id") == "complain")
    assert "Cold!" in typed.text
    assert [case["open"] for case in client.get(f"/customers/{subject}.json").json()["complaints"]] == [True]


def test_what_is_half_written_is_kept_while_the_page_follows(dashboard: Dashboard, tab: OpenTab) -> None:
    """The form that was opened stays open, also where somebody looks elsewhere on the page meanwhile."""
    subject = somebody(dashboard)
    page = tab(Role.MANAGER).visit(f"/customers/{subject}")
    expect(page.locator("[data-live]")).to_be_visible()
    page.locator("#write-complaint").click()
    text = page.locator("#field-complain-text")
    text.fill("It was cold, and")
    page.locator("h1").click()

    dashboard.tell(PreferenceStated(topic="tea", stance="likes"), by=subject)

    expect(page.get_by_text("likes tea").first).to_be_visible()
    assert text.is_visible()
    assert text.input_value() == "It was cold, and"


def test_a_consent_is_taken_back_in_its_row_and_given_again(dashboard: Dashboard, browsing: Browsing) -> None:
    """Each row has its own form, which knows the purpose and the channel."""
    given = ConsentGiven(purpose="newsletter", channel="email", text_version="1", source="till")
    subject, client = somebody(dashboard, given), browsing(Role.MANAGER)
    row = {"purpose": "newsletter", "channel": "email", "source": "desk"}

    def standing() -> list[bool]:
        return [each["given"] for each in client.get(f"/customers/{subject}.json").json()["consents"]]

    page = Html(client.get(f"/customers/{subject}").text)
    hidden = {(each.attributes["name"], each.attributes["value"]) for each in page.all("input", type="hidden")}
    before = standing()
    sent(dashboard, client, subject, f"/desk/consent/{subject}/withdraw", **row)
    between = standing()
    sent(dashboard, client, subject, f"/desk/consent/{subject}/give", text_version="2", **row)

    assert set(row.items()) <= hidden
    assert (before, between, standing()) == ([True], [False], [True])


def test_an_identifier_is_linked_drawn_and_taken_away(dashboard: Dashboard, browsing: Browsing) -> None:
    """Each line of the drawing and each row of its table lead to the events of that link."""
    subject, client = somebody(dashboard), browsing(Role.MANAGER)
    card = f"card:{subject[-8:]}"

    status, page = sent(dashboard, client, subject, f"/identify/{subject}", identifier=card, reason="card")
    shown = Html(client.get(f"/customers/{subject}").text)
    (line,) = (each for each in shown.all("a") if each.attributes.get("aria-label", "").startswith("Why card:"))
    path, _, query = line.attributes["href"].partition("?")
    events = client.get(f"{path}.json?{query}").json()["tables"]["events"]
    taken, _ = sent(dashboard, client, subject, f"/desk/identity-link/{subject}/unlink", identifier=card, reason="lost")

    assert (status, taken) == (303, 303)
    assert f"{card} is theirs now." in page.text
    assert [each["type"] for each in events] == ["regulars.identity.linked.v1"]
    assert client.get(f"/customers/{subject}.json").json()["identity"]["identifiers"] == [subject]


def test_another_customer_is_merged_and_split_by_the_same_form(dashboard: Dashboard, browsing: Browsing) -> None:
    """A number is a decision about two people; its page is the other's from then on, until they are split."""
    one, other = sorted(somebody(dashboard) for _ in range(2))
    client = browsing(Role.MANAGER)

    merged, _ = sent(dashboard, client, other, f"/identify/{other}", identifier=one)
    together = client.get(f"/customers/{other}.json").json()["identity"]
    path = f"/desk/identity-decision/{one}~{other}/split"
    unsaid, _ = sent(dashboard, client, one, path)
    split, _ = sent(dashboard, client, one, path, reason="namesakes")

    assert (merged, unsaid, split) == (303, 422, 303)
    assert (together["person"], together["identifiers"]) == (one, [one, other])
    assert client.get(f"/customers/{other}.json").json()["person"] == other


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("card:of-north", f"is {NORTH.subject}'s"),
        ("visitor:anonymous", "stands for nobody"),
        ("a card", "identifier"),
        ("customer:never-seen", "Nothing is known of customer:never-seen"),
    ],
)
def test_an_identifier_that_is_not_theirs_is_refused_in_a_sentence(
    dashboard: Dashboard, browsing: Browsing, identifier: str, words: str
) -> None:
    """It says whose it is, or what to write instead; and what was typed stands there."""
    dashboard.tell(IdentityLinked(identifier="card:of-north"), by=NORTH.subject)
    subject = somebody(dashboard)

    status, page = post(
        browsing(Role.MANAGER), f"/identify/{subject}", f"/customers/{subject}", "identify", identifier=identifier
    )

    assert status in {404, 422}
    assert words in page.text
    assert [each.attributes["value"] for each in page.all("input", id="field-identify-identifier")] == [identifier]


def test_whoever_is_forgotten_is_written_down_no_more(dashboard: Dashboard, browsing: Browsing) -> None:
    """The page says when, which leads to the events; nobody writes a note on them."""
    subject = somebody(dashboard, ErasureRequested(by="anna"), PersonErased(by="anna"))

    page = Html(browsing(Role.MANAGER).get(f"/customers/{subject}").text)

    assert "Their personal data were erased on" in notes(page)
    assert not page.all("details", class_="way")


def test_the_address_of_a_customer_is_quoted_as_a_whole() -> None:
    """An identifier may hold whatever a source calls somebody."""
    assert customer_href("customer:42", "why") == "/customers/customer:42/why"
    assert customer_href("customer:a/b ?c%d") == "/customers/customer:a%2Fb%20%3Fc%25d"
