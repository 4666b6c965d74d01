"""``regulars segments``: who is in which segment, by rules that people write and read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from typer import Argument, Option

from projections import policies
from projections._engine.registry import Connection
from services.cli import points
from services.cli.failures import Failure
from services.cli.session import bring_up_to_date, built, log_to_append, opened, say_parked, with_rows
from services.cli.terminal import AsJson, emit, encoded, plural, say, write, write_table
from services.installation import Installation
from services.reports.asking import Asked, settled
from services.reports.segments import SEGMENTS
from services.segments.definitions import POLICY, Segment, Wanted, all_segments, definition, named, publish
from services.segments.errors import BadRule, BadSegment
from services.segments.fields import FIELDS
from services.segments.members import refresh as refreshed
from services.segments.members import refreshed_at, sizes
from services.segments.parsing import OPERATORS, WRITTEN, parsed
from services.segments.rule import written
from services.segments.wording import in_words

Name = Annotated[str, Argument(metavar="NAME", help="The segment's name.")]
Text = Annotated[str, Argument(metavar="RULE", help="The rule, such as 'orders >= 3 and not complaint_open'.")]
AnyText = Annotated[str | None, Argument(metavar="RULE", help="The rule; without one, what a rule can ask.")]
Title = Annotated[str, Option("--title", metavar="TEXT", help="What people call it; its name by itself.")]
By = Annotated[str, Option("--by", metavar="WHO", help="Who defines it, such as staff:ann.")]
Currency = Annotated[
    str | None, Option("--currency", metavar="CODE", help="Of which money tiers are; the one of most orders by itself.")
]
Clock = Annotated[
    str | None, Option("--now", metavar="TIME", help="The clock to reckon by; the last event's by itself.")
]


def list_segments(as_json: AsJson = False) -> None:
    """List the segments with their rules, and how many were in them by the last refresh."""
    with _asked() as (_, connection):
        segments, last, held = all_segments(connection), refreshed_at(connection), sizes(connection)
    if as_json:
        emit({"refreshed_at": last, "segments": [_document(each, held.get(each.name)) for each in segments]})
        return
    rows = [[each.name, held.get(each.name), each.title, each.text if each.rule else each.problem] for each in segments]
    write_table(["segment", "customers", "title", "rule"], rows)
    write(f"By {last:%Y-%m-%d %H:%M} UTC." if last else "Nobody is in any yet: run 'regulars segments refresh'.")


def define(name: Name, rule: Text, title: Title = "", by: By = "", as_json: AsJson = False) -> None:
    """Define a segment, or define it anew: the rule is checked, and published as an event.

    What a rule can ask is listed by 'regulars segments explain'. Its members are found by 'regulars segments refresh'.
    """
    with _refusals():
        tree = parsed(rule)
    _publish(Wanted(name, rule, title, by))
    if as_json:
        emit({"segment": name, "rule": written(tree), "in_words": in_words(tree)})
        return
    write(f"{name} is defined: {in_words(tree)}")
    write("Its members are found with the next 'regulars segments refresh'.")


def withdraw(name: Name, by: By = "", as_json: AsJson = False) -> None:
    """Withdraw a segment: with the next refresh nobody is in it; who was when is kept."""
    with _asked() as (_, connection):
        named([each for each in all_segments(connection) if not each.is_tier], name)
    _publish(Wanted(name, "", by=by))
    if as_json:
        emit({"segment": name, "withdrawn": True})
    else:
        write(f"{name} is withdrawn; its members leave with the next 'regulars segments refresh'.")


def show(name: Name, as_json: AsJson = False) -> None:
    """Show a segment: its rule in words, and every version of it."""
    with _asked() as (_, connection):
        segment, held = named(all_segments(connection), name), sizes(connection)
        versions = policies.versions(connection, f"{POLICY}{name}")
    told = [
        {"version": each["policy_version"], "since": each["since"], "by": each["publisher"], **each["content"]}
        for each in versions
    ]
    if as_json:
        emit({**_document(segment, held.get(name)), "versions": told})
        return
    write(segment.title, bold=True)
    write(segment.text)
    write(in_words(segment.rule) if segment.rule else segment.problem)
    if name in held:
        write(f"{plural(held[name], 'customer')} by the last refresh: see 'regulars report segments --about {name}'.")
    if told:
        write_table(list(told[0]), [[each.get(column) for column in told[0]] for each in told])


def explain(rule: AnyText = None, as_json: AsJson = False) -> None:
    """Say a rule in words, or, without one, list every field that a rule can ask, with its meaning."""
    if rule is None:
        _fields(as_json=as_json)
        return
    with _refusals():
        tree = parsed(rule)
    if as_json:
        emit({"rule": written(tree), "in_words": in_words(tree)})
    else:
        write(written(tree))
        write(in_words(tree))


def refresh(now: Clock = None, currency: Currency = None, as_json: AsJson = False) -> None:
    """Find the members of every segment by a clock, and keep who entered and who left since the last time.

    Run it daily. A clock before that of the last refresh is refused.
    """
    clock = None if now is None else points.instant(now)
    with opened() as installation:
        say_parked(bring_up_to_date(installation, "segments refresh"))
        with installation.connect("regulars segments") as connection, _refusals():
            question = settled(connection, Asked(currency=currency, now=clock), None)
            told = refreshed(connection, question.now, question.currency)
    if as_json:
        emit({"now": question.now, "currency": question.currency, "segments": encoded(told)})
        return
    write_table(["segment", "customers", "entered", "left"], told)
    write(f"By {question.now:%Y-%m-%d %H:%M} UTC.")


@contextmanager
def _asked() -> Iterator[tuple[Installation, Connection]]:
    with opened() as installation, installation.connect("regulars segments") as connection, _refusals():
        built(connection, [each for each in with_rows(installation.kafka) if each.name in SEGMENTS.reads])
        yield installation, connection


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (BadRule, BadSegment) as error:
        sentence = f"{str(error)[0].upper()}{str(error)[1:]}."
        raise Failure(sentence) from error


def _publish(wanted: Wanted) -> None:
    with opened() as installation:
        log = log_to_append(installation)
        say_parked(bring_up_to_date(installation, "segments"))
        with installation.connect("regulars segments") as connection, _refusals():
            publish(log, definition(connection, wanted, datetime.now(UTC)))
        say_parked(bring_up_to_date(installation, "segments"))


def _document(segment: Segment, customers: int | None) -> dict[str, Any]:
    return {
        "segment": segment.name,
        "title": segment.title,
        "rule": segment.text,
        "in_words": in_words(segment.rule) if segment.rule else None,
        "problem": segment.problem,
        "version": segment.version,
        "since": segment.since,
        "by": segment.by,
        "customers": customers,
    }


def _fields(*, as_json: bool) -> None:
    rows = [
        {
            "field": field.name,
            "operators": " ".join(OPERATORS.get(field.kind, ())),
            "value": WRITTEN.get(field.kind, ""),
            "meaning": field.meaning,
        }
        for field in FIELDS
    ]
    if as_json:
        emit({"fields": rows})
        return
    write_table(list(rows[0]), [list(row.values()) for row in rows])
    say('Join tests with and, or, not and parentheses; a text may be one of several: country in ("France", "Italy").')
