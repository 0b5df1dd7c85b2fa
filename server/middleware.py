"""The outermost layer of a request: gives it an id, logs that it was handled, and lets no fault out."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import metrics
from server.edge.addresses import TrustedProxies
from server.errors import internal_error
from server.logs import set_request_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")

logger = logging.getLogger(__name__)


class RequestMiddleware:
    """Pure ASGI, because Starlette's BaseHTTPMiddleware cancels a running turn when the visitor goes away."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        self._app, self._proxies = app, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._id(scope)
        set_request_id(request_id)
        response = _Response(send, request_id)
        started = time.perf_counter()
        try:
            await self._app(scope, receive, response.send)
        except Exception:
            logger.exception("unhandled error")
            if response.status is not None:
                raise  # half a response has left: only breaking the connection tells the caller
            await internal_error(scope)(scope, receive, response.send)
        finally:
            _record(scope, response.status, time.perf_counter() - started)

    def _id(self, scope: Scope) -> str:
        # Only a proxy of ours may name a request: a stranger could forge another's id, or fill the log with text.
        given = Headers(scope=scope).get("X-Request-ID", "")
        return given if _REQUEST_ID.fullmatch(given) and self._proxies.sent(scope) else uuid4().hex


class _Response:
    """Watches the response go by: notes its status and adds the request's id."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._request_id = send, request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-ID"] = self._request_id
        await self._send(message)


def _record(scope: Scope, status: int | None, seconds: float) -> None:
    # The route's pattern, not the path: a path may hold a conversation's id or anything a caller typed.
    route = getattr(scope.get("route"), "path", None)
    known = str(route) if route else "none"
    metrics.REQUESTS.labels(_method(scope), known, str(status)).inc()
    metrics.REQUEST_SECONDS.labels(known).observe(seconds)
    fields = {"method": _method(scope), "route": route, "status": status, "ms": round(seconds * 1000, 1)}
    logger.info("request", extra={"fields": fields})


def _method(scope: Scope) -> str:
    # A caller may make methods up; each would be a new line in the metrics.
    return scope["method"] if scope["method"] in _METHODS else "other"
