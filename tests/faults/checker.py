"""Reads the whole log after a fault and holds it against what visitors were told."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from traffic import Told

from server.db import create_engine
from server.settings import async_database_url


@dataclass(frozen=True)
class Tally:
    """A row of the table; `longest` is the longest time in seconds that a visitor waited for a result."""

    acknowledged: int
    stored: int
    answered: int
    failed: int
    lost: int
    duplicated: int
    out_of_order: int
    longest: float

    def assert_kept(self) -> None:
        """The promise of DESIGN, section 7."""
        assert (self.lost, self.duplicated, self.out_of_order) == (0, 0, 0), self
        assert self.answered + self.failed == self.acknowledged, self


@dataclass(frozen=True)
class _Turn:
    id: str
    conversation: str
    seq: int
    message: str
    state: str


async def check(database_url: str, told: Told) -> Tally:
    """Count. A message is acknowledged if its sender was given a result, or if it stands in the log."""
    engine = create_engine(async_database_url(database_url))
    async with engine.connect() as connection:
        columns = "SELECT id, conversation_id, seq, client_message_id, state FROM turn ORDER BY conversation_id, seq"
        turns = [_Turn(*row) for row in await _rows(connection, columns)]
        replies = await _rows(
            connection,
            "SELECT r.conversation_id, r.seq, r.turn_id, t.seq, r.at, r.text "
            "FROM reply r JOIN turn t ON t.id = r.turn_id ORDER BY r.conversation_id, r.seq",
        )
    await engine.dispose()
    stored = Counter((turn.conversation, turn.message) for turn in turns)
    acknowledged = set(stored) | set(told.results)
    # One answer may be several messages, which are stored together.
    answers = Counter(turn_id for turn_id, _ in {(row.turn_id, row.at) for row in replies})
    messages = Counter((row.turn_id, row.text) for row in replies)
    states = {(turn.conversation, turn.message): turn.state for turn in turns}
    told_otherwise = sum(body["state"] != states.get(key) for key, body in told.results.items())
    unanswered = sum(turn.state != "received" and not answers[turn.id] for turn in turns)
    return Tally(
        acknowledged=len(acknowledged),
        stored=len(turns),
        answered=sum(turn.state == "answered" for turn in turns),
        failed=sum(turn.state == "failed" for turn in turns),
        lost=len(acknowledged - set(stored)) + unanswered + told_otherwise,
        duplicated=sum(count - 1 for count in [*stored.values(), *answers.values(), *messages.values()]),
        out_of_order=_out_of_order(turns, told) + _answers_out_of_order(replies),
        longest=told.longest,
    )


async def _rows(connection: AsyncConnection, statement: str) -> list[Any]:
    return list((await connection.execute(text(statement))).all())


def _out_of_order(turns: list[_Turn], told: Told) -> int:
    """Messages that stand elsewhere than they were sent."""
    wrong = 0
    for conversation, sent in told.sent.items():
        stored = [turn.message for turn in turns if turn.conversation == conversation]
        expected = [message for message in sent if message in stored]
        wrong += sum(a != b for a, b in zip(stored, expected, strict=True))
    return wrong


def _answers_out_of_order(replies: list[Any]) -> int:
    """Answers before their question, or before the answer to an earlier one."""
    wrong, last = 0, {}
    for conversation, seq, _, of_seq, *_ in replies:
        wrong += seq < of_seq or of_seq < last.get(conversation, 0)
        last[conversation] = of_seq
    return wrong
