"""The queue of red flags: a line for each conversation in which one waits, the unseen, gravest and oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.staff import Staff
from server.console.trail import Trail
from server.errors import BadRequestError
from server.log.models import Turn
from server.log.red_flags import Notice, RedFlag

_SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """A conversation whose red flags nobody has handled. `said` is the message of the gravest one; `seen_at` is None
    while one of them is unseen.
    """

    conversation_id: str
    gravity: int
    topics: list[str]
    said: str
    times: int
    first_at: datetime
    last_at: datetime
    seen_by: str | None
    seen_at: datetime | None
    told_at: datetime | None
    untold_tries: int

    @property
    def seen_after(self) -> timedelta | None:
        """How long it took until somebody saw it."""
        return self.seen_at - self.first_at if self.seen_at else None


class RedFlagQueue:
    """The queue within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def waiting(self) -> list[Waiting]:
        """The first hundred of the queue."""
        unseen = func.max(case((RedFlag.seen_at.is_(None), 1), else_=0))
        gravest, oldest = func.min(RedFlag.gravity), func.min(RedFlag.raised_at)
        query = (
            select(RedFlag.conversation_id)
            .where(RedFlag.handled_at.is_(None))
            .group_by(RedFlag.conversation_id)
            .order_by(unseen.desc(), gravest, oldest)
            .limit(_SHOWN)
        )
        ids = (await self._session.scalars(query)).all()
        flags = select(RedFlag, Turn.text).join(Turn, Turn.id == RedFlag.turn_id)
        flags = flags.where(RedFlag.conversation_id.in_(ids), RedFlag.handled_at.is_(None))
        found: dict[str, list[tuple[RedFlag, str]]] = {i: [] for i in ids}
        for flag, said in await self._session.execute(flags.order_by(RedFlag.gravity, RedFlag.raised_at)):
            found[flag.conversation_id].append((flag, said))
        notices = await self._notices([flag.id for own in found.values() for flag, _ in own])
        return [_waiting([flag for flag, _ in own], own[0][1], notices) for own in found.values()]

    async def count(self) -> int:
        """How many conversations wait."""
        query = select(func.count(RedFlag.conversation_id.distinct())).where(RedFlag.handled_at.is_(None))
        return (await self._session.execute(query)).scalar_one()

    async def handled(self) -> Sequence[RedFlag]:
        """The hundred handled last."""
        query = select(RedFlag).where(RedFlag.handled_at.is_not(None)).order_by(RedFlag.handled_at.desc())
        return (await self._session.scalars(query.limit(_SHOWN))).all()

    async def see(self, staff: Staff, conversation_id: str) -> None:
        """Note who was the first to see the red flags of a conversation."""
        seen = update(RedFlag).where(RedFlag.conversation_id == conversation_id, RedFlag.seen_at.is_(None))
        await self._session.execute(seen.values(seen_by=staff.id, seen_at=datetime.now(UTC)))

    async def handle(self, staff: Staff, conversation_id: str, until: datetime, note: str) -> str:
        """Mark those raised up to a moment as handled, so that none is closed which nobody has read."""
        if not note.strip():
            raise BadRequestError("Write down what was done.")
        now = datetime.now(UTC)
        handled = (
            update(RedFlag)
            .where(RedFlag.conversation_id == conversation_id, RedFlag.handled_at.is_(None))
            .where(RedFlag.raised_at <= until)
            .values(handled_by=staff.id, handled_at=now, note=note.strip())
            .values(seen_by=func.coalesce(RedFlag.seen_by, staff.id), seen_at=func.coalesce(RedFlag.seen_at, now))
            .returning(RedFlag.id)
            .execution_options(synchronize_session=False)
        )
        ids = (await self._session.scalars(handled)).all()
        if not ids:
            return "handled-meanwhile"
        await Trail(self._session).record(staff, "handled red flag", "conversation", conversation_id, flags=len(ids))
        return "handled"

    async def _notices(self, flag_ids: Sequence[str]) -> dict[str, Notice]:
        query = select(Notice).where(Notice.red_flag_id.in_(flag_ids))
        return {notice.red_flag_id: notice for notice in await self._session.scalars(query)}


def _waiting(flags: Sequence[RedFlag], said: str, notices: dict[str, Notice]) -> Waiting:
    told = [notices[flag.id] for flag in flags if flag.id in notices]
    sent = [at for notice in told for at in (notice.mailed_at, notice.posted_at) if at]
    seen = [] if any(flag.seen_at is None for flag in flags) else sorted(flags, key=lambda f: f.seen_at or f.raised_at)
    return Waiting(
        conversation_id=flags[0].conversation_id,
        gravity=flags[0].gravity,
        topics=list(dict.fromkeys(flag.topic for flag in flags)),
        said=said,
        times=len(flags),
        first_at=min(flag.raised_at for flag in flags),
        last_at=max(flag.raised_at for flag in flags),
        seen_by=seen[0].seen_by if seen else None,
        seen_at=seen[0].seen_at if seen else None,
        told_at=min(sent, default=None),
        untold_tries=max((notice.attempts for notice in told if not notice.done_at), default=0),
    )
