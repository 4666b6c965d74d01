"""The README tells of every command, exit code, setting and metric there is, and of none that there is not."""

import re

from services.cli.commands import COMMANDS
from services.cli.exit_codes import ExitCode
from services.process.metrics import METRICS
from services.reactions.registered import REACTIONS
from services.reactions.settings import MEANINGS, USUAL
from services.variables import SETTINGS
from tests.tidy.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CALLED = re.compile(r"(?:^|[\s`/])regulars ((?:[a-z][a-z-]+ ?)+)", re.MULTILINE)


def test_every_command_is_told_of() -> None:
    """Each command stands there as one would type it."""
    forgotten = [command.words for command in COMMANDS if f"regulars {command.words}" not in README]

    assert forgotten == []


def test_every_command_that_is_told_of_exists() -> None:
    """What a reader copies from a block of commands works."""
    blocks = "\n".join(re.findall(r"^```(?:console|sh|shell|bash)\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
    called = {match[1].strip() for match in CALLED.finditer(blocks)}

    unknown = [words for words in called if not any(f"{words} ".startswith(f"{each.words} ") for each in COMMANDS)]

    assert unknown == []


def test_every_exit_code_is_told_of() -> None:
    """The table has a row for each code, with the same sentence as the source."""
    forgotten = [code.value for code in ExitCode if f"| {code.value} | {code.meaning} |" not in README]

    assert forgotten == []


def test_every_setting_is_told_of() -> None:
    """Each variable stands there with its default, and none that is not read."""
    forgotten = [setting.name for setting in SETTINGS if f"`{setting.name}`" not in README]
    without_default = [setting.name for setting in SETTINGS if setting.default and f"`{setting.default}`" not in README]
    unknown = (
        set(re.findall(r"REGULARS_[A-Z_]+", README))
        - {setting.name for setting in SETTINGS}
        - {"REGULARS_TEST_PG", "REGULARS_TEST_KAFKA"}
    )

    assert (forgotten, without_default, unknown) == ([], [], set())


def test_every_metric_is_told_of() -> None:
    """The table has a row for each metric, with the same sentence as the source, and none that is not scraped."""
    cells = {each.name: (each.kind, ", ".join(each.labels), each.meaning) for each in METRICS}
    rows = {name: f"| `{name}` | {' | '.join(held)} |".replace("|  |", "| |") for name, held in cells.items()}
    forgotten = [name for name, row in rows.items() if row not in README]
    unknown = set(re.findall(r"`(regulars_[a-z_]+)`", README)) - set(rows)

    assert (forgotten, unknown) == ([], set())


def test_every_reaction_and_its_steps_are_told_of() -> None:
    """Each reaction has a row, and each setting of theirs one with what it usually is and means."""
    usual = {name: f"| {value} |" if value != "" else "| |" for name, value in USUAL._asdict().items()}
    steps = [f"| `{name}` {usual[name]} {m.words[0].upper()}{m.words[1:]}. |" for name, m in MEANINGS.items()]

    forgotten = [row for row in [*(f"| `{each.name}` | " for each in REACTIONS), *steps] if row not in README]

    assert forgotten == []
