"""Visitors who send messages, come back when something fails, and remember what they were told."""

import asyncio
import itertools
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

# Who gives up after so long would have called the clinic.
_PATIENCE_SECONDS = 120
_COMES_BACK_AFTER_SECONDS = 0.25


@dataclass
class Told:
    """What visitors were told: the result of each message they sent, in the order of sending by conversation."""

    sent: dict[str, list[str]] = field(default_factory=dict)
    results: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    longest: float = 0.0
    statuses: set[int] = field(default_factory=set)


class Visitor:
    """A visitor in a conversation; `urls` are the servers that a balancer would choose from."""

    def __init__(self, http: httpx.AsyncClient, urls: list[str], told: Told, opened: dict[str, str]) -> None:
        self._http, self._told, self._next = http, told, itertools.cycle(urls)
        self.id, self.headers = opened["id"], {"Authorization": f"Bearer {opened['token']}"}
        self._told.sent[self.id] = []

    @classmethod
    async def arrive(cls, http: httpx.AsyncClient, urls: list[str], told: Told) -> "Visitor":
        """Open a conversation, trying until it works."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for url in itertools.cycle(urls):
            with suppress(httpx.HTTPError):
                response = await http.post(f"{url}/api/v1/conversations")
                if response.status_code == httpx.codes.CREATED:
                    return cls(http, urls, told, response.json())
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(_COMES_BACK_AFTER_SECONDS)
        raise RuntimeError("no conversation could be opened")

    def say(self, text: str) -> "asyncio.Task[dict[str, Any]]":
        """Send a message, now; the result when there is one."""
        sent = self._told.sent[self.id]
        sent.append(f"m-{len(sent)}")
        return asyncio.create_task(self.deliver(sent[-1], text))

    async def deliver(self, message_id: str, text: str) -> dict[str, Any]:
        """Send a message again and again until there is a result."""
        started = time.monotonic()
        while time.monotonic() - started < _PATIENCE_SECONDS:
            response = await self.post_once(message_id, text)
            if response is not None:
                self._told.statuses.add(response.status_code)
                if response.status_code == httpx.codes.OK:
                    body: dict[str, Any] = response.json()
                    before = self._told.results.setdefault((self.id, message_id), body)
                    assert before == body, "told something else than before"
                    self._told.longest = max(self._told.longest, time.monotonic() - started)
                    return body
            await asyncio.sleep(_COMES_BACK_AFTER_SECONDS)
        raise RuntimeError(f"no result within {_PATIENCE_SECONDS} s")

    async def post_once(self, message_id: str, text: str) -> httpx.Response | None:
        """Send a message once, to the next server; None if there is no answer."""
        url = f"{next(self._next)}/api/v1/conversations/{self.id}/messages"
        try:
            return await self._http.post(
                url, json={"client_message_id": message_id, "text": text}, headers=self.headers
            )
        except httpx.HTTPError:
            return None

    async def history(self) -> list[dict[str, Any]]:
        """Read the conversation."""
        url = f"{next(self._next)}/api/v1/conversations/{self.id}/messages"
        response = await self._http.get(url, headers=self.headers)
        messages: list[dict[str, Any]] = response.raise_for_status().json()["messages"]
        return messages


class Load:
    """Some visitors who talk all the time until told to stop, each waiting for the result before the next message."""

    def __init__(self, visitors: list[Visitor], text: str = "How long does the battery last?") -> None:
        self._visitors, self._text, self._on = visitors, text, True
        self.results = 0
        self.latest = ""
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Load":
        self._tasks = [asyncio.create_task(self._talk(visitor)) for visitor in self._visitors]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._on = False
        await asyncio.gather(*self._tasks)

    async def go_on(self, results: int) -> None:
        """Let the visitors talk until so many more messages had a result."""
        goal = self.results + results
        while self.results < goal:
            done = [task for task in self._tasks if task.done()]
            for task in done:
                task.result()  # a visitor who gave up ends the test
            await asyncio.sleep(0.02)

    async def _talk(self, visitor: Visitor) -> None:
        for n in itertools.count():
            if not self._on:
                return
            self.latest = (await visitor.say(f"{self._text} ({n})"))["state"]
            self.results += 1
