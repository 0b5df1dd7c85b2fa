"""What the routes of this package share: the parts they work with, and where to go after signing in."""

from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Form, Request, Response

from server.console.access import NotSignedInError
from server.console.console import OfConsole
from server.console.people.browser import Browser, browser_of, set_device
from server.console.people.own_account import OwnAccount
from server.console.people.sign_in import SignIn, Step
from server.console.people.stages import Stage
from server.console.sessions import set_token, token_of

HOME = "/staff"

Text = Annotated[str, Form()]
OfBrowser = Annotated[Browser, Depends(browser_of)]


async def token(request: Request) -> str:
    """The session's token. Raises NotSignedInError."""
    found = token_of(request)
    if not found:
        raise NotSignedInError("Please sign in.")
    return found


OfToken = Annotated[str, Depends(token)]


async def signing_in(console: OfConsole) -> SignIn:
    """The service that signs people in."""
    return SignIn(console)


async def own_account(console: OfConsole, token: OfToken, browser: OfBrowser) -> OwnAccount:
    """The account of whoever sent the request."""
    return OwnAccount(console, token, browser)


OfSignIn = Annotated[SignIn, Depends(signing_in)]
OfOwnAccount = Annotated[OwnAccount, Depends(own_account)]


def wanted(request: Request) -> str:
    """The page that somebody asked for before having to sign in; only ever one of the console."""
    asked = request.query_params.get("next", HOME)
    parts = urlsplit(asked)
    is_ours = not parts.scheme and not parts.netloc and asked.startswith(f"{HOME}/") and "\\" not in asked
    return asked if is_ours else HOME


def path_of(request: Request, stage: Stage) -> str:
    """The page of a stage, or where it all was to lead."""
    if stage is Stage.DONE:
        return wanted(request)
    return f"{HOME}/sign-in/{stage}?next={quote(wanted(request))}"


def keep(request: Request, response: Response, step: Step) -> Response:
    """Give the browser what it keeps after a step."""
    set_token(request, response, step.token)
    if step.device:
        set_device(request, response, step.device)
    return response
