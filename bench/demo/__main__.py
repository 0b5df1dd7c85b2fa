"""Fill the configured log with about 125 made-up conversations of the last 30 days, held with the real bot.

PYTHONPATH=.:tests/e2e python -m bench.demo [--again | --remove]
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from running import running
from sqlalchemy import func, select

import server.main  # noqa: F401  (so that all tables of the log are known)
from bench.demo import backdating, staff
from bench.demo.talks import load_talks
from bench.demo.visits import MARK, Visit, hold
from server.db import Database
from server.errors import ConfigurationError
from server.log.models import Conversation, Reply, Turn
from server.log.retention import RetentionRepository
from server.settings import load_settings
from server.usage.usage import Usage

# The same visits at the same hours each time.
_SEED = 7
_TAGS = ("insurance", "call again", "for the doctor", "good example")
_TAGGED = 0.15


def main() -> int:
    """Fill, or remove. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--again", action="store_true", help="add to an earlier demonstration")
    which.add_argument("--remove", action="store_true", help="delete the demonstration's conversations")
    args = parser.parse_args()
    try:
        settings = load_settings()
    except ConfigurationError as e:
        print(f"The settings are wrong: {e}", file=sys.stderr)
        return 1
    if settings.environment == "production":
        print("This is production: no made-up conversations among those of patients.", file=sys.stderr)
        return 1
    if args.remove:
        return asyncio.run(_remove(settings.database_url))
    return _fill(settings.database_url, args.again)


def _fill(database_url: str, again: bool) -> int:
    began, talks = time.monotonic(), load_talks()
    print("Starting PumpTalk on ports of its own (about half a minute) ...", flush=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), DATABASE_URL=database_url) as pumptalk:
        if not again and asyncio.run(_held_before(database_url)):
            print("The log holds a demonstration already. ARGS=--again adds another, ARGS=--remove deletes it.")
            return 0
        print(f"Holding {len(talks)} conversations ...", flush=True)
        visits = asyncio.run(hold(pumptalk.url, talks))
    print("Moving them into the last 30 days ...", flush=True)
    told = asyncio.run(_age(database_url, visits))
    print(f"{told}\nDone after {time.monotonic() - began:.0f} s. `make run`, then open /staff.")
    return 0


async def _age(database_url: str, visits: list[Visit]) -> str:
    database, now, chance = Database(database_url), datetime.now(UTC), random.Random(_SEED)
    order = chance.sample(visits, len(visits))
    try:
        async with database.session() as session:
            for visit, begin in zip(order, backdating.moments(len(order), now, chance), strict=True):
                await backdating.move(session, visit.conversation_id, begin, chance)
        async with database.session() as session:
            judged = await staff.judge(session, visits, now, chance)
            tags = {v.conversation_id: chance.choice(_TAGS) for v in visits if chance.random() < _TAGGED}
            tagged = await staff.tag(session, tags)
            kinds = await session.scalars(select(Reply.kind).join(Turn).where(Turn.client_message_id.startswith(MARK)))
            counted = ", ".join(f"{number} {kind}" for kind, number in Counter(kinds).most_common())
        await Usage(database).recount((now - timedelta(days=backdating.DAYS)).date(), now.date(), now)
    finally:
        await database.close()
    return f"{len(visits)} conversations. Replies by kind: {counted}. Judged turns: {judged}, tags: {tagged}."


async def _held_before(database_url: str) -> bool:
    return bool(await _conversations(database_url))


async def _conversations(database_url: str) -> list[str]:
    database = Database(database_url)
    try:
        async with database.session() as session:
            query = select(Turn.conversation_id).where(Turn.client_message_id.startswith(MARK)).distinct()
            return list(await session.scalars(query))
    finally:
        await database.close()


async def _remove(database_url: str) -> int:
    ids, now, database = await _conversations(database_url), datetime.now(UTC), Database(database_url)
    try:
        async with database.session() as session:
            query = select(func.min(Conversation.created_at)).where(Conversation.id.in_(ids))
            first = await session.scalar(query)
            await RetentionRepository(session).erase(ids)
            await staff.forget_lessons(session)
        if first:
            await Usage(database).recount(first.date(), now.date(), now)
    finally:
        await database.close()
    print(f"{len(ids)} conversations deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
