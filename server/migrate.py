"""`python -m server.migrate`: bring the database to the newest schema. Safe to run again, from any folder."""

import asyncio
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from server.db import create_engine
from server.errors import ConfigurationError
from server.settings import load_settings

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
# Any number that nothing else on this database uses.
_LOCK = 7_867_853


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def migrate(url: str) -> None:
    """Upgrade the database at this address to the newest schema; a SQLite file's folder is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                # A large log takes longer than a visitor would wait.
                await connection.execute(text("SET LOCAL statement_timeout = 0"))
                # Several servers may start together: the first one migrates, the others then find nothing to do.
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
    finally:
        await engine.dispose()


def main() -> int:
    """Migrate the configured database."""
    try:
        asyncio.run(migrate(load_settings().database_url))
    except (ConfigurationError, OSError) as e:
        print(f"PumpTalk cannot migrate: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
