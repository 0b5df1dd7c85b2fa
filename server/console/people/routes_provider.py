"""Signing in by the clinic's identity provider: there, and back."""

from typing import Any

from fastapi import APIRouter, Request, Response

from server.console.console import Console, OfConsole
from server.console.pages import page
from server.console.people.by_provider import sign_in_by_provider
from server.console.people.errors import RefusedError
from server.console.people.forms import OfBrowser
from server.console.people.provider import Provider
from server.console.sessions import cookie_name, set_token
from server.errors import NotFoundError

router = APIRouter()


@router.get("/staff/sign-in/provider")
async def leave(request: Request, console: OfConsole) -> Response:
    """Go to the identity provider."""
    back = str(request.url_for("come_back"))
    try:
        return await _provider(console).leave(request, back)
    except RefusedError as e:
        return _refused(request, console, e)


@router.get("/staff/sign-in/provider/back")
async def come_back(request: Request, console: OfConsole, browser: OfBrowser) -> Response:
    """Come back from there.

    A page and no redirect: it was the provider's site that sent the browser here, so a redirect would still count as
    coming from there and go without the session's cookie.
    """
    try:
        email, name = await _provider(console).returned(request)
        token = await sign_in_by_provider(console, email, name, browser)
    except RefusedError as e:
        return _refused(request, console, e)
    response = page(request, "people/onward.html", onward="/staff")
    set_token(request, response, token)
    response.delete_cookie(cookie_name(request, "staff-oidc"), path="/", secure=request.url.scheme == "https")
    return response


def _provider(console: Console) -> Provider:
    if not console.settings.oidc_issuer:
        raise NotFoundError("No identity provider is set up here.")
    return Provider(console.settings)


def _refused(request: Request, console: Console, refused: RefusedError) -> Response:
    shown: dict[str, Any] = {"provider": console.settings.oidc_title, "fault": refused.text, "email": ""}
    return page(request, "people/sign_in.html", status=refused.status, **shown)
