"""How a view is answered over HTTP, as JSON or as CSV, whichever route asks it."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from services.access.viewer import Viewer
from services.api.asked import AskedFor
from services.api.asking import RETRY_SECONDS, answered, problem_of
from services.api.exporting import csv_told
from services.api.readers import readers_of
from services.ingest.http.answers import json_answer
from services.views.view import BadParameter, NotFound, NotYours, View

PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
"""What is answered is for whoever asked; it may be kept, and is asked for again with its tag."""


async def as_json(request: Request, view: View, asked: AskedFor, viewer: Viewer, path: Mapping[str, str]) -> Response:
    """Answer as JSON: 304 where the tag is the one that was seen, 202 while a past is being worked out."""
    found = await answered(request, view, asked, viewer, path)
    if found is None:
        message = "This is still being worked out: ask again."
        document = {"success": False, "code": "working", "message": message}
        return json_answer(document, HTTPStatus.ACCEPTED, {"Retry-After": str(RETRY_SECONDS)})
    headers = {**PRIVATE, "ETag": found.etag()}
    if found.etag() in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return json_answer(found.document(), headers=headers)


async def as_csv(request: Request, view: View, asked: AskedFor, viewer: Viewer, path: Mapping[str, str]) -> Response:
    """Answer as CSV, in pieces as they are read: however many rows there are, few are held.

    Whom a list named is known when all of it was read: so its last piece leaves when that has been written down.
    """
    told = csv_told(request, view, asked, viewer, path)
    try:
        first = await readers_of(request).in_thread(lambda: next(told, ""))
    except (BadParameter, NotFound, NotYours) as error:
        raise problem_of(error) from error
    name = f"{view.name}{'-' if asked.parameters.table else ''}{asked.parameters.table}.csv"
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}

    def whole() -> Iterator[str]:
        yield first
        yield from told

    return StreamingResponse(whole(), headers=headers, media_type="text/csv; charset=utf-8")
