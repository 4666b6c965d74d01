"""``regulars associations mine``: rules over baskets and companions of products, mined from the log and kept."""

from fractions import Fraction
from typing import Annotated

from typer import Option

from services.associations.keeping import (
    CONFIDENCE,
    LEAST_BASKETS,
    LEAST_BASKETS_SHARE,
    MOST_PRODUCTS,
    Mined,
    Wanted,
)
from services.associations.keeping import mine as mine_log
from services.associations.rules import TooManySetsError
from services.cli.failures import Failure
from services.cli.session import log_to_append, opened
from services.cli.terminal import AsJson, emit, plural, progress, write

LeastBaskets = Annotated[
    int | None,
    Option(
        "--support-baskets",
        min=2,
        metavar="N",
        help="The fewest baskets that hold all of a rule.",
        show_default=f"one in {LEAST_BASKETS_SHARE:,}, and {LEAST_BASKETS} at least",
    ),
]
Confidence = Annotated[
    str, Option("--confidence", metavar="SHARE", help="The least share of the antecedent's baskets, such as 0.25.")
]
MostProducts = Annotated[int, Option("--most-products", min=2, max=20, metavar="N", help="The most in one rule.")]


def mine(
    least_baskets: LeastBaskets = None,
    confidence: Confidence = str(CONFIDENCE),
    most_products: MostProducts = MOST_PRODUCTS,
    as_json: AsJson = False,
) -> None:
    """Mine the orders on the log for rules, companions and habits, and keep them.

    What was mined before is replaced. The report of associations shows it with the positions of the log that it was
    mined from, and the next offer goes by it: mine again every night or so.
    """
    wanted = Wanted(least_baskets, _share(confidence), most_products)
    with opened() as installation, installation.connect("regulars associations mine") as connection:
        try:
            with progress("Reading orders") as heard:
                mined = mine_log(log_to_append(installation), connection, wanted, heard)
        except TooManySetsError as error:
            raise Failure(str(error)) from error
    if as_json:
        emit(mined._asdict())
    else:
        _show(mined)


def _share(text: str) -> Fraction:
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        message = f"--confidence: {text!r} is no share: write it between 0 and 1, such as 0.25 or 1/4."
        raise Failure(message)
    return share


def _show(mined: Mined) -> None:
    write(f"{plural(mined.orders, 'order')} of {plural(mined.customers, 'customer')}", bold=True)
    baskets = plural(mined.least_baskets, "basket")
    write(f"  rules       {mined.rules_kept:>9,}  in {baskets} or more, of {mined.baskets:,}")
    if mined.rules_found > mined.rules_kept:
        write(f"              {mined.rules_found:>9,}  were found; those with the highest lift are kept")
    write(f"  too large   {mined.too_large:>9,}  baskets, left out of the rules as wholesale")
    write(f"  companions  {mined.companions:>9,}  of {plural(mined.products, 'product')}")
