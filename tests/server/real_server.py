"""A real server process on loopback, with a small stand-in for Rasa beside it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
from server_fakes import GOLDEN

from server.settings import ROOT

_STARTED_WITHIN_SECONDS = 120


class StandInRasa:
    """Answers every question with `replies`, and waits while `gate` is closed. `senders` says for whom it was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.senders: list[str] = []
        self.gate.set()
        self.replies = json.loads(GOLDEN.read_text(encoding="utf-8"))[:1]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rasa = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                rasa.senders.append(asked["sender"])
                rasa.gate.wait()
                body = json.dumps([{**reply, "recipient_id": asked["sender"]} for reply in rasa.replies]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        return Handler


@dataclass(frozen=True)
class RealServer:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    port: int
    rasa: StandInRasa
    log: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        """A client that uses no proxy."""
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def memory_bytes(self) -> int:
        """The memory that it holds now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")


@contextmanager
def real_server(folder: Path, data: Path, migrated_file: Path, **environment: str) -> Iterator[RealServer]:
    """Start a server on this content and a copy of the database; `environment` sets the rest.

    Reading the rules of red flags takes long on a busy machine: share one server among the tests of a file.
    """
    rasa, log = StandInRasa(), folder / "server.log"
    port = int(environment.get("PORT") or free_port())
    given = {
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
        "RASA_URL": rasa.url,
        "DATABASE_URL": f"sqlite:///{shutil.copy(migrated_file, folder / 'real.db')}",
        "DATA_DIR": str(data),
        "CLINIC_FILE": str(data / "clinic.yml"),
        **environment,
    }
    with log.open("wb") as sink:
        command = [sys.executable, "-m", "server"]
        process = subprocess.Popen(command, env={**os.environ, **given}, cwd=ROOT, stdout=sink, stderr=sink)
    server = RealServer(process, port, rasa, log)
    try:
        _wait_until_up(server)
        yield server
    finally:
        process.kill()
        process.wait()
        rasa.close()


def _wait_until_up(server: RealServer) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with server.client() as client:
                client.get("/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()}")


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
