"""One base error, and the handlers that turn every failure into an RFC 9457 problem, or a page for people.

Problems never repeat what a visitor wrote; a stack trace goes to the log only.
"""

from http import HTTPStatus
from typing import Any, ClassVar, Protocol

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Scope

from server.logs import current_request_id

PROBLEM_JSON = "application/problem+json"
# The framework found a parameter missing or of the wrong kind: its words are for programmers.
INVALID = "invalid-request"


class ServerError(Exception):
    """Base of every error that this server raises on purpose."""


class ConfigurationError(ServerError):
    """A setting is wrong; the message is one line that names it."""


class ProblemError(ServerError):
    """An error that a caller is told about. `detail` is a sentence for people, without message text."""

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = "bad-request"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def response_headers(self) -> dict[str, str]:
        """What the response says beside the problem."""
        return dict(self.headers)


class BadRequestError(ProblemError):
    """400: the request cannot be read."""


class NotAuthenticatedError(ProblemError):
    """401: no bearer token, or not in the form `Authorization: Bearer <token>`."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not-authenticated"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class NotFoundError(ProblemError):
    """404: there is no such thing, or it belongs to somebody else."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"


class EmptyMessageError(ProblemError):
    """422: the message holds no text."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "empty-message"


class MessageTooLongError(ProblemError):
    """422: the message is longer than the limit."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "message-too-long"


class MessageIdReusedError(ProblemError):
    """422: the same client_message_id came with another text."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "message-id-reused"


class BusyError(ProblemError):
    """Not now, but after `seconds`, which go out as Retry-After."""

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds

    def response_headers(self) -> dict[str, str]:
        """When to try again."""
        return {"Retry-After": str(self.seconds)}


class TooManyRequestsError(BusyError):
    """429: more than one visitor or network may send."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many-requests"


class OverloadedError(BusyError):
    """503: more visitors at once than can be answered in time, or the server is about to stop."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "overloaded"


class Problem(BaseModel):
    """The body of every error response (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str


def problem_response(description: str) -> dict[str, Any]:
    """How a route's OpenAPI tells of problems with this meaning."""
    # `model` puts Problem among the schemas, and alone would promise it as application/json.
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "model": Problem, "content": content}


def problem(
    status: HTTPStatus, detail: str, *, code: str | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem response; `code` names its type, without one the HTTP status says all."""
    body = Problem(
        type=f"urn:pumptalk:problem:{code}" if code else "about:blank",
        title=status.phrase,
        status=status,
        detail=detail,
        request_id=current_request_id(),
    )
    return JSONResponse(body.model_dump(), status, headers, media_type=PROBLEM_JSON)


class ErrorPage(Protocol):
    """Tells people of a failure on a page, for the part of the site that has pages."""

    def __call__(self, request: Request, status: HTTPStatus, detail: str, code: str | None) -> Response | None:
        """The page; None where a problem is the right answer."""


def failure(
    scope: Scope, status: HTTPStatus, detail: str, *, code: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """The answer to a request that failed: a page where the application has one for it, else a problem."""
    request = Request(scope)
    as_page: ErrorPage | None = getattr(request.app.state, "error_page", None)
    page = as_page(request, status, detail, code) if as_page else None
    if page is None:
        return problem(status, detail, code=code, headers=headers)
    page.headers.update(headers or {})
    return page


def internal_error(scope: Scope) -> Response:
    """The answer to a fault of ours: it tells nothing but where to look."""
    detail = "Something went wrong on our side. Please try again; the request id finds the fault in the log."
    return failure(scope, HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def install_error_handlers(app: FastAPI, error_page: ErrorPage) -> None:
    """Register the handlers for our own errors, validation errors and those of the framework."""
    app.state.error_page = error_page
    app.exception_handler(ProblemError)(_on_problem)
    app.exception_handler(RequestValidationError)(_on_invalid)
    app.exception_handler(HTTPException)(_on_http)


async def _on_problem(request: Request, error: ProblemError) -> Response:
    return failure(request.scope, error.status, error.detail, code=error.code, headers=error.response_headers())


async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
    # Only the place and the rule: pydantic's own error also holds the input, which is the visitor's text.
    faults = (f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
    return failure(request.scope, HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(faults), code=INVALID)


_HTTP_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method.",
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
}


async def _on_http(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    detail = _HTTP_DETAILS.get(status, status.phrase)
    return failure(request.scope, status, detail, headers=dict(error.headers or {}))
