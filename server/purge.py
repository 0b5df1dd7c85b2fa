"""Delete what is older than the retention policy allows, or one conversation. Without --yes it only says how much.

python -m server.purge [--conversation ID] [--yes]
"""

import argparse
import asyncio
import sys

from server.db import Database, DatabaseUnavailableError
from server.errors import ConfigurationError
from server.housekeeping import Retention
from server.log.repository import LogRepository
from server.log.retention import Policy, RetentionRepository
from server.settings import Settings, load_settings

_PREVIEW = "Would delete (nothing is deleted without --yes)"


def main() -> int:
    """Purge the configured database, or preview it. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversation", metavar="ID", help="this conversation only, however old it is")
    parser.add_argument("--yes", action="store_true", help="really delete")
    args = parser.parse_args()
    try:
        print(asyncio.run(_purged(load_settings(), args.conversation, args.yes)))
    except (ConfigurationError, DatabaseUnavailableError) as e:
        print(f"PumpTalk cannot purge: {e}", file=sys.stderr)
        return 1
    return 0


async def _purged(settings: Settings, conversation_id: str | None, really: bool) -> str:
    database = Database(settings.database_url)
    try:
        if conversation_id is not None:
            return await _erased(database, conversation_id, really)
        return await _purged_by_policy(database, settings, really)
    finally:
        await database.close()


async def _purged_by_policy(database: Database, settings: Settings, really: bool) -> str:
    retention = Retention(database, Policy.of_days(settings.retention_days, settings.contact_retention_days))
    due = await (retention.purge() if really else retention.due())
    return (
        f"{'Deleted' if really else _PREVIEW}: {due.conversations} conversations silent for {settings.retention_days} "
        f"days, {due.contacts} other call-back requests older than {settings.contact_retention_days} days."
    )


async def _erased(database: Database, conversation_id: str, really: bool) -> str:
    async with database.session() as session:
        if await LogRepository(session).conversation(conversation_id) is None:
            return "There is no conversation with this id."
        if really:
            await RetentionRepository(session).erase([conversation_id])
    return f"{'Deleted' if really else _PREVIEW}: 1 conversation. A running server lets Rasa forget it within seconds."


if __name__ == "__main__":
    sys.exit(main())
