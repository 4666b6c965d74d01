"""What a customer's page asks of the desk in words of its own: who is who, and a complaint that has no number yet.

One form takes whatever they showed, a card as well as another number. What kind of identifier it is decides what is
asked: another customer is a merge, which is a decision about two people; anything else is a link.
"""

from dataclasses import replace

from projections._engine import queries
from projections._engine.persons import CUSTOMER
from services.dashboard.acting import Acting, Action, Done
from services.dashboard.acts import needed, text
from services.dashboard.desk_forms import decide
from services.dashboard.refusal import fresh_key
from services.desk.identity_decision import pair
from services.views.scope import check_subject

PERSON = "SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s) AS person"


def link(acting: Acting) -> Done:
    """Say that an identifier is this customer's. Raises Refused, NotFound, NotYours and Problem."""
    person = queries.row(acting.connection, PERSON, subject=acting.path["subject"])["person"]
    identifier, reason = needed(acting, "identifier"), text(acting, "reason")
    customers = sorted(each for each in (person, identifier) if each.startswith(CUSTOMER))
    if len(customers) > 1:
        check_subject(acting.connection, acting.viewer, identifier)
        said = {"reason": reason} if reason else {}
        return _decided(acting, "identity-decision", pair(*customers), "confirm", said)
    owner = customers[0] if customers else person
    other = person if owner == identifier else identifier
    if owner == identifier:
        check_subject(acting.connection, acting.viewer, identifier)
    return _decided(acting, "identity-link", owner, "link", {"identifier": other, "basis": reason or "desk"})


def _decided(acting: Acting, aggregate: str, name: str, command: str, said: dict[str, str]) -> Done:
    path = {"aggregate": aggregate, "name": name, "command": command}
    return decide(replace(acting, path=path, said=said))


def complain(acting: Acting) -> Done:
    """Take in a complaint of a customer's, under a number of its own, which the form's key makes."""
    said = {name: text for name, text in acting.said.items() if name != "subject"}
    return _decided(
        acting, "complaint", f"c-{acting.key or fresh_key()}", "raise", {**said, "subject": acting.path["subject"]}
    )


CUSTOMER_ACTIONS = (Action("/identify/{subject:path}", link), Action("/complain/{subject:path}", complain))
