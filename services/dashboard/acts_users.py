"""What is done with users: added, changed, sent a link that is shown once, signed out, let in no more and again."""

from datetime import UTC, datetime

from services.access import links, sessions, telling, users, waiting
from services.access.roles import Capability, Role
from services.access.users import User
from services.dashboard.acting import Acting, Action, Done, Once
from services.dashboard.acts import needed, parts, refusal, text
from services.dashboard.formats import counted

WELCOME = "/welcome/"


def add(acting: Acting) -> Done:
    """Add a user, and make a link with which they set a password."""
    name = needed(acting, "name")
    shown_as, email, stores = text(acting, "shown_as"), text(acting, "email"), parts(acting, "stores")
    user = User(name, _role(acting), _now(), shown_as=shown_as, email=email, stores=stores)
    with acting.connection.transaction():
        users.add(acting.connection, user, acting.viewer.name)
        token = links.make(acting.connection, name, acting.viewer.name, _now())
    return Done(f"{name} is added as {user.role}.", once=_link(name, token))


def change(acting: Acting) -> str:
    """Change what a user may, or is called; it holds from their next look on."""
    name = acting.path["name"]
    user = users.change(
        acting.connection,
        name,
        acting.viewer.name,
        _now(),
        role=_role(acting),
        shown_as=text(acting, "shown_as"),
        email=text(acting, "email"),
        stores=parts(acting, "stores"),
    )
    return f"{user.shown_as} is {user.role}{' of ' + ', '.join(user.stores) if user.role is Role.STAFF else ''} now."


def link(acting: Acting) -> Done:
    """Make a link with which a user sets a password; nobody waits for their name any more."""
    name = acting.path["name"]
    with acting.connection.transaction():
        token = links.make(acting.connection, name, acting.viewer.name, _now())
        waiting.forgive(acting.connection, name)
    return Done(f"{name} has a new link; those before open nothing.", once=_link(name, token))


def sign_out(acting: Acting) -> str:
    """Sign a user out everywhere, within seconds."""
    name = acting.path["name"]
    with acting.connection.transaction():
        users.to_change(acting.connection, name)
        ended = sessions.end_all(acting.connection, name, _now())
        telling.user_changed(acting.connection, name, "signed out", acting.viewer.name, _now())
    return f"{counted(ended, 'session')} of {name} ended."


def disable(acting: Acting) -> str:
    """Let a user in no more."""
    users.disable(acting.connection, acting.path["name"], acting.viewer.name, _now())
    return f"{acting.path['name']} is let in no more. What they did stays."


def enable(acting: Acting) -> str:
    """Let a user in again."""
    users.enable(acting.connection, acting.path["name"], acting.viewer.name, _now())
    return f"{acting.path['name']} is let in again."


def _link(name: str, token: str) -> Once:
    return Once(f"The link with which {name} sets a password: it opens once, within a day", f"{WELCOME}{token}")


def _role(acting: Acting) -> Role:
    try:
        return Role(text(acting, "role"))
    except ValueError:
        message = f"role: there are {', '.join(Role)}."
        raise refusal(message) from None


def _now() -> datetime:
    return datetime.now(UTC)


USER_ACTIONS = (
    Action("/settings/users", add, Capability.ADMINISTER),
    *(
        Action(f"/settings/users/{{name}}/{verb}", act, Capability.ADMINISTER)
        for verb, act in (
            ("change", change),
            ("link", link),
            ("sign-out", sign_out),
            ("disable", disable),
            ("enable", enable),
        )
    ),
)
