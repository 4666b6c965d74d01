"""The slider of time on a customer's page: the number of an event of theirs stands for when it happened."""

import msgspec
from fastapi import Request

from projections._engine.as_of import HappenedBy
from services.access.viewer import Viewer
from services.api.asked import POINTS, AskedFor
from services.api.readers import readers_of
from services.views.customer import time_of_event


async def settled(request: Request, asked: AskedFor, _: Viewer) -> tuple[AskedFor, dict[str, str]]:
    """Return what is asked with the slider's event as a point in the past; one beyond the last is now."""
    query = dict(request.query_params)
    if (event := asked.parameters.event) is None:
        return asked, query
    subject: str = request.path_params["subject"]
    time = await readers_of(request).ask(lambda connection: time_of_event(connection, subject, event))
    rest = {name: text for name, text in query.items() if name not in {"event", *POINTS}}
    parameters = msgspec.structs.replace(asked.parameters, event=None)
    if time is None:
        return AskedFor(parameters, None, asked.wanted), rest
    return AskedFor(parameters, HappenedBy(time), asked.wanted), {**rest, "happened_by": time.isoformat()}
