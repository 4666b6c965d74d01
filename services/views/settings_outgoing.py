"""What leaves the house: webhooks, channels, and deliveries with what became of them; secrets are not told."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from services.access.roles import Capability
from services.outgoing import channels, endpoints, keeping
from services.outgoing.channels import Channel
from services.outgoing.endpoints import Endpoint
from services.views.view import Document, Parameters, Reading, View

State = Annotated[Literal["waiting", "sent", "held", "dead"], Meta(description="Only deliveries in this state.")]
Target = Annotated[str, Meta(description="Only those to this one, such as webhook:crm.", max_length=128)]
Limit = Annotated[int, Meta(description="The most deliveries, the newest first.", ge=1, le=1000)]


class Which(Parameters, frozen=True, kw_only=True):
    """Which deliveries."""

    state: State | None = None
    target: Target | None = None
    limit: Limit = 50


def answer(reading: Reading) -> Document:
    """List the webhooks and the channels, and the newest deliveries with their state and the reason behind it."""
    connection, asked = reading.connection, reading.asked
    return {
        "figures": keeping.in_queue(connection),
        "states": list(keeping.STATES),
        "tables": {
            "deliveries": keeping.deliveries(connection, asked.state, asked.target, asked.limit),
            "webhooks": [_webhook(each) for each in endpoints.endpoints(connection)],
            "channels": [_channel(each) for each in channels.channels(connection)],
        },
    }


def _webhook(each: Endpoint) -> dict[str, Any]:
    return {
        "name": each.name,
        "url": each.shown_url,
        "types": each.types,
        "inside": each.inside,
        "state": "off" if each.disabled_at else "failing" if each.failures else "well",
        "failures": each.failures,
        "last_error": each.disabled_why or each.last_error,
        "last_sent_at": each.last_sent_at,
        "created_at": each.created_at,
    }


def _channel(each: Channel) -> dict[str, Any]:
    return {
        "name": each.name,
        "kind": each.kind,
        "audience": each.audience,
        "addressed": each.addressed,
        "created_at": each.created_at,
    }


SETTINGS_OUTGOING_VIEW = View(
    name="settings_outgoing",
    path="/settings/outgoing",
    title="Webhooks and channels",
    answer=answer,
    parameters=Which,
    capability=Capability.ADMINISTER,
)
