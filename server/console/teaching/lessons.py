"""The queries of lessons: proposed training questions. Nothing here commits: `Database.session` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.wording import NearQuestions, normalised
from server.console.staff import Staff
from server.console.teaching.models import Judgement, Lesson, LessonState
from server.console.teaching.wording import teachable
from server.log.models import Turn

_UNSYNCHRONISED = {"synchronize_session": False}
# What a form sends of so many stays well below MAX_BODY_BYTES.
_SHOWN = 100


@dataclass(frozen=True)
class Proposal:
    """A lesson with its text, and how many people asked so."""

    id: str
    topic: str
    state: LessonState
    reason: str | None
    text: str
    conversation_id: str
    people: int


class Lessons:
    """Lessons within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def propose(self, text: str, topic: str) -> str:
        """The lesson for a question: one of nearly the same words and the same topic, or a new one. Its id."""
        known = [p for p in await self.of_states("waiting", "accepted", "rejected", "apart") if p.topic == topic]
        near = NearQuestions((p.id, p.text) for p in known).find(text)
        if near:
            return near[0]
        lesson = Lesson(id=uuid4().hex, topic=topic, state="waiting", created_at=datetime.now(UTC))
        self._session.add(lesson)
        await self._session.flush()
        return lesson.id

    async def of_states(self, *states: LessonState, limit: int | None = None) -> list[Proposal]:
        """Lessons of some states whose turns are still there, those that most people asked first."""
        people = func.count(func.distinct(Turn.conversation_id)).label("people")
        counted = (
            select(Judgement.lesson_id, people, func.min(Turn.received_at).label("first"))
            .join(Turn, Turn.id == Judgement.turn_id)
            .group_by(Judgement.lesson_id)
            .subquery()
        )
        query = (
            select(Lesson, counted.c.people)
            .join(counted, counted.c.lesson_id == Lesson.id)
            .where(Lesson.state.in_(states))
            .order_by(counted.c.people.desc(), counted.c.first, Lesson.id)
            .limit(limit)
        )
        rows = (await self._session.execute(query)).all()
        texts = await self._texts([lesson.id for lesson, _ in rows])
        return [
            Proposal(lesson.id, lesson.topic, lesson.state, lesson.reason, *texts[lesson.id], count)
            for lesson, count in rows
        ]

    async def shown(self, *states: LessonState) -> list[Proposal]:
        """As many as a page takes."""
        return await self.of_states(*states, limit=_SHOWN)

    async def count(self, *states: LessonState) -> int:
        """How many there are of some states whose turns are still there."""
        query = select(func.count(func.distinct(Lesson.id))).join(Judgement, Judgement.lesson_id == Lesson.id)
        return (await self._session.execute(query.where(Lesson.state.in_(states)))).scalar_one()

    async def decide(self, ids: Sequence[str], state: LessonState, staff: Staff) -> list[str]:
        """Decide on lessons that nobody has decided on meanwhile, or that wait again; the ids of those."""
        open_states = ("waiting", "apart") if state == "accepted" else ("waiting", "apart", "accepted")
        statement = (
            update(Lesson)
            .where(Lesson.id.in_(ids), Lesson.state.in_(open_states))
            .values(state=state, decided_by=staff.name, decided_at=datetime.now(UTC), reason=None)
            .returning(Lesson.id)
        )
        return list(await self._session.scalars(statement, execution_options=_UNSYNCHRONISED))

    async def change_topic(self, lesson_id: str, seen: str, topic: str) -> bool:
        """Give an undecided lesson another topic; False if its topic is not `seen` any more, or it was decided on."""
        statement = (
            update(Lesson)
            .where(Lesson.id == lesson_id, Lesson.topic == seen, Lesson.state.in_(("waiting", "apart")))
            .values(topic=topic)
            .returning(Lesson.id)
        )
        return await self._session.scalar(statement, execution_options=_UNSYNCHRONISED) is not None

    async def settle(self, ids: Sequence[str], state: LessonState, run_id: str, reason: str | None = None) -> None:
        """Note what a run of learning made of lessons."""
        statement = update(Lesson).where(Lesson.id.in_(ids)).values(state=state, run_id=run_id, reason=reason)
        await self._session.execute(statement, execution_options=_UNSYNCHRONISED)

    async def of_run(self, run_id: str, state: LessonState) -> list[Proposal]:
        """The lessons of a run."""
        ids = await self._session.scalars(select(Lesson.id).where(Lesson.run_id == run_id))
        wanted = set(ids)
        return [p for p in await self.of_states(state) if p.id in wanted]

    async def drop_if_unused(self, lesson_id: str) -> None:
        """Delete an undecided lesson that no judgement points at any more."""
        used = select(Judgement.turn_id).where(Judgement.lesson_id == lesson_id).exists()
        statement = delete(Lesson).where(Lesson.id == lesson_id, Lesson.state == "waiting", ~used)
        await self._session.execute(statement, execution_options=_UNSYNCHRONISED)

    async def _texts(self, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Text and conversation of each lesson's first turn."""
        query = (
            select(Judgement.lesson_id, Turn.text, Turn.conversation_id)
            .join(Turn, Turn.id == Judgement.turn_id)
            .where(Judgement.lesson_id.in_(ids))
            .order_by(Turn.received_at, Turn.id)
        )
        found: dict[str, tuple[str, str]] = {}
        for lesson_id, text, conversation_id in await self._session.execute(query):
            found.setdefault(lesson_id or "", (teachable(text), conversation_id))
        return found


def clashes(proposals: Sequence[Proposal]) -> set[str]:
    """Ids of lessons whose question stands under another topic as well."""
    topics: dict[str, set[str]] = {}
    for p in proposals:
        topics.setdefault(normalised(p.text), set()).add(p.topic)
    return {p.id for p in proposals if len(topics[normalised(p.text)]) > 1}
