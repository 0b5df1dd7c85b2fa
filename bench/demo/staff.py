"""What staff have done about the demonstration's conversations: tags and judgements, where the log has such tables."""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.demo.visits import Visit
from server.log.models import Base, Reply, Turn

_NAME = "Demonstration"
_JUDGED = 0.7


async def judge(session: AsyncSession, visits: Iterable[Visit], now: datetime, chance: random.Random) -> int:
    """Judge most turns by the topic that was meant. The number of judgements."""
    table, rows = Base.metadata.tables.get("judgement"), []
    for visit in visits:
        told = await _topics_told(session, visit.conversation_id)
        for own_id, meant in visit.meant:
            if table is None or meant is None or chance.random() > _JUDGED:
                continue
            turn_id, at, topics = told[own_id]
            is_right = meant in topics
            judged_at = min(now, at + timedelta(hours=chance.uniform(1, 40)))
            rows.append(
                {
                    "turn_id": turn_id,
                    "verdict": "right" if is_right else "wrong",
                    "topic": None if is_right else meant,
                    "version": 1,
                    "judged_by": _NAME.lower(),
                    "judged_by_name": _NAME,
                    "judged_at": judged_at,
                }
            )
    return await _put(session, table, rows)


async def tag(session: AsyncSession, tags: Mapping[str, str]) -> int:
    """Tag conversations, by their ids. The number of tags."""
    rows = [{"conversation_id": id, "tag": word} for id, word in tags.items()]
    return await _put(session, Base.metadata.tables.get("conversation_tag"), rows)


async def _topics_told(session: AsyncSession, conversation_id: str) -> dict[str, tuple[str, datetime, set[str]]]:
    query = (
        select(Turn.client_message_id, Turn.id, Turn.received_at, Reply.details)
        .join(Reply, Reply.turn_id == Turn.id)
        .where(Turn.conversation_id == conversation_id)
    )
    told: dict[str, tuple[str, datetime, set[str]]] = {}
    for own_id, turn_id, at, details in await session.execute(query):
        topics = told.setdefault(own_id, (turn_id, at, set()))[2]
        topics.update((details or {}).get("topics", ()))
    return told


async def _put(session: AsyncSession, table: Table | None, rows: list[dict[str, Any]]) -> int:
    if table is None or not rows:
        return 0
    await (await session.connection()).execute(insert(table), rows)
    return len(rows)
