"""Full-text search: the words of each turn, both sides together.

The table `search_text` and its index (FTS5 on SQLite, a generated tsvector on PostgreSQL) are made by the migration
alone: SQLAlchemy's models know neither. Rows go with their turn.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Integer, Select, String, Text, column, func, insert, literal, select, table, text
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.ext.asyncio import AsyncSession

from server.log.types import UtcDateTime

SEARCH_TEXT = table(
    "search_text",
    column("id", Integer),
    column("turn_id", String),
    column("conversation_id", String),
    column("at", UtcDateTime),
    column("text", Text),
)
# Only the newest turns that hold the words are looked at, so that a common word takes no longer than a rare one.
NEWEST = 5000
_PHRASE = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w+")


async def keep_words(
    session: AsyncSession, turn_id: str, conversation_id: str, texts: Iterable[str], now: datetime
) -> None:
    """Make a turn findable."""
    row = {"turn_id": turn_id, "conversation_id": conversation_id, "at": now, "text": "\n".join(texts)}
    await session.execute(insert(SEARCH_TEXT).values(row))


def phrases(query: str) -> str:
    """A query as both databases read it: words and "quoted phrases", all of which have to occur. May be empty.

    Every other sign is taken out, so that nothing of what somebody types is an operator.
    """
    found = (_WORD.findall(quoted or word) for quoted, word in _PHRASE.findall(query))
    return " ".join(f'"{" ".join(words)}"' for words in found if words)


def matching(dialect: str, query: str, until: datetime | None = None) -> Select[str]:
    """Ids of the conversations of the newest turns that hold these `phrases`, at most `NEWEST` rows."""
    return select(SEARCH_TEXT.c.conversation_id).where(SEARCH_TEXT.c.id.in_(newest_turns(dialect, query, until)))


def newest_turns(dialect: str, query: str, until: datetime | None = None) -> Select[int]:
    """The same turns by their numbers in the index."""
    if dialect == "sqlite":
        number = column("rowid", Integer)
        found = select(number).select_from(table("search_index"))
        found = found.where(text("search_index MATCH :phrases").bindparams(phrases=query))
    else:
        number = SEARCH_TEXT.c.id
        wanted = func.websearch_to_tsquery(literal("english", REGCONFIG), query)
        found = select(number).where(column("words", TSVECTOR).bool_op("@@")(wanted))
    if until:
        dated = SEARCH_TEXT.alias("dated")
        last = select(dated.c.id).where(dated.c.at <= until).order_by(dated.c.at.desc()).limit(1)
        found = found.where(number <= last.scalar_subquery())
    return found.order_by(number.desc()).limit(NEWEST)
