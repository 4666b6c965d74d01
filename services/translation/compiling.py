"""From a translation as it is written to rules that are ready to run.

Every expression is compiled once, and with it where its value may come from in the sender's record: whatever turns out
wrong with an event later is told in the sender's words.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from events.codec import WIRE_CLASSES
from events.envelope import Envelope
from services.translation.catalogue import CLASSES, fields, moments
from services.translation.closures import Evaluate
from services.translation.declaration import Expression as Written
from services.translation.declaration import Fields, Rule, Translation
from services.translation.errors import BadTranslation, Path, Unfit
from services.translation.expression import BadExpression, Expression, compiled
from services.translation.moments import instant

Origins = dict[str, tuple[Path, ...]]
"""Where the value of a field may come from in the sender's record, in the order in which it is looked for."""

Named = tuple[tuple[str, Evaluate], ...]


class CompiledLines(NamedTuple):
    """What makes the lines of an event: the list they come from, and the fields of one."""

    into: str
    items: Evaluate
    origin: tuple[Path, ...]
    fields: Named
    origins: Origins


class CompiledRule(NamedTuple):
    """A rule that is ready to run. ``when`` is None where it always applies; ``values`` are computed before it does."""

    event_type: str
    wire: type[Envelope]
    values: Named
    when: Evaluate | None
    id: Evaluate | None
    subject: Evaluate
    time: Evaluate
    fields: Named
    origins: Origins
    lines: CompiledLines | None


class Compiler:
    """Compiles the expressions of one translation. Raises BadTranslation for one that is none."""

    def __init__(self, translation: Translation) -> None:
        """Begin with the translation's values, which its other expressions use."""
        self._translation = translation
        self._values: dict[str, Expression] = {}
        self._origins: Origins = {}
        for name, written in translation.values.items():
            expression = self.expression(written, f"values.{name}")
            self._values[name], self._origins[name] = expression, self.origin(expression)

    def expression(self, written: Written, place: str) -> Expression:
        """Return one expression, compiled."""
        try:
            expression = compiled(written)
        except BadExpression as error:
            raise BadTranslation(self._translation.file, place, str(error)) from None
        for path in expression.paths:
            if path[:1] == ("values",) and (len(path) == 1 or path[1] not in self._values):
                named = f"values.{path[1]}" if len(path) > 1 else "values as a whole"
                raise BadTranslation(self._translation.file, place, f"uses {named}, which is not there before it")
        return expression

    def origin(self, expression: Expression, *, inside: bool = False) -> tuple[Path, ...]:
        """Return where an expression's value may come from, in the sender's own names."""
        return tuple(self.resolved(expression.paths, inside=inside))

    def resolved(self, paths: Iterable[Path], *, inside: bool = False) -> list[Path]:
        """Return paths at which an expression looks with each value replaced by where that may come from.

        ``inside`` an item, the record itself is one step away.
        """
        found: list[Path] = []
        for path in paths:
            if path[:1] == ("values",):
                found += [("record", *origin) if inside else origin for origin in self._origins[str(path[1])]]
            else:
                found.append(path)
        return list(dict.fromkeys(found))

    def rule(self, rule: Rule, place: str) -> CompiledRule:
        """Return one rule, compiled."""
        event, translation = CLASSES[rule.type], self._translation
        into = rule.lines.into if rule.lines else ""
        common = {name: value for name, value in translation.common.items() if name in fields(event) and name != into}
        used: list[Expression] = []
        when = self._used(rule.when, f"{place}.when", used)
        subject = self._used(translation.subject if rule.subject is None else rule.subject, f"{place}.subject", used)
        time = self._used(translation.time if rule.time is None else rule.time, f"{place}.time", used)
        identity = None if rule.id is None else self._used(rule.id, f"{place}.id", used)
        data, origins = self._fields({**common, **rule.data}, f"{place}.data", moments(event), used)
        lines = self._lines(rule, place, used)
        return CompiledRule(
            event_type=rule.type,
            wire=WIRE_CLASSES[event],
            values=self._needed(used),
            when=None if rule.when is True else when.evaluate,
            id=identity and identity.evaluate,
            subject=subject.evaluate,
            time=_as_instant(time),
            fields=data,
            origins=origins | {"subject": self.origin(subject), "time": self.origin(time)} | _listed(lines),
            lines=lines,
        )

    def _used(self, written: Written, place: str, used: list[Expression]) -> Expression:
        expression = self.expression(written, place)
        used.append(expression)
        return expression

    def _lines(self, rule: Rule, place: str, used: list[Expression]) -> CompiledLines | None:
        if rule.lines is None:
            return None
        items = self._used(rule.lines.from_, f"{place}.lines.from", used)
        data, origins = self._fields(rule.lines.fields, f"{place}.lines.fields", frozenset(), used, inside=True)
        return CompiledLines(rule.lines.into, items.evaluate, self.origin(items), data, origins)

    def _fields(
        self, written: Fields, place: str, instants: frozenset[str], used: list[Expression], *, inside: bool = False
    ) -> tuple[Named, Origins]:
        found: list[tuple[str, Evaluate]] = []
        origins: Origins = {}
        for name, value in written.items():
            where = f"{place}.{name}"
            if isinstance(value, dict):
                inner, within = self._fields(value, where, frozenset(), used, inside=inside)
                found.append((name, _object(inner)))
                origins |= {f"data.{name}.{key.removeprefix('data.')}": paths for key, paths in within.items()}
                origins[f"data.{name}"] = tuple(path for paths in within.values() for path in paths)
                continue
            expression = self._used(value, where, used)
            found.append((name, _as_instant(expression) if name in instants else expression.evaluate))
            origins[f"data.{name}"] = self.origin(expression, inside=inside)
        return tuple(found), origins

    def _needed(self, used: Iterable[Expression]) -> Named:
        """Return the values that expressions use, and those that these use, in the order in which they are declared."""
        names: set[str] = set()
        pending = list(used)
        while pending:
            for path in pending.pop().paths:
                if path[:1] == ("values",) and path[1] not in names:
                    names.add(str(path[1]))
                    pending.append(self._values[str(path[1])])
        return tuple((name, value.evaluate) for name, value in self._values.items() if name in names)


def _listed(lines: CompiledLines | None) -> Origins:
    return {f"data.{lines.into}": lines.origin} if lines else {}


def _as_instant(expression: Expression) -> Evaluate:
    def evaluate(scope: object) -> datetime | None:
        found = expression.evaluate(scope)
        try:
            return instant(found)
        except Unfit as unfit:
            unfit.paths = expression.paths
            raise

    return evaluate


def _object(inner: Named) -> Evaluate:
    def evaluate(scope: object) -> dict[str, object]:
        return {name: value for name, each in inner if (value := each(scope)) is not None}

    return evaluate
