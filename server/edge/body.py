"""Bodies are read, bounded and looked at before anything parses them."""

import asyncio
import re
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import metrics
from server.errors import failure

# No request of ours nests deeper than three; parsers run out of stack at some thousands.
_DEEPEST = 32
# A string (or what is left of one that never ends) counts as one, so that brackets inside it do not.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


class _RefusedError(Exception):
    """The body is refused."""

    def __init__(self, status: HTTPStatus, detail: str, limit: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.limit = status, detail, limit


class BodyLimits:
    """Hands on bodies that are whole in time, not compressed, not too long and not nested too deep."""

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float) -> None:
        self._app, self._max_bytes, self._seconds = app, max_bytes, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(Headers(scope=scope), receive)
        except _RefusedError as e:
            metrics.LIMIT_HITS.labels(e.limit).inc()
            # The rest of the body is still on its way: the connection cannot be used again.
            response = failure(scope, e.status, e.detail, code=e.limit, headers={"Connection": "close"})
            await response(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replaying(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """The body; None if the client left before it was whole."""
        if headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise _RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, without compression.", "compressed-body"
            )
        length = headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length[:20]) > self._max_bytes:
            raise self._too_long()
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._whole(receive)
        except TimeoutError:
            raise _RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, f"The body did not come within {self._seconds:g} s.", "slow-body"
            ) from None
        if body and not is_shallow(body):
            detail = f"The body is nested more than {_DEEPEST} deep."
            raise _RefusedError(HTTPStatus.BAD_REQUEST, detail, "nested-body")
        return body

    async def _whole(self, receive: Receive) -> bytes | None:
        parts = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts += message.get("body", b"")
            if len(parts) > self._max_bytes:
                raise self._too_long()
            if not message.get("more_body", False):
                return bytes(parts)

    def _too_long(self) -> _RefusedError:
        detail = f"The body may have at most {self._max_bytes} bytes."
        return _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, "long-body")


def is_shallow(body: bytes) -> bool:
    """Whether no bracket stands too deep, whatever else the body is."""
    depth = 0
    for token in _TOKEN.finditer(body):
        first = body[token.start()]
        if first in b"[{":
            depth += 1
            if depth > _DEEPEST:
                return False
        elif first in b"]}":
            depth -= 1
    return True


def _replaying(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body once, and then what the connection says (that the client left)."""
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
