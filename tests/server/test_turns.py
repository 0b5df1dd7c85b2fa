"""The turn machine over two server processes' worth of machines on one database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from server_fakes import FakeBot, golden_replies
from sqlalchemy import event

from server.chat.turns import Claimed, Composed, TurnInProgressError, Turns
from server.db import Database
from server.errors import MessageIdReusedError, NotFoundError
from server.log.models import Turn
from server.log.repository import LogRepository
from server.log.retention import RetentionRepository
from server.log.turns import NewTurn, Numbered, TurnLog
from server.safety.aftercare import QUIET, Watch
from server.settings import Settings

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

DEADLINE_SECONDS = 8


class Clock:
    """The wall clock of the servers, which the test moves."""

    now = datetime(2026, 1, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def move(self, **by: float) -> None:
        """Set it forward or back."""
        self.now += timedelta(**by)


def anybody(_: Numbered) -> None:
    """Admits everybody."""


def gave_up(turn: Turn, watch: Watch) -> Composed:
    """The end of an abandoned turn."""
    return Composed("failed", golden_replies()[1:2], watch)


class Server:
    """One server process: its own machine and connections."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.database, self.bot = Database(url), FakeBot()
        self.turns = Turns(self.database, DEADLINE_SECONDS, gave_up, clock)

    async def take(self, message_id: str, text: str = "hello") -> str:
        """A message from beginning to end; what became of it."""
        received = await self.turns.receive(NewTurn("c", message_id, text), anybody)
        return (await self.turns.result(received, self.compose)).state

    async def compose(self, claimed: Claimed) -> Composed:
        """Ask the bot."""
        return Composed("answered", await self.bot.ask("c", claimed.turn.client_message_id, {}), QUIET)

    async def dies_with(self, message_id: str) -> None:
        """Receive a message and do nothing more, as a server that is killed."""
        await self.turns.receive(NewTurn("c", message_id, "hello"), anybody)

    async def said(self) -> list[tuple[str, str | None, str | None]]:
        """The history: who, to which message, and its state."""
        async with self.database.session() as session:
            return [(m.role, m.client_message_id, m.state) for m in await LogRepository(session).messages("c", 0)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def servers(settings: Settings, clock: Clock) -> AsyncIterator[list[Server]]:
    """Two servers on one database with one conversation."""
    servers = [Server(settings.database_url, clock) for _ in range(2)]
    async with servers[0].database.session() as session:
        await LogRepository(session).add_rasa_conversation("c", "anna")
    yield servers
    for server in servers:
        await server.database.close()


async def test_two_servers_answer_a_message_once(servers: list[Server]) -> None:
    states = await asyncio.gather(*(server.take("m-1") for server in servers * 10))
    assert set(states) == {"answered"}
    assert sum(len(server.bot.asked) for server in servers) == 1
    assert await servers[0].said() == [("visitor", "m-1", "answered"), ("bot", "m-1", None)]


async def test_two_servers_keep_the_order_of_a_conversation(servers: list[Server]) -> None:
    one, other = servers
    one.bot.gate = asyncio.Event()
    first = asyncio.create_task(one.take("m-1"))
    await one.bot.was_asked.wait()
    second = asyncio.create_task(other.take("m-2"))
    while len(await one.said()) < 2:
        await asyncio.sleep(0)
    assert other.bot.asked == []
    one.bot.gate.set()
    await asyncio.gather(first, second)
    assert [m for m in await one.said() if m[0] == "bot"] == [("bot", "m-1", None), ("bot", "m-2", None)]


async def test_messages_are_stored_in_the_order_in_which_they_came(servers: list[Server]) -> None:
    sent = [f"m-{n}" for n in range(20)]
    await asyncio.gather(*(servers[0].take(message_id) for message_id in sent))
    said = await servers[0].said()
    assert [message_id for role, message_id, _ in said if role == "visitor"] == sent
    assert [message_id for role, message_id, _ in said if role == "bot"] == sent


async def test_what_a_killed_server_left_open_is_answered_on_retry(servers: list[Server], clock: Clock) -> None:
    one, other = servers
    await one.dies_with("m-1")
    clock.move(seconds=DEADLINE_SECONDS + 5)
    assert await other.take("m-1") == "answered"
    assert len(await other.said()) == 2


async def test_what_a_killed_server_left_open_is_failed_before_the_next_message(
    servers: list[Server], clock: Clock
) -> None:
    one, other = servers
    await one.dies_with("m-1")
    await one.dies_with("m-2")
    clock.move(minutes=1)
    assert await other.take("m-3") == "answered"
    said = await other.said()
    assert said[:3] == [("visitor", "m-1", "failed"), ("visitor", "m-2", "failed"), ("visitor", "m-3", "answered")]
    assert [message_id for role, message_id, _ in said if role == "bot"] == ["m-1", "m-2", "m-3"]
    assert await other.take("m-1") == "failed"


async def test_the_rounds_end_what_was_left_open_and_nothing_else(servers: list[Server], clock: Clock) -> None:
    one, other = servers
    await one.dies_with("m-1")
    await one.dies_with("m-2")
    assert await other.turns.give_up_abandoned() == 0
    clock.move(minutes=1)
    assert await other.turns.give_up_abandoned() == 2
    assert await other.turns.give_up_abandoned() == 0
    said = await other.said()
    assert said == [("visitor", m, "failed") for m in ("m-1", "m-2")] + [("bot", m, None) for m in ("m-1", "m-2")]


async def test_a_slow_server_whose_turn_was_given_up_answers_nothing(servers: list[Server], clock: Clock) -> None:
    one, other = servers
    one.bot.gate = asyncio.Event()
    slow = asyncio.create_task(one.take("m-1"))
    await one.bot.was_asked.wait()
    clock.move(minutes=1)
    await other.turns.give_up_abandoned()
    one.bot.gate.set()
    assert await slow == "failed"
    assert len(await other.said()) == 2


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_jumps_stops_nobody_and_doubles_nothing(
    servers: list[Server], clock: Clock, hours: int
) -> None:
    one, other = servers
    await one.dies_with("m-1")
    clock.move(hours=hours)
    assert await other.take("m-1") == "answered"
    assert await other.take("m-2") == "answered"
    assert [role for role, _, _ in await other.said()] == ["visitor", "bot"] * 2


async def test_who_waits_in_vain_is_told_to_come_back(servers: list[Server], clock: Clock) -> None:
    one, other = servers
    await one.dies_with("m-1")
    other.turns = Turns(other.database, DEADLINE_SECONDS, gave_up, clock, patience=timedelta(0))
    with pytest.raises(TurnInProgressError) as told:
        await other.take("m-1")
    assert told.value.headers["Retry-After"] == "2"


async def test_the_same_id_with_another_text_is_refused_while_the_turn_is_open(servers: list[Server]) -> None:
    one, other = servers
    await one.dies_with("m-1")
    with pytest.raises(MessageIdReusedError):
        await other.take("m-1", "another text")


async def test_a_conversation_that_is_erased_meanwhile_stays_erased(servers: list[Server]) -> None:
    one, other = servers
    one.bot.gate = asyncio.Event()
    asking = asyncio.create_task(one.take("m-1"))
    await one.bot.was_asked.wait()
    async with other.database.session() as session:
        await RetentionRepository(session).erase(["c"])
    one.bot.gate.set()
    with pytest.raises(NotFoundError):
        await asking
    assert await other.said() == []


async def test_no_connection_is_held_while_the_bot_is_asked(servers: list[Server]) -> None:
    one = servers[0]
    one.bot.gate = asyncio.Event()
    async with one.database.session() as session:
        for n in range(40):
            await LogRepository(session).add_rasa_conversation(f"c{n}", f"c{n}")
    asking = [asyncio.create_task(ask_in(one, f"c{n}")) for n in range(40)]
    while len(one.bot.asked) < 40:
        await asyncio.sleep(0)
    async with one.database.session() as session:
        assert await TurnLog(session).first_open("c39")
    one.bot.gate.set()
    assert await asyncio.gather(*asking) == ["answered"] * 40


async def ask_in(server: Server, conversation_id: str) -> str:
    """A message in another conversation."""
    received = await server.turns.receive(NewTurn(conversation_id, "m", "hello"), anybody)
    return (await server.turns.result(received, server.compose)).state


async def test_a_turn_costs_eight_statements_in_two_transactions(servers: list[Server]) -> None:
    """docs/decisions/0010 says so; each more is a round trip of every message."""
    one = servers[0]
    counted: list[str] = []
    engine = one.database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2].split()[0]))
    event.listen(engine, "commit", lambda _: counted.append("COMMIT"))
    await one.take("m-1")
    assert counted == ["UPDATE", "SELECT", "INSERT", "COMMIT", "UPDATE", "UPDATE", *["INSERT"] * 3, "COMMIT"]


