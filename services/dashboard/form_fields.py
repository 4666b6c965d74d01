"""What a form says: its fields as text, read with a limit, since anybody may send one."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import Request

from services.ingest.http.answers import Problem

MOST_BYTES = 64 * 1024
MOST_FIELDS = 50
KIND = "application/x-www-form-urlencoded"


async def fields_of(request: Request) -> dict[str, str]:
    """Return a form's fields; of one that is said twice, the last. Raises Problem 400, 413 and 415."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "no_form", f"Send it as a form: {KIND}.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            message = f"The form is too large: write less than {MOST_BYTES // 1024} KB."
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)
    try:
        said = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed", f"The form cannot be read: {error}.") from error
    return dict(said)
