"""The example of nginx in front of two real servers, which restart one after the other while messages go on."""

import shutil
import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from real_server import RealServer, free_port, real_server

from server.settings import ROOT

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
ENDED_WITHIN_SECONDS = 30

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of our own, and its key."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*new, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return certificate, key


def configuration(folder: Path, certificate: tuple[Path, Path], changes: dict[str, str]) -> Path:
    """The example with this machine's files and ports in it."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    files = {
        "/etc/ssl/pumptalk/fullchain.pem": str(certificate[0]),
        "/etc/ssl/pumptalk/privkey.pem": str(certificate[1]),
        "/run/pumptalk-nginx.pid": str(folder / "nginx.pid"),
    }
    for old, new in {**files, **changes}.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "nginx.conf"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def nginx(folder: Path, path: Path, port: int) -> Iterator[None]:
    """nginx with this configuration; its own check comes first."""
    command = [str(NGINX), "-p", str(folder), "-c", str(path)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
    # What it says of a server that restarts is expected.
    process = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
    try:
        wait_until_listening(port)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(ENDED_WITHIN_SECONDS)


def wait_until_listening(port: int) -> None:
    """Wait until somebody listens on the port."""
    clock = threading.Event()
    for _ in range(ENDED_WITHIN_SECONDS * 20):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        clock.wait(0.05)
    raise AssertionError("nobody listens")


def test_a_rolling_restart_loses_no_message(
    tmp_path: Path, certificate: tuple[Path, Path], data: Path, migrated_file: Path
) -> None:
    ports, https = (free_port(), free_port()), free_port()
    changes = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
        "127.0.0.1:8001": f"127.0.0.1:{ports[0]}",
        "127.0.0.1:8002": f"127.0.0.1:{ports[1]}",
    }
    path = configuration(tmp_path, certificate, changes)
    database = shutil.copy(migrated_file, tmp_path / "shared.db")

    def start(number: int, life: int) -> RealServer:
        folder = tmp_path / f"server-{number}-{life}"
        folder.mkdir()
        settings = {"PORT": str(ports[number]), "DATABASE_URL": f"sqlite:///{database}"}
        settings |= {"TRUSTED_PROXIES": "127.0.0.1", "RATE_LIMIT_VISITOR": "", "RATE_LIMIT_ADDRESS": ""}
        settings |= {"RATE_LIMIT_REQUESTS": ""}
        return stack.enter_context(real_server(folder, data, migrated_file, **settings))

    with ExitStack() as stack:
        servers = [start(0, 1), start(1, 1)]
        stack.enter_context(nginx(tmp_path, path, https))
        talk = Talk(f"https://127.0.0.1:{https}")
        stack.callback(talk.stop)
        for number, server in enumerate(servers):
            talk.wait_for_more()
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(ENDED_WITHIN_SECONDS)
            talk.wait_for_more()
            start(number, 2)
        talk.wait_for_more()
        talk.stop()
    assert set(talk.outcomes) == {"200 answer"}, talk.outcomes


class Talk:
    """A visitor who sends one message after the other until told to stop."""

    def __init__(self, url: str) -> None:
        self.outcomes: Counter[str] = Counter()
        self._url = url
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def wait_for_more(self) -> None:
        """Wait until twenty more messages were answered, one way or the other."""
        goal = self.outcomes.total() + 20
        clock = threading.Event()
        for _ in range(ENDED_WITHIN_SECONDS * 20):
            if self.outcomes.total() >= goal:
                return
            clock.wait(0.05)
        raise AssertionError(f"no more answers after {self.outcomes}")

    def stop(self) -> None:
        """Send no more."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        # The certificate names no address of this machine; who made it is not what is tested.
        with httpx.Client(base_url=self._url, timeout=30, trust_env=False, verify=False) as client:
            while not self._is_over.is_set():
                try:
                    response = client.post("/webhooks/rest/webhook", json={"sender": "anna", "message": "hi"})
                    kind = response.json()[0]["metadata"]["kind"] if response.status_code == 200 else "none"
                    self.outcomes[f"{response.status_code} {kind}"] += 1
                except httpx.HTTPError as e:
                    self.outcomes[type(e).__name__] += 1
