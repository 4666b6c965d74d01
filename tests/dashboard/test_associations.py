"""Associations: a graph of pairs, and a table that says the same to whoever sees no picture."""

from urllib.parse import urlsplit

import msgspec

from services.dashboard.report_charts import pairs_graph
from tests.dashboard.conftest import Browsing
from tests.dashboard.reading import Html, Scripts


def test_the_graph_and_the_table_say_the_same(browsing: Browsing) -> None:
    """Every line of the graph is a row of the table, and every product in it is a link there, for the keyboard."""
    page = browsing().get("/associations").text
    told = browsing().get("/associations.json").json()["tables"]["pairs"]
    drawn = msgspec.json.decode(Scripts(page).json[0])
    ways = {link.attributes["href"] for link in Html(page).all("a") if "href" in link.attributes}

    assert [(link["source"], link["target"]) for link in drawn["links"]] == [
        (row["product"], row["other"]) for row in told
    ]
    assert {node["href"] for node in drawn["nodes"]} <= ways
    assert {node["id"] for node in drawn["nodes"]} == {row[side] for row in told for side in ("product", "other")}


def test_a_product_is_asked_about(browsing: Browsing) -> None:
    """Its own pairs alone, and the way back to all."""
    pair = browsing().get("/associations.json").json()["tables"]["pairs"][0]

    asked = browsing().get("/associations.json", params={"about": pair["other"]}).json()["tables"]["pairs"]
    read = Html(browsing().get("/associations", params={"about": pair["other"]}).text)

    assert asked
    assert all(pair["other"] in {row["product"], row["other"]} for row in asked)
    back = next(link for link in read.all("a") if link.text == "All products")
    assert urlsplit(back.attributes["href"]).query == ""


def test_a_product_without_a_name_is_called_by_its_id() -> None:
    """The graph has a name for everything, and no text of a name is anything but a text."""
    row = {
        "product": "p-1", "other": "p-2", "product_name": None, "other_name": "</script>", "product_baskets": 3,
        "other_baskets": 1, "lift": 2.0, "support_share": 0.1,
    }  # fmt: skip

    drawn = pairs_graph([row], str)

    assert [node["name"] for node in drawn["nodes"]] == ["p-1", "</script>"]
    assert [node["words"] for node in drawn["nodes"]] == ["3 baskets", "1 basket"]
