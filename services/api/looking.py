"""Writes down that somebody looked at customers, for whichever route shows them: where it cannot be, nobody looks.

A look at one customer is told under that customer. Everything else that is for those who may look at customers, or
that names any, is a look at a list: with what was asked, how many people it named, and whom where they are few. So a
new view is covered by itself: by its capability, or by whom its document names.
"""

from collections.abc import Mapping
from functools import cache

import msgspec
from fastapi import Request

from projections._engine.registry import Connection
from services.access import sessions
from services.access.roles import Capability
from services.access.telling import KEY, ListLook, Look, hashed, list_looked, looked
from services.access.viewer import Viewer
from services.api.asked import POINTS, AskedFor
from services.api.named import Named
from services.house.clock import clock_of
from services.views.view import Document, Parameters, View

PLAIN = frozenset({"store", "table"})
"""Texts that say nothing of anybody; every other text that was typed is told as a keyed hash."""


def tell_of_look(  # noqa: PLR0913, PLR0917 - who, what, of whom, and where it is written down
    connection: Connection,
    request: Request,
    view: View,
    viewer: Viewer,
    path: Mapping[str, str],
    asked: AskedFor,
    document: Document,
) -> None:
    """Write down that a viewer was answered a view, if that is for those who may look at customers, or names any."""
    if view.personal:
        tell_of_customer(connection, request, viewer, path["subject"], path.get("section", view.name))
        return
    if view.tells_of is not None and (subject := view.tells_of(document)):
        tell_of_customer(connection, request, viewer, subject, view.name)
        return
    named = Named()
    named.add(document)
    if view.tells_of is None or named.people:  # what the house says of itself is of nobody
        tell_of_list(connection, request, view, viewer, asked, named)


def tell_of_customer(connection: Connection, request: Request, viewer: Viewer, subject: str, what: str) -> None:
    """Write down that a viewer was told of a customer."""
    look = Look(subject, what, _how(request, viewer), _as_of(request))
    looked(connection, viewer, look, clock_of(connection).now())


def tell_of_list(  # noqa: PLR0913, PLR0917 - as above
    connection: Connection,
    request: Request,
    view: View,
    viewer: Viewer,
    asked: AskedFor,
    named: Named,
    rows: int = 0,
) -> None:
    """Write down that a viewer saw a list, where it is for those who may look at customers, or names any."""
    if view.capability is not Capability.PERSONAL and not named.people:
        return
    said = asked_as_told(sessions.secret(connection), asked.parameters)
    look = ListLook(view.name, _how(request, viewer), said, named.people, named.whom, _as_of(request), rows)
    list_looked(connection, viewer, look, clock_of(connection).now())


def asked_as_told(secret: bytes, parameters: Parameters) -> str:
    """Return how a view was narrowed, as it is told: what is as usual is left out, and what was typed is hashed."""
    typed = _typed(type(parameters))
    usual = type(parameters)()
    told = []
    for name in parameters.__struct_fields__:
        value = getattr(parameters, name)
        if value == getattr(usual, name):
            continue
        text = str(msgspec.to_builtins(value))
        told.append(f"{name}={hashed(secret, text) if name in typed else text}")
    return " ".join(told)


@cache
def _typed(parameters: type[Parameters]) -> frozenset[str]:
    """Return the parameters that may hold any text, and so a name."""
    info = msgspec.inspect.type_info(parameters)
    assert isinstance(info, msgspec.inspect.StructType)  # noqa: S101 - for the type checker
    return frozenset(field.name for field in info.fields if field.name not in PLAIN and not _closed(field.type))


def _closed(kind: msgspec.inspect.Type) -> bool:
    """Return whether a parameter takes values of ours alone, numbers or points in time."""
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return _closed(inner)
        case msgspec.inspect.UnionType(types=kinds):
            return all(map(_closed, kinds))
        case _:
            return isinstance(kind, _CLOSED)


_CLOSED = (
    msgspec.inspect.LiteralType,
    msgspec.inspect.EnumType,
    msgspec.inspect.IntType,
    msgspec.inspect.FloatType,
    msgspec.inspect.BoolType,
    msgspec.inspect.DateType,
    msgspec.inspect.DateTimeType,
    msgspec.inspect.NoneType,
)


def _as_of(request: Request) -> str:
    return next((said for name in POINTS if (said := request.query_params.get(name))), "")


def _how(request: Request, viewer: Viewer) -> str:
    path = str(request.scope["path"])
    if viewer.name.startswith(KEY):
        return "key"
    if path.startswith("/live/"):
        return "live"
    if path.endswith(".csv"):
        return "csv"
    return "json" if path.startswith("/v1/") or path.endswith(".json") else "page"
