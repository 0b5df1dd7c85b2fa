"""Whatever happens in whatever order, the turn machine keeps its promise: hypothesis looks for one that breaks it.

Two servers on one database; messages, retries, deaths at each point of a turn, a bot that fails, clocks that jump.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from server_fakes import golden_replies

from server.chat.turns import Claimed, Composed, Finished, TurnInProgressError, Turns
from server.db import Database
from server.errors import MessageIdReusedError
from server.log.models import Turn
from server.log.repository import LogRepository
from server.log.turns import NewTurn, Numbered
from server.safety.aftercare import QUIET, Watch

T = TypeVar("T")
SERVERS = st.integers(0, 1)
START = datetime(2026, 1, 2, tzinfo=UTC)


class Died(Exception):
    """The server was killed here."""


def anybody(_: Numbered) -> None:
    """Admits everybody."""


def gave_up(turn: Turn, watch: Watch) -> Composed:
    """The end of an abandoned turn."""
    return Composed("failed", golden_replies()[1:2], watch)


class TurnMachine(RuleBasedStateMachine):
    """What visitors and fate may do."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        url = f"sqlite+aiosqlite:///{shutil.copy(self.migrated, self.folder / 'log.db')}"
        self.runner = asyncio.Runner()
        self.now = START
        self.databases = [Database(url) for _ in range(2)]
        self.servers = [
            Turns(database, 8, gave_up, clock=lambda: self.now, patience=timedelta(0)) for database in self.databases
        ]
        self.sent: list[str] = []
        self.told: dict[str, tuple[str, list[str]]] = {}
        self.asked: list[str] = []
        self.wait(self._open())

    def wait(self, what: Coroutine[Any, Any, T]) -> T:
        """Do it."""
        return self.runner.run(what)

    async def _open(self) -> None:
        async with self.databases[0].session() as session:
            await LogRepository(session).add_rasa_conversation("c", "anna")

    async def _take(self, server: int, message: str, text: str, dies: str = "") -> Finished:
        async def compose(claimed: Claimed) -> Composed:
            self.asked.append(message)
            return Composed("failed" if "down" in text else "answered", golden_replies()[:1], QUIET)

        turns = self.servers[server]
        received = await turns.receive(NewTurn("c", message, text), anybody)
        if dies == "before":
            raise Died
        if dies == "after":  # the bot was asked, and nothing was stored of it
            if isinstance(received, Claimed):
                await compose(received)
            raise Died
        return await turns.result(received, compose)

    def _say(self, server: int, message: str, dies: str = "") -> None:
        text = f"{message} with the bot down" if message.endswith("3") else message
        try:
            finished = self.wait(self._take(server, message, text, dies))
        except (Died, TurnInProgressError):
            return
        result = (finished.state, [reply.id for reply in finished.replies])
        assert self.told.setdefault(message, result) == result, "told something else than before"

    @rule(server=SERVERS)
    def send(self, server: int) -> None:
        """A new message."""
        self.sent.append(f"m-{len(self.sent)}")
        self._say(server, self.sent[-1])

    @rule(server=SERVERS, dies=st.sampled_from(["before", "after"]))
    def send_and_die(self, server: int, dies: str) -> None:
        """A new message whose server is killed before or after it has asked the bot."""
        self.sent.append(f"m-{len(self.sent)}")
        self._say(server, self.sent[-1], dies)

    @precondition(lambda self: self.sent)
    @rule(server=SERVERS, data=st.data(), dies=st.sampled_from(["", "", "before", "after"]))
    def retry(self, server: int, data: st.DataObject, dies: str) -> None:
        """An earlier message again."""
        self._say(server, data.draw(st.sampled_from(self.sent)), dies)

    @precondition(lambda self: self.sent)
    @rule(server=SERVERS, data=st.data())
    def reuse(self, server: int, data: st.DataObject) -> None:
        """An earlier id with another text."""
        with pytest.raises(MessageIdReusedError):
            self.wait(self._take(server, data.draw(st.sampled_from(self.sent)), "another text"))

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: int) -> None:
        """Some time."""
        self.now += timedelta(seconds=seconds)

    @rule(hours=st.sampled_from([-24, -1, 1, 24]))
    def clock_jumps(self, hours: int) -> None:
        """Somebody sets the clock."""
        self.now += timedelta(hours=hours)

    @rule(server=SERVERS)
    def rounds(self, server: int) -> None:
        """A server looks for what was left open."""
        self.wait(self.servers[server].give_up_abandoned())

    @invariant()
    def promise_is_kept(self) -> None:
        """Stored once and in order; answered once and in order; what was told still stands."""
        messages = self.wait(self._messages())
        visitor = [m for m in messages if m.role == "visitor"]
        answers = [m.client_message_id for m in messages if m.role == "bot"]
        assert [m.client_message_id for m in visitor] == self.sent
        assert [m.seq for m in messages] == list(range(1, len(messages) + 1))
        assert answers == [m.client_message_id for m in visitor if m.state != "received"], "each once, and in order"
        states = {m.client_message_id: m.state for m in visitor}
        assert all(states[message] == state for message, (state, _) in self.told.items())

    async def _messages(self) -> list[Any]:
        async with self.databases[0].session() as session:
            return list(await LogRepository(session).messages("c", 0))

    def teardown(self) -> None:
        """In the end nothing is left open."""
        self.now += timedelta(minutes=5)
        self.rounds(0)
        assert all(m.state != "received" for m in self.wait(self._messages()))
        for database in self.databases:
            self.wait(database.close())
        self.runner.close()
        shutil.rmtree(self.folder)


def test_the_promise_holds_whatever_happens(migrated_file: Path) -> None:
    TurnMachine.migrated = migrated_file
    run_state_machine_as_test(
        TurnMachine,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
