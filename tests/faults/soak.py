"""`make soak`: visitors talk for twenty minutes; does any process grow, and is any message not answered?

    python tests/faults/soak.py [--minutes 20]

The real server, Rasa and actions, on SQLite. Prints each process's memory and its slope; ends with 1 if a message
failed or if the promise was broken. The slope is printed for people to judge: Rasa fills its memory of conversations
up to its bound, the server should stay level.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from pathlib import Path

import httpx
import parts
from checker import check
from parts import Part
from traffic import Told, Visitor

from deploy.ensure_model import ensure_model
from server.migrate import migrate
from server.settings import async_database_url

_VISITORS = 4
_TURNS_OF_A_CONVERSATION = 20
_PAUSE_SECONDS = 0.1
_EVERY_SECONDS = 5
# Loading and filling caches is no leak.
_WARM_UP = 0.25
_QUESTIONS = ("How long does the battery last?", "tell me more", "Can I have an MRI?", "does a refill hurt", "hello")


def main() -> int:
    """Soak. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    ensure_model()
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_soak(Path(folder), parser.parse_args().minutes * 60))


async def _soak(folder: Path, seconds: float) -> int:
    url = f"sqlite:///{folder / 'log.db'}"
    await migrate(async_database_url(url))
    actions = parts.actions(folder)
    rasa = parts.rasa(folder, f"{actions.url}/webhook")
    server = parts.server(folder, url, rasa.url, RASA_TIMEOUT_SECONDS="8")
    running = (server, rasa, actions)
    try:
        for part in running:
            part.start()
        await asyncio.gather(*(part.up() for part in running))
        told, samples = await _talk(server, list(running), seconds)
    finally:
        for part in running:
            part.kill()
    tally = await check(url, told)
    print(f"{tally.answered} of {tally.acknowledged} messages answered, {tally.failed} failed; {tally}")
    for part, memory in zip(running, samples, strict=True):
        first, last = memory[0][1], memory[-1][1]
        print(f"{part.name:8} {first:7.1f} MB at first, {last:7.1f} MB in the end, {_slope(memory):+7.2f} MB/h")
    tally.assert_kept()
    return int(tally.failed > 0)


async def _talk(server: Part, running: list[Part], seconds: float) -> tuple[Told, list[list[tuple[float, float]]]]:
    told, end, start = Told(), time.monotonic() + seconds, time.monotonic()
    samples: list[list[tuple[float, float]]] = [[] for _ in running]
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        visitors = [asyncio.create_task(_visit(http, server, told, end)) for _ in range(_VISITORS)]
        while time.monotonic() < end:
            await asyncio.sleep(_EVERY_SECONDS)
            for part, memory in zip(running, samples, strict=True):
                memory.append((time.monotonic() - start, _megabytes(part.pid)))
        await asyncio.gather(*visitors)
    return told, samples


async def _visit(http: httpx.AsyncClient, server: Part, told: Told, end: float) -> None:
    questions = itertools.cycle(_QUESTIONS)
    while time.monotonic() < end:
        visitor = await Visitor.arrive(http, [server.url], told)
        for _ in range(_TURNS_OF_A_CONVERSATION):
            await visitor.say(next(questions))
            await asyncio.sleep(_PAUSE_SECONDS)


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def _slope(memory: list[tuple[float, float]]) -> float:
    """Megabytes an hour by least squares, after the warm-up."""
    late = memory[int(len(memory) * _WARM_UP) :]
    mean_t, mean_m = (sum(column) / len(late) for column in zip(*late, strict=True))
    spread = sum((t - mean_t) ** 2 for t, _ in late)
    return 3600 * sum((t - mean_t) * (m - mean_m) for t, m in late) / spread if spread else 0.0


if __name__ == "__main__":
    sys.exit(main())
