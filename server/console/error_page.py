"""What somebody in the console sees when something fails: what happened, what to do, a way back."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response

from server.console.pages import SECTIONS, Section, page
from server.errors import INVALID
from server.logs import current_request_id

_INVALID = "A part of the form or of the address is missing, or is not of the kind that is asked for."
_CHECK_THE_FORM = "Go back in your browser: what you typed is still there. Put it right, and send it again."
_TRY_AGAIN = "Wait a little, and try again. If it goes on, tell whoever looks after PumpTalk."
# By status: what happened, and what to do. A status that stands in neither is told by the error alone.
_TITLES = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: "That could not be done",
        HTTPStatus.UNAUTHORIZED: "You are not signed in",
        HTTPStatus.FORBIDDEN: "Not allowed",
        HTTPStatus.NOT_FOUND: "Not found",
        HTTPStatus.METHOD_NOT_ALLOWED: "This page cannot be opened like that",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too long",
        HTTPStatus.UNPROCESSABLE_ENTITY: "Something is missing or cannot be read",
        HTTPStatus.TOO_MANY_REQUESTS: "Too much at once",
    }
)
_ADVICE = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: _CHECK_THE_FORM,
        HTTPStatus.UNAUTHORIZED: "Sign in, and do it again: nothing was changed.",
        HTTPStatus.NOT_FOUND: "The link may be old or mistyped.",
        HTTPStatus.METHOD_NOT_ALLOWED: "Go back, and use the button or the link on the page.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _CHECK_THE_FORM,
        HTTPStatus.UNPROCESSABLE_ENTITY: f"{_CHECK_THE_FORM} If you followed a link, it is old or damaged.",
    }
)


def error_page(request: Request, status: HTTPStatus, detail: str, code: str | None) -> Response | None:
    """The page for a failure under /staff; None elsewhere, and for a program that asks for JSON."""
    path = request.url.path
    accepted = request.headers.get("Accept", "")
    wants_json = "json" in accepted and "text/html" not in accepted
    if wants_json or not f"{path}/".startswith("/staff/"):
        return None
    title = _TITLES.get(status, "Something went wrong" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else status.phrase)
    advice = _ADVICE.get(status, _TRY_AGAIN if status >= HTTPStatus.TOO_MANY_REQUESTS else "")
    shown: dict[str, Any] = {"title": title, "detail": detail, "advice": advice, "back": _section_of(path, status)}
    if code == INVALID:
        shown |= {"detail": _INVALID, "technical": detail}
    return page(request, "problem.html", status=status, **shown, request_id=current_request_id())


def _section_of(path: str, status: HTTPStatus) -> Section | None:
    """The section to go back to; of a section itself only if its address was at fault, not the section."""
    is_address = status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
    own = [section for section in SECTIONS if f"{path}/".startswith(f"{section.path}/")]
    return next((section for section in own if is_address or path != section.path), None)
