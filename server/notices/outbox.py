"""The queries of the outbox. Nothing here commits."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.log.red_flags import Notice, RedFlag

_AT_ONCE = 20


class Outbox:
    """Notices within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, now: datetime, lease: timedelta, longest: timedelta) -> list[tuple[Notice, RedFlag]]:
        """Take what is due, so that no other server sends it; due again after the lease, should this server stop."""
        # A moment that is too far away was written before the clock was set back.
        is_due = Notice.done_at.is_(None) & or_(Notice.due_at <= now, Notice.due_at > now + longest)
        oldest = select(Notice.id).where(is_due).order_by(Notice.due_at).limit(_AT_ONCE)
        # Said twice: of two servers at once the second one finds it not due any more.
        claimed = update(Notice).where(Notice.id.in_(oldest), is_due).returning(Notice.id)
        values = {"due_at": now + lease, "attempts": Notice.attempts + 1}
        ids = await self._session.scalars(claimed.values(values), execution_options={"synchronize_session": False})
        query = select(Notice, RedFlag).join(RedFlag, RedFlag.id == Notice.red_flag_id)
        rows = await self._session.execute(query.where(Notice.id.in_(list(ids))).order_by(Notice.created_at))
        return [(notice, flag) for notice, flag in rows]

    async def keep(self, notice_id: str, **values: datetime) -> None:
        """Note what became of a notice; one that was erased meanwhile needs nothing."""
        await self._session.execute(update(Notice).where(Notice.id == notice_id).values(**values))

    async def is_any_open(self) -> bool:
        """Whether there is anything to send. Only read, so that an idle server writes nothing."""
        return await self._session.scalar(select(Notice.id).where(Notice.done_at.is_(None)).limit(1)) is not None
