"""A door in front of a port on this machine, which a test can shut: connections then wait in front of it."""

import asyncio
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class Gate:
    """Passes on everything that comes to its own `port`. Open at first."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._is_open = asyncio.Event()
        self._somebody = threading.Event()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def open(self) -> None:
        """Let through all who wait and who come."""
        self._loop.call_soon_threadsafe(self._is_open.set)

    def close(self) -> None:
        """Let nobody through from now on."""
        self._somebody.clear()
        self._loop.call_soon_threadsafe(self._is_open.clear)

    def wait_for_somebody(self) -> None:
        """Wait until somebody stands before the closed gate."""
        assert self._somebody.wait(20), "nobody came"

    async def _listen(self) -> int:
        server = await asyncio.start_server(self._come, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        await asyncio.gather(self._pass(reader, behind_writer), self._pass(behind_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                # Also on a connection that was there before the gate was shut: servers keep theirs.
                if not self._is_open.is_set():
                    self._somebody.set()
                    await self._is_open.wait()
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.close()
