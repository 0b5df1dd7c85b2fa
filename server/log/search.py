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
_KEEP = insert(SEARCH_TEXT)
_SQLITE_INDEX = table("search_index", column("rowid", Integer))
# Only so many of the newest turns that hold the words are looked at, so that a common word takes hardly longer than a
# rare one; whoever wants those before asks `until` the moment of the last of them.
NEWEST = 2000
_PHRASE = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w+")


async def keep_words(
    session: AsyncSession, turn_id: str, conversation_id: str, texts: Iterable[str], now: datetime
) -> None:
    """Make a turn findable."""
    row = {"turn_id": turn_id, "conversation_id": conversation_id, "at": now, "text": "\n".join(texts)}
    await session.execute(_KEEP, row)


def phrases(query: str) -> str:
    """A query as both databases read it: words and "quoted phrases", all of which have to occur. May be empty.

    Every other sign is taken out, so that nothing of what somebody types is an operator.
    """
    found = (_WORD.findall(quoted or word) for quoted, word in _PHRASE.findall(query))
    return " ".join(f'"{" ".join(words)}"' for words in found if words)


async def plan_for_the_words(session: AsyncSession) -> None:
    """Let PostgreSQL plan each search of this transaction for the words that it is for.

    The plan that it keeps for a repeated statement knows nothing of them: it collects all turns that hold a word, of a
    word that most answers hold nearly all, instead of walking from the newest until there are enough.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def newest_hits(dialect: str, query: str, until: datetime | None = None) -> Select[tuple[str, datetime]]:
    """The conversations and moments of the newest turns that hold these `phrases`, at most `NEWEST` of them."""
    turn = SEARCH_TEXT.c
    found = select(turn.conversation_id, turn.at)
    if dialect == "sqlite":
        number = _SQLITE_INDEX.c.rowid
        found = found.join_from(_SQLITE_INDEX, SEARCH_TEXT, turn.id == number)
        found = found.where(text("search_index MATCH :phrases").bindparams(phrases=query))
    else:
        number = turn.id
        wanted = func.websearch_to_tsquery(literal("english", REGCONFIG), query)
        found = found.where(column("words", TSVECTOR).bool_op("@@")(wanted))
    if until:
        dated = SEARCH_TEXT.alias("dated")
        last = select(dated.c.id).where(dated.c.at <= until).order_by(dated.c.at.desc()).limit(1)
        found = found.where(number <= last.scalar_subquery())
    return found.order_by(number.desc()).limit(NEWEST)
