"""What is done with webhooks, channels and deliveries: added, tested, given new secrets, removed, and sent again."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.access.roles import Capability
from services.dashboard.acting import Acting, Action, Done, Once
from services.dashboard.acts import needed, parts, refusal, refused_for, text
from services.dashboard.formats import counted
from services.outgoing import channels, endpoints, keeping
from services.outgoing.channels import Channel, is_address
from services.outgoing.delivery import announcement, message_id
from services.outgoing.endpoints import Endpoint
from services.outgoing.errors import NotThere, OutgoingRefused
from services.outgoing.outcome import Outcome
from services.outgoing.posting import Poster
from services.outgoing.signing import new_secret

REFUSED = (OutgoingRefused, NotThere)
OVERLAP = timedelta(hours=24)
TEST_TYPE = "webhooks.test"
MOST_DIGITS = 18


def add_webhook(acting: Acting) -> Done:
    """Have an address told of what happens, and give it a secret."""
    name, secret = needed(acting, "name"), new_secret()
    types, inside = parts(acting, "types") or ["*"], text(acting, "inside") == "true"
    endpoint = Endpoint(name, needed(acting, "url"), list(dict.fromkeys(types)), secret, _now(), inside=inside)
    with refused_for(*REFUSED):
        endpoints.add(acting.connection, endpoint)
    return Done(
        f"{name} is told from now on.", once=Once(f"The secret of {name}, with which it checks who speaks", secret)
    )


def rotate_webhook(acting: Acting) -> Done:
    """Give a webhook a new secret; the one before signs for a day more."""
    name = acting.path["name"]
    with refused_for(*REFUSED):
        secret = endpoints.rotate(acting.connection, name, OVERLAP, _now())
    return Done(
        f"{name} has a new secret; the one before signs for a day more.", once=Once(f"The new secret of {name}", secret)
    )


def enable_webhook(acting: Acting) -> str:
    """Tell an address again that was switched off."""
    with refused_for(*REFUSED):
        endpoints.enable(acting.connection, acting.path["name"])
    return f"{acting.path['name']} is told again."


def remove_webhook(acting: Acting) -> str:
    """Tell an address no more; what waits for it is held back."""
    with refused_for(*REFUSED):
        held = endpoints.remove(acting.connection, acting.path["name"])
    return f"{acting.path['name']} is told no more; {counted(held, 'delivery', 'deliveries')} to it held back."


def test_webhook(acting: Acting) -> str:
    """Send a signed request to an address now, and say what came of it."""
    name = acting.path["name"]
    with refused_for(*REFUSED):
        endpoint = endpoints.endpoint_named(acting.connection, name)
    outcome = asyncio.run(_posted(endpoint, _now()))
    return _told(name, outcome)


def add_channel(acting: Acting) -> str:
    """Have messages written by a channel."""
    name, kind, audience = needed(acting, "name"), needed(acting, "kind"), text(acting, "audience")
    if audience not in {"staff", "customer"}:
        message = "audience: a channel writes to staff or to customer."
        raise refusal(message)
    to: channels.Audience = "customer" if audience == "customer" else "staff"
    with refused_for(*REFUSED):
        channels.add(acting.connection, Channel(name, kind, to, needed(acting, "url"), _now()))
    return f"{name} is a channel for {'customers' if to == 'customer' else 'the staff'} now."


def remove_channel(acting: Acting) -> str:
    """Write to nobody by a channel any more; what waits for it is held back."""
    with refused_for(*REFUSED):
        held = channels.remove(acting.connection, acting.path["name"])
    return f"{acting.path['name']} is removed; {counted(held, 'message')} held back."


def test_channel(acting: Acting) -> str:
    """Write a message by a channel now, and say what came of it."""
    from services.outgoing.messaging import send  # noqa: PLC0415 - its plugins take a second to load

    name, to = acting.path["name"], text(acting, "to")
    with refused_for(*REFUSED):
        channel = channels.channel_named(acting.connection, name)
    if channel.addressed and not is_address(to):
        message = "to: write the e-mail address to which the test goes."
        raise refusal(message)
    return _told(name, send(channel.url_to(to), "Regulars: a test", f"This came by the channel {name}. It works."))


def redeliver(acting: Acting) -> str:
    """Send a delivery again, with the id that it had; the rules are asked again."""
    said = acting.path["delivery"]
    number = int(said) if said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS else 0
    if not keeping.redeliver(acting.connection, _now(), [number]):
        message = f"Delivery {said[:32]} is left: gone, waiting already, or without a channel to go by."
        raise refusal(message)
    return f"Delivery {number} will be sent again."


async def _posted(endpoint: Endpoint, now: datetime) -> Outcome:
    payload = announcement(TEST_TYPE, now, {"webhook": endpoint.name})
    async with Poster() as poster:
        return await poster.post(endpoint, message_id(f"test:{endpoint.name}:{now.isoformat()}"), payload, now)


def _told(name: str, outcome: Outcome) -> str:
    """Return what came of a test. Raises Problem where it was not taken."""
    if outcome.sent:
        return f"{name} took the test."
    message = f"{name} did not take the test: {outcome.error}"
    raise refusal(message, "test")


def _now() -> datetime:
    return datetime.now(UTC)


OUTGOING_ACTIONS = (
    Action("/settings/webhooks", add_webhook, Capability.ADMINISTER),
    Action("/settings/webhooks/{name}/rotate", rotate_webhook, Capability.ADMINISTER),
    Action("/settings/webhooks/{name}/enable", enable_webhook, Capability.ADMINISTER),
    Action("/settings/webhooks/{name}/remove", remove_webhook, Capability.ADMINISTER),
    Action("/settings/webhooks/{name}/test", test_webhook, Capability.ADMINISTER),
    Action("/settings/channels", add_channel, Capability.ADMINISTER),
    Action("/settings/channels/{name}/remove", remove_channel, Capability.ADMINISTER),
    Action("/settings/channels/{name}/test", test_channel, Capability.ADMINISTER),
    Action("/settings/deliveries/{delivery}/redeliver", redeliver, Capability.ADMINISTER),
)
