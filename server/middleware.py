"""The outermost layer of a request: gives it an id, logs that it was handled, and lets no fault out."""

import logging
import time
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import internal_error
from server.logs import set_request_id

logger = logging.getLogger(__name__)


class RequestMiddleware:
    """Pure ASGI, because Starlette's BaseHTTPMiddleware cancels a running turn when the visitor goes away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        set_request_id(request_id)
        response = _Response(send, request_id)
        started = time.perf_counter()
        try:
            await self._app(scope, receive, response.send)
        except Exception:
            logger.exception("unhandled error")
            if response.status is not None:
                raise  # half a response has left: only breaking the connection tells the caller
            await internal_error()(scope, receive, response.send)
        finally:
            _log(scope, response.status, time.perf_counter() - started)


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


def _log(scope: Scope, status: int | None, seconds: float) -> None:
    # The route's pattern, not the path: a path may hold a conversation's id or anything a caller typed.
    route = getattr(scope.get("route"), "path", None)
    fields = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000, 1)}
    logger.info("request", extra={"fields": fields})
