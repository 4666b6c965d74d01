"""What every question over HTTP is held to before it is read."""

from http import HTTPStatus

from fastapi import Depends, Request

from services.ingest.http.answers import Problem


def _readable(request: Request) -> None:
    """Raise Problem 422 for a text with NUL in it: Postgres holds none, so nothing is known by such a name."""
    told = [*request.path_params.items(), *request.query_params.multi_items()]
    field = next((name for name, text in told if "\0" in str(text)), None)
    if field is not None:
        message = f"{field}: holds a NUL character, as no text here does."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field=field)


READABLE = [Depends(_readable)]
