"""The queries of the counted use. Nothing here commits: `Database.session` does."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from server.log.models import Contact, Conversation, Feedback, Job, Reply, Turn
from server.usage.counting import Counts, Measure, RatingFacts, ReplyFacts, TurnFacts, count
from server.usage.models import TalliedDay, Tally

# No job that is ever due: its row says since when other processes' numbers of today are out of date.
_RECOUNT = "recount"


class UsageRepository:
    """Counting, and what was counted, within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counted(self, start: datetime, end: datetime) -> Counts:
        """The numbers from one moment to another, from the log itself."""
        return count(
            await self._turns(start, end),
            await self._ratings(start, end),
            await self._number(Conversation.created_at, start, end),
            await self._number(Contact.at, start, end),
        )

    async def keep(self, day: date, counts: Counts) -> None:
        """Keep the numbers of a day. Raises IntegrityError if somebody else has."""
        await self._session.execute(insert(TalliedDay).values(day=day, at=datetime.now(UTC)))
        rows = [{"day": day, "measure": m, "name": name, "count": n} for (m, name), n in counts.items()]
        if rows:
            await self._session.execute(insert(Tally), rows)

    async def forget(self, first: date, last: date, now: datetime) -> None:
        """Let these days be counted anew, and note when that was."""
        for table in (Tally, TalliedDay):
            await self._session.execute(delete(table).where(table.day.between(first, last)))
        await self._session.merge(Job(name=_RECOUNT, due_at=now))

    async def recounted_at(self) -> datetime | None:
        """When `forget` was called last."""
        return await self._session.scalar(select(Job.due_at).where(Job.name == _RECOUNT))

    async def kept_days(self, first: date, last: date) -> set[date]:
        """The days in this period whose numbers are kept."""
        return set(await self._session.scalars(select(TalliedDay.day).where(TalliedDay.day.between(first, last))))

    async def first_day(self) -> date | None:
        """The day of the oldest conversation."""
        oldest = await self._session.scalar(select(func.min(Conversation.created_at)))
        return oldest.astimezone(UTC).date() if oldest else None

    async def by_step(
        self, starts: Sequence[date], last: date, measures: Collection[Measure]
    ) -> Sequence[tuple[date, Measure, str, int]]:
        """The kept numbers of each step; steps begin on these days, and the last one ends on the last day."""
        # Added up by the database: a quarter has thousands of rows, which take longer to fetch than to add.
        number = case(*((Tally.day >= start, n) for n, start in reversed(list(enumerate(starts)))), else_=0)
        step = number.label("step")
        query = (
            select(step, Tally.measure, Tally.name, func.sum(Tally.count))
            .where(Tally.day.between(starts[0], last), Tally.measure.in_(measures))
            .group_by(step, Tally.measure, Tally.name)
        )
        return [(starts[i], Measure(m), name, int(n)) for i, m, name, n in await self._session.execute(query)]

    async def totals(self, first: date, last: date, measures: Collection[Measure]) -> Counts:
        """The kept numbers of the whole period."""
        query = (
            select(Tally.measure, Tally.name, func.sum(Tally.count))
            .where(Tally.day.between(first, last), Tally.measure.in_(measures))
            .group_by(Tally.measure, Tally.name)
        )
        return Counts({(Measure(m), name): int(n) for m, name, n in await self._session.execute(query)})

    async def _turns(self, start: datetime, end: datetime) -> list[TurnFacts]:
        query = (
            select(Turn.id, Turn.state, Turn.received_at, Turn.finished_at, Reply.kind, Reply.details)
            .outerjoin(Reply, Reply.turn_id == Turn.id)
            .where(Turn.received_at >= start, Turn.received_at < end, Turn.state != "received")
            .order_by(Turn.received_at, Turn.id)
        )
        rows = await self._session.execute(query)
        turns = []
        for _, of_turn in groupby(rows, key=lambda row: row[0]):
            replied = list(of_turn)
            _, state, received, finished, *_ = replied[0]
            replies = tuple(ReplyFacts(kind, details) for *_, kind, details in replied if kind)
            turns.append(TurnFacts(state, received, finished, replies))
        return turns

    async def _ratings(self, start: datetime, end: datetime) -> list[RatingFacts]:
        query = (
            select(Feedback.rating, Reply.kind, Reply.details)
            .join(Reply, Reply.id == Feedback.reply_id)
            .where(Feedback.at >= start, Feedback.at < end)
        )
        return [RatingFacts(rating, ReplyFacts(kind, d)) for rating, kind, d in await self._session.execute(query)]

    async def _number(self, moment: InstrumentedAttribute[datetime], start: datetime, end: datetime) -> int:
        query = select(func.count()).where(moment >= start, moment < end)
        return (await self._session.execute(query)).scalar_one()


def start_of(day: date) -> datetime:
    """Midnight UTC."""
    return datetime.combine(day, time(), UTC)
