"""Goods came in: those are told who asked for them in vain, and who may be told."""

from datetime import timedelta

import pytest

from events.catalog.operations import ProductListed, StockArrived
from events.catalog.searches import SearchPerformed
from events.catalog.tasks import TaskOpened
from services.desk.task import Open
from services.reactions import goods_arrived
from services.reactions._engine.reaction import Announce, Hold
from tests.projections.shop import NOON
from tests.services.reactions.house import DAY, HOUR, House, agreed, only, order, task

GOODS = {"red": "Red enamel Kettle", "lamp": "Desk lamp", "odd": "Odd thing"}


def sought(query: str, store: str = "leeds") -> SearchPerformed:
    """Return a search in vain."""
    return SearchPerformed(query=query, result_count=0, store=store)


@pytest.fixture(scope="module", autouse=True)
def _house(house: House) -> None:
    """Tell who asked for kettles, and when which goods came in."""
    house.catch_up()
    for product, name in GOODS.items():
        house.tell(ProductListed(product=product, name=name, store="leeds"), by=f"product:{product}", time=NOON - DAY)
    yes = agreed("personal_offers")
    for who, query in (("kim", "kettles"), ("lea", "red  KETTLE"), ("max", "kettle"), ("ned", "kettle red")):
        house.customer(who, yes)
        house.tell(sought(query), by=f"customer:{who}", time=NOON - 5 * DAY)
    house.customer("shy")
    house.tell(sought("kettle"), by="customer:shy", time=NOON - 5 * DAY)
    house.tell(sought("lamp"), by="customer:shy", time=NOON - 5 * DAY)
    house.tell(sought("kettle holder"), sought("ket"), by="customer:other", time=NOON - 5 * DAY)
    for who, told, hours in (("far", sought("kettle", "york"), -9), ("long", sought("kettle"), -24 * 200)):
        house.customer(who, yes)
        house.tell(told, by=f"customer:{who}", time=NOON + hours * HOUR)
    house.customer("late", yes)
    house.tell(sought("kettle"), by="customer:late", time=NOON + HOUR)
    house.customer("had", yes)
    house.tell(sought("kettle"), by="customer:had", time=NOON - 5 * DAY)
    house.tell(order(1, "red"), by="customer:had", time=NOON - 4 * DAY)
    house.tell(sought("kettle"), by="visitor:unknown", time=NOON - 5 * DAY)
    for product in GOODS:
        house.tell(StockArrived(product=product, quantity=12, store="leeds"), by=f"product:{product}", time=NOON)
    house.policy(NOON + 10 * DAY, tell_most="2", without_manager="eve")
    for who, dial in (("max", 90), ("kim", 40)):
        house.dial(f"customer:{who}", "2024-04-01", dial)
    house.catch_up()


def test_those_who_asked_are_named_by_their_dials(house: House) -> None:
    """In that store, lately, before it came, by any words of its name; who bought it since need not be told."""
    actions = house.react(goods_arrived.REACTION, house.raised("stock_arrived", "product:red"), NOON)

    name, opened = task(actions, Open)
    assert (name, opened.about) == ("arrived:leeds:red:2024-05-17", "product:red")
    assert opened.title == "Red enamel Kettle came in: tell 4 who asked for it"
    assert opened.why == (
        "12 came into leeds. 6 known customers asked for 'ket', 'kettle', 'kettle red', 'kettles', 'red kettle' in"
        " vain, 4 of them consented to be told: customer:max (dial 90), customer:kim (dial 40), customer:lea,"
        " customer:ned."
    )
    assert only(actions, Announce).data["people"] == 6


def test_a_list_has_an_end(house: House) -> None:
    """The best are named, and how many there are besides; whom the house names sees to it."""
    actions = house.react(goods_arrived.REACTION, house.raised("stock_arrived", "product:red"), NOON + 11 * DAY)

    _, opened = task(actions, Open)
    assert opened.why.endswith("customer:max (dial 90), customer:kim (dial 40), and 2 more.")
    assert opened.assignee == "eve"


def test_where_nobody_may_be_told_there_is_nothing_to_do(house: House) -> None:
    """It says whether somebody asked at all."""
    lamp = house.react(goods_arrived.REACTION, house.raised("stock_arrived", "product:lamp"), NOON)
    odd = house.react(goods_arrived.REACTION, house.raised("stock_arrived", "product:odd"), NOON)

    assert lamp == [
        Hold("nobody_to_tell", "1 known customer asked for Desk lamp in vain, and none of them consented to be told.")
    ]
    assert odd == [Hold("nobody_to_tell", "Nobody whom we know asked for Odd thing in vain.")]


def test_who_was_on_a_list_is_not_on_the_next_one(house: House) -> None:
    """Goods that come in every day ask for those alone who asked since; run last, for the task stays."""
    told = TaskOpened(task="before", reason="goods_arrived", about="product:red", store="leeds")
    house.tell(told, by="product:red", time=NOON - timedelta(days=1))
    house.tell(sought("kettle"), by="customer:ned", time=NOON - HOUR)
    house.catch_up()

    actions = house.react(goods_arrived.REACTION, house.raised("stock_arrived", "product:red"), NOON)

    assert "1 of them consented to be told: customer:ned." in task(actions, Open)[1].why
