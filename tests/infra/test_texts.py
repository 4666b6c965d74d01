"""What the files of the infrastructure tell people to run, to set and to read is there."""

import re
from collections.abc import Iterator

from services.cli.commands import COMMANDS
from services.variables import SETTINGS
from tests.tidy.sources import ROOT, name

ROOT_FILES = ("docker-compose.yml", ".env.example")
UNREAD = {"node_modules", "pictures"}
FILES = [
    *(ROOT / each for each in ROOT_FILES),
    *(path for path in sorted((ROOT / "infra").rglob("*")) if path.is_file() and not UNREAD & {*path.parts}),
]

COMMAND = re.compile(r"""(?:['"`]regulars|run --rm pump) ((?:[a-z]+ ?)+)""")
SETTING = re.compile(r"\bREGULARS_[A-Z_]+")
FILE = re.compile(r"\b(?:infra|tests)/[\w./-]*\w")


def _named(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Return what the files name, with the file."""
    for path in FILES:
        for found in pattern.findall(path.read_text(encoding="utf-8")):
            yield name(path), found.strip()


def test_each_command_exists() -> None:
    """What is told to run can be run."""
    known = [command.words for command in COMMANDS]

    named = list(_named(COMMAND))

    assert [each for each in named if not any(f"{each[1]} ".startswith(f"{words} ") for words in known)] == []
    assert named != []


def test_each_setting_exists() -> None:
    """What is told to set is read."""
    known = {setting.name for setting in SETTINGS}

    named = list(_named(SETTING))

    assert [each for each in named if each[1] not in known] == []
    assert named != []


def test_each_file_exists() -> None:
    """What is told to read is there."""
    named = list(_named(FILE))

    assert [each for each in named if not (ROOT / each[1]).exists()] == []
    assert named != []
