"""The steps that reactions go by are a policy, and what cannot be read of it is as usual."""

import pytest

from services.reactions.settings import MEANINGS, USUAL, Settings, in_force, problems, settings_of
from tests.projections.shop import NOON
from tests.services.reactions.house import DAY, House


def test_the_version_that_is_in_force_decides(house: House) -> None:
    """Before the first it is as usual; what a version does not say is as usual, too."""
    house.policy(NOON, dial_fall="20", without_manager="eve")
    house.policy(NOON - 5 * DAY, "reactions_of_others", dial_fall="30")
    house.policy(NOON + DAY, dial_fall="25")
    connection = house.catch_up()

    before, first, second = (in_force(connection, NOON + days * DAY) for days in (-1, 0.5, 2))

    assert before == USUAL
    assert first == USUAL._replace(dial_fall=20, without_manager="eve")
    assert second == USUAL._replace(dial_fall=25)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("dial_fall", "0", "dial_fall: '0' is no whole number from 1 to 100."),
        ("dial_fall", "-1", "dial_fall: '-1' is no whole number from 1 to 100."),
        ("dial_fall", "1.5", "dial_fall: '1.5' is no whole number from 1 to 100."),
        ("without_manager", "a\nb", "without_manager: is no name of up to 128 printable characters."),
        ("dial_fell", "1", "dial_fell: is no setting of the reactions; those are at_risk_percent, "),
    ],
)
def test_what_cannot_be_read_is_told_and_is_as_usual(name: str, text: str, says: str) -> None:
    """The sentence names the setting, and what it may be."""
    (problem,) = problems({name: text})

    assert problem.startswith(says)
    assert settings_of({name: text}) == USUAL


def test_every_setting_has_a_meaning_that_allows_what_is_usual() -> None:
    """Nothing can be set that is not told of, and what is usual can be said, too."""
    usual = {name: str(value) for name, value in USUAL._asdict().items()}

    assert tuple(MEANINGS) == Settings._fields
    assert problems(usual) == []
    assert settings_of(usual) == USUAL
