"""``regulars sources``: who may send events, and how what they send is treated."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from typer import Argument, Option

from services.cli.failures import Failure
from services.cli.session import opened
from services.cli.source_keys import write_key
from services.cli.source_options import AskSecret, PlanFile, Rate, SecretFile, Store, Translation, said
from services.cli.terminal import AsJson, cell, emit, plural, write, write_table
from services.ingest import registry, tallies, verdicts
from services.ingest.rates import DEFAULT_EVENTS_PER_SECOND
from services.ingest.registry import KeyInfo, Registered
from services.ingest.source import Role, Source
from services.ingest.translating import DEFAULT
from services.translation.loading import SHIPPED

NAME_HELP = "The source's name, such as webshop: it becomes part of its events' ids, and never changes."

Name = Annotated[str, Argument(metavar="NAME", help=NAME_HELP)]
NoKey = Annotated[bool, Option("--no-key", help="Give it no key: webhooks are signed, and need none.")]


def add(
    name: Name,
    *,
    store: Store = None,
    translation: Translation = None,
    plan: PlanFile = None,
    secret_file: SecretFile = None,
    ask_secret: AskSecret = False,
    rate: Rate = None,
    no_key: NoKey = False,
    as_json: AsJson = False,
) -> None:
    """Register a source, and give it a write key, which is shown this once.

    A secret is never given on the command line, where others could read it.
    """
    changes = said(store, translation, plan, secret_file, rate, ask_secret=ask_secret)
    with opened() as installation, installation.connect() as connection, connection.transaction():
        registry.add(connection, name, **changes)
        text = None if no_key else registry.new_key(connection, name, Role.WRITE)
    if as_json:
        emit({"source": name, "key": text, "role": None if no_key else Role.WRITE})
        return
    write(f"{name} is registered.", bold=True)
    if text is not None:
        write_key(text, Role.WRITE)


def change(
    name: Name,
    *,
    store: Store = None,
    translation: Translation = None,
    plan: PlanFile = None,
    secret_file: SecretFile = None,
    ask_secret: AskSecret = False,
    rate: Rate = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given of a source, and nothing else; what serves knows of it within a second or so."""
    changes = said(store, translation, plan, secret_file, rate, ask_secret=ask_secret)
    if not changes:
        message = "There is nothing to change: say what, such as --store or --translation."
        raise Failure(message)
    with opened() as installation, installation.connect() as connection:
        registry.change(connection, name, **changes)
    if as_json:
        emit({"source": name, "changed": sorted(changes)})
        return
    write(f"{name} is changed: {', '.join(sorted(changes)).replace('_', ' ')}.")


def list_sources(as_json: AsJson = False) -> None:
    """List the sources: how each is treated, and how many keys of each role are good."""
    with opened() as installation, installation.connect() as connection:
        found = registry.sources(connection)
    now = datetime.now(UTC)
    if as_json:
        emit({"sources": [_document(each, now) for each in found]})
    elif not found:
        write("There is no source: 'regulars sources add' registers one.")
    else:
        names = ["source", "store", "translation", "plan", "events/s", "keys", "changed at"]
        write_table(names, [_row(each, now) for each in found])


def show(name: Name, as_json: AsJson = False) -> None:
    """Show a source: how it is treated, its keys, and what came of what it sent. Keys themselves are never shown."""
    with opened() as installation, installation.connect() as connection:
        each = found(registry.sources(connection), name)
        counts = tallies.counted(connection, source=name)
        away = verdicts.open_count(connection, name)
    now = datetime.now(UTC)
    outcomes: dict[str, int] = {}
    for tally in counts:
        outcomes[tally.outcome] = outcomes.get(tally.outcome, 0) + tally.events
    if as_json:
        emit({**_document(each, now), "messages": outcomes, "turned_away": away})
        return
    source = each.source
    write(f"{source.name}, registered at {cell(each.created_at)}, changed at {cell(each.changed_at)}", bold=True)
    write(f"store        {cell(source.store)}")
    write(f"translation  {_translation(source)}")
    write(f"plan         {_plan(source)}")
    write(f"secret       {'kept, and never shown' if source.secret else 'none'}")
    write(f"events/s     {_rate(source)}")
    write(f"messages     {cell(outcomes) or 'none yet'}")
    write(f"turned away  {plural(away, 'message')}{': see regulars deadletters list' if away else ''}")
    if each.keys:
        write()
        write_table(
            ["key", "role", "state", "made at"],
            [[key.id, key.role, _state(key, now), key.created_at] for key in each.keys],
        )


def found(registered: Sequence[Registered], name: str) -> Registered:
    """Return a source among those that are registered. Raises NotRegistered."""
    for each in registered:
        if each.source.name == name:
            return each
    raise registry.not_registered(name)


def _document(each: Registered, now: datetime) -> dict[str, Any]:
    source = each.source
    return {
        "name": source.name,
        "store": source.store,
        "translation": source.translation or DEFAULT,
        "plan": source.plan,
        "has_secret": bool(source.secret),
        "events_per_second": source.events_per_second,
        "created_at": each.created_at,
        "changed_at": each.changed_at,
        "keys": [{**key._asdict(), "good": key.good_at(now)} for key in each.keys],
    }


def _row(each: Registered, now: datetime) -> list[Any]:
    source = each.source
    good = [key.role for key in each.keys if key.good_at(now)]
    held = ", ".join(f"{good.count(role)} {role}" for role in Role if role in good) or "none"
    return [source.name, source.store, _translation(source), _plan(source), _rate(source), held, each.changed_at]


def _translation(source: Source) -> str:
    return (source.translation or DEFAULT) if source.translation in {*SHIPPED, ""} else "of its own"


def _plan(source: Source) -> str:
    return "yes" if source.plan else "none"


def _rate(source: Source) -> str:
    return cell(source.events_per_second) or f"{DEFAULT_EVENTS_PER_SECOND:,}, as any"


def _state(key: KeyInfo, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked at {cell(key.revoked_at)}"
    if key.expires_at is None:
        return "good"
    return f"{'good until' if key.good_at(now) else 'expired at'} {cell(key.expires_at)}"
