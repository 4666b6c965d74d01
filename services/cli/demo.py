"""``regulars demo``: a real shop's orders, simulated life around them, and the report that a shopkeeper wants to read.

The demo has a home of its own within the installation's home, and its own embedded Postgres, also where REGULARS_PG
names another and REGULARS_KAFKA a log: nothing of it ever stands among your own data.
"""

import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from rich.console import Console
from typer import Exit, Option

from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.verify import Verdict
from projections.profile import period
from services.cli.exit_codes import ExitCode
from services.cli.following import follow, stop_on_signals
from services.cli.reporting import Sentences, reported
from services.cli.session import bring_up_to_date, built, opened
from services.cli.terminal import AsJson, columns, emit, encoded, plural, progress, say, stages, write, write_table
from services.cli.verify import all_equal, document_of, show, verified_and_noted
from services.connectors.importing import Summary
from services.demo.loading import Simulated, load_orders, load_simulated
from services.demo.rendering import render
from services.demo.report import Report, shop_report
from services.house.clock import Clock, clock_of, put_clock
from services.house.nightly import note
from services.installation import Installation
from services.refreshing import Refreshed, Standing, refreshed
from services.settings import Settings
from services.variables import HOME

FOLDER = "demo"
REJECTS = "orders.rejects.jsonl"
BY = "regulars demo"

Once = Annotated[bool, Option("--once", help="End after the report, and do not stay up.")]


class _Shown(NamedTuple):
    """What the demo came to."""

    orders: Summary
    life: Simulated
    worked_out: list[Refreshed]
    report: Report
    verdicts: list[Verdict]
    persons: bool | None
    seconds: float

    @property
    def equal(self) -> bool:
        """Whether every digest is equal."""
        return all_equal(self.verdicts, self.persons)


def demo(once: Once = False, as_json: AsJson = False) -> None:
    """Show real customers: load a shop's orders and report what a shopkeeper asks.

    The orders are real, those of a British gift shop; visits, searches, complaints and contacts around them are
    simulated. It all goes into a home of its own, REGULARS_HOME/demo, apart from your own data. Running it again adds
    nothing. Without --once the installation stays up, following its log, until Ctrl-C.
    """
    settings = Settings.from_environment()
    settings = replace(settings, home=settings.home / FOLDER, postgres=None, kafka=None)
    with opened(settings) as installation:
        shown = _loaded(installation, settings.home)
        if as_json:
            emit(_document(shown, settings.home))
        else:
            _show(shown, settings.home)
        if not shown.equal:
            raise Exit(ExitCode.NO)
        if not once:
            _stay(installation, as_json=as_json)


def _loaded(installation: Installation, home: Path) -> _Shown:
    begun = time.perf_counter()
    log = installation.journal()
    say(f"Loading the demo into {home}")
    with stages() as stage:
        orders = load_orders(log, home / REJECTS, stage)
        life = load_simulated(log, stage)
    say(f"{plural(orders.rows, 'row')} of real orders and {plural(life.events, 'simulated event')} are on the log")
    bring_up_to_date(installation, "demo")
    say("The projections have seen them all; dials, rules and segments are worked out")
    with installation.connect() as connection, progress("Working out") as heard:
        at = time.perf_counter()
        worked_out = refreshed(Standing(connection, log, installation.connect), heard)
        note(connection, worked_out, BY, time.perf_counter() - at)
    bring_up_to_date(installation, "demo")
    _live_in_its_own_time(installation)
    say("Now the whole log is folded again, plainly, to compare")
    with installation.connect() as connection:
        tables = built(connection, stored(PROJECTIONS))
        report = shop_report(connection)
        verdicts, persons = verified_and_noted(installation, connection, tables, BY)
    if report is None:
        message = "the demo's orders are on the log, and the projections hold none"
        raise AssertionError(message)
    return _Shown(orders, life, worked_out, report, verdicts, persons, time.perf_counter() - begun)


def _live_in_its_own_time(installation: Installation) -> None:
    """Put the demo's clock to its last event when it is first loaded; from there it goes on as any clock."""
    with installation.connect() as connection:
        last = period(connection)["last_seen"]
        if last is not None and clock_of(connection) == Clock():
            put_clock(connection, last)


def _document(shown: _Shown, home: Path) -> dict[str, Any]:
    return {
        "home": str(home),
        "orders": shown.orders,
        "simulated": shown.life._asdict(),
        "refreshed": encoded(shown.worked_out),
        "report": shown.report,
        "verify": document_of(shown.verdicts, shown.persons),
        "seconds": round(shown.seconds, 1),
    }


def _show(shown: _Shown, home: Path) -> None:
    write()
    Console(width=columns(), highlight=False).print(render(shown.report))
    write("Every projection, as it is stored and folded again from the first event", bold=True)
    if not shown.equal:
        show(shown.verdicts, shown.persons)
        write("The digests DIFFER: what is stored is not what the log says.", colour="red")
        return
    write_table(("projection", "rows", "both digests"), [_digest(verdict) for verdict in shown.verdicts])
    write(f"All digests are equal. The demo took {shown.seconds:.0f} seconds.", colour="green")
    write()
    _show_how_to_go_on(shown, home)


def _digest(verdict: Verdict) -> tuple[str, int, str]:
    return verdict.held.projection, verdict.held.rows, verdict.held.digest


def _show_how_to_go_on(shown: _Shown, home: Path) -> None:
    regulars = _command()
    best = shown.report.best[0].person
    write("Where things are", bold=True)
    write(f"  {home}: the log, the projections and their Postgres; apart from your own data in {home.parent}")
    write(f"  {home / REJECTS}: {plural(shown.orders.rejected, 'row')} that cannot be facts, each with its reason")
    write("How to go on", bold=True)
    write(f"  export {HOME.name}={home}")
    for command in (
        f"customer {best}",
        "report dial",
        f"as-of {best} 2011-01-31 --happened",
        f"why {best} purchases.spend_minor",
        f"log tail --follow --subject {best}",
        "projections",
        "doctor",
    ):
        write(f"  {regulars} {command}")
    write(f"Data: {shown.orders.attribution} ({shown.orders.licence})")


def _command() -> str:
    """Return how the command is called here: by its name where that is found, else by its path."""
    called = Path(sys.argv[0])
    if shutil.which(called.name):
        return called.name
    here = Path.cwd()
    return str(called.relative_to(here)) if called.is_relative_to(here) else str(called)


def _stay(installation: Installation, *, as_json: bool) -> None:
    with stop_on_signals() as stop, reported(Sentences(), as_lines=as_json) as report:
        report.tell("staying", "The demo stays up and follows its log. Ctrl-C ends it; the data stay.")
        follow(installation, stop, report, wait=False)
        report.tell("stopped", "Stopped; the data stay where they are.")
