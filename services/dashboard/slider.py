"""The slider of time on a customer's page: the number of an event of theirs stands for when it happened."""

import msgspec
from fastapi import Request

from projections._engine.as_of import HappenedBy
from services.access.viewer import Viewer
from services.api.asked import POINTS, AskedFor
from services.api.asking import answered
from services.ingest.http.answers import unavailable
from services.views.customer import MOMENT, MomentParameters


async def settled(request: Request, asked: AskedFor, viewer: Viewer) -> tuple[AskedFor, dict[str, str]]:
    """Return what is asked with the slider's event as a point in the past; one beyond the last is now."""
    query = dict(request.query_params)
    if (event := asked.parameters.event) is None:
        return asked, query
    wanted = AskedFor(MomentParameters(event=event), None, {})
    found = await answered(request, MOMENT, wanted, viewer, request.path_params)
    if found is None:
        message = "The time of this event is not known yet."
        raise unavailable(message)
    time = found.told.document["time"]
    rest = {name: text for name, text in query.items() if name not in {"event", *POINTS}}
    parameters = msgspec.structs.replace(asked.parameters, event=None)
    if time is None:
        return AskedFor(parameters, None, asked.wanted), rest
    return AskedFor(parameters, HappenedBy(time), asked.wanted), {**rest, "happened_by": time.isoformat()}
