"""Voice: suggestions with their votes, the options that are chosen, and ratings."""

from services.access.roles import Role
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html


def test_a_suggestion_leads_to_who_voted(browsing: Browsing) -> None:
    """Whom to tell what became of it: each with their name, and what they said."""
    client = browsing(Role.MANAGER)
    wanted = client.get("/voice.json").json()["tables"]["suggestions"][0]
    ways = {link.text: link.attributes["href"] for link in Html(client.get("/voice").text).all("a")}

    voters = client.get(ways[wanted["wording"]].replace("/voice?", "/voice.json?").partition("#")[0]).json()
    read = Html(client.get(ways[wanted["wording"]]).text)

    said = [row["in_favour"] for row in voters["tables"]["voters"]]
    assert said.count(True) == min(len(said), wanted["in_favour"]) or said.count(None)
    assert {"For it"} <= {badge.text for badge in read.all(class_="badge")}
    assert set(voters["names"].values()) <= {link.text for link in read.all("a")}


def test_options_and_ratings_are_there(browsing: Browsing) -> None:
    """What is chosen most, and how satisfied people are, each with a CSV."""
    read = Html(browsing().get("/voice").text)
    told = browsing().get("/voice.json").json()["tables"]

    assert told["options"][0]["choice"] in read.text
    assert {"/voice.csv?table=options", "/voice.csv?table=ratings"} <= {
        link.attributes["href"] for link in read.all("a") if "href" in link.attributes
    }
    rows = browsing().get("/voice.csv?table=options").text.splitlines()
    assert rows[0].startswith("option,choice")


def test_it_is_no_page_for_figures_alone(browsing: Browsing) -> None:
    """Customers' own words are theirs: who may look at figures alone does not read them."""
    assert browsing(Role.VIEWER).get("/voice").status_code == 403
