"""How many requests one address may make: the outer bound, before anything of a request is read."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from server.edge.addresses import limited_address
from server.edge.limits import RateLimits
from server.errors import failure


class AddressLimit:
    """Turns away requests, and websockets, of an address beyond its limit, emergencies too: hence a high limit."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        seconds = await self._limits.wait("requests", limited_address(scope))
        if seconds is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})  # "try again later"
        else:
            detail = f"Too many requests from your network. Please try again in {seconds} s."
            headers = {"Retry-After": str(seconds)}
            response = failure(scope, HTTPStatus.TOO_MANY_REQUESTS, detail, code="too-many-requests", headers=headers)
            await response(scope, receive, send)
