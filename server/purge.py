"""`python -m server.purge [--yes]`: delete what is older than the policy allows; without --yes only say how much."""

import argparse
import asyncio
import sys

from server.db import Database, DatabaseUnavailableError
from server.errors import ConfigurationError
from server.housekeeping import Retention
from server.log.retention import Policy
from server.settings import Settings, load_settings


def main() -> int:
    """Purge the configured database, or preview it. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yes", action="store_true", help="really delete")
    really = parser.parse_args().yes
    try:
        print(asyncio.run(_purge(load_settings(), really)))
    except (ConfigurationError, DatabaseUnavailableError) as e:
        print(f"PumpTalk cannot purge: {e}", file=sys.stderr)
        return 1
    return 0


async def _purge(settings: Settings, really: bool) -> str:
    database = Database(settings.database_url)
    retention = Retention(database, Policy.of_days(settings.retention_days, settings.contact_retention_days))
    try:
        due = await (retention.purge() if really else retention.due())
    finally:
        await database.close()
    verb = "Deleted" if really else "Would delete (nothing is deleted without --yes)"
    return (
        f"{verb}: {due.conversations} conversations silent for {settings.retention_days} days, "
        f"{due.contacts} other call-back requests older than {settings.contact_retention_days} days."
    )


if __name__ == "__main__":
    sys.exit(main())
