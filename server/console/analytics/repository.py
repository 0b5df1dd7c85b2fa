"""The one query of the analytics beside the counted use: what staff judged."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.log.models import Base, Turn
from server.usage.repository import start_of

_JUDGEMENTS = "judgement"


def judgements_table() -> Table | None:
    """The table of judged turns (`turn_id`, `verdict`), which another part of the console fills; None without it."""
    return Base.metadata.tables.get(_JUDGEMENTS)


class JudgedTurns:
    """Judged turns within one session."""

    def __init__(self, session: AsyncSession, table: Table | None) -> None:
        self._session, self._table = session, table

    async def between(self, first: date, last: date) -> Sequence[tuple[datetime, str]]:
        """When each judged turn of these days was asked, and its verdict."""
        if self._table is None:
            return []
        query = (
            select(Turn.received_at, self._table.c.verdict)
            .join(self._table, self._table.c.turn_id == Turn.id)
            .where(Turn.received_at >= start_of(first), Turn.received_at < start_of(last + timedelta(days=1)))
        )
        return [(at, verdict) for at, verdict in await self._session.execute(query)]
