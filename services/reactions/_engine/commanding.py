"""The commands that firings ask the desk for, and what the desk says to them."""

from collections.abc import Sequence

from services.desk.deciding import Order, Refused
from services.desk.session import Done
from services.reactions._engine.effects import keyed
from services.reactions._engine.firing import Firing
from services.reactions._engine.reaction import Do
from services.reactions._engine.wording import Document


def orders_of(firings: Sequence[Firing]) -> list[Order]:
    """Return the desk's commands that firings ask for."""
    return [
        Order(
            action.aggregate,
            action.id,
            action.command,
            f"reaction:{firing.reaction}",
            key,
            causation=firing.signal.event_id,
        )
        for key, action, firing in keyed(firings)
        if isinstance(action, Do)
    ]


def with_outcomes(firings: Sequence[Firing], outcomes: Sequence[Done | Refused]) -> list[Firing]:
    """Return firings with the desk's outcomes, in the order of their commands, in their documents."""
    said = iter(outcomes)
    return [
        firing._replace(
            documents=[
                _with_outcome(document, next(said)) if isinstance(action, Do) else document
                for action, document in zip(firing.actions, firing.documents, strict=True)
            ]
        )
        for firing in firings
    ]


def _with_outcome(document: Document, outcome: Done | Refused) -> Document:
    if isinstance(outcome, Refused):
        return {**document, "refused": {"code": outcome.code, "message": outcome.message}}
    return {**document, "version": outcome.version}
