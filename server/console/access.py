"""What every route of the console asks first: who is it, may they, and does the request come from our own pages."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from server.console.console import Console, console
from server.console.roles import Action
from server.console.sessions import StaffSessions, token_of
from server.console.staff import Staff
from server.errors import ProblemError

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OURS = {"same-origin", "none"}


class NotSignedInError(ProblemError):
    """401: nobody is signed in; a page leads to the sign-in instead."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not-signed-in"


class ForbiddenError(ProblemError):
    """403: the roles of the account do not allow it."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class ForeignRequestError(ProblemError):
    """403: the request was sent by another site's page."""

    status = HTTPStatus.FORBIDDEN
    code = "foreign-request"


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


async def signed_in(request: Request, console: Annotated[Console, Depends(console)]) -> Staff:
    """Who is signed in. Raises NotSignedInError."""
    token = token_of(request)
    if token:
        async with console.database.session() as session:
            found = await StaffSessions(session).find(token)
        if found and found[0].complete:
            return Staff.of(found[1])
    raise NotSignedInError("Please sign in.")


def allowed_to(action: Action) -> Callable[[Staff], Awaitable[Staff]]:
    """The dependency of a route: who is signed in, if they may do this. Raises ForbiddenError."""

    async def dependency(staff: Annotated[Staff, Depends(signed_in)]) -> Staff:
        if not staff.may(action):
            raise ForbiddenError(f"Your account may not {action}. An administrator can change its roles.")
        return staff

    return dependency
