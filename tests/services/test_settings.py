"""Settings come from the environment; a bad one is said in a sentence that names it."""

from dataclasses import fields
from pathlib import Path

import pytest

from services.settings import SETTINGS, InstallationError, Settings


def test_nothing_needs_to_be_set() -> None:
    """An empty environment, or one of empty variables, gives the documented defaults."""
    unset = Settings.from_environment({})

    empty = Settings.from_environment({setting.name: "" for setting in SETTINGS})

    assert unset == empty == Settings()
    assert unset == Settings(home=Path(".regulars"), postgres=None, partitions=12)


def test_a_documented_default_is_the_real_one() -> None:
    """Setting every variable to its documented default changes nothing, and every setting is documented."""
    documented = Settings.from_environment({setting.name: setting.default for setting in SETTINGS})

    assert documented == Settings()
    assert len(SETTINGS) == len(fields(Settings))


def test_each_variable_sets_its_field() -> None:
    """The three variables are read, and nothing else is."""
    dsn = "host=db user=shop"

    settings = Settings.from_environment(
        {"REGULARS_HOME": "/srv/shop", "REGULARS_PG": dsn, "REGULARS_PARTITIONS": "24", "HOME": "/root"}
    )

    assert settings == Settings(home=Path("/srv/shop"), postgres=dsn, partitions=24)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("REGULARS_PARTITIONS", "0", "REGULARS_PARTITIONS is '0': write a whole number from 1 to 1024."),
        ("REGULARS_PARTITIONS", "1025", "REGULARS_PARTITIONS is '1025': write a whole number from 1 to 1024."),
        ("REGULARS_PARTITIONS", "twelve", "REGULARS_PARTITIONS is 'twelve': write a whole number from 1 to 1024."),
        ("REGULARS_PARTITIONS", "\u0663", "REGULARS_PARTITIONS is '\u0663': write a whole number from 1 to 1024."),
        ("REGULARS_HOME", "~no-such-user/x", "REGULARS_HOME is '~no-such-user/x', and there is no such user:"),
        ("REGULARS_PG", "open-sesame", "REGULARS_PG is not a DSN: write it like postgresql://user@host:5432/database."),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence(name: str, value: str, sentence: str) -> None:
    """The sentence names the variable, and says what to write instead."""
    with pytest.raises(InstallationError) as refused:
        Settings.from_environment({name: value})

    assert str(refused.value).startswith(sentence)
