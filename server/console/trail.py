"""The trail: who saw, changed, exported, erased what and when. Append-only, and chained by hashes."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import TrailEntry, TrailHead
from server.console.staff import Staff

_HEAD = 1
START = "0" * 64
_AT_ONCE = 1000


class Trail:
    """The trail within one session: an entry stands exactly if what it tells of was committed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def record(
        self, staff: Staff, action: str, object_kind: str, object_id: str, reason: str | None = None, **details: Any
    ) -> None:
        """Append an entry. `details` are JSON values and never hold what a visitor wrote.

        Call it last in a session: every other recorder waits for the head until the commit.
        """
        raised = update(TrailHead).where(TrailHead.id == _HEAD).values(seq=TrailHead.seq + 1)
        head = (await self._session.execute(raised.returning(TrailHead.seq, TrailHead.hash))).one()
        entry = TrailEntry(
            seq=head.seq,
            at=datetime.now(UTC),
            actor_id=staff.id,
            actor=staff.email,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            reason=reason,
            details=details,
            previous_hash=head.hash,
        )
        entry.hash = hash_of(entry)
        self._session.add(entry)
        await self._session.execute(update(TrailHead).where(TrailHead.id == _HEAD).values(hash=entry.hash))

    async def first_fault(self) -> int | None:
        """The number of the first entry that is not as it was written, or that is missing; None if all are."""
        expected, previous = 1, START
        while entries := await self._after(expected - 1):
            for entry in entries:
                if (entry.seq, entry.previous_hash, entry.hash) != (expected, previous, hash_of(entry)):
                    return expected
                expected, previous = expected + 1, entry.hash
        head = await self._session.get_one(TrailHead, _HEAD)
        return None if (head.seq, head.hash) == (expected - 1, previous) else expected

    async def _after(self, seq: int) -> Sequence[TrailEntry]:
        query = select(TrailEntry).where(TrailEntry.seq > seq).order_by(TrailEntry.seq).limit(_AT_ONCE)
        return (await self._session.scalars(query)).all()


def hash_of(entry: TrailEntry) -> str:
    """SHA-256 over the entry's content and the hash of the entry before."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    told = (entry.actor_id, entry.actor, entry.action, entry.object_kind, entry.object_id, entry.reason, entry.details)
    content = json.dumps([entry.previous_hash, entry.seq, at, *told], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
