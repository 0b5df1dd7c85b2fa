"""The clinic's identity provider, by OpenID Connect: who it says has just signed in there.

Authorization code with PKCE; Authlib reads the discovery document, and checks state, nonce, signature, issuer, audience
and time of the token.
"""

import json
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from cryptography.fernet import InvalidToken
from fastapi import Request, Response
from joserfc.errors import JoseError

from server.console.people.errors import RefusedError
from server.console.people.second_step import Seal
from server.console.sessions import cookie_name
from server.settings import Settings

_KEPT_SECONDS = 600
_UNREACHABLE = "The identity provider does not answer. Try again, or sign in with a password."
_FAILED = "The identity provider did not confirm who you are. Please begin again."
_UNVERIFIED = "The identity provider has not checked your e-mail address, so it cannot be used here."


class Provider:
    """The identity provider of the settings. What Authlib remembers of a sign-in travels in a sealed cookie."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Seal(settings.sender_key, "identity provider")
        self._app = OAuth().register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": 10},
        )

    async def leave(self, request: Request, back: str) -> Response:
        """Send the browser to the provider, to come back to this address. Raises RefusedError."""
        request.scope["session"] = {}
        try:
            response: Response = await self._app.authorize_redirect(request, back)
        except (httpx2.HTTPError, AuthlibBaseError, ValueError) as e:
            raise RefusedError(_UNREACHABLE) from e
        self._keep(request, response)
        return response

    async def returned(self, request: Request) -> tuple[str, str]:
        """E-mail and name of who has come back. Raises RefusedError."""
        request.scope["session"] = self._kept(request)
        try:
            token = await self._app.authorize_access_token(request)
        except httpx2.HTTPError as e:
            raise RefusedError(_UNREACHABLE) from e
        except (AuthlibBaseError, JoseError, ValueError, KeyError) as e:
            raise RefusedError(_FAILED) from e
        claims = dict(token.get("userinfo") or {})
        if not claims.get("sub"):
            raise RefusedError(_FAILED)
        if not claims.get("email"):
            claims |= await self._asked(token)
        if not claims.get("email") or claims.get("email_verified") is not True:
            raise RefusedError(_UNVERIFIED)
        return str(claims["email"]).lower(), str(claims.get("name") or claims["email"])

    async def _asked(self, token: dict[str, Any]) -> dict[str, Any]:
        """What the provider tells when asked, as many put no e-mail into the token. It must be of the same subject."""
        try:
            told = dict(await self._app.userinfo(token=token))
        except (httpx2.HTTPError, AuthlibBaseError, ValueError, KeyError) as e:
            raise RefusedError(_UNREACHABLE) from e
        if told.get("sub") != token["userinfo"]["sub"]:
            raise RefusedError(_FAILED)
        return told

    def _keep(self, request: Request, response: Response) -> None:
        response.set_cookie(
            cookie_name(request, "staff-oidc"),
            self._seal.close(json.dumps(request.scope["session"])),
            max_age=_KEPT_SECONDS,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            # The provider's page sends the browser back here, where a strict cookie would be left out.
            samesite="lax",
        )

    def _kept(self, request: Request) -> dict[str, Any]:
        sealed = request.cookies.get(cookie_name(request, "staff-oidc"), "")
        try:
            kept: dict[str, Any] = json.loads(self._seal.open(sealed, _KEPT_SECONDS))
        except InvalidToken:
            raise RefusedError(_FAILED) from None
        return kept
