"""What anybody may read: the snippet for web pages, the contract for producers on Kafka, and whether we are well."""

from functools import cache
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from events.schema import asyncapi_document
from services.ingest.http.answers import json_answer
from services.ingest.http.front import front_of

ROUTER = APIRouter(tags=["Public"])
SNIPPET_TYPE = "text/javascript; charset=utf-8"
HOUR = "public, max-age=3600"


@cache
def _snippet() -> tuple[bytes, str]:
    script = files("services.ingest.snippet").joinpath("regulars.js").read_bytes()
    return script, f'"{sha256(script).hexdigest()[:16]}"'


@ROUTER.get("/v1/regulars.js", include_in_schema=False)
async def snippet(request: Request) -> Response:
    """Return the script for web pages."""
    script, etag = _snippet()
    headers = {"Cache-Control": HOUR, "ETag": etag, "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(script, headers=headers, media_type=SNIPPET_TYPE)


@ROUTER.get("/v1/asyncapi.json", include_in_schema=False)
async def contract() -> Response:
    """Return the AsyncAPI document: every event there is, and the topics of Kafka."""
    return json_answer(asyncapi_document(), headers={"Cache-Control": HOUR})


@ROUTER.get("/health", include_in_schema=False)
async def health(request: Request) -> Response:
    """Say whether events can be taken in."""
    document = front_of(request).health.document()
    return json_answer(document, HTTPStatus.OK if document["status"] == "ok" else HTTPStatus.SERVICE_UNAVAILABLE)
