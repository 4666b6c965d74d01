"""Reads a playbook from YAML and checks it, so that a mistake is named before anybody works by it."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from services import strict_yaml
from services.checklists.errors import BadPlaybook
from services.checklists.playbook import (
    CHANNELS,
    COUNTED,
    DURATION,
    LATER,
    NAME,
    THINGS,
    VISIT,
    Playbook,
    Trigger,
)

SHIPPED = ("complaint", "delivery", "first_order", "new_regular", "table")
"""The playbooks that are shipped, by name: one YAML file each. They are examples until somebody publishes them."""

NO_NAME = "is no name: small letters, digits, - and _, at most 63, a letter first"


def shipped(name: str) -> Playbook:
    """Return a playbook that is shipped. Raises BadPlaybook for a name that is not in ``SHIPPED``."""
    if name not in SHIPPED:
        raise BadPlaybook(name, "", f"is no playbook that is shipped; those are {', '.join(SHIPPED)}")
    return parse(files("services.checklists").joinpath("playbooks", f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")


def load(path: Path) -> list[Playbook]:
    """Return the playbook in a file, or those in a folder, by name. Raises BadPlaybook with the file and the field."""
    paths = sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
    if not paths:
        raise BadPlaybook(str(path), "", "holds no file whose name ends with .yaml")
    found: dict[str, Playbook] = {}
    for each in paths:
        playbook = _loaded(each)
        if playbook.name in found:
            raise BadPlaybook(str(each), "name", f"{playbook.name} stands in another file of this folder, too")
        found[playbook.name] = playbook
    return [found[name] for name in sorted(found)]


def _loaded(path: Path) -> Playbook:
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise BadPlaybook(str(path), "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadPlaybook(str(path), "", "is not text in UTF-8") from None


def parse(text: str, file: str) -> Playbook:
    """Return the playbook that a text describes; ``file`` names it in messages. Raises BadPlaybook."""
    try:
        playbook = strict_yaml.shaped(text, Playbook, "a field of a playbook")
    except strict_yaml.BadYaml as error:
        raise BadPlaybook(file, error.place, error.reason) from None
    for field, reason in problems(playbook):
        raise BadPlaybook(file, field, reason)
    return playbook


def problems(playbook: Playbook) -> Iterable[tuple[str, str]]:
    """Yield what is wrong with a playbook beyond its shape: the field, and why."""
    if NAME.fullmatch(playbook.name) is None:
        yield "name", f"{playbook.name!r} {NO_NAME}"
    yield from _of_trigger(playbook.trigger)
    if playbook.trigger.event in THINGS:
        yield from _of_steps(playbook)


def _of_trigger(trigger: Trigger) -> Iterable[tuple[str, str]]:
    if trigger.event not in THINGS:
        yield "trigger.event", f"{trigger.event} cannot begin a checklist{_instead(trigger.event, THINGS)}"
    if trigger.nth is not None and trigger.event not in COUNTED:
        yield "trigger.nth", f"is not known of {trigger.event}; it is of {', '.join(COUNTED)}"
    if trigger.event == VISIT and not trigger.stores:
        yield "trigger.stores", "is missing: say in which stores a visit begins a checklist, it is not every page view"
    if trigger.channels and trigger.event not in CHANNELS:
        yield "trigger.channels", f"are not known of {trigger.event}; they are of {', '.join(CHANNELS)}"


def _of_steps(playbook: Playbook) -> Iterable[tuple[str, str]]:
    trigger = playbook.trigger
    thing = {event for event in THINGS[trigger.event] if event not in {trigger.event, *LATER}}
    off = playbook.called_off_by
    if off and off not in thing:
        yield "called_off_by", f"{off} is no later event of what {trigger.event} begins{_instead(off, thing)}"
    names = [step.name for step in playbook.steps]
    for index, step in enumerate(playbook.steps):
        place = f"steps[{index}]"
        if NAME.fullmatch(step.name) is None:
            yield f"{place}.name", f"{step.name!r} {NO_NAME}"
        if DURATION.fullmatch(step.within) is None:
            yield f"{place}.within", f"{step.within!r} is no time span: write such as 30m, 24h or 14d"
        if names.index(step.name) != index:
            yield f"{place}.name", f"{step.name} stands there twice"
        shown_by = {*thing, *LATER} - {off}
        if step.seen and step.seen not in shown_by:
            yield f"{place}.seen", f"{step.seen} cannot show a step here{_instead(step.seen, shown_by)}"


def _instead(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; one of these can: {', '.join(names)}" if names else ""
