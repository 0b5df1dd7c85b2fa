"""The two sides that bench/against_stock.py compares, each with all its processes, on ports of its own."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from running import running

from bench.load import Talk
from bench.processes import bot_process, free_port, megabytes, processor_seconds
from bench.stock.model import stock_model
from bench.talks import native_talk, rasa_talk, wait_for_rasa


@dataclass(frozen=True)
class Side:
    """What runs: its address, how to talk there, the roots of its processes, and how long it took to start."""

    name: str
    url: str
    talk: Talk
    pids: tuple[int, ...]
    started_in: float

    def memory(self) -> float:
        """The resident memory of all its processes, in MB."""
        return sum(megabytes(pid) for pid in self.pids)

    def processor_seconds(self) -> float:
        """The processor time that all its processes have used so far."""
        return sum(processor_seconds(pid) for pid in self.pids)


@contextmanager
def pumptalk() -> Iterator[Side]:
    """The three processes of `make run`, with log and redaction, on SQLite, without limits of rate; ready."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as it:
        yield Side("PumpTalk", it.url, native_talk, (it.supervisor.pid,), time.perf_counter() - start)


@contextmanager
def stock_rasa(*, with_stories: bool) -> Iterator[Side]:
    """Rasa with its default configuration and its REST channel, and rasa_sdk's action server; ready.

    Without stories Rasa trains only two of its four default policies, so the others cost nothing.
    """
    model, port, actions_port = str(stock_model(with_stories=with_stories)), str(free_port()), str(free_port())
    name = "stock Rasa" if with_stories else "rules only"
    url, actions_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{actions_port}/webhook"
    rasa = ["-m", "rasa", "run", "--model", model, "--interface", "127.0.0.1", "--port", port]
    rasa += ["--endpoints", "bench/stock/endpoints.yml", "--credentials", "bot/credentials.yml"]
    start = time.perf_counter()
    with ExitStack() as stack:
        actions = bot_process("-m", "rasa_sdk", "--actions", "bench.stock.actions", "--port", actions_port)
        bot = bot_process(*rasa, ACTIONS_URL=actions_url, RASA_TELEMETRY_ENABLED="false")
        pids = (stack.enter_context(actions), stack.enter_context(bot))
        wait_for_rasa(url)
        yield Side(name, url, rasa_talk, pids, time.perf_counter() - start)
