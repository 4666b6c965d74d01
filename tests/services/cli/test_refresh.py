"""``regulars refresh``: every job in turn, each with a sentence; once, or every so often until told to stop."""

from pathlib import Path

from services.refreshing import JOBS
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.staying import Staying

NAMES = [job.name for job in JOBS]


def test_every_job_says_what_came_of_it_and_again_adds_nothing(
    regulars: Regulars, history: Path, connect: Connect
) -> None:
    """Two orders are too few for a forecast, which is said; everybody is in a tier, and enters it once."""
    first, again = (regulars("refresh", "--json") for _ in range(2))

    told = {each["job"]: each["message"] for each in first.documents}
    assert history.exists()
    assert (first.exit_code, list(told)) == (0, NAMES)
    assert "a forecast needs" in told["dials"]
    assert told["associations"].startswith("associations: 2 orders gave ")
    assert "1 customer entered, 0 left" in told["segments"]
    assert [each["job"] for each in again.documents] == NAMES
    assert connect().execute("SELECT count(*) FROM projection.membership").fetchone() == (1,)


def test_it_stays_until_it_is_told_to_stop(history: Path, database: str, connect: Connect) -> None:
    """With a span it does it again after so long; SIGTERM ends it at once."""
    running = Staying("refresh", "--every", "24h", environment={"REGULARS_PG": database})

    done = [running.wait_for("refreshed")["job"] for _ in NAMES]
    code, _, _ = running.end()

    assert history.exists()
    assert (done, code) == (NAMES, 0)
    assert connect().execute("SELECT count(*) FROM projection.membership").fetchone() == (1,)


def test_a_span_that_is_none_is_told(regulars: Regulars) -> None:
    """In a sentence that says what to write."""
    ran = regulars("refresh", "--every", "often")

    assert (ran.exit_code != 0, "'often' is no time span" in ran.err) == (True, True)
