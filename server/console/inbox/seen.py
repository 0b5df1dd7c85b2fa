"""Recording what somebody looked at: once a quarter of an hour, so that a reload does not fill the trail."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import TrailEntry
from server.console.staff import Staff
from server.console.trail import Trail

_AGAIN_AFTER = timedelta(minutes=15)


async def record_seen(session: AsyncSession, staff: Staff, action: str, kind: str, object_id: str) -> None:
    """Record it, unless the same stands there already since less than a quarter of an hour. Last in its session."""
    known = (
        select(TrailEntry.seq)
        .where(TrailEntry.at > datetime.now(UTC) - _AGAIN_AFTER, TrailEntry.actor_id == staff.id)
        .where(TrailEntry.action == action, TrailEntry.object_kind == kind, TrailEntry.object_id == object_id)
        .limit(1)
    )
    if await session.scalar(known) is None:
        await Trail(session).record(staff, action, kind, object_id)
