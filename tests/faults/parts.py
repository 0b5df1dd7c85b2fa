"""The real processes that faults are injected into: servers, Rasa, actions; and a slow road between the last two."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

import httpx
from real_postgres import free_port

from server.settings import ROOT

BOT_PYTHON = ROOT / ".venv" / "bot" / "bin" / "python"
# Short, so that a turn that a killed server left open is free again soon.
RASA_TIMEOUT_SECONDS = 2
_UP_WITHIN_SECONDS = 300


class Part:
    """A process that can be killed and started again on its port."""

    def __init__(self, name: str, folder: Path, *command: str, port: int, environment: Mapping[str, str] = {}) -> None:
        self.name, self.port, self._command = name, port, command
        self._log_file = folder / f"{name}-{port}.log"
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it if it does not run; `up` waits until it answers."""
        if self._process:
            return
        self._log = self._log_file.open("ab")
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log
        )

    async def up(self, path: str = "/") -> None:
        """Wait until it answers HTTP."""
        deadline = time.monotonic() + _UP_WITHIN_SECONDS
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            while time.monotonic() < deadline and self._process and self._process.poll() is None:
                with suppress(httpx.HTTPError):
                    await http.get(self.url + path)
                    return
                await asyncio.sleep(0.05)
        raise RuntimeError(f"{self.name} did not start:\n{self._log_file.read_text(errors='replace')[-3000:]}")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, with no time to tidy up unless told otherwise."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None
        if self._log:
            self._log.close()
            self._log = None


def server(folder: Path, database_url: str, rasa_urls: str, **environment: str) -> Part:
    """A server process."""
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "RASA_URL": rasa_urls,
        # A machine asks faster than people: what the faults measure is not these limits.
        **{f"RATE_LIMIT_{name}": "" for name in ("VISITOR", "ADDRESS", "EVERYBODY", "REQUESTS")},
        "RASA_TIMEOUT_SECONDS": str(RASA_TIMEOUT_SECONDS),
        **environment,
    }
    return Part("server", folder, sys.executable, "-m", "server", port=port, environment=settings)


def fake_rasa(folder: Path) -> Part:
    """A process that speaks as Rasa does."""
    port = free_port()
    return Part(
        "fake-rasa", folder, sys.executable, str(Path(__file__).with_name("fake_rasa.py")), str(port), port=port
    )


def rasa(folder: Path, actions_url: str, redis_url: str = "", models: Path = ROOT / "models") -> Part:
    """The real Rasa with our model, or with that of another folder."""
    port = free_port()
    command = (str(BOT_PYTHON), "-m", "bot.serve", "--port", str(port), "--actions-url", actions_url)
    command += ("--models", str(models))
    return Part("rasa", folder, *command, port=port, environment={"REDIS_URL": redis_url})


def actions(folder: Path) -> Part:
    """The real action server."""
    port = free_port()
    command = (str(BOT_PYTHON), "-m", "rasa_sdk", "--actions", "actions", "--port", str(port))
    return Part("actions", folder, *command, port=port, environment={"SANIC_HOST": "127.0.0.1"})


class SlowRoad:
    """Carries bytes to a port, each piece after `delay` seconds; `passed` is set when something is on its way."""

    def __init__(self, from_port: int, to_port: int) -> None:
        self._from_port, self._to_port = from_port, to_port
        self.delay, self.passed = 0.0, asyncio.Event()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to carry."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._from_port)

    def close(self) -> None:
        """Carry no more."""
        if self._server:
            self._server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
            await asyncio.gather(self._pipe(reader, back, slow=True), self._pipe(there, writer, slow=False))
        writer.close()

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, slow: bool) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                if slow:
                    self.passed.set()
                    await asyncio.sleep(self.delay)
                target.write(data)
                await target.drain()
        target.close()
