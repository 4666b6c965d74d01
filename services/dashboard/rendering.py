"""Templates made into answers: one environment, in which nothing is trusted and nothing may be missing.

Every text is escaped, and a name that nobody gave is an error rather than a gap. A page is rendered whole, or, where
htmx asks to put it in the place of what stands there, as its own part without the frame around it.
"""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.dashboard import (
    assets,
    charts,
    formats,
    identity_shape,
    quoting,
    report_charts,
    report_links,
    report_shape,
)
from services.dashboard.desk_fields import form_fields
from services.dashboard.refusal import NOTHING_REFUSED, anchor, fresh_key, pair
from services.figures.figure import of
from services.views.links import customer_href

TEMPLATES = Path(__file__).parent / "templates"
BY_ITSELF: dict[str, Any] = {
    "partial": False,
    "viewer": None,
    "navigation": (),
    "as_of": None,
    "past": None,
    "flash": None,
    "here": "",
    "refused": NOTHING_REFUSED,
    "live_href": None,
    "once": None,
    "grafana": "",
    "search_text": "",
}
"""What the frame of a page shows, where nobody says."""

VARY = ("HX-Request", "HX-Request-Type")


@cache
def environment() -> Environment:
    """Return the environment of all templates."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= formats.FILTERS
    made.filters |= {"urlencode": quoting.urlencode, "chart_data": chart_data, "anchor": anchor, "pair": pair}
    made.globals |= BY_ITSELF | {
        "asset": assets.href,
        "icon_href": assets.icon_href,
        "charts": charts,
        "shape": report_shape,
        "report_charts": report_charts,
        "report_links": report_links,
    }
    made.globals |= {"form_fields": form_fields, "fresh_key": fresh_key}
    made.globals |= {"customer_href": customer_href, "figure_of": of, "identity_shape": identity_shape}
    return made


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return a template filled in. Raises jinja2.UndefinedError where it names what the context has not."""
    return environment().get_template(template).render(context)


def page_answer(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page, or its own part where htmx puts it into a page that stands already."""
    partial = request.headers.get("hx-request-type") == "partial"
    answer = HTMLResponse(render(template, {**context, "partial": partial}), status, dict(headers or {}))
    for name in VARY:
        answer.headers.add_vary_header(name)
    return answer


def chart_data(value: object) -> Markup:
    """Return JSON that can stand within a script element: no text in it can end the element."""
    text = msgspec.json.encode(value).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped
