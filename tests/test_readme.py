"""The README is run: a newcomer pastes its commands, so they must work as they stand."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from services.embedded.postgres import embedded_postgres
from tests.conftest import TEST_SERVER

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.mark.timeout(400)
def test_the_commands_of_the_readme_work_as_pasted(home: Path) -> None:
    """Every block of commands runs in order in an empty folder, and each says what the README promises.

    Their Postgres is kept up between them, which spares its start before each.
    """
    (home / ".venv" / "bin").mkdir(parents=True)
    (home / ".venv" / "bin" / "regulars").symlink_to(Path(sys.executable).with_name("regulars"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}

    said = home / "said.txt"
    with embedded_postgres(home / ".regulars", print, changes=TEST_SERVER):
        with said.open("wb") as heard:
            running = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", "\n".join(BLOCKS)],
                cwd=home,
                env=environment,
                stdout=heard,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            ended = running.wait(timeout=390)
        finally:
            with suppress(ProcessLookupError):  # a broker that was started beside the commands, if one of them failed
                os.killpg(running.pid, signal.SIGKILL)
    output = said.read_text(encoding="utf-8")

    assert ended == 0, output
    for promised in (
        "2 lines: 2 stored",
        "2 lines: 2 duplicate",
        "Equal: what is stored is what these events come to.",
        "data.result_count: expected `int` >= 0",
        '"messageId":"m-1","outcome":"stored"',
        "properties.results_count: ",
        "door:1",
        "rejected             1",
        "persons: what the links say",
        "Gini coefficient",
        "bring 80 % of their revenue of 17.98 GBP",
        '"order":"1001","store":"web","state":"placed"',
        "regulars.events",
        "anna is added as staff.",
        "/welcome/",
        "let in no more since",
    ):
        assert promised in output
    assert "sold: strptime" in (home / "till.csv.rejects.jsonl").read_text(encoding="utf-8")
