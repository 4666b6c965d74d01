"""A view's rows as a CSV, piece by piece, and the look that it is: told before the last piece leaves.

Where whoever asked goes away before, what was read until then is told all the same.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import cast

from fastapi import Request

from projections._engine.registry import Connection
from services.access.viewer import Viewer
from services.api.asked import AskedFor
from services.api.lending import Lending
from services.api.looking import tell_of_list, tell_of_look
from services.api.named import Named
from services.api.readers import readers_of
from services.house.clock import clock_of
from services.views.csv_text import csv_pieces
from services.views.told import Asking, tell, told_rows
from services.views.view import Row, View


def csv_told(request: Request, view: View, asked: AskedFor, viewer: Viewer, path: Mapping[str, str]) -> Iterator[str]:
    """Yield the pieces; the first one when it has been written down whose CSV it is. Raises as ``told_rows`` does."""
    readers = readers_of(request)
    with (
        closing(readers.installation.connect("regulars api, csv")) as connection,
        closing(Lending(readers.installation)) as house,
    ):
        asking = Asking(viewer, asked.parameters, path, asked.until, clock_of(connection), house)
        if view.personal or view.tells_of:
            yield from _of_one(connection, request, view, asked, asking)
            return
        named = Named()
        rows = cast("Generator[Row]", told_rows(connection, view, asking))
        pieces = csv_pieces(named.passing(rows))
        held = next(pieces, "")
        try:
            for piece in pieces:
                yield held
                held = piece
        finally:
            rows.close()
            tell_of_list(connection, request, view, viewer, asked, named, named.rows)
        yield held


def _of_one(connection: Connection, request: Request, view: View, asked: AskedFor, asking: Asking) -> Iterator[str]:
    pieces = csv_pieces(told_rows(connection, view, asking))
    first = next(pieces, "")
    document = tell(connection, view, asking).document if view.tells_of else {}
    tell_of_look(connection, request, view, asking.viewer, asking.path, asked, document)
    yield first
    yield from pieces
