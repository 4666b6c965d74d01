"""``regulars doctor``: a healthy installation is well, and a sick one is told what to do."""

from functools import partial

import pytest

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from services import installation
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import Ran, as_lines, viewed


def _states(ran: Ran) -> dict[str, str]:
    return {check["name"]: check["state"] for check in ran.document["checks"]}


def test_a_healthy_installation_is_well(regulars: Regulars, connect: Connect) -> None:
    """Every check is ok but for the test server's settings; the probe is on the log and folded."""
    ran = regulars("doctor", "--json")

    states = _states(ran)
    probes = connect().execute("SELECT count(*) FROM projection.timeline WHERE subject = 'probe:doctor'").fetchall()
    assert (ran.exit_code, ran.document["healthy"], probes) == (0, True, [(1,)])
    assert {name for name, state in states.items() if state != "ok"} == {"postgres"}
    assert {"python", "clock", "log", "checkpoints", "declarations", "probe", "projections", "parked"} <= set(states)


def test_a_setting_that_can_lose_data_is_a_warning(regulars: Regulars) -> None:
    """The server of these tests does not wait for the disk, and doctor says what that means; it is no failure."""
    ran = regulars("doctor")

    (line,) = [line for line in ran.out.splitlines() if "postgres" in line]
    assert ran.exit_code == 0
    assert line.startswith("! warn  postgres")
    assert "fsync is off" in line
    assert "A power cut can lose what was acknowledged." in ran.out


def test_a_changed_fold_is_bad(regulars: Regulars, connect: Connect) -> None:
    """The table was filled by another fold: the projection is named, and the exit code is 1."""
    regulars("log", "append", "-", piped=as_lines(viewed(1)))
    connect().execute("UPDATE engine.projection SET fingerprint = 'other' WHERE name = 'visits'")

    ran = regulars("doctor", "--json")

    (check,) = [check for check in ran.document["checks"] if check["name"] == "declarations"]
    assert (ran.exit_code, check["state"]) == (1, "bad")
    assert check["finding"] == "changed without a new version: visits"
    assert _states(ran)["engine"] == "bad"


def test_a_foreign_log_is_bad(regulars: Regulars, connect: Connect) -> None:
    """The checkpoints belong to another log than the one that is here."""
    regulars("log", "append", "-", piped=as_lines(viewed(1)))
    connect().execute("UPDATE journal.identity SET log_id = 'another'")

    ran = regulars("doctor", "--json")

    assert (ran.exit_code, _states(ran)["checkpoints"]) == (1, "bad")


def test_parked_events_are_a_warning(regulars: Regulars, connect: Connect) -> None:
    """They are counted, and the advice says where to look."""
    regulars("log", "append", "-", "--no-project", piped=as_lines(viewed(1)))
    connect().execute("UPDATE journal.event SET value = '{}'")

    ran = regulars("doctor")

    assert ran.exit_code == 0
    assert "! warn  parked        1 events" in ran.out
    assert "See 'regulars deadletters list'." in ran.out


def test_a_projector_that_does_not_move_is_bad(regulars: Regulars, database: str, journal: Journal) -> None:
    """Another process holds the projections and folds nothing: doctor does not wait for ever."""
    projector = Projector(journal, partial(installation.connect, database), PROJECTIONS)

    led = projector.lead()
    ran = regulars("doctor", "--json", "--patience", "0.2")
    projector.close()

    assert (led, ran.exit_code, _states(ran)["probe"]) == (True, 1, "bad")


def test_a_home_that_cannot_be_used_is_bad(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database there is still an answer, with the reason in words."""
    monkeypatch.delenv("REGULARS_PG")
    monkeypatch.setenv("REGULARS_HOME", "/proc/regulars")

    ran = regulars("doctor", "--json")

    states = _states(ran)
    assert (ran.exit_code, states["python"], states["installation"]) == (1, "ok", "bad")
