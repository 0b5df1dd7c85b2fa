"""What every route of the console asks first: who is it, may they, and does the request come from our own pages."""

import re
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import ImmutableMultiDict

from server.console.console import OfConsole
from server.console.roles import Action
from server.console.sessions import SessionLimits, StaffSessions, token_of
from server.console.staff import Staff
from server.errors import ProblemError

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OURS = {"same-origin", "none"}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotSignedInError(ProblemError):
    """401: nobody is signed in; a page leads to the sign-in instead."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not-signed-in"


class ForbiddenError(ProblemError):
    """403: the roles of the account do not allow it."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class ElsewhereError(Exception):
    """303: what was asked for is not for now; `path` is the page to go to instead."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class NoHttpsError(ProblemError):
    """403: in production the console is there by https only."""

    status = HTTPStatus.FORBIDDEN
    code = "no-https"


class ForeignRequestError(ProblemError):
    """403: the request was sent by another site's page."""

    status = HTTPStatus.FORBIDDEN
    code = "foreign-request"


class UnstorableTextError(ProblemError):
    """422: the request holds a sign that no database takes."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unstorable-text"


async def own_pages_only(request: Request) -> None:
    """Raise ForeignRequestError if a changing request does not come from a page of this origin.

    Browsers say so by Sec-Fetch-Site, older ones by Origin; neither can be set by a script. Without both it is no
    browser, or none that can be trusted, and a changing request is refused.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "")
    is_ours = site in _OURS if site else bool(origin) and urlsplit(origin).netloc == request.url.netloc
    if not is_ours:
        raise ForeignRequestError("This was sent by another site's page. Go back to the console and try again.")


async def storable_text_only(request: Request) -> None:
    """Raise UnstorableTextError if a field of the form or a part of the address holds a NUL or half a character.

    PostgreSQL takes no NUL, and no database a surrogate without its other half; nobody types either.
    """
    texts = [*map(str, request.path_params.values()), *_texts(request.query_params)]
    if request.method not in _SAFE_METHODS:
        texts += _texts(await request.form())
    if any(_UNSTORABLE.search(text) for text in texts):
        raise UnstorableTextError("The form or the address holds a sign that is no text. Please type the text anew.")


def _texts(fields: ImmutableMultiDict[str, Any]) -> list[str]:
    return [part for field in fields.multi_items() for part in field if isinstance(part, str)]


async def https_in_production(request: Request, console: OfConsole) -> None:
    """Raise NoHttpsError if this is production and passwords would travel in the open."""
    if console.settings.environment == "production" and request.url.scheme != "https":
        detail = "Open the console by https. If you did: TRUSTED_PROXIES must name the proxy that says so."
        raise NoHttpsError(detail)


async def signed_in(request: Request, console: OfConsole) -> Staff:
    """Who is signed in. Raises NotSignedInError."""
    token = token_of(request)
    if token:
        async with console.database.session() as session:
            found = await StaffSessions(session, SessionLimits.of(console.settings)).find(token)
        if found and found[0].complete:
            return Staff.of(found[1])
    raise NotSignedInError("Please sign in.")


class allowed_to:
    """The dependency of a route: who is signed in, if they may do this. Raises ForbiddenError.

    `action` lets the matrix of roles and actions be drawn from the routes themselves.
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, staff: Annotated[Staff, Depends(signed_in)]) -> Staff:
        """Who is signed in."""
        if not staff.may(self.action):
            raise ForbiddenError(f"Your account may not {self.action}. An administrator can change its roles.")
        return staff
