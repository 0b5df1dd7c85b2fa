"""PumpTalk's three real processes, started as `make run` starts them, on ports and a database of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "var" / "log"
# A slow machine, and a training if the data has changed since the last one.
_READY_WITHIN_SECONDS = 300
_ENDED_WITHIN_SECONDS = 30
_TAIL_CHARACTERS = 4000


@dataclass(frozen=True)
class PumpTalk:
    """What runs: the supervisor, the server's address, and the ports of server, bot and actions."""

    supervisor: subprocess.Popen[bytes]
    ports: tuple[int, int, int]
    output: Path

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.ports[0]}"

    def client(self) -> httpx.Client:
        """A client of the server that uses no proxy."""
        return httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def interrupt(self) -> int:
        """Do what Ctrl-C does; returns the exit code. Raises TimeoutExpired if it does not end."""
        self.supervisor.send_signal(signal.SIGINT)
        return self.supervisor.wait(_ENDED_WITHIN_SECONDS)

    def listening(self) -> list[int]:
        """Those of the ports on which somebody listens."""
        return [port for port in self.ports if _is_taken(port)]


@contextmanager
def running(folder: Path, root: Path = ROOT, **settings: str) -> Iterator[PumpTalk]:
    """Start, wait until ready, and end what still runs. `folder` takes the database and the supervisor's output.

    `root` is the project's folder, or a copy of it; `settings` are further environment variables, or others than these.
    """
    ports = _free_ports()
    names = ("PORT", "RASA_PORT", "ACTIONS_PORT")
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        **{name: str(port) for name, port in zip(names, ports, strict=True)},
        "HOST": "127.0.0.1",
        # A machine asks faster than people: what the tests measure is not these limits.
        **{f"RATE_LIMIT_{name}": "" for name in ("VISITOR", "ADDRESS", "EVERYBODY", "REQUESTS")},
        "DATABASE_URL": f"sqlite:///{folder / 'e2e.db'}",
        **settings,
    }
    output = folder / "run.log"
    with output.open("wb") as sink:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "deploy.run"],
            cwd=root,
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    pumptalk = PumpTalk(supervisor, ports, output)
    try:
        _wait_until_ready(pumptalk)
        yield pumptalk
    finally:
        if supervisor.poll() is None:
            pumptalk.interrupt()


def log_tails() -> list[tuple[str, str]]:
    """The end of each process's log, with its name."""
    logs = sorted(LOGS.glob("*.log"))
    return [(log.name, log.read_text(errors="replace")[-_TAIL_CHARACTERS:]) for log in logs]


def _wait_until_ready(pumptalk: PumpTalk) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if pumptalk.supervisor.poll() is not None:
            break
        if _is_ready(pumptalk):
            return
        time.sleep(0.25)
    raise RuntimeError(f"PumpTalk did not become ready:\n{pumptalk.output.read_text()}")


def _is_ready(pumptalk: PumpTalk) -> bool:
    try:
        with pumptalk.client() as client:
            return client.get("/readyz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _free_ports() -> tuple[int, int, int]:
    # Held at the same time, or the system could name one twice.
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(3)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        first, second, third = (probe.getsockname()[1] for probe in probes)
    return first, second, third


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
