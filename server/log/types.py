"""Column types that mean the same on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets time zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With the time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class StoredJson(TypeDecorator[Any]):
    """JSON. A row that was damaged reads as None, so that the rest of its conversation can still be read."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL refuses what is no JSON; SQLite keeps any text, so there it is written and read here."""
        return JSON() if dialect.name == "postgresql" else _SqliteJson()


class _SqliteJson(JSON):
    """Reads what is not JSON as None."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        def read(value: str | bytes | None) -> Any:
            try:
                return None if value is None else json.loads(value)
            except ValueError:
                return None

        return read
