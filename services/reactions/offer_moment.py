"""A known customer looks around: what they may be offered now is published for whoever shows it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import LiteralString

from projections._engine import queries
from services.associations.choosing import choose
from services.reactions import settings
from services.reactions._engine.reaction import Action, Hold, Offer, Reaction, Signal, World
from services.reactions.birthday_due import consent
from services.reports.next_offer_evidence import EVIDENCE, PURPOSE

ABOUT = """
A page or a product that a customer looks at whom we know by name is a moment for an offer, at most one in each half
hour of the clock. If they consented to the purpose profiling, nothing speaks against offers (the report next_offer says
what), and none was made to them so lately (setting offer_minutes), the three best are published with their reasons.
What is heard more than five minutes late is of no use.
"""

LAST: LiteralString = "SELECT max(made_at) AS made_at FROM reactions.offer WHERE subject = %(subject)s"


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Publish the best offers, or say why there are none. What costs little is asked first."""
    allowed = consent(world, signal.subject, PURPOSE)
    if not allowed["stands"]:
        said = "took back their consent" if allowed["words"] else "have not consented"
        yield Hold("no_consent", f"They {said} to be made personal offers ({PURPOSE}).")
        return
    wanted = settings.in_force(world.connection, world.now)
    made_at = queries.row(world.connection, LAST, subject=signal.subject)["made_at"]
    if made_at is not None and world.now - made_at < timedelta(minutes=wanted.offer_minutes):
        yield Hold("offered_lately", f"They were made an offer at {made_at:%H:%M:%S} UTC.")
        return
    chosen = choose(queries.row(world.connection, EVIDENCE, subject=signal.subject, now=world.now))
    if not chosen.offers:
        yield Hold(chosen.silent or "nothing_to_offer", chosen.words)
        return
    offers = [offer._asdict() for offer in chosen.offers]
    yield Offer(signal.subject, {"store": signal.detail["store"], "offers": offers})


REACTION = Reaction("offer_moment", ("offer_moment",), react, ABOUT.strip(), fresh_for=timedelta(minutes=5))
