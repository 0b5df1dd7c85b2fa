"""Questions that the bot could not answer, grouped by meaning in the background, by a process of the bot's environment.

The server has no sentence encoder, so `python -m bot.group` gets the questions on its stdin and tells the groups. What
it found is stored; pages only read that.
"""

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.teaching.models import GroupedTurn, Judgement, QuestionGroup
from server.console.teaching.wording import teachable
from server.db import Database
from server.log.models import Conversation, Reply, Turn
from server.log.retention import RetentionRepository
from server.settings import ROOT

logger = logging.getLogger(__name__)

JOB = "group questions"
EVERY, AT_ONCE = timedelta(hours=1), timedelta(seconds=30)
_DAYS = 30
_QUESTIONS_AT_MOST = 2000
_SECONDS_AT_MOST = 300
_SHOWN, _LEAST = 40, 2
# What a form sends of so many stays well below MAX_BODY_BYTES.
_JUDGED_AT_ONCE = 300


@dataclass(frozen=True)
class Group:
    """Questions of one meaning, the most typical first, as (turn, conversation, text); how many people asked."""

    id: str
    people: int
    questions: Sequence[tuple[str, str, str]]


class Groups:
    """Groups within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def unanswered(self) -> list[tuple[str, str]]:
        """(turn, text) of what was refused or asked back about lately, and that nobody has judged."""
        since = datetime.now(UTC) - timedelta(days=_DAYS)
        missed = exists().where(Reply.turn_id == Turn.id, Reply.kind.in_(("fallback", "clarify")))
        query = (
            select(Turn.id, Turn.text)
            .join(Conversation)
            .outerjoin(Judgement, Judgement.turn_id == Turn.id)
            .where(Conversation.last_at >= since, Turn.state == "answered", Turn.payload.is_(None))
            .where(Judgement.turn_id.is_(None), missed)
            .order_by(Turn.received_at.desc())
            .limit(_QUESTIONS_AT_MOST)
        )
        return [(turn_id, teachable(text)) for turn_id, text in await self._session.execute(query)]

    async def store(self, groups: Iterable[Sequence[str]]) -> None:
        """Put new groups of turns in the place of the old ones. Turns that are gone meanwhile are left out."""
        await self._session.execute(delete(GroupedTurn))
        await self._session.execute(delete(QuestionGroup))
        now, wanted = datetime.now(UTC), [list(group) for group in groups]
        every = [turn_id for group in wanted for turn_id in group]
        there = set(await self._session.scalars(select(Turn.id).where(Turn.id.in_(every))))
        for position, turn_ids in enumerate(wanted):
            group = QuestionGroup(id=uuid4().hex, position=position, made_at=now)
            self._session.add(group)
            await self._session.flush()
            kept = [t for t in turn_ids if t in there]
            self._session.add_all(GroupedTurn(turn_id=t, group_id=group.id, position=k) for k, t in enumerate(kept))

    async def shown(self) -> tuple[list[Group], int, datetime | None]:
        """The groups that several people asked, how many questions stand alone, and when all were grouped."""
        query = (
            select(GroupedTurn.group_id, Turn.id, Turn.conversation_id, Turn.text)
            .join(Turn, Turn.id == GroupedTurn.turn_id)
            .join(QuestionGroup, QuestionGroup.id == GroupedTurn.group_id)
            .outerjoin(Judgement, Judgement.turn_id == Turn.id)
            .where(Judgement.turn_id.is_(None))
            .order_by(QuestionGroup.position, GroupedTurn.position)
        )
        found: dict[str, list[tuple[str, str, str]]] = {}
        for group_id, turn_id, conversation_id, text in await self._session.execute(query):
            found.setdefault(group_id, []).append((turn_id, conversation_id, text))
        groups = [Group(k, len({c for _, c, _ in rows}), rows[:_JUDGED_AT_ONCE]) for k, rows in found.items()]
        several = sorted((g for g in groups if len(g.questions) >= _LEAST), key=lambda g: -g.people)
        made_at = await self._session.scalar(select(func.max(QuestionGroup.made_at)))
        return several[:_SHOWN], len(groups) - len(several), made_at


async def regroup(database: Database, bot_python: Path, every: timedelta = EVERY) -> bool:
    """Group anew, unless some server process did so within `every` or is about to. Whether it was done.

    It never raises for the grouping's own faults: staff then see the groups of the last time, and the log says why.
    """
    async with database.session() as session:
        if not await RetentionRepository(session).take_job(JOB, datetime.now(UTC), every):
            return False
        unanswered = await Groups(session).unanswered()
    groups = await _grouped(bot_python, unanswered)
    if groups is None:
        return False
    async with database.session() as session:
        await Groups(session).store(groups)
    return True


async def _grouped(bot_python: Path, questions: Sequence[tuple[str, str]]) -> list[list[str]] | None:
    if not bot_python.is_file():
        logger.warning("questions are not grouped", extra={"fields": {"reason": f"there is no {bot_python}"}})
        return None
    lines = "\n".join(json.dumps({"id": turn_id, "text": text}) for turn_id, text in questions)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *("nice", "-n", "10", str(bot_python), "-m", "bot.group"), cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(_SECONDS_AT_MOST):
            out, _ = await process.communicate(lines.encode())
    except TimeoutError:
        out = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        # Its own words stay out of the log: they could quote a question.
        logger.error("questions could not be grouped", extra={"fields": {"code": process.returncode}})
        return None
    return [json.loads(line) for line in out.decode().splitlines()]
