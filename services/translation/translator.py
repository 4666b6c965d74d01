"""Translates records: what ``services.translation`` is for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.envelope import Envelope
from events.errors import BadEvent, Fault
from services.translation import blame
from services.translation.closures import Evaluate, is_true
from services.translation.compiling import CompiledLines, CompiledRule, Compiler, Named
from services.translation.declaration import Rule, Translation
from services.translation.enveloping import enveloped
from services.translation.errors import Unfit, bad_field, shown
from services.translation.identifiers import event_id

Scope = dict[str, Any]
Rules = tuple[tuple[CompiledRule, ...], tuple[CompiledRule, ...]]
"""Those of which the first one counts, and those that come beside it."""


class Translator:
    """Makes events of the records of one source. It keeps no state: any number of threads may use it."""

    def __init__(self, translation: Translation, source: str, store: str = "web") -> None:
        """Compile a translation for a source; ``store`` is that of events that name none. Raises BadTranslation."""
        self.source = source
        self.signature: str | None = translation.signature
        self._regulars = {"source": source, "store": store}
        self._compiler = compiler = Compiler(translation)
        self._kind = compiler.expression(translation.kind, "kind").evaluate
        self._name = compiler.expression(translation.message_id, "message_id")
        self._rejects = [
            (compiler.expression(reject.when, f"rejects[{place}].when").evaluate, reject)
            for place, reject in enumerate(translation.rejects)
        ]
        otherwise = _compiled(compiler, translation.otherwise, "otherwise")
        self._otherwise = _sorted(otherwise)
        self._rules = _by_kind(_compiled(compiler, translation.events, "events"), otherwise)

    def events(self, record: Mapping[str, Any], received_at: datetime) -> list[Envelope]:
        """Return the events of one record, the main one first; none where it is nothing to us.

        Raises BadEvent, whose field is the sender's own.
        """
        scope = self._scope(record, received_at)
        try:
            self._reject(scope)
            return self._translated(scope)
        except RecursionError:
            raise BadEvent(Fault.MALFORMED, "message", "is nested too deeply") from None

    def message_id(self, record: Mapping[str, Any]) -> str | None:
        """Return what tells a record from another one, within its source; None where it does not say."""
        try:
            return _name(self._name.evaluate(self._scope(record, None)))
        except (Unfit, RecursionError):
            return None

    def _scope(self, record: Mapping[str, Any], received_at: datetime | None) -> Scope:
        regulars: dict[str, Any] = {**self._regulars, "received_at": received_at}
        given = record.get("regulars")
        if given and isinstance(given, dict):
            regulars["headers"] = given.get("headers")
        return {**record, "regulars": regulars, "values": {}}

    def _reject(self, scope: Scope) -> None:
        for when, reject in self._rejects:
            if is_true(self._found(when, scope)):
                raise BadEvent(Fault.INVALID_FIELD, reject.field, reject.reason)

    def _translated(self, scope: Scope) -> list[Envelope]:
        kind = self._found(self._kind, scope)
        rules = self._rules.get(_folded(kind), self._otherwise) if isinstance(kind, str) else self._otherwise
        first, beside = rules
        found: list[Envelope] = []
        for rule in first:
            if self._applies(rule, scope):
                found.append(self._event(rule, scope))
                break
        found += [self._event(rule, scope) for rule in beside if self._applies(rule, scope)]
        return found

    def _applies(self, rule: CompiledRule, scope: Scope) -> bool:
        values = scope["values"]
        for name, evaluate in rule.values:
            if name not in values:
                values[name] = self._found(evaluate, scope)
        return rule.when is None or is_true(self._found(rule.when, scope))

    def _found(self, evaluate: Evaluate, scope: Scope, becomes: str = "") -> Any:  # noqa: ANN401 - any JSON
        try:
            return evaluate(scope)
        except Unfit as error:
            raise self._blamed(error, scope, becomes) from None

    def _event(self, rule: CompiledRule, scope: Scope) -> Envelope:
        name = _name(self._found(self._name.evaluate, scope))
        if name is None:
            raise bad_field(self._compiler.origin(self._name)[0], "is missing; it tells one message from another")
        parts = [name] if rule.id is None else [name, str(self._found(rule.id, scope))]
        subject = self._found(rule.subject, scope, f"the subject of {rule.event_type}")
        if subject is None:
            raise blame.nobody(scope, rule.origins["subject"])
        time = self._found(rule.time, scope, f"the time of {rule.event_type}")
        document = {
            "specversion": "1.0",
            "type": rule.event_type,
            "id": event_id(self.source, *parts),
            "source": self.source,
            "subject": subject,
            "data": self._data(rule, scope),
        }
        if time is not None:
            document["time"] = time
        try:
            return enveloped(rule.wire, document)
        except BadEvent as error:
            raise blame.refused(error, rule, scope) from None

    def _data(self, rule: CompiledRule, scope: Scope) -> dict[str, Any]:
        try:
            data = _collected(rule.fields, scope)
        except Unfit as error:
            raise self._blamed(error, scope, f"{error.field} of {rule.event_type}") from None
        if rule.lines is not None:
            items = self._found(rule.lines.items, scope, f"{rule.lines.into} of {rule.event_type}")
            if items is not None:
                data[rule.lines.into] = self._lines(rule, rule.lines, scope, items)
        return data

    def _lines(self, rule: CompiledRule, lines: CompiledLines, scope: Scope, items: object) -> list[dict[str, Any]]:
        owner = f"a line of {rule.event_type}"
        if not isinstance(items, list):
            reason = f"is {shown(items)}, where a list belongs; it becomes {lines.into} of {rule.event_type}"
            raise bad_field(blame.line_base(lines, scope), reason)
        found: list[dict[str, Any]] = []
        for place, item in enumerate(items):
            if not isinstance(item, dict):
                reason = f"is {shown(item)}, where an object belongs; it becomes {owner}"
                raise bad_field((*blame.line_base(lines, scope), place), reason)
            inner = {**item, "regulars": scope["regulars"], "values": scope["values"], "record": scope}
            try:
                found.append(_collected(lines.fields, inner))
            except Unfit as error:
                base = (*blame.line_base(lines, scope), place)
                paths = self._compiler.resolved(error.paths, inside=True)
                raise blame.unfit(error.reason, paths, inner, base, f"{error.field} of {owner}") from None
        return found

    def _blamed(self, error: Unfit, scope: Scope, becomes: str) -> BadEvent:
        return blame.unfit(error.reason, self._compiler.resolved(error.paths), scope, (), becomes)


def _collected(fields: Named, scope: Scope) -> dict[str, Any]:
    collected: dict[str, Any] = {}
    name = ""
    try:
        for name, evaluate in fields:
            value = evaluate(scope)
            if value is not None:
                collected[name] = value
    except Unfit as error:
        error.field = name
        raise
    return collected


def _compiled(compiler: Compiler, rules: list[Rule], place: str) -> list[tuple[Rule, CompiledRule]]:
    return [(rule, compiler.rule(rule, f"{place}[{number}]")) for number, rule in enumerate(rules)]


def _by_kind(rules: list[tuple[Rule, CompiledRule]], otherwise: list[tuple[Rule, CompiledRule]]) -> dict[str, Rules]:
    kinds: dict[str, list[tuple[Rule, CompiledRule]]] = {}
    for rule, compiled in rules:
        for kind in [rule.on] if isinstance(rule.on, str) else rule.on:
            kinds.setdefault(_folded(kind), []).append((rule, compiled))
    return {kind: _sorted(own + otherwise) for kind, own in kinds.items()}


def _sorted(rules: list[tuple[Rule, CompiledRule]]) -> Rules:
    first = tuple(compiled for rule, compiled in rules if not rule.also)
    return first, tuple(compiled for rule, compiled in rules if rule.also)


def _folded(kind: str) -> str:
    return " ".join(kind.casefold().split())


def _name(found: object) -> str | None:
    if isinstance(found, str):
        return found or None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None
