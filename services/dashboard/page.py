"""A page: a view's document in a template, and where it stands in the navigation."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fastapi import Request

from services.access.viewer import Viewer
from services.api.asked import AskedFor
from services.views.view import View

Settled = Callable[[Request, AskedFor, Viewer], Awaitable[tuple[AskedFor, dict[str, str]]]]
"""What is asked, and the query by which the same is asked by links."""


class Page(NamedTuple):
    """A page.

    Its template is ``templates/NAME.html``, NAME being the view's. ``path`` is where it is found, the view's own by
    itself. Without a ``group`` it is not in the navigation; ``icon`` and ``label`` are what stands there. A page that
    ``follows`` is fetched anew when what it is made of has moved. ``shown_by`` is the template of several pages.
    ``settled`` makes of what its own query says what its view is asked, and is told as it is asked by links.
    """

    view: View
    group: str = ""
    icon: str = ""
    label: str = ""
    path: str = ""
    follows: bool = False
    shown_by: str = ""
    settled: Settled | None = None

    @property
    def at(self) -> str:
        """Return where it is found."""
        return self.path or self.view.path

    @property
    def template(self) -> str:
        """Return its template."""
        return f"{self.shown_by or self.view.name}.html"

    def open_to(self, viewer: Viewer) -> bool:
        """Return whether a viewer may see it."""
        return viewer.may(self.view.capability) and not (self.view.whole_house and viewer.narrowed)
