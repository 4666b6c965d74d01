"""Points in the past, as requests name them: by what was known, or by what had happened."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Query

from projections._engine.as_of import HappenedBy, KnownAt, Until
from services.ingest.http.answers import Problem

Known = Annotated[datetime | None, Query(description="As the log knew it then, with the zone.")]
Happened = Annotated[datetime | None, Query(description="As it was then, also if it was recorded later.")]


def until_of(known_at: datetime | None, happened_by: datetime | None) -> Until | None:
    """Return the point that a request names, None for now. Raises Problem 422."""
    if known_at is not None and happened_by is not None:
        message = "known_at: there are two clocks, known_at and happened_by: give one."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field="known_at")
    if (known := zoned("known_at", known_at)) is not None:
        return KnownAt(known)
    happened = zoned("happened_by", happened_by)
    return None if happened is None else HappenedBy(happened)


def zoned(field: str, instant: datetime | None) -> datetime | None:
    """Return an instant in UTC. Raises Problem 422 where it names no zone."""
    if instant is None:
        return None
    if instant.tzinfo is None:
        message = f"{field}: {instant.isoformat()} names no zone: write {instant.isoformat()}Z for UTC."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field=field)
    return instant.astimezone(UTC)
