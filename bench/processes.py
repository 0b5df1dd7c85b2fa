"""Processes of the bot's environment that a benchmark starts, free ports, and what processes use of the machine."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.ensure_model import BOT_PYTHON
from knowledge.paths import ROOT

_ENDED_WITHIN_SECONDS = 30


@contextmanager
def bot_process(*arguments: str, **environment: str) -> Iterator[int]:
    """Run Python of the bot's environment, on loopback, without its output; gives its process id."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [BOT_PYTHON, *arguments],
        cwd=ROOT,
        env={**os.environ, "SANIC_HOST": "127.0.0.1", "PYTHONPATH": str(ROOT), **environment},
        stdout=quiet,
        stderr=quiet,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(_ENDED_WITHIN_SECONDS)


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def megabytes(pid: int) -> float:
    """The resident memory of a process and of all that it started, in MB."""
    return sum(_resident_kilobytes(p) for p in _family(pid)) / 1024


def processor_seconds(pid: int) -> float:
    """The processor time that a process and all that it started have used."""
    return sum(_ticks(p) for p in _family(pid)) / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            yield from _family(int(child))


def _resident_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def _ticks(pid: int) -> int:
    # After the name in brackets, which may hold blanks, utime and stime are the fields 12 and 13 of proc(5).
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
