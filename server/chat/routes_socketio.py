"""Rasa's SocketIO channel, for third-party widgets. A session is the socket's own, or one that we gave out before."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import socketio
from starlette.types import ASGIApp

from server import metrics
from server.chat.rasa_chat import RasaChat
from server.chat.rasa_shape import socket_messages
from server.edge.addresses import limited_address
from server.edge.body import is_shallow
from server.errors import ProblemError
from server.logs import set_request_id

logger = logging.getLogger(__name__)

# Events of one socket that wait for the one before; a visitor types no faster.
_MOST_WAITING = 20
_LONGEST_ID = 255
# For answers that are there and on their way; the answering itself was waited for before.
_LAST_WORDS_SECONDS = 2


@dataclass
class _Visitor:
    """A socket. Its events are handled one after the other, so that messages keep their order."""

    address: str
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    session: str | None = None


class _BoundedJson:
    """The JSON that Socket.IO packets are read with: as deep as a body may be, because parsers run out of stack."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    def loads(text: str, *args: Any, **options: Any) -> Any:
        """Parse. Raises ValueError, as for any text that is not JSON."""
        if not is_shallow(text.encode(errors="replace")):
            raise ValueError("nested too deep")
        return json.loads(text, *args, **options)


class RasaSocket:
    """The channel: `session_request` → `session_confirm`, `user_uttered` → `bot_uttered`."""

    def __init__(self, rasa: RasaChat, apology: str, allowed_origins: Sequence[str], max_bytes: int) -> None:
        self._rasa, self._apology, self._allowed_origins = rasa, apology, allowed_origins
        self._visitors: dict[str, _Visitor] = {}
        self._handling: set[asyncio.Task[Any] | None] = set()
        # cors_allowed_origins: the headers are the CORS middleware's; the origin is checked in `_on_connect`.
        self._io = socketio.AsyncServer(
            async_mode="asgi", cors_allowed_origins=[], max_http_buffer_size=max_bytes, json=_BoundedJson
        )
        self._io.on("connect", self._on_connect)
        self._io.on("disconnect", self._on_disconnect)
        self._io.on("session_request", self._on_session_request)
        self._io.on("user_uttered", self._on_user_uttered)

    def app(self) -> ASGIApp:
        """The ASGI application, to be mounted at /socket.io."""
        app: ASGIApp = socketio.ASGIApp(self._io, socketio_path=None)
        return app

    async def close(self) -> None:
        """Close all sockets, with what was being answered sent before. Their clients connect again elsewhere."""
        if tasks := [task for task in self._handling if task]:
            await asyncio.wait(tasks, timeout=_LAST_WORDS_SECONDS)
        if self._io.eio.sockets:  # or it raises
            await self._io.eio.disconnect()

    async def _on_connect(self, sid: str, environ: dict[str, Any], _: object = None) -> bool:
        if not _is_own(environ) and not {environ.get("HTTP_ORIGIN"), "*"} & set(self._allowed_origins):
            return False
        self._visitors[sid] = _Visitor(limited_address(environ["asgi.scope"]))
        return True

    async def _on_disconnect(self, sid: str, *_: object) -> None:
        self._visitors.pop(sid, None)

    async def _on_session_request(self, sid: str, data: object = None) -> None:
        async def confirm(visitor: _Visitor) -> None:
            session = await self._bind(sid, visitor, _text(data, "session_id"))
            # The bare id, as Rasa sends it: rasa-webchat takes whatever comes for the id.
            await self._io.emit("session_confirm", session, to=sid)

        await self._in_turn(sid, confirm)

    async def _on_user_uttered(self, sid: str, data: object = None) -> None:
        async def answer(visitor: _Visitor) -> None:
            message = _text(data, "message")
            if message is None:
                return
            session = await self._bind(sid, visitor, _text(data, "session_id"))
            for reply in await self._rasa.answer("socketio", visitor.address, session, message):
                for part in socket_messages(reply):
                    await self._io.emit("bot_uttered", part, room=session)

        await self._in_turn(sid, answer)

    async def _bind(self, sid: str, visitor: _Visitor, presented: str | None) -> str:
        """The socket's session. A client that chose an id of its own goes on sending that: the socket's one counts."""
        if visitor.session is None:
            visitor.session = await self._rasa.session(visitor.address, presented)
            # The room outlives the socket: an answer reaches a visitor whose connection broke meanwhile.
            await self._io.enter_room(sid, visitor.session)
        return visitor.session

    async def _in_turn(self, sid: str, handle: Callable[[_Visitor], Any]) -> None:
        visitor = self._visitors.get(sid)
        if visitor is None:
            return
        if visitor.waiting >= _MOST_WAITING:
            metrics.LIMIT_HITS.labels("socket").inc()
            await self._io.disconnect(sid)
            return
        set_request_id(uuid4().hex)
        visitor.waiting += 1
        self._handling.add(task := asyncio.current_task())
        try:
            async with visitor.turn:
                await handle(visitor)
        except ProblemError as e:
            logger.info("event refused", extra={"fields": {"code": e.code}})
        except Exception:
            logger.exception("unhandled error")
            await self._io.emit("bot_uttered", {"text": self._apology}, to=sid)
        finally:
            visitor.waiting -= 1
            self._handling.discard(task)


def _is_own(environ: dict[str, Any]) -> bool:
    """Whether a page of this very server connects, or no browser at all."""
    origin = environ.get("HTTP_ORIGIN")
    return origin is None or urlsplit(origin).netloc == environ.get("HTTP_HOST")


def _text(data: object, key: str) -> str | None:
    value = data.get(key) if isinstance(data, dict) else None
    if key == "session_id" and isinstance(value, str) and not 0 < len(value) <= _LONGEST_ID:
        return None
    return value if isinstance(value, str) else None
