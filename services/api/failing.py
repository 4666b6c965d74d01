"""What is answered when something fails that nobody foresaw: a fault of ours, never a part of what went wrong.

The whole of it goes to the log, under a name that the answer has, too.
"""

from http import HTTPStatus
from logging import getLogger
from secrets import token_hex

from fastapi import Request, Response

from services.dashboard.sign_in import outside
from services.ingest.http.answers import error_answer, problem_document

LOGGER = getLogger("regulars.api")
STATUS = HTTPStatus.INTERNAL_SERVER_ERROR


async def failed_answer(request: Request, error: Exception) -> Response:
    """Answer with a page to a browser, and with problem details to a programme."""
    name = token_hex(4)
    told = (request.method, str(request.scope["path"])[:256], type(error).__name__, name)
    LOGGER.error("%s %s failed: %s, told as %s", *told, exc_info=error)
    error.add_note(f"Told as {name}.")  # the server logs it again, but for what has a note
    message = f"This is a fault of ours. Whoever runs Regulars finds it in the log, as {name}; trying again may help."
    if for_people(request):
        return outside("failed.html", {"title": "This did not work", "message": message}, STATUS)
    return error_answer(request.url.path, problem_document(STATUS, "internal_server_error", message), STATUS)


def for_people(request: Request) -> bool:
    """Return whether a browser asks for a page."""
    path = str(request.scope["path"])
    machine = path.startswith("/v1/") or path.endswith((".json", ".csv"))
    return not machine and "html" in request.headers.get("accept", "")
