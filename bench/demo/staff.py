"""What staff have done about the demonstration's conversations: judgements with what follows from them, and tags."""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.demo.visits import Visit
from server.console.inbox.models import ConversationTag
from server.console.teaching.lessons import Lessons
from server.console.teaching.models import Judgement, Lesson
from server.console.teaching.wording import teachable
from server.log.models import Reply, Turn

_NAME = "Demonstration"
_JUDGED = 0.7


async def judge(session: AsyncSession, visits: Iterable[Visit], now: datetime, chance: random.Random) -> int:
    """Judge most turns by the topic that was meant; what the bot got wrong is proposed. The number of judgements.

    Nothing of it enters the trail, which tells of people.
    """
    judged = 0
    for visit in visits:
        told = await _topics_told(session, visit.conversation_id)
        for own_id, meant in visit.meant:
            if meant is None or chance.random() > _JUDGED:
                continue
            turn, topics = told[own_id]
            judged_at = min(now, turn.received_at + timedelta(hours=chance.uniform(1, 40)))
            session.add(await _judgement(session, turn, None if meant in topics else meant, judged_at))
            judged += 1
    await session.flush()
    return judged


async def _judgement(session: AsyncSession, turn: Turn, right: str | None, at: datetime) -> Judgement:
    """Right, or wrong with the right topic. Of a button there are no words to learn from."""
    is_lesson = right is not None and turn.payload is None
    lesson = await Lessons(session).propose(teachable(turn.text), right or "") if is_lesson else None
    who = {"judged_by": _NAME.lower(), "judged_by_name": _NAME, "judged_at": at}
    verdict = "wrong" if right else "right"
    return Judgement(turn_id=turn.id, verdict=verdict, topic=right, version=1, lesson_id=lesson, **who)


async def forget_lessons(session: AsyncSession) -> None:
    """Delete proposed questions whose turns are all gone."""
    used = select(Judgement.turn_id).where(Judgement.lesson_id == Lesson.id).exists()
    await session.execute(delete(Lesson).where(Lesson.state == "waiting", ~used))


async def tag(session: AsyncSession, tags: Mapping[str, str]) -> int:
    """Tag conversations, by their ids. The number of tags."""
    session.add_all(ConversationTag(conversation_id=id, tag=word) for id, word in tags.items())
    await session.flush()
    return len(tags)


async def _topics_told(session: AsyncSession, conversation_id: str) -> dict[str, tuple[Turn, set[str]]]:
    query = select(Turn, Reply.details).join(Reply, Reply.turn_id == Turn.id)
    told: dict[str, tuple[Turn, set[str]]] = {}
    for turn, details in await session.execute(query.where(Turn.conversation_id == conversation_id)):
        told.setdefault(turn.client_message_id, (turn, set()))[1].update((details or {}).get("topics", ()))
    return told
