"""``regulars order``: links with which customers read how an order of theirs stands."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from typer import Argument, Option

from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import opened
from services.cli.terminal import AsJson, emit, write
from services.order_links import MOST_DAYS, USUAL_DAYS, OrderLink, new_key, path_of
from services.reports.order_of import owners
from services.settings import Settings
from services.variables import LINK_KEYS

Order = Annotated[str, Argument(metavar="ORDER", help="The order's number.")]
Whose = Annotated[
    str | None, Option("--of", metavar="SUBJECT", help="Whose it is, such as customer:42; else it is looked for.")
]
Days = Annotated[int, Option("--days", min=1, max=MOST_DAYS, help="For how many days the link holds.")]
Base = Annotated[
    str | None, Option("--base", metavar="URL", help="Where customers reach the api; REGULARS_API by itself.")
]


def link(
    order: Order, whose: Whose = None, days: Days = USUAL_DAYS, base: Base = None, as_json: AsJson = False
) -> None:
    """Make a link with which its customer reads how an order stands: steps, promise, parcels, and nothing else.

    The link needs no key, and holds for some days. Whoever has it can read it: send it to the customer alone.
    """
    settings = Settings.from_environment()
    if not settings.link_keys:
        message = f"{LINK_KEYS.name} is not set: set it to a key that 'regulars order key' makes, here and for the api."
        raise Failure(message)
    subject = None if whose is None else points.subject(whose)
    with opened(settings) as installation, installation.connect("regulars order link") as connection:
        found = owners(connection, order, subject)
    if len(found) != 1:
        raise _unclear(order, whose, len(found))
    until = datetime.now(UTC) + timedelta(days=days)
    path = path_of(OrderLink(found[0], order, until), settings.link_keys)
    host, port = settings.api
    url = f"{(base or f'http://{host}:{port}').rstrip('/')}{path}"
    if as_json:
        emit({"order": order, "subject": found[0], "url": url, "path": path, "until": until})
    else:
        write(url)


def key(as_json: AsJson = False) -> None:
    """Make a key for REGULARS_LINK_KEYS: it is shown this once, and kept nowhere.

    To change keys put the new one first and leave the old one behind it, until the links that it made have expired.
    """
    made = new_key()
    if as_json:
        emit({"key": made})
    else:
        write(made)


def _unclear(order: str, whose: str | None, people: int) -> Failure:
    if people:
        return Failure(f"{people:,} people have an order {order}: say whose with --of, such as --of customer:42.")
    nobody = "Nobody has an" if whose is None else f"{whose} has no"
    return Failure(f"{nobody} order {order}, as far as the projections have come.", ExitCode.NO)
