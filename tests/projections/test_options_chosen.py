"""Options chosen: what binds choices together, and how many of each."""

from datetime import timedelta

from events.catalog.feedback import OptionChosen
from projections._engine.reference import as_mappings, fold
from projections.options_chosen import OptionsChosen
from tests.projections.shop import NOON, Shop


def red(order: str = "", session: str = "", quantity: int = 1) -> OptionChosen:
    """Return that a mug is to be red."""
    return OptionChosen(product="mug", option="colour", choice="red", order=order, session=session, quantity=quantity)


def test_choices_of_an_order_a_session_or_a_day_belong_together() -> None:
    """An order goes before a session; the same choice twice in an order is two lines of it."""
    told = Shop.facts(
        (red(order="o", session="s", quantity=2), NOON),
        (red(order="o"), NOON + timedelta(hours=1)),
        (red(session="s"), NOON),
        (red(), NOON),
        (red(), NOON + timedelta(days=1)),
        (OptionChosen(product="mug", option="x" * 128, choice="y" * 128, order="o", store="leeds"), NOON),
    )

    rows = as_mappings(OptionsChosen(), fold(OptionsChosen(), told))

    assert [(row["occasion"], len(row["choice"]), row["quantity"], row["times"], row["store"]) for row in rows] == [
        ("day 2024-05-17", 3, 1, 1, "web"),
        ("day 2024-05-18", 3, 1, 1, "web"),
        ("order o", 3, 3, 2, "web"),
        ("order o", 100, 1, 1, "leeds"),
        ("session s", 3, 1, 1, "web"),
    ]
