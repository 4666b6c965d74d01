"""The desk's commands as forms: what a form says is decided as its sender, over what they saw, and counts once.

Staff decide about customers whom they see; what holds for the whole house is decided by those who change settings.
"""

from collections.abc import Callable
from typing import Any

from projections import PROJECTIONS
from projections._engine import checkpoint
from projections._engine.registry import Connection, live_tables
from projections._engine.status import leaders
from services.access.roles import Capability
from services.dashboard.acting import Acting, Action, Done
from services.dashboard.desk_fields import command_of, form_fields
from services.dashboard.desk_words import sentence_of
from services.desk.asking import aggregate_of, class_of
from services.desk.deciding import Command, Order
from services.desk.desk import Desk
from services.desk.session import Done as Decided
from services.views.scope import check_subject, sees
from services.views.view import NotYours

OF_THE_HOUSE = frozenset({"portfolio", "playbook", "policy"})
"""What is decided for everybody, authority among it."""

OF_A_CUSTOMER = frozenset({"consent", "customer", "identity-link", "ownership"})
"""Aggregates whose id is a customer."""

PLACE = 'SELECT partition, "offset" FROM timeline WHERE subject = %s AND "time" = %s AND id = %s'


def decide(acting: Acting) -> Done:
    """Have the desk carry out what a form says. Raises Refused, NotFound and NotYours."""
    aggregate, name = acting.path["aggregate"], acting.path["name"]
    if aggregate in OF_THE_HOUSE and not acting.viewer.may(Capability.ADMINISTER):
        message = f"You may not {Capability.ADMINISTER}: that is for others than the role {acting.viewer.role}."
        raise NotYours(message)
    asked = class_of(aggregate_of(acting.desk.aggregates, aggregate), acting.path["command"])
    command = command_of(asked, acting.said, form_fields(aggregate, acting.path["command"]))
    _check(acting, command, acting.desk.state(aggregate, name).state)
    order = Order(aggregate, name, command, acting.viewer.name, acting.key, acting.version)
    decided = acting.desk.perform(order, acting.now)
    return Done(sentence_of(decided, command), shows=shown_by(acting.desk, decided))


def _check(acting: Acting, command: Command, state: Any) -> None:  # noqa: ANN401 - each aggregate has its own
    """Raise NotFound and NotYours for a customer about whom its sender may not decide, or a store not theirs."""
    viewer, named = acting.viewer, str(getattr(command, "subject", ""))
    if named:
        check_subject(acting.connection, viewer, named)
    if not viewer.narrowed:
        return
    store = str(getattr(command, "store", ""))
    if store and store not in viewer.stores:
        own = ", ".join(sorted(viewer.stores)) or "none"
        message = f"You may not write for the store {store[:64]}: yours is {own}."
        raise NotYours(message)
    subjects = {named, str(getattr(state, "subject", "")), *getattr(state, "customers", ())}
    if acting.path["aggregate"] in OF_A_CUSTOMER:
        subjects.add(acting.path["name"])
    for subject in sorted(subjects - {""}):
        if not sees(acting.connection, viewer, subject):
            message = f"You may not decide about {subject[:192]}: they came to none of your stores, nor are they yours."
            raise NotYours(message)


def shown_by(desk: Desk, decided: Decided) -> Callable[[Connection], bool] | None:
    """Return what tells whether the projections have what was decided; nothing where there is nothing to wait for."""
    if not decided.events:
        return None
    told = [each.envelope for each in desk.history(decided.aggregate, decided.id)]
    last = next((envelope for envelope in told if envelope.id == decided.events[-1]), None)

    def shows(connection: Connection) -> bool:
        if last is None or not leaders(connection):
            return True
        row = connection.execute(PLACE, [last.subject, last.time, last.id]).fetchone()
        if row is None:
            return False
        folding = [each for each in PROJECTIONS if type(last.data) in each.handlers()]
        return all(
            checkpoint.positions(connection, table.name).get(row[0], 0) > row[1]
            for table in live_tables(connection, folding)
        )

    return shows


DESK_ACTION = Action("/desk/{aggregate}/{name:path}/{command}", decide)
