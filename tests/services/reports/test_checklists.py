"""Checklists: what was done, is next and was missed, by the playbook that was in force when a run began."""

from datetime import timedelta

import pytest

from services.checklists.reading import parse, shipped
from services.reports.checklists import CHECKLISTS
from services.reports.report import BadQuestion, Question
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told
from tests.services.reports.checklists_told import hours, in_force, next_steps, order, states, tick

TABLE = """
name: table
trigger: {event: regulars.operation.checklist_step_done}
steps:
  - {name: menu, within: 5m, who: waiter}
  - {name: pepper, title: Offer the pepper, within: 35m, who: waiter}
"""


def test_the_pepper_on_the_table(shop: Shop) -> None:
    """A run begins with its own first tick; what is missing is missed when its time has passed, and late when done."""
    in_force(shop, parse(TABLE, "table.yaml"))
    for table, minutes in (("t-1", 30), ("t-2", 36), ("t-3", None), ("t-4", None)):
        seated = hours(0.5) if table == "t-4" else NOON
        shop.tell(tick("table", table, "menu", "bistro"), by=f"card:{table}", time=seated)
        if minutes:
            at = NOON + timedelta(minutes=minutes)
            shop.tell(tick("table", table, "pepper", "bistro", "bob"), by=f"card:{table}", time=at)

    answer = told(shop.catch_up(), CHECKLISTS, now=hours(1))

    assert states(answer) == {"menu": {"kept": 4}, "pepper": {"kept": 1, "late": 1, "missed": 1, "open": 1}}
    assert [row["run"] for row in answer.tables["runs"]] == ["t-3", "t-4", "t-1", "t-2"]
    late, next_one, _, done_late = answer.tables["runs"]
    assert (late["missed"], late["late_since"], late["next"]) == (["pepper"], NOON + timedelta(minutes=35), None)
    assert (next_one["next"], next_one["next_who"], next_one["next_due"]) == ("pepper", "waiter", hours(1 + 5 / 60))
    assert done_late["done_late"] == ["pepper"]
    assert done_late["happened"][1] == {
        "step": "pepper",
        "at": "2024-05-17T12:36:00Z",
        "in_time": False,
        "by": "bob",
    }
    figures = {name: answer.figures[name] for name in ("runs", "late", "under_way", "due", "kept", "kept_share")}
    assert figures == {"runs": 4, "late": 1, "under_way": 1, "due": 3, "kept": 1, "kept_share": pytest.approx(1 / 3)}
    pepper = next(row for row in answer.tables["steps"] if row["step"] == "pepper")
    assert (pepper["due"], pepper["kept_share"]) == (3, pytest.approx(1 / 3))
    sentence = CHECKLISTS.headline(Question(hours(1), ""), answer)
    assert sentence == (
        "A step is missing in 1 of 4 checklists; 71 % of the steps were done in time, least often"
        " “Offer the pepper”, 33 %."
    )


def test_the_playbook_that_was_in_force_when_a_run_began_decides(shop: Shop) -> None:
    """What began before there was one is no run; a new version changes nothing of older runs; then it is withdrawn."""
    text = "name: thanks\ntrigger: {event: regulars.order.placed}\nsteps:\n  - {name: thank, within: 2h}\n"
    for day, version, said in ((0, "1", text), (10, "2", text.replace("2h", "9h")), (20, "3", "")):
        playbook = parse(said, "thanks.yaml") if said else None
        in_force(shop, playbook, "thanks", version, NOON + timedelta(days=day))
    for day in (-1, 0, 9, 10, 19, 20):
        at = NOON + timedelta(days=day)
        shop.tell(order(f"o{day}"), by=f"customer:{day}", time=at)
        shop.tell(tick("thanks", f"o{day}", "thank"), by=f"customer:{day}", time=at + timedelta(hours=4))
    connection = shop.catch_up()

    answer = told(connection, CHECKLISTS, now=NOON + timedelta(days=30))
    then = told(connection, CHECKLISTS, now=NOON + timedelta(days=5))

    assert {row["run"]: row["done_late"] for row in answer.tables["runs"]} == {
        "o0": ["thank"],
        "o9": ["thank"],
        "o10": [],
        "o19": [],
    }
    assert [(row["in_force"], row["runs"]) for row in answer.tables["playbooks"]] == [(False, 4)]
    assert [(row["step"], row["ticks"]) for row in answer.tables["stray"]] == [("thank", 2)]
    assert [(row["in_force"], row["runs"]) for row in then.tables["playbooks"]] == [(True, 1)]


def test_a_persons_page_says_what_is_next(shop: Shop) -> None:
    """Under any identifier: what is open or was missed of late, by deadline; nobody else's, and nothing long ago."""
    in_force(shop, shipped("first_order"))
    shop.tell(order("o-1"), by="visitor:a")
    shop.tell(order("o-9"), by="customer:9")
    shop.tell(tick("first_order", "o-1", "card_in_the_parcel"), by="customer:1", time=hours(30))
    shop.link("customer:1", "visitor:a")
    connection = shop.catch_up()

    soon, after_a_while = (next_steps(connection, "customer:1", hours(24 * days)) for days in (2, 50))

    assert [(row["step"], row["run"], row["late"], row["due"]) for row in soon] == [
        ("welcome", "o-1", True, hours(24)),
        ("ask_how_it_was", "o-1", False, hours(24 * 14)),
        ("second_order", "o-1", False, hours(24 * 60)),
    ]
    assert [(row["step"], row["who"], row["title"]) for row in after_a_while] == [("second_order", "", "A first order")]
    assert next_steps(connection, "visitor:a", hours(48)) == soon


def test_the_store_and_the_period_are_those_in_which_a_run_began(shop: Shop) -> None:
    """Both days belong to it; a playbook that was never published is no answer."""
    in_force(shop, shipped("delivery"))
    for day in (0, 1, 2):
        shop.tell(order(f"o-{day}", "leeds" if day else "web"), time=NOON + timedelta(days=day))
    connection = shop.catch_up()

    def runs(**asked: object) -> list[str]:
        tables = told(connection, CHECKLISTS, now=hours(24 * 60), **asked).tables
        return sorted(row["run"] for row in tables["runs"])

    first = NOON.date()
    assert runs() == ["o-0", "o-1", "o-2"]
    assert runs(store="leeds") == ["o-1", "o-2"]
    assert runs(begin=first, end=first + timedelta(days=1)) == ["o-0", "o-1"]
    with pytest.raises(BadQuestion, match="no playbook 'x' was published"):
        runs(about="x")
