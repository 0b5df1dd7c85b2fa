"""Counts the days that are over, and tells what was counted, with the running day counted afresh."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.exc import IntegrityError

from server.db import Database
from server.usage.counting import Counts, Measure, StepCounts
from server.usage.repository import UsageRepository, start_of

# No turn is open for so long after its day.
_SETTLED_AFTER = timedelta(hours=2)
_DAY = timedelta(days=1)
_SLICE = timedelta(hours=1)
# What arrived so long ago is hardly open any more: it is counted once, and only what came later at every look.
_OPEN_AT_MOST = timedelta(minutes=1)
# In one round of the server, so that visitors are not kept waiting.
_DAYS_AT_ONCE = 10


@dataclass(frozen=True)
class Use:
    """The numbers of a period: `steps` by the day on which a step begins, `totals` of all. `missing` days are not
    counted yet.
    """

    steps: StepCounts
    totals: Counts
    missing: int


class Usage:
    """The use of one log. Every session that it opens is short."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Of today and yesterday: the moment up to which they are counted, and the numbers.
        self._running: dict[date, tuple[datetime, Counts]] = {}
        self._recounted: datetime | None = None

    async def count_up(self, now: datetime) -> int:
        """Count days that are over and not counted yet, the newest first. The number of them."""
        days = await self._uncounted(now)
        for day in days[:_DAYS_AT_ONCE]:
            counts = await self._counted(start_of(day), start_of(day + _DAY))
            try:
                async with self._database.session() as session:
                    await UsageRepository(session).keep(day, counts)
            except IntegrityError:
                continue  # another server has just counted it
        return len(days[:_DAYS_AT_ONCE])

    async def follow(self, now: datetime) -> None:
        """Keep up with the running day, so that a look at it costs little."""
        async with self._database.session() as session:
            self._forget_if_recounted(await UsageRepository(session).recounted_at())
        await self._so_far(now.astimezone(UTC).date(), now)

    async def recount(self, first: date, last: date, now: datetime) -> None:
        """Count these days anew, after the log was changed; other server processes notice at their next look."""
        async with self._database.session() as session:
            await UsageRepository(session).forget(first, last, now)
        while await self.count_up(now):
            pass

    async def of(
        self,
        starts: Sequence[date],
        last: date,
        by_step: Collection[Measure],
        in_all: Collection[Measure],
        now: datetime,
    ) -> Use:
        """What was counted up to the last day, these measures step by step and those for all together.

        Steps begin on the days `starts`, in order.
        """
        first = starts[0]
        today = now.astimezone(UTC).date()
        async with self._database.session() as session:
            usage = UsageRepository(session)
            kept = await usage.kept_days(first, last)
            steps = Counter({(d, m, name): n for d, m, name, n in await usage.by_step(starts, last, by_step)})
            totals, begun = await usage.totals(first, last, in_all), await usage.first_day()
            self._forget_if_recounted(await usage.recounted_at())
        for day in (today, today - _DAY):
            if first <= day <= last and day not in kept:
                kept.add(day)
                start = starts[bisect_right(starts, day) - 1]
                for (measure, name), n in (await self._so_far(day, now)).items():
                    if measure in by_step:
                        steps[start, measure, name] += n
                    if measure in in_all:
                        totals[measure, name] += n
        possible = (min(last, today) - max(first, begun or today)).days + 1
        return Use(steps, totals, max(0, possible - sum(day >= (begun or today) for day in kept)))

    def _forget_if_recounted(self, at: datetime | None) -> None:
        if at != self._recounted:
            self._running, self._recounted = {}, at

    async def _so_far(self, day: date, now: datetime) -> Counts:
        end = min(start_of(day + _DAY), now + _OPEN_AT_MOST)
        since, counts = self._running.get(day, (start_of(day), Counts()))
        settled = min(end, now - _OPEN_AT_MOST)
        if settled - since >= _OPEN_AT_MOST:
            since, counts = settled, counts + await self._counted(since, settled)
            self._running = {d: c for d, c in self._running.items() if d >= day - _DAY} | {day: (since, counts)}
        return counts + await self._counted(since, end)

    async def _counted(self, start: datetime, end: datetime) -> Counts:
        counts = Counts()
        while start < end:
            # In slices, each in a session of its own, so that counting a busy day keeps nobody waiting.
            until = min(end, start + _SLICE)
            async with self._database.session() as session:
                counts += await UsageRepository(session).counted(start, until)
            start = until
        return counts

    async def _uncounted(self, now: datetime) -> list[date]:
        last = (now - _SETTLED_AFTER).astimezone(UTC).date() - _DAY
        async with self._database.session() as session:
            usage = UsageRepository(session)
            first = await usage.first_day()
            if first is None or first > last:
                return []
            kept = await usage.kept_days(first, last)
        days = (last - timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if day not in kept]
