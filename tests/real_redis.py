"""A real Redis on a free loopback port, which may be stopped, hung and started again."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UP_WITHIN_SECONDS = 20
ABSENT = "Redis is not installed (Debian's package redis-server)"


def is_installed() -> bool:
    """Whether there is a Redis to start."""
    return shutil.which("redis-server") is not None


class Redis:
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, or end its hanging, and wait until it takes connections."""
        if self._process:
            self.go_on()
            return
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _UP_WITHIN_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("Redis did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it, hung or not."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def hang(self) -> None:
        """Let it take connections and answer nothing."""
        if self._process:
            self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End the hanging."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)

    def holds(self, part_of_key: str) -> bool:
        """Whether a key holds this text."""
        command = ["redis-cli", "-p", str(self.port), "KEYS", f"*{part_of_key}*"]
        return bool(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    """A running Redis."""
    server = Redis(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
