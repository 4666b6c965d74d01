"""``regulars contacts``: a year's contacts, planned for everybody in a segment."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from projections._engine.registry import Connection
from services import strict_yaml
from services.cli.failures import Failure
from services.cli.files import readable
from services.cli.session import bring_up_to_date, opened, say_parked
from services.cli.terminal import AsJson, emit, plural, say, write
from services.desk.desk import Desk
from services.desk.planning import YearPlan, put_in_force
from services.segments.definitions import all_segments, named
from services.segments.errors import BadSegment
from services.segments.members import refreshed_at

What = Annotated[Path, Argument(metavar="FILE", help="The plan's file: YAML with plan, segment and contacts.")]
By = Annotated[str, Option("--by", metavar="WHO", help="Who plans it, such as ann.")]
MOST_TOLD = 5


def plan(what: What, by: By, as_json: AsJson = False) -> None:
    """Plan a year's contacts with everybody in a segment, or with customers by name, as a file says.

    Again it plans nothing twice: what was moved stays, and who came to the segment since gets what is to come. Each
    customer's contacts are seen to by who looks after them, or by who plans, where nobody does.
    """
    wanted = _read(readable(what))
    with opened() as installation:
        say_parked(bring_up_to_date(installation, "contacts"))
        with closing(Desk(installation.dsn)) as desk, installation.connect("regulars contacts") as connection:
            if wanted.segment:
                _known(connection, wanted.segment)
            outcome = put_in_force(desk, connection, wanted, by, desk.now())
        say_parked(bring_up_to_date(installation, "contacts"))
    if as_json:
        refused = [{"customer": each, "code": why.code, "message": why.message} for each, why in outcome.refused]
        emit({"plan": wanted.plan, "customers": outcome.customers, "contacts": outcome.contacts, "refused": refused})
        return
    planned = f"{plural(outcome.contacts, 'contact')} with {plural(outcome.customers, 'customer')}"
    write(f"{wanted.plan}: {planned} planned. See 'regulars report contact_plan'.")
    for customer, why in outcome.refused[:MOST_TOLD]:
        say(f"{customer}: {why.message}")
    if (more := len(outcome.refused) - MOST_TOLD) > 0:
        say(f"And {more:,} more were refused; '--json' lists them.")


def _known(connection: Connection, segment: str) -> None:
    try:
        named(all_segments(connection), segment)
    except BadSegment as error:
        message = f"{error}."
        raise Failure(message[:1].upper() + message[1:]) from error
    if refreshed_at(connection) is None:
        message = "Nobody is in any segment yet: run 'regulars segments refresh' first."
        raise Failure(message)


def _read(path: Path) -> YearPlan:
    try:
        wanted = strict_yaml.shaped(path.read_text(encoding="utf-8"), YearPlan, "a field of a plan")
    except (strict_yaml.BadYaml, UnicodeDecodeError) as error:
        message = f"{path}: {error}."
        raise Failure(message) from error
    if not wanted.segment and not wanted.customers:
        message = f"{path}: segment: is missing: say for whom the plan is, by a segment or by customers."
        raise Failure(message)
    return wanted
