"""The settings of a Regulars installation: read from the environment, here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg.conninfo import conninfo_to_dict

from events.log.postgres import DEFAULT_PARTITIONS

MOST_PARTITIONS = 1024


class InstallationError(RuntimeError):
    """What whoever runs Regulars has to put right; the message is the sentence to show."""


class Setting(NamedTuple):
    """An environment variable that Regulars reads; ``default`` is as one would write it, empty for none."""

    name: str
    default: str
    meaning: str


HOME = Setting(
    "REGULARS_HOME",
    "./.regulars",
    "The folder that holds everything of the embedded installation: the database, its log and its locks.",
)
POSTGRES = Setting(
    "REGULARS_PG",
    "",
    "The DSN of a Postgres to use, 15 or newer, in place of the embedded one; nothing is started or stopped then.",
)
PARTITIONS = Setting(
    "REGULARS_PARTITIONS",
    str(DEFAULT_PARTITIONS),
    f"How many partitions a new journal gets, 1 to {MOST_PARTITIONS}; a journal that exists keeps its own.",
)

SETTINGS = (HOME, POSTGRES, PARTITIONS)
"""Every setting there is; the README lists the same."""


@dataclass(frozen=True)
class Settings:
    """What an installation is opened with.

    ``postgres`` is not shown in a ``repr``: a DSN may hold a password.
    """

    home: Path = Path(HOME.default)
    postgres: str | None = field(default=None, repr=False)
    partitions: int = DEFAULT_PARTITIONS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; an empty variable counts as one that is not set.

        Raises InstallationError with a sentence that names the variable. It never repeats a DSN.
        """
        return cls(
            home=_folder(environment.get(HOME.name) or HOME.default),
            postgres=_dsn(environment.get(POSTGRES.name)),
            partitions=_partitions(environment.get(PARTITIONS.name) or PARTITIONS.default),
        )


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        message = f"{HOME.name} is {text!r}, and there is no such user: write the folder's whole path."
        raise InstallationError(message) from None


def _dsn(text: str | None) -> str | None:
    if not text:
        return None
    try:
        conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        message = f"{POSTGRES.name} is not a DSN: write it like postgresql://user@host:5432/database."
        raise InstallationError(message) from None
    return text


def _partitions(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_PARTITIONS):
        message = f"{PARTITIONS.name} is {text!r}: write a whole number from 1 to {MOST_PARTITIONS}."
        raise InstallationError(message)
    return int(text)
