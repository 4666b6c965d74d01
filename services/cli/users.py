"""``regulars users``: who of the house may look and act, and how they sign in. Each change is told on the log."""

from datetime import UTC, datetime
from typing import Annotated, Any

from typer import Argument, Option

from services.access import links, sessions, telling, users, waiting
from services.access.roles import Role
from services.access.users import Changes, User
from services.cli.failures import Failure
from services.cli.session import opened
from services.cli.terminal import AsJson, cell, emit, plural, write, write_table
from services.installation import Connection
from services.settings import Settings

BY = "regulars"

Name = Annotated[str, Argument(metavar="NAME", help="What the desk and events call them, such as anna.")]
RoleGiven = Annotated[Role, Option("--role", help="What they may: see 'regulars users list'.")]
RoleChanged = Annotated[Role | None, Option("--role", help="What they may from now on.")]
ShownAs = Annotated[str | None, Option("--shown-as", metavar="TEXT", help="What pages call them, such as 'Anna Berg'.")]
Email = Annotated[
    str | None, Option("--email", metavar="ADDRESS", help="They can sign in with it, also at the OpenID provider.")
]
Stores = Annotated[
    list[str] | None, Option("--store", metavar="STORE", help="Of staff: a store whose customers they see; any number.")
]
By = Annotated[str, Option("--by", metavar="NAME", help="Who says so, as it is told on the log.")]
NoLink = Annotated[bool, Option("--no-link", help="Make no link: they sign in by the OpenID provider.")]


def list_users(as_json: AsJson = False) -> None:
    """List who may look and act, and how they sign in.

    A viewer sees figures; staff the customers of their stores too, and act for them; a manager those of all stores; an
    auditor all customers and who looked at them, and changes nothing; an admin may everything.
    """
    now = datetime.now(UTC)
    with opened() as installation, installation.connect() as connection:
        found = [_document(connection, user, now) for user in users.users(connection)]
    if as_json:
        emit({"users": found})
    elif not found:
        write("There is no user: 'regulars users add' adds one, 'regulars up' the first admin.")
    else:
        names = ["user", "shown as", "role", "stores", "signs in", "sessions", "state"]
        write_table(names, [_row(user) for user in found])


def add(
    name: Name,
    role: RoleGiven,
    *,
    shown_as: ShownAs = None,
    email: Email = None,
    stores: Stores = None,
    by: By = BY,
    no_link: NoLink = False,
    as_json: AsJson = False,
) -> None:
    """Add a user, and make a link with which they set a password: it opens once, within a day, and is shown once."""
    now = datetime.now(UTC)
    user = User(name, role, now, shown_as=shown_as or "", email=email or "", stores=stores or ())
    with opened() as installation, installation.connect() as connection, connection.transaction():
        users.add(connection, user, by)
        token = None if no_link else links.make(connection, name, by, now)
    if as_json:
        emit({"user": name, "role": role, "link": token and address_of(token)})
        return
    write(f"{name} is added as {role}.", bold=True)
    if token:
        _write_link(token)


def change(
    name: Name,
    *,
    role: RoleChanged = None,
    shown_as: ShownAs = None,
    email: Email = None,
    stores: Stores = None,
    by: By = BY,
    as_json: AsJson = False,
) -> None:
    """Change what a user may, or is called; it holds from their next look on. Stores replace those that they had."""
    said: Changes = {}
    if role is not None:
        said["role"] = role
    if shown_as is not None:
        said["shown_as"] = shown_as
    if email is not None:
        said["email"] = email
    if stores is not None:
        said["stores"] = stores
    if not said:
        message = "Say what to change: --role, --shown-as, --email or --store."
        raise Failure(message)
    with opened() as installation, installation.connect() as connection:
        user = users.change(connection, name, by, datetime.now(UTC), **said)
    document = {"user": name, "role": user.role, "stores": user.stores, "shown_as": user.shown_as, "email": user.email}
    _done(document, f"{name} is {user.role}{_of_stores(user)} now.", as_json=as_json)


def disable(name: Name, by: By = BY, as_json: AsJson = False) -> None:
    """Let a user in no more, within seconds: their sessions end and their links open nothing. What they did stays."""
    with opened() as installation, installation.connect() as connection:
        users.disable(connection, name, by, datetime.now(UTC))
    _done({"user": name, "disabled": True}, f"{name} is let in no more.", as_json=as_json)


def enable(name: Name, by: By = BY, as_json: AsJson = False) -> None:
    """Let a user in again, with the password that they had."""
    with opened() as installation, installation.connect() as connection:
        users.enable(connection, name, by, datetime.now(UTC))
    _done({"user": name, "disabled": False}, f"{name} is let in again.", as_json=as_json)


def link(name: Name, by: By = BY, as_json: AsJson = False) -> None:
    """Make a link with which a user sets a password: it opens once, within a day. Links made before open nothing now.

    Nobody waits for their name any more, where there were too many tries to sign in.
    """
    with opened() as installation, installation.connect() as connection, connection.transaction():
        token = links.make(connection, name, by, datetime.now(UTC))
        waiting.forgive(connection, name)
    if as_json:
        emit({"user": name, "link": address_of(token)})
    else:
        _write_link(token)


def end_sessions(name: Name, by: By = BY, as_json: AsJson = False) -> None:
    """Sign a user out everywhere, within seconds; they can sign in again."""
    now = datetime.now(UTC)
    with opened() as installation, installation.connect() as connection, connection.transaction():
        users.to_change(connection, name)
        ended = sessions.end_all(connection, name, now)
        telling.user_changed(connection, name, "signed out", by, now)
    _done({"user": name, "ended": ended}, f"{plural(ended, 'session')} of {name} ended.", as_json=as_json)


def address_of(token: str) -> str:
    """Return the address of a link, as this machine would write it."""
    host, port = Settings.from_environment().api
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/welcome/{token}"


def _write_link(token: str) -> None:
    write("This link sets the password. It is shown only now, opens once, and is good for a day:")
    write(f"  {address_of(token)}", bold=True)


def _document(connection: Connection, user: User, now: datetime) -> dict[str, Any]:
    return {
        "name": user.name,
        "shown_as": user.shown_as,
        "email": user.email,
        "role": user.role,
        "stores": user.stores,
        "password": bool(user.password),
        "issuer": user.issuer,
        "created_at": user.created_at,
        "disabled_at": user.disabled_at,
        "waits_until": waiting.locked_until(connection, user.name, now),
        "sessions": len(sessions.of_user(connection, user.name, now)),
    }


def _row(user: dict[str, Any]) -> list[object]:
    ways = [*(["password"] if user["password"] else []), *(["provider"] if user["issuer"] else [])]
    stores = ", ".join(user["stores"]) if user["role"] is Role.STAFF else "all"
    return [
        user["name"],
        user["shown_as"],
        user["role"],
        stores,
        ", ".join(ways) or "not yet",
        user["sessions"],
        _state(user),
    ]


def _state(user: dict[str, Any]) -> str:
    if user["disabled_at"] is not None:
        return f"let in no more since {cell(user['disabled_at'])}"
    if user["waits_until"] is not None:
        return f"too many tries: waits until {cell(user['waits_until'])}"
    return "well"


def _of_stores(user: User) -> str:
    return f" of {', '.join(user.stores)}" if user.role is Role.STAFF else ""


def _done(document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        emit(document)
    else:
        write(sentence)
