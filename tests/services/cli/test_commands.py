"""The command line as a whole: what it offers, how it starts, and how it refuses."""

import inspect
import json
import subprocess
import sys
from inspect import getdoc

import psycopg
import pytest

from services.cli.commands import COMMANDS, GROUPS, Command
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.tidy.sources import ROOT

HEAVY = ("duckdb", "msgspec", "psycopg", "pydantic", "projections", "rich")
LOADED = f"""
import json, sys
from services.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""


def test_help_names_every_command(regulars: Regulars) -> None:
    """``regulars --help``, and the help of a group, list each command with what it is for."""
    helps = " ".join(
        " ".join(regulars(*words, "--help").out.split()) for words in ((), *((group,) for group in GROUPS))
    )

    missing = [command.words for command in COMMANDS if f"{command.words.split()[-1]} " not in helps]
    unexplained = [command.words for command in COMMANDS if command.summary not in helps]

    assert (missing, unexplained) == ([], [])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.words)
def test_a_command_explains_itself_and_its_options(regulars: Regulars, command: Command) -> None:
    """A command's own help tells more than its line in the list, and every option says what it does."""
    ran = regulars(*command.words.split(), "--help")

    documented = getdoc(command.load())
    silent = [
        name
        for name, parameter in inspect.signature(command.load()).parameters.items()
        if not all(getattr(each, "help", None) for each in parameter.annotation.__metadata__)
    ]

    assert ran.exit_code == 0
    assert documented is not None
    assert silent == []


def test_the_help_starts_without_what_commands_need() -> None:
    """``regulars --help`` imports neither a database driver nor an engine: it is there at once."""
    ran = subprocess.run([sys.executable, "-c", LOADED, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout.splitlines()[-1]) == []


def test_json_is_offered_by_every_command(regulars: Regulars) -> None:
    """A script can ask any command for JSON."""
    without = [command.words for command in COMMANDS if "--json" not in regulars(*command.words.split(), "--help").out]

    assert without == []


def test_a_wrong_command_is_answered_with_the_one_that_was_meant(regulars: Regulars) -> None:
    """A typing error costs one look, and the exit code says that the command line was wrong."""
    ran = regulars("verfy")

    assert (ran.exit_code, ran.out) == (2, "")
    assert "Did you mean 'verify'?" in ran.err


def test_a_wrong_setting_is_one_sentence(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs it has to put right is said without a traceback, and names the variable."""
    monkeypatch.setenv("REGULARS_PARTITIONS", "many")

    ran = regulars("projections")

    assert (ran.exit_code, ran.out) == (4, "")
    assert ran.err == "regulars: REGULARS_PARTITIONS is 'many': write a whole number from 1 to 1024.\n"


def test_a_database_that_does_not_answer_is_one_sentence(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database every command ends with the code that says so."""
    monkeypatch.setenv("REGULARS_PG", "host=/nowhere dbname=nothing")

    ran = regulars("verify", "--json")

    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (4, "", 1)
    assert "/nowhere" in ran.err


def test_what_nobody_foresaw_crashes_loudly(regulars: Regulars, connect: Connect) -> None:
    """An error that is nobody's fault but ours is not dressed up: it comes with its traceback."""
    connect().execute("DROP TABLE engine.checkpoint CASCADE")

    with pytest.raises(psycopg.errors.UndefinedTable):
        regulars("projections")
