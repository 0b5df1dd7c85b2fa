"""Serving: connections that bring no request are cut, and a stopping server finishes the turns in flight."""

import asyncio
import socket
import time
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.settings import Settings
from server.stopping import Stopping

# Request line and headers together. Ours come to some hundred bytes, a browser's with cookies to some thousand.
_MAX_HEAD_BYTES = 16384
_KEEP_ALIVE_SECONDS = 5
# nginx drops an idle connection after 3 s, as deploy/nginx.conf has it.
_PROXY_LETS_GO_SECONDS = 3.5


class ImpatientProtocol(H11Protocol):
    """HTTP, and a connection whose next request has not all its headers in time is closed.

    uvicorn itself would wait for ever: a client that sends a byte now and then holds a connection for nothing.
    """

    seconds = 10.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_timer: asyncio.TimerHandle | None = None
        self._is_last = False

    def answer_last(self) -> None:
        """Close after the next answer, or the one under way, and say so in it."""
        self._is_last = True
        self._announce_close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the clock."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes: the first of a next request start the clock again, a whole head stops it."""
        if self._is_idle() and self._head_timer is None:
            self._await_head()
        super().data_received(data)
        if not self._is_idle():
            self._stop_clock()
            if self._is_last:
                self._announce_close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _announce_close(self) -> None:
        # uvicorn answers with `Connection: close` to who asks for it; the request has not been handled yet.
        if not self._is_idle() and CLOSE_HEADER not in self.scope["headers"]:
            self.scope["headers"] = [*self.scope["headers"], CLOSE_HEADER]

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.seconds, self._give_up)

    def _give_up(self) -> None:
        self._head_timer = None
        if self._is_idle() and not self.transport.is_closing():
            self.transport.close()

    def _stop_clock(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class GracefulServer(uvicorn.Server):
    """A server that takes no new connection while it finishes what it has begun, and only then closes the others."""

    def __init__(self, config: uvicorn.Config, stopping: Stopping) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop. uvicorn would close the sockets of the SocketIO channel first, with their answers under way."""
        for server in self.servers:
            server.close()
        await self._let_proxies_go()
        await self._stopping.finish()
        await super().shutdown(sockets)

    async def _let_proxies_go(self) -> None:
        """Tell every connection that its next answer is the last, and wait until proxies have let go of idle ones.

        Closed at once, an idle connection may have a message on its way that the proxy will not send twice.
        """
        deadline = time.monotonic() + _PROXY_LETS_GO_SECONDS
        for connection in self._http_connections():
            connection.answer_last()
        while self._http_connections() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)

    def _http_connections(self) -> list["ImpatientProtocol"]:
        return [c for c in self.server_state.connections if isinstance(c, ImpatientProtocol)]


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    protocol = type("Protocol", (ImpatientProtocol,), {"seconds": settings.request_timeout_seconds})
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol,
        h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        limit_concurrency=settings.max_connections,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,  # a bomb would be unpacked before anybody looks at its size
        proxy_headers=False,  # the application reads them, from the proxies of the settings only
        # Our own formatter and request log, because uvicorn's would write paths with ids.
        log_config=None,
        access_log=False,
        server_header=False,
    )
    GracefulServer(config, app.state.stopping).run()
