"""The server alone, to be killed and started again on the same port and database."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from running import ROOT

_READY_WITHIN_SECONDS = 60


class ServerProcess:
    """`python -m server` with a migrated database in `folder`, asking a bot on `rasa_port`."""

    def __init__(self, folder: Path, rasa_port: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "server.log"
        self._environment = {
            **os.environ,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "RASA_URL": f"http://127.0.0.1:{rasa_port}",
            "DATABASE_URL": f"sqlite:///{folder / 'server.db'}",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        subprocess.run([sys.executable, "-m", "server.migrate"], cwd=ROOT, env=self._environment, check=True)
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as sink:
            command = [sys.executable, "-m", "server"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=sink, stderr=sink)
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/healthz", trust_env=False).raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{self._log.read_text()}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None
