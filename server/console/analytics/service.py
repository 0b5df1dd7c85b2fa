"""What the analytics page does: gather the figures of a period."""

from datetime import datetime

from server.console.analytics.accuracy import weeks
from server.console.analytics.figures import BY_STEP, IN_ALL, Figures, figures
from server.console.analytics.period import Period
from server.console.analytics.repository import JudgedTurns, judgements_table
from server.console.console import Console
from server.console.staff import Staff
from server.console.trail import Trail


class AnalyticsService:
    """The analytics of one console."""

    def __init__(self, console: Console) -> None:
        self._database, self._usage = console.database, console.usage
        self._title_of = console.library.title_of

    async def figures(self, period: Period, now: datetime) -> Figures:
        """Everything about a period."""
        use = await self._usage.of(list(period.starts()), period.last, BY_STEP, IN_ALL, now)
        async with self._database.session() as session:
            judged = await JudgedTurns(session, judgements_table()).between(period.first, period.last)
        return figures(period, use, self._title_of, weeks(judged))

    async def note(self, staff: Staff, action: str, period: Period, **details: str) -> None:
        """Write in the trail what somebody saw or exported."""
        async with self._database.session() as session:
            await Trail(session).record(staff, action, "analytics", f"{period.first} to {period.last}", **details)
