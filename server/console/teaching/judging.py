"""Judging a turn: is the bot's answer right, and if not, what follows from it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.staff import Staff
from server.console.teaching.lessons import Lessons
from server.console.teaching.models import OUT_OF_SCOPE, Judgement, Lesson, Verdict
from server.console.teaching.wording import examined, teachable
from server.console.trail import Trail
from server.log.models import Reply, Turn

_SPOILS = "The bot is examined with nearly the same question (“{}”): to teach it would spoil the measure."


class JudgedMeanwhileError(Exception):
    """Somebody else judged the turn after it was shown."""


@dataclass(frozen=True)
class Judged:
    """A turn with its replies, what was thought of it last, and the lesson that follows from that."""

    turn: Turn
    replies: Sequence[Reply]
    judgement: Judgement | None
    lesson: Lesson | None


@dataclass(frozen=True)
class Opinion:
    """What somebody says of a turn; `topic` only where it is wrong. `seen` is the version that they looked at."""

    verdict: Verdict
    topic: str | None
    note: str | None
    seen: int


class Judging:
    """Judgements within one session. `examination` is the folder of questions that measure the bot."""

    def __init__(self, session: AsyncSession, examination: Path) -> None:
        self._session, self._lessons, self._examination = session, Lessons(session), examination

    async def find(self, turn_id: str) -> Judged | None:
        """A turn with what is known of it."""
        turn = await self._session.get(Turn, turn_id)
        if turn is None:
            return None
        replies = await self._session.scalars(select(Reply).where(Reply.turn_id == turn_id).order_by(Reply.seq))
        judgement = await self._session.get(Judgement, turn_id)
        lesson = await self._session.get(Lesson, judgement.lesson_id) if judgement and judgement.lesson_id else None
        return Judged(turn, replies.all(), judgement, lesson)

    async def judge(self, turn: Turn, opinion: Opinion, staff: Staff) -> None:
        """Keep an opinion instead of the one before, and propose a training question if one follows.

        Raises JudgedMeanwhileError if it is not the one that was seen. Records it, so call it last in a session.
        """
        lesson_id, refused = await self._proposed(turn, opinion)
        before = await self._session.scalar(select(Judgement.lesson_id).where(Judgement.turn_id == turn.id))
        values = {
            "verdict": opinion.verdict,
            "topic": opinion.topic,
            "note": opinion.note,
            "judged_by": staff.id,
            "judged_by_name": staff.name,
            "judged_at": datetime.now(UTC),
            "lesson_id": lesson_id,
            "refused": refused,
        }
        await (self._replace(turn, opinion.seen, values) if opinion.seen else self._add(turn, values))
        if before and before != lesson_id:
            await self._lessons.drop_if_unused(before)
        await Trail(self._session).record(
            staff, "judged", "turn", turn.id, verdict=opinion.verdict, topic=opinion.topic
        )

    async def unsafe(self) -> Sequence[tuple[Judgement, str]]:
        """The latest judgements that an answer was unsafe, each with its conversation."""
        query = (
            select(Judgement, Turn.conversation_id)
            .join(Turn, Turn.id == Judgement.turn_id)
            .where(Judgement.verdict == "unsafe")
            .order_by(Judgement.judged_at.desc())
            .limit(20)
        )
        return [(judgement, conversation) for judgement, conversation in await self._session.execute(query)]

    async def _proposed(self, turn: Turn, opinion: Opinion) -> tuple[str | None, str | None]:
        """The id of the lesson that follows, or why none does; neither where nothing is to be learned."""
        if opinion.verdict not in ("wrong", "out_of_scope"):
            return None, None
        if turn.payload:
            return None, "The visitor pressed a button: there are no words to learn from."
        text = teachable(turn.text)
        if not any(c.isalpha() for c in text):
            return None, "It holds no words to learn from."
        # In a thread: the first time it reads a hundred files, and visitors are not to wait for that.
        same = await asyncio.to_thread(examined, text, self._examination)
        if same:
            return None, _SPOILS.format(same)
        return await self._lessons.propose(text, opinion.topic or OUT_OF_SCOPE), None

    async def _replace(self, turn: Turn, seen: int, values: Mapping[str, Any]) -> None:
        statement = (
            update(Judgement)
            .where(Judgement.turn_id == turn.id, Judgement.version == seen)
            .values(version=seen + 1, **values)
            .returning(Judgement.turn_id)
        )
        replaced = await self._session.scalar(statement, execution_options={"synchronize_session": False})
        if replaced is None:
            raise JudgedMeanwhileError

    async def _add(self, turn: Turn, values: Mapping[str, Any]) -> None:
        try:
            async with self._session.begin_nested():
                await self._session.execute(insert(Judgement).values(turn_id=turn.id, version=1, **values))
        except IntegrityError:
            raise JudgedMeanwhileError from None
