"""Messages a second through Rasa and the actions, with and without the overrides of bot/rasa_speedups.py.

    python -m bench.messages        (the server's environment, from the project's root; `make bench` calls it)

The same model, questions and action server in both runs; eight conversations at once, one Rasa process.
"""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from deploy.ensure_model import BOT_PYTHON, ensure_model
from knowledge.paths import ROOT

_CONVERSATIONS = 8
_TURNS = 25
_QUESTIONS = ("How long does the battery last?", "Can I have an MRI?", "does a refill hurt", "what is the trial for")
_START_WITHIN_SECONDS = 120


def main() -> None:
    """Measure both, one after the other, and print the ratio."""
    ensure_model()
    actions_port = _free_port()
    with _process("-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)):
        stock = _measure("bench.stock_rasa", actions_port)
        ours = _measure("bot.serve", actions_port)
    for name, (rate, median) in {"Rasa's own code": stock, "with overrides": ours}.items():
        print(f"{name:16} {rate:6.1f} messages/s   p50 {median * 1e3:6.1f} ms")
    print(f"ratio            {ours[0] / stock[0]:6.2f} x messages/s")


def _measure(module: str, actions_port: int) -> tuple[float, float]:
    port = _free_port()
    actions = f"http://127.0.0.1:{actions_port}/webhook"
    with _process("-m", module, "--port", str(port), "--actions-url", actions):
        return asyncio.run(_load(f"http://127.0.0.1:{port}"))


async def _load(url: str) -> tuple[float, float]:
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        await _until_up(http)
        await _converse(http, "warm-up", [])
        times: list[float] = []
        start = time.perf_counter()
        await asyncio.gather(*(_converse(http, f"c{n}", times) for n in range(_CONVERSATIONS)))
        return len(times) / (time.perf_counter() - start), sorted(times)[len(times) // 2]


async def _until_up(http: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + _START_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            if (await http.post("/webhooks/rest/webhook", json={"sender": "up", "message": "hello"})).json():
                return
        except httpx.TransportError:
            pass  # not listening yet
        await asyncio.sleep(0.5)
    raise RuntimeError(f"Rasa did not answer within {_START_WITHIN_SECONDS} s")


async def _converse(http: httpx.AsyncClient, sender: str, times: list[float]) -> None:
    for turn in range(_TURNS):
        body = {"sender": sender, "message": _QUESTIONS[turn % len(_QUESTIONS)]}
        start = time.perf_counter()
        replies = (await http.post("/webhooks/rest/webhook", json=body)).raise_for_status().json()
        times.append(time.perf_counter() - start)
        if not replies:
            raise RuntimeError("Rasa gave an empty reply: a benchmark of failures says nothing")


@contextmanager
def _process(*arguments: str) -> Iterator[None]:
    environment = {**os.environ, "SANIC_HOST": "127.0.0.1", "PYTHONPATH": str(ROOT)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([BOT_PYTHON, *arguments], cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
