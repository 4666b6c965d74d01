"""Users: who may look and act, in which stores, how they sign in, and where they are signed in."""

from datetime import UTC, datetime
from typing import Any

from projections._engine.registry import Connection
from services.access import sessions, users, waiting
from services.access.roles import MAY, Capability, Role
from services.access.users import User
from services.views.view import Document, Reading, View


def answer(reading: Reading) -> Document:
    """List the users with their role, stores, ways to sign in, and open sessions; and what each role may."""
    now = datetime.now(UTC)
    return {
        "roles": [{"role": str(role), "may": sorted(str(each) for each in MAY[role])} for role in Role],
        "tables": {"users": [_row(reading.connection, user, now) for user in users.users(reading.connection)]},
    }


def _row(connection: Connection, user: User, now: datetime) -> dict[str, Any]:
    open_sessions = sessions.of_user(connection, user.name, now)
    ways = [word for word, there in (("a password", user.password), ("the provider", user.oidc_subject)) if there]
    return {
        "name": user.name,
        "shown_as": user.shown_as,
        "email": user.email,
        "role": str(user.role),
        "stores": list(user.stores) if user.role is Role.STAFF else [],
        "signs_in_by": ways,
        "sessions": len(open_sessions),
        "last_used": max((each.used_at for each in open_sessions), default=None),
        "locked_until": waiting.locked_until(connection, user.name, now),
        "created_at": user.created_at,
        "disabled_at": user.disabled_at,
        "state": "disabled" if user.disabled_at else "active" if ways or open_sessions else "invited",
    }


SETTINGS_USERS_VIEW = View(
    name="settings_users",
    path="/settings/users",
    title="Users",
    answer=answer,
    capability=Capability.ADMINISTER,
)
