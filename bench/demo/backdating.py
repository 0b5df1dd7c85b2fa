"""Moves what was said a moment ago into the last 30 days, in every table that tells of it."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.log.models import Base, Conversation, Turn
from server.log.types import UtcDateTime

DAYS = 30
# People ask in the evening most, hour by hour from midnight UTC.
_HOURS = (1, 1, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 6, 6, 7, 8, 8, 9, 10, 11, 11, 9, 5, 2)
_WEEKEND = 0.6
_SHORTEST_PAUSE, _LONGEST_PAUSE = 20, 150
_LATELY = 8


def moments(number: int, now: datetime, chance: random.Random) -> list[datetime]:
    """When so many conversations began: over the last days, some of them since yesterday."""
    lately = [now - timedelta(hours=chance.uniform(0.5, 20)) for _ in range(min(_LATELY, number))]
    earlier = [_moment(now, chance) for _ in range(number - len(lately))]
    return [*lately, *earlier]


def _moment(now: datetime, chance: random.Random) -> datetime:
    while True:
        day = (now - timedelta(days=chance.randrange(1, DAYS))).replace(minute=0, second=0, microsecond=0)
        if day.weekday() < 5 or chance.random() < _WEEKEND:
            [hour] = chance.choices(range(24), _HOURS)
            return day.replace(hour=hour) + timedelta(seconds=chance.uniform(0, 3599))


async def move(session: AsyncSession, conversation_id: str, begin: datetime, chance: random.Random) -> None:
    """Let a conversation begin at this moment, with pauses between its turns; how long answers took stays."""
    turns = select(Turn.id, Turn.received_at).where(Turn.conversation_id == conversation_id).order_by(Turn.seq)
    rows = (await session.execute(turns)).all()
    first = await session.scalar(select(Conversation.created_at).where(Conversation.id == conversation_id))
    if first is None:
        raise LookupError(f"conversation {conversation_id} is gone")
    shifts = [begin - first]
    for _ in rows:
        shifts.append(shifts[-1] + timedelta(seconds=chance.uniform(_SHORTEST_PAUSE, _LONGEST_PAUSE)))
    starts = [row.received_at for row in rows]
    for table, key in _tables():
        ids: Sequence[str] = [row.id for row in rows] if key == "turn_id" else [conversation_id]
        await _move_rows(session, table, key, ids, starts, shifts)


def _tables() -> Iterator[tuple[Table, str]]:
    """The tables that tell of conversations, each with the column that says of which one, or of which of its turns."""
    for table in Base.metadata.sorted_tables:
        if table.name == Conversation.__tablename__:
            yield table, "id"
        elif "conversation_id" in table.c:
            yield table, "conversation_id"
        elif "turn_id" in table.c:
            yield table, "turn_id"


async def _move_rows(
    session: AsyncSession, table: Table, key: str, ids: Sequence[str], starts: list[datetime], shifts: list[timedelta]
) -> None:
    columns = [column for column in table.c if isinstance(column.type, UtcDateTime)]
    keys = list(table.primary_key)
    if not columns or not ids:
        return
    found = await session.execute(select(*keys, *columns).where(table.c[key].in_(ids)))
    changed = [
        {
            **{f"key_{column.name}": row._mapping[column] for column in keys},
            **{c.name: _moved(row._mapping[c], starts, shifts) for c in columns},
        }
        for row in found
    ]
    if changed:
        where = [column == bindparam(f"key_{column.name}") for column in keys]
        # On the connection: the session would take it for an update of its own objects.
        await (await session.connection()).execute(update(table).where(*where), changed)


def _moved(moment: datetime | None, starts: list[datetime], shifts: list[timedelta]) -> datetime | None:
    return None if moment is None else moment + shifts[bisect_right(starts, moment)]
