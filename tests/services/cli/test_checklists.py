"""``regulars checklists``: a playbook is checked, published, worked by, and withdrawn."""

from pathlib import Path

import pytest

from services.checklists.reading import SHIPPED
from tests.services.cli.conftest import Regulars

PLAYBOOK = """
name: parcels
title: Every parcel
trigger: {event: regulars.order.placed, stores: [web]}
steps:
  - {name: ribbon, within: 2h, who: warehouse}
"""


def test_a_playbook_is_published_and_withdrawn(regulars: Regulars, history: Path, tmp_path: Path) -> None:
    """It is listed, and orders since then are asked for its step; what is shipped waits until it is wanted."""
    del history  # it is on the log, and folded
    (tmp_path / "parcels.yaml").write_text(PLAYBOOK, encoding="utf-8")

    told = regulars("checklists", "publish", str(tmp_path), "--since", "2026-03-01", "--by", "staff:ann")
    shipped = regulars("checklists", "publish", "first_order", "--json")
    listed, document = regulars("checklists", "list"), regulars("checklists", "list", "--json").document
    report = regulars("report", "checklists", "--json").document
    backdated = regulars("checklists", "publish", "first_order", "--since", "2026-03-01")
    withdrawn = regulars("checklists", "withdraw", "parcels")
    again = regulars("checklists", "withdraw", "parcels", "--json")

    assert told.out == "In force from 2026-03-01 00:00 UTC: parcels. See 'regulars report checklists'.\n"
    assert shipped.document["published"] == ["first_order"]
    assert "since 2026-03-01, version 1" in listed.out
    assert [(each["name"], each["by"]) for each in document["playbooks"]] == [
        ("first_order", "cli"),
        ("parcels", "staff:ann"),
    ]
    assert document["shipped"] == [name for name in SHIPPED if name != "first_order"]
    assert [(row["step"], row["missed"]) for row in report["tables"]["steps"]] == [("ribbon", 1)]
    assert (backdated.exit_code, backdated.err) == (
        1,
        "regulars: What checklist.first_order said on 2026-03-01 was worked by: let it hold from today on, or later.\n",
    )
    assert withdrawn.out == "parcels is withdrawn; what has begun goes on.\n"
    assert (again.exit_code, again.err) == (
        2,
        "regulars: No playbook 'parcels' is in force; there are: first_order.\n",
    )


def test_a_playbook_is_checked_without_a_shop(regulars: Regulars, tmp_path: Path) -> None:
    """What is shipped too; what it asks is said in the width of a pipe."""
    path = tmp_path / "parcels.yaml"
    path.write_text(PLAYBOOK, encoding="utf-8")

    told, document = regulars("checklists", "check", "table"), regulars("checklists", "check", str(path), "--json")

    assert told.out.splitlines()[1] == "table begins with regulars.operation.checklist_step_done: 6 steps."
    assert max(map(len, told.out.splitlines())) <= 100
    assert document.document["playbooks"][0]["steps"][0]["within"] == "2h"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "{path}"), "{path}: steps[0].within: is missing."),
        (("publish", "{path}", "--since", "soon"), "{path}: steps[0].within: is missing."),
        (("publish", "table", "--since", "soon"), "'soon' is no day: write such as 2026-03-31."),
        (("check", "moon"), "moon does not exist."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    regulars: Regulars, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """In one sentence, with exit code 2."""
    path = tmp_path / "parcels.yaml"
    path.write_text(PLAYBOOK.replace("within: 2h, ", ""), encoding="utf-8")

    ran = regulars("checklists", *(argument.format(path=path) for argument in arguments))

    assert (ran.exit_code, ran.out, ran.err) == (2, "", f"regulars: {sentence.format(path=path)}\n")
