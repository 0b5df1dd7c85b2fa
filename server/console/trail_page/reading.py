"""Reading the trail: newest first, a page at a time, only what is looked for."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import TrailEntry
from server.db import Database

PAGE = 50
_AT_ONCE = 1000


@dataclass(frozen=True)
class Sought:
    """What is looked for; what is empty is not looked at. `since` and `until` are days, both included."""

    person: str = ""
    action: str = ""
    thing: str = ""
    since: date | None = None
    until: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions on the entries."""
        found: list[ColumnElement[bool]] = []
        if self.person:
            found.append(TrailEntry.actor.icontains(self.person, autoescape=True))
        if self.action:
            found.append(TrailEntry.action.icontains(self.action, autoescape=True))
        if self.thing:
            exact = TrailEntry.object_id == self.thing
            found.append(exact | TrailEntry.object_kind.icontains(self.thing, autoescape=True))
        if self.since:
            found.append(TrailEntry.at >= _start(self.since))
        if self.until:
            found.append(TrailEntry.at < _start(self.until + timedelta(days=1)))
        return found

    def details(self) -> dict[str, str]:
        """What was filled in."""
        return {name: str(value) for name, value in asdict(self).items() if value}

    def query(self, **more: object) -> str:
        """As the end of an address."""
        return urlencode({**self.details(), **more})


async def entries(session: AsyncSession, sought: Sought, before: int | None = None) -> Sequence[TrailEntry]:
    """A page of entries older than number `before`, and one more if there are older ones."""
    return await _some(session, sought, before, PAGE + 1)


async def rows(database: Database, sought: Sought) -> AsyncIterator[list[Any]]:
    """All entries, as rows of a table. No session stays open while a slow reader takes them."""
    before: int | None = None
    while True:
        async with database.session() as session:
            found = await _some(session, sought, before, _AT_ONCE)
        for e in found:
            at = e.at.isoformat(timespec="seconds")
            yield [e.seq, at, e.actor, e.action, e.object_kind, e.object_id, e.reason, e.details, e.hash]
        if len(found) < _AT_ONCE:
            return
        before = found[-1].seq


async def _some(session: AsyncSession, sought: Sought, before: int | None, count: int) -> Sequence[TrailEntry]:
    query = select(TrailEntry).where(*sought.conditions()).order_by(TrailEntry.seq.desc()).limit(count)
    if before is not None:
        query = query.where(TrailEntry.seq < before)
    return (await session.scalars(query)).all()


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
