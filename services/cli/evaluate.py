"""``regulars evaluate next-offer``: how often the offer foresees what customers buy, on orders that it has not seen."""

from typing import Annotated

from typer import Option

from services.associations import evaluating, keeping
from services.associations.evaluating import CUT_SHARE, Evaluation
from services.associations.orders import Orders, read
from services.cli import points
from services.cli.failures import Failure
from services.cli.session import opened
from services.cli.terminal import AsJson, emit, plural, progress, write, write_table

Cut = Annotated[
    str | None,
    Option(
        "--cut",
        metavar="TIME",
        help="Where the past ends.",
        show_default=f"when {CUT_SHARE:.0%} of the orders had been placed",
    ),
]
WithinBaskets = Annotated[bool, Option("--within-baskets", help="Have it find a product that is hidden in a basket.")]


def next_offer(cut: Cut = None, within_baskets: WithinBaskets = False, as_json: AsJson = False) -> None:
    """Judge the next offer on orders held out, beside two plain rules.

    It forgets every order from the cut on, mines the rest anew in memory, and looks whether each customer's next order
    holds one of the first 3, or 10, products that it would have offered. Nothing is stored. With --within-baskets one
    product of each basket is hidden, and looked for with what other baskets teach, for shops that do not know who buys.
    """
    with opened() as installation, installation.connect("regulars evaluate") as connection:
        log = installation.log()
        persons = keeping.persons(connection)
        with progress("Reading orders") as heard:
            orders = read(log, log.ends(), persons, heard)
    evaluation = _evaluated(orders, cut, within_baskets=within_baskets)
    if as_json:
        emit(evaluation._asdict() | {"rates": [rate._asdict() for rate in evaluation.rates]})
    else:
        _show(evaluation)


def _evaluated(orders: Orders, cut: str | None, *, within_baskets: bool) -> Evaluation:
    if within_baskets and cut is not None:
        message = "--cut and --within-baskets exclude each other: baskets are drawn by chance, not by time."
        raise Failure(message)
    evaluation = None
    if len(orders):
        at = None if cut is None else points.instant(cut)
        evaluation = evaluating.same_basket(orders) if within_baskets else evaluating.next_order(orders, at)
    if evaluation is None or not evaluation.judged_orders:
        message = "There is nothing to judge: it takes customers who ordered before the cut and again after it."
        raise Failure(message)
    return evaluation


def _show(evaluation: Evaluation) -> None:
    cut = f", the past ends {evaluation.cut:%Y-%m-%d %H:%M} UTC" if evaluation.cut else ""
    write(f"{evaluation.task.capitalize()}{cut}", bold=True)
    write(f"learnt from {plural(evaluation.past_orders, 'order')}, judged on {evaluation.judged_orders:,}")
    write()
    columns = ("task", "rule", "first", "orders", "hits", "hit rate", "error")
    rows = [
        (rate.task, rate.rule, rate.k, rate.orders, rate.hits, f"{rate.hit_share:.1%}", f"± {rate.error_share:.1%}")
        for rate in evaluation.rates
    ]
    write_table(columns, rows)
