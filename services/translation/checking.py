"""What YAML's shape alone does not say: that every rule makes an event of the catalogue, and that it can ever apply."""

from collections.abc import Mapping

from events.event import Event, newest
from services.translation.catalogue import CLASSES, fields, near, part_fields
from services.translation.compiling import Compiler
from services.translation.declaration import Fields, Rule, Translation
from services.translation.errors import BadTranslation


def check(translation: Translation) -> None:
    """Raise BadTranslation for a translation that cannot work, with the place of the first mistake."""
    file = translation.file
    compiler = Compiler(translation)
    for name in ("kind", "message_id", "subject", "time"):
        compiler.expression(getattr(translation, name), name)
    for number, reject in enumerate(translation.rejects):
        compiler.expression(reject.when, f"rejects[{number}].when")
    _check_expressions(file, translation.common, "common")
    if not translation.events and not translation.otherwise:
        raise BadTranslation(file, "events", "is missing: a translation without rules makes nothing")
    for place, rule in _placed(translation):
        _check_rule(translation, rule, place)
        compiler.rule(rule, place)
    _check_reached(translation)


def _placed(translation: Translation) -> list[tuple[str, Rule]]:
    found = [(f"events[{number}]", rule) for number, rule in enumerate(translation.events)]
    return found + [(f"otherwise[{number}]", rule) for number, rule in enumerate(translation.otherwise)]


def _check_rule(translation: Translation, rule: Rule, place: str) -> None:
    file, event = translation.file, CLASSES.get(rule.type)
    if event is None:
        raise BadTranslation(file, f"{place}.type", f"{rule.type} is not in the catalogue{near(rule.type, CLASSES)}")
    if event.upcast_to is not None:
        raise BadTranslation(file, f"{place}.type", f"{rule.type} is an old version of {newest(event).event_type}")
    if bool(rule.on) == place.startswith("otherwise"):
        reason = "is for every kind: leave it out here" if rule.on else "is missing: which kinds of record is it for?"
        raise BadTranslation(file, f"{place}.on", reason)
    if rule.also and rule.id is None:
        raise BadTranslation(file, f"{place}.id", "is missing: what comes beside another event needs an id of its own")
    _check_expressions(file, rule.data, f"{place}.data")
    if rule.lines is not None:
        _check_lines(file, rule, event, place)
    given = {*rule.data, *(name for name in translation.common if name in fields(event))}
    _check_fields(file, f"{place}.data", event.__name__, fields(event), given | _into(rule))


def _check_lines(file: str, rule: Rule, event: type[Event], place: str) -> None:
    if rule.lines is None:
        return
    into = rule.lines.into
    if into in rule.data:
        raise BadTranslation(file, f"{place}.lines.into", f"{into} stands in data as well")
    parts = part_fields(event, into)
    if parts is None:
        raise BadTranslation(file, f"{place}.lines.into", f"{into} is no list of {event.__name__}")
    _check_expressions(file, rule.lines.fields, f"{place}.lines.fields")
    _check_fields(file, f"{place}.lines.fields", f"a line of {event.__name__}", parts, set(rule.lines.fields))


def _into(rule: Rule) -> set[str]:
    return {rule.lines.into} if rule.lines else set()


def _check_expressions(file: str, written: Fields, place: str) -> None:
    for name, value in written.items():
        if isinstance(value, dict):
            _check_expressions(file, value, f"{place}.{name}")
        elif value is None:
            reason = "has no expression: within {…} one with a comma in it needs quotes around it"
            raise BadTranslation(file, f"{place}.{name}", reason)
        elif not isinstance(value, str | int | float) or value == "":
            raise BadTranslation(file, f"{place}.{name}", "must be an expression, or a mapping with a field inside")


def _check_fields(file: str, place: str, what: str, known: Mapping[str, bool], given: set[str]) -> None:
    for name in sorted(given - set(known)):
        raise BadTranslation(file, f"{place}.{name}", f"is not a field of {what}{near(name, known)}")
    for name in sorted(name for name, required in known.items() if required and name not in given):
        raise BadTranslation(file, f"{place}.{name}", f"is missing: {what} needs it")


def _check_reached(translation: Translation) -> None:
    """Refuse a rule that stands after one that always applies: it would wait for ever."""
    always: dict[str, int] = {}
    for number, rule in enumerate(translation.events):
        for kind in [rule.on] if isinstance(rule.on, str) else rule.on:
            folded = " ".join(kind.casefold().split())
            if rule.also:
                continue
            if folded in always:
                reason = f"{kind!r} never gets here: events[{always[folded]}] always applies to it"
                raise BadTranslation(translation.file, f"events[{number}].on", reason)
            if rule.when is True:
                always[folded] = number
