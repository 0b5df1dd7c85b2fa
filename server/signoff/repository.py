"""The queries of sign-offs. Nothing here commits: `Database.session` does."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from server.signoff.models import SignOff


class SignOffRepository:
    """Sign-offs within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def latest(self) -> dict[str, SignOff]:
        """The latest act of each topic that has one; their texts are not loaded."""
        newest = select(func.max(SignOff.id)).group_by(SignOff.topic)
        rows = await self._session.scalars(select(SignOff).where(SignOff.id.in_(newest)).options(defer(SignOff.text)))
        return {row.topic: row for row in rows}

    async def history(self, topic: str) -> Sequence[SignOff]:
        """All acts of a topic, the latest first."""
        query = select(SignOff).where(SignOff.topic == topic).order_by(SignOff.id.desc())
        return (await self._session.scalars(query)).all()

    async def add(self, row: SignOff) -> None:
        """Append an act."""
        self._session.add(row)
        await self._session.flush()
