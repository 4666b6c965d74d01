"""Playbooks as people write them: what is wrong is named with file and field before anybody works by it."""

from pathlib import Path

import pytest

from services.checklists.errors import BadPlaybook
from services.checklists.playbook import THINGS, Playbook
from services.checklists.publishing import from_settings, settings
from services.checklists.reading import SHIPPED, load, parse, shipped

TEXT = """
name: order
trigger: {event: regulars.order.placed}
steps:
  - {name: send, within: 2d, seen: regulars.fulfilment.shipment_dispatched}
"""


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ("name: order", "name: An order", "name: 'An order' is no name: small letters"),
        ("name: order", "name: order\nname: other", "line 3: is not valid YAML: name stands there twice"),
        ("trigger: ", "begin: ", "begin: is not a field of a playbook"),
        ("order.placed", "order.place", "trigger.event: regulars.order.place cannot begin a checklist; did you mean"),
        ("placed}", "placed, nth: 0}", "trigger.nth: expected `int` >= 1"),
        (
            "placed}",
            "placed, channels: [web]}",
            "trigger.channels: are not known of regulars.order.placed; they are of",
        ),
        ("order.placed", "visit.started", "trigger.stores: is missing: say in which stores"),
        ("order.placed}", "operation.checklist_step_done, nth: 2}", "trigger.nth: is not known of regulars.op"),
        ("within: 2d", "within: 2 days", "steps[0].within: '2 days' is no time span: write such as"),
        (", within: 2d", "", "steps[0].within: is missing"),
        (
            "shipment_d",
            "shipment_D",
            "steps[0].seen: regulars.fulfilment.shipment_Dispatched cannot show a step here; did",
        ),
        ("steps:", "called_off_by: regulars.order.placed\nsteps:", "called_off_by: regulars.order.placed is no later"),
        ("steps:\n", "steps:\n  - {name: send, within: 1h}\n", "steps[1].name: send stands there twice"),
        ("- {name: send, within", "- {nam: send, within", "steps[0].nam: is not a field of a playbook"),
    ],
)
def test_a_mistake_is_named_with_its_place(written: str, instead: str, sentence: str) -> None:
    """In a sentence, with the nearest name where there is one."""
    with pytest.raises(BadPlaybook) as refused:
        parse(TEXT.replace(written, instead), "order.yaml")

    assert str(refused.value).startswith(f"order.yaml: {sentence}")


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    """By name; two of one name are refused, and so is a folder without any."""
    (tmp_path / "b.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.yml").write_text(TEXT.replace("name: order", "name: z"), encoding="utf-8")

    assert [playbook.name for playbook in load(tmp_path)] == ["order", "z"]
    (tmp_path / "c.yaml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(BadPlaybook, match=r"c\.yaml: name: order stands in another file"):
        load(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadPlaybook, match="holds no file"):
        load(tmp_path / "empty")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    with pytest.raises(BadPlaybook, match="is not text in UTF-8"):
        load(tmp_path / "latin.yaml")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_read_and_survives_being_published(name: str) -> None:
    """It is called as its file is; a policy's settings say all of it, and are read as the same playbook."""
    playbook = shipped(name)

    assert (playbook.name, playbook.trigger.event in THINGS) == (name, True)
    assert settings(from_settings(name, settings(playbook))) == settings(playbook)


def test_settings_say_everything() -> None:
    """Durations come back in the largest unit that fits; who calls a shipped one by another name hears which are."""
    text = TEXT.replace("placed}", "placed, nth: 2, stores: [a b, c]}").replace("2d", "48h")

    found = from_settings("order", settings(parse(text, "order.yaml")))

    assert (found.trigger.nth, found.trigger.stores, found.steps[0].within) == (2, ["a b", "c"], "2d")
    assert isinstance(found, Playbook)
    with pytest.raises(BadPlaybook, match="those are complaint, delivery"):
        shipped("moon")
    for broken in ({}, {"steps": "x"}, {"event": "regulars.order.placed", "steps": "x", "x.within_seconds": "61"}):
        with pytest.raises(BadPlaybook, match=r"checklist\.order"):
            from_settings("order", broken)
