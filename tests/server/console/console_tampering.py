"""What somebody with the database's own rights can do: take the guard off the trail."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_GUARDS = {
    "sqlite": ("trail_entry_no_update", "trail_entry_no_delete"),
    "postgresql": ("trail_entry_append_only ON trail_entry",),
}


async def let_the_trail_be_changed(session: AsyncSession) -> None:
    """Drop the triggers."""
    for guard in _GUARDS[session.get_bind().dialect.name]:
        await session.execute(text(f"DROP TRIGGER {guard}"))
