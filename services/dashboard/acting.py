"""What is done from a page: a form is sent, carried out, told in a sentence, and its sender led back to the page.

An ``Action`` is one line in ``services.dashboard.actions``. Its form has, besides its own fields, hidden ones that the
macros of ``parts/acting.html`` write: ``_back`` is the page where it stands, ``_form`` tells it from others there,
``_key`` makes what it does count once, and ``_version`` is what its sender has seen.

What is refused is answered with the same page, the sentence beside the form, and in it what was typed. So it works
without scripts, and however much was typed. That answer has the address of the action, and follows nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from projections._engine.registry import Connection
from services.access.errors import AccessRefused
from services.access.roles import Capability
from services.access.viewer import Viewer
from services.api.deciders import deciders_of
from services.api.readers import readers_of
from services.api.serving_views import PRIVATE
from services.dashboard import flash
from services.dashboard.flash import Flash
from services.dashboard.form_fields import fields_of
from services.dashboard.refusal import Sent
from services.dashboard.refusing import page_again, refused_answer
from services.dashboard.signed_in import HOME, ours, viewer_of
from services.desk.deciding import Refused
from services.desk.desk import Desk
from services.house.clock import clock_of
from services.ingest.http.answers import Problem
from services.installation import Installation
from services.views.scope import check_subject
from services.views.view import BadParameter, NotFound, NotYours

HIDDEN = "_"
"""What the names of fields begin with that are ours, and no part of what is to be done."""

REFUSALS = (Refused, BadParameter, NotFound, NotYours, AccessRefused, Problem)
SEEN_WITHIN_SECONDS = 2.0
LOOK_SECONDS = 0.05
MOST_DIGITS = 15


@dataclass(frozen=True)
class Acting:
    """One carrying out of an action: who does it, what the path names, what the form says, and with what it is done.

    ``version`` is what its sender had seen, where the form says so; ``key`` is the same when it is sent twice. Both are
    for the desk, or for whoever else keeps them. ``now`` is the house's clock.
    """

    viewer: Viewer
    path: Mapping[str, str]
    said: Mapping[str, str]
    key: str
    version: int | None
    connection: Connection
    desk: Desk
    installation: Installation
    now: datetime


class Once(NamedTuple):
    """What is shown to its doer this once, and kept nowhere, such as a key."""

    what: str
    text: str


class Done(NamedTuple):
    """What came of an action: a sentence, and where to go on, if not back. ``shows`` tells whether pages show it.

    What is to be shown ``once`` stands in the page from which the form came, which is answered at once: it is put into
    no cookie.
    """

    sentence: str
    back: str = ""
    shows: Callable[[Connection], bool] | None = None
    once: Once | None = None


class Action(NamedTuple):
    """Something that is done by a form's POST to ``path``.

    ``act`` runs in a thread and returns a sentence of what was done, or raises Refused, BadParameter, NotFound,
    NotYours or AccessRefused. Where the path names a ``subject``, its doer has to be one who may look at them.
    """

    path: str
    act: Callable[[Acting], str | Done]
    capability: Capability = Capability.ACT


def router(actions: tuple[Action, ...]) -> APIRouter:
    """Return the routes of actions. Whoever asks for one's address is led to the first page."""
    routes = APIRouter(include_in_schema=False)
    for action in actions:
        routes.add_api_route(action.path, _route(action), methods=["POST"])
    return routes


def _route(action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        viewer = await viewer_of(request)
        sent = _sent(await fields_of(request))
        try:
            done = await _carried_out(request, action, viewer, sent)
        except REFUSALS as refused:
            return await refused_answer(request, viewer, sent, refused)
        if done.once is not None:
            return await _told_once(request, viewer, sent, done)
        answer = RedirectResponse(ours(done.back) if done.back else sent.back, HTTPStatus.SEE_OTHER, PRIVATE)
        await flash.tell(request, answer, viewer, Flash("good", done.sentence))
        return answer

    return route


async def _told_once(request: Request, viewer: Viewer, sent: Sent, done: Done) -> Response:
    """Answer with the page from which the form came, and in it what is shown once. Raises Problem."""
    more = {"once": done.once and _with_host(request, done.once), "flash": Flash("good", done.sentence)}
    answer = await page_again(request, viewer, sent, more, HTTPStatus.OK)
    if answer is None:
        message = "What was made can be shown on its own page alone: open that, and do it again there."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "nowhere_to_show", message)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _with_host(request: Request, once: Once) -> Once:
    """Return what is shown once; a link of ours is whole, since it is sent to somebody else."""
    return once._replace(text=f"{request.base_url}{once.text[1:]}") if once.text.startswith("/") else once


async def _carried_out(request: Request, action: Action, viewer: Viewer, sent: Sent) -> Done:
    """Do it, and wait a moment until the pages show it. Raises what refuses it."""
    readers, desk = readers_of(request), deciders_of(request).desk

    def work(connection: Connection) -> Done:
        if not viewer.may(action.capability):
            message = f"You may not {action.capability}: that is for others than the role {viewer.role}."
            raise NotYours(message)
        if "subject" in request.path_params:
            check_subject(connection, viewer, request.path_params["subject"])
        said = (request.path_params, sent.said, sent.key, _version(sent.version))
        acting = Acting(viewer, *said, connection, desk, readers.installation, clock_of(connection).now())
        done = action.act(acting)
        return Done(done) if isinstance(done, str) else done

    done = await readers.ask(work)
    give_up = time.monotonic() + SEEN_WITHIN_SECONDS
    while done.shows is not None and not await readers.ask(done.shows):
        if time.monotonic() > give_up:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return done


def _sent(fields: Mapping[str, str]) -> Sent:
    said = {name: text for name, text in fields.items() if not name.startswith(HIDDEN)}
    back, form, key, version = (fields.get(f"{HIDDEN}{name}", "") for name in ("back", "form", "key", "version"))
    return Sent(ours(back) if back else HOME, form, key, version, said)


def _version(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        message = f"version: {text[:32]!r} is none: open the page again."
        raise BadParameter(message)
    return int(text)