async def test_a_turn_that_is_being_answered_holds_back_those_after_it(servers: list[Server], clock: Clock) -> None:
    one, other = servers
    await one.dies_with("m-1")
    await one.dies_with("m-2")
    clock.move(minutes=1)
    other.bot.gate = asyncio.Event()
    retry = asyncio.create_task(other.take("m-1"))
    await other.bot.was_asked.wait()
    assert await one.turns.give_up_abandoned() == 0
    other.bot.gate.set()
    assert await retry == "answered"
    assert await one.turns.give_up_abandoned() == 1
    assert [m[1:] for m in await one.said() if m[0] == "bot"] == [("m-1", None), ("m-2", None)]


async def test_of_two_who_took_the_same_turn_the_first_to_finish_answers_it(
    servers: list[Server], clock: Clock
) -> None:
    one, other = servers
    for server in servers:
        server.bot.gate = asyncio.Event()
    slow = asyncio.create_task(one.take("m-1"))
    await one.bot.was_asked.wait()
    clock.move(minutes=1)
    retry = asyncio.create_task(other.take("m-1"))
    await other.bot.was_asked.wait()
    for server in servers:
        assert server.bot.gate
        server.bot.gate.set()
    assert await asyncio.gather(slow, retry) == ["answered", "answered"]
    assert len(await one.said()) == 2


async def test_an_answer_of_several_messages_is_numbered_through(servers: list[Server]) -> None:
    one, other = servers
    one.bot.replies = golden_replies()
    assert await one.take("m-1") == "answered"
    assert await other.take("m-2") == "answered"
    async with one.database.session() as session:
        assert [m.seq for m in await LogRepository(session).messages("c", 0)] == [1, 2, 3, 4, 5, 6]


async def test_a_fault_of_ours_gives_the_turn_back_at_once(servers: list[Server], clock: Clock) -> None:
    one, other = servers
    one.bot.failure = RuntimeError("a bug")
    with pytest.raises(RuntimeError):
        await one.take("m-1")
    other.turns = Turns(other.database, DEADLINE_SECONDS, gave_up, clock, patience=timedelta(0))
    assert await other.take("m-1") == "answered"
