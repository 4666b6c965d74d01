"""Signing in by the house's OpenID provider: the authorization code flow with PKCE, state and nonce, by Authlib.

What a sign-in has begun with is kept in a signed cookie of the browser that began it, for FLOW_SECONDS: an answer that
another browser brings is nobody's. Whatever goes wrong is one sentence on the page of signing in; nothing that came
with an address is repeated there, for anybody can make one.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import APIRouter, Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc.errors import JoseError

from projections._engine.registry import Connection
from services.access import newcomers, sessions, signing_in
from services.access.errors import SignInRefused
from services.access.newcomers import OIDC, Account
from services.access.provider import Provider
from services.api.readers import readers_of
from services.dashboard import sign_in
from services.dashboard.sign_in import BY_PROVIDER as BEGIN
from services.dashboard.signed_in import HOME, ours
from services.ingest.http.answers import Problem

BACK = f"{BEGIN}/back"
FLOW = "regulars_oidc"
FLOW_SECONDS = 600
AWAY = "The provider does not answer just now: try again, or sign in with a password."
ELSEWHERE = "This sign-in was not begun in this browser, or longer than ten minutes ago: begin again."
STRANGE = "The provider's answer is not one to this sign-in, so nobody was signed in: begin again."
REFUSED = "The provider let nobody in: begin again, or sign in with a password."
USED = "The provider did not take its own code again: it was used already, or is too old. Begin again."
OTHER = "The answer is of another provider than ours, so nobody was signed in: tell whoever runs this."
WEAK = frozenset({"none"})
"""How an answer must not be signed, whatever the provider says that it can."""


class SignInFailed(Exception):
    """Nobody was signed in; the message is the sentence to show."""

    def __init__(self, sentence: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> None:
        """Keep the status beside the sentence."""
        super().__init__(sentence)
        self.status = status


class Oidc:
    """Speaks to a provider. What it says of itself is asked once, and again where that failed."""

    def __init__(self, provider: Provider) -> None:
        """Ask nothing yet."""
        self.provider = provider
        self._client = OAuth().register(
            name=OIDC,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=provider.discovery,
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10.0},
        )
        self._known = asyncio.Lock()

    async def begin(self, request: Request) -> Response:
        """Lead to the provider. Raises SignInFailed."""
        await self._discover()
        back = f"{request.url.scheme}://{request.url.netloc}{BACK}"
        answer: Response = await self._client.authorize_redirect(request, back)
        return answer

    async def account(self, request: Request) -> Account:
        """Return whom the provider says that it is. Raises SignInFailed."""
        await self._discover()
        if request.query_params.get("iss", self.provider.issuer) != self.provider.issuer:
            raise SignInFailed(OTHER)
        held = any(key.endswith(f"_{request.query_params.get('state')}") for key in request.session)
        if not held:
            raise SignInFailed(ELSEWHERE)
        try:
            issuer = {"iss": {"essential": True, "value": self.provider.issuer}}
            token = await self._client.authorize_access_token(request, claims_options=issuer)
        except OAuthError as error:
            raise SignInFailed(USED if error.error == "invalid_grant" else REFUSED) from error
        except (JoseError, ValueError) as error:
            raise SignInFailed(STRANGE) from error
        except httpx2.HTTPError as error:
            raise SignInFailed(AWAY, HTTPStatus.SERVICE_UNAVAILABLE) from error
        return await self._account(token)

    async def _account(self, token: Mapping[str, Any]) -> Account:
        claims = dict(token.get("userinfo") or {})
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= newcomers.MOST_SUBJECT_CHARACTERS:
            raise SignInFailed(STRANGE)
        if "email" not in claims:
            more = await self._asked(token)
            claims |= more if more.get("sub") == subject else {}
        email = claims.get("email") if claims.get("email_verified") is True else ""
        said = (email, claims.get("preferred_username"), claims.get("name"))
        return Account(subject, *(each if isinstance(each, str) and each.isprintable() else "" for each in said))

    async def _asked(self, token: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return dict(await self._client.userinfo(token=token))
        except (OAuthError, httpx2.HTTPError, KeyError, ValueError):
            return {}  # it need not say more: whoever is bound already is known by the subject alone

    async def _discover(self) -> None:
        async with self._known:
            try:
                said = await self._client.load_server_metadata()
            except (httpx2.HTTPError, ValueError) as error:
                raise SignInFailed(AWAY, HTTPStatus.SERVICE_UNAVAILABLE) from error
        if said.get("issuer") != self.provider.issuer:
            self._client.server_metadata.clear()
            raise SignInFailed(OTHER)
        algorithms = said.get("id_token_signing_alg_values_supported") or ["RS256"]
        said["id_token_signing_alg_values_supported"] = [each for each in algorithms if each not in WEAK]


def router() -> APIRouter:
    """Return the routes; without a provider they are not found."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(BEGIN, _begin, methods=["GET"])
    routes.add_api_route(BACK, _back, methods=["GET"])
    return routes


def oidc_of(request: Request) -> Oidc | None:
    """Return who speaks to the provider, if there is one."""
    found: Oidc | None = request.app.state.oidc
    return found


async def _begin(request: Request) -> Response:
    oidc, after = _there(request), ours(request.query_params.get("next", HOME))
    request.scope["session"] = flow = {"next": after}
    try:
        answer = await oidc.begin(request)
    except SignInFailed as failed:
        return sign_in.sign_in_page(request, after, error=str(failed), status=failed.status)
    secure = request.url.scheme == "https"
    written = (await _writer(request)).dumps(flow)
    answer.set_cookie(FLOW, written, max_age=FLOW_SECONDS, path=BEGIN, secure=secure, httponly=True, samesite="lax")
    answer.headers.update(sign_in.PRIVATE)
    return answer


async def _back(request: Request) -> Response:
    oidc = _there(request)
    request.scope["session"] = flow = await _flow(request)
    after, came = ours(str(flow.get("next", HOME))), sign_in.came_of(request, OIDC)
    try:
        account = await oidc.account(request)
        token = await readers_of(request).ask(partial(_let_in, provider=oidc.provider, account=account, came=came))
        answer = await sign_in.begin(request, token, after)
    except SignInRefused as refused:
        answer = sign_in.sign_in_page(request, after, error=str(refused), status=HTTPStatus.FORBIDDEN)
    except SignInFailed as failed:
        answer = sign_in.sign_in_page(request, after, error=str(failed), status=failed.status)
    answer.delete_cookie(FLOW, path=BEGIN)
    return answer


def _let_in(connection: Connection, provider: Provider, account: Account, came: sessions.Came) -> str:
    now = datetime.now(UTC)
    user = newcomers.user_of(connection, provider, account, came.address, now)
    return signing_in.session_for(connection, user.name, came, now)


async def _flow(request: Request) -> dict[str, Any]:
    """Return what a sign-in of this browser has begun with; nothing, where none did or too long ago."""
    writer = await _writer(request)
    try:
        return dict(writer.loads(request.cookies.get(FLOW, ""), max_age=FLOW_SECONDS))
    except (BadData, TypeError, ValueError):
        return {}


async def _writer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(await readers_of(request).ask(sessions.secret), salt="regulars oidc")


def _there(request: Request) -> Oidc:
    found = oidc_of(request)
    if found is None:
        message = "There is no OpenID provider here: sign in with a password."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message)
    return found
