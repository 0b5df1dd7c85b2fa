"""A real PostgreSQL: Debian's binaries, not as root, in a folder of its own, on a free loopback port."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
_UP_WITHIN_SECONDS = 60
ABSENT = "PostgreSQL is not installed (Debian's package postgresql)"


def is_installed() -> bool:
    """Whether there is a PostgreSQL to start."""
    return bool(_BINARIES) or shutil.which("postgres") is not None


class Postgres:
    """A cluster in a folder, which may be stopped and started again on the same port."""

    def __init__(self, folder: Path, durable: bool) -> None:
        self.folder, self._durable = folder, durable
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(folder / "data"), "-U", "pumptalk", "--auth=trust", "-E", "UTF8", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        """The address of a database."""
        return f"postgresql://pumptalk@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(self.folder)}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "postgres.log").open("ab") as log:
            command = _as_postgres([str(_binary("postgres")), "-D", str(self.folder / "data"), *arguments])
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        self._wait_until_up()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends running statements (a fast shutdown), SIGQUIT ends it at once (a crash)."""
        if self._process:
            # setpriv has become PostgreSQL by exec, so this is its own process.
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def psql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement; returns what it prints."""
        return self._run("psql", "-X", "-q", "-A", "-t", "-d", self.url(database), "-c", statement)

    def dump(self, database: str, file: Path) -> None:
        """Back a database up, as docs/operate.md says."""
        self._run("pg_dump", "--format=custom", f"--file={file}", self.url(database))

    def restore(self, file: Path, database: str) -> None:
        """Bring a backup back into an empty database, as docs/operate.md says."""
        self._run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={self.url(database)}", str(file))

    def is_up(self) -> bool:
        """Whether it takes connections."""
        return subprocess.run([_binary("pg_isready"), "-q", "-d", self.url()], check=False).returncode == 0

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + _UP_WITHIN_SECONDS
        while not self.is_up():
            if time.monotonic() > deadline or self._process is None or self._process.poll() is not None:
                log = (self.folder / "postgres.log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{log[-2000:]}")
            time.sleep(0.02)

    def _run(self, program: str, *arguments: str) -> str:
        command = _as_postgres([str(_binary(program)), *arguments])
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr}")
        return done.stdout.strip()


@contextmanager
def postgres(folder: Path | None = None, durable: bool = False) -> Iterator[Postgres]:
    """A running PostgreSQL. `durable` writes to the disk at each commit, as a clinic's does."""
    own = folder or Path(tempfile.mkdtemp(prefix="pumptalk-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(own, "postgres", "postgres")
    server = Postgres(own, durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if folder is None:
            shutil.rmtree(own)


def _binary(name: str) -> Path:
    found = _BINARIES[-1].with_name(name) if _BINARIES else shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not there: {ABSENT}")
    return Path(found)


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    user = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
