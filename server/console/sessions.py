"""Server-side sessions: a random token in a cookie, its hash in the database."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import StaffAccount, StaffSession
from server.settings import Settings

# Written at most once a minute, so that a page does not cost a write.
_SEEN_EVERY = timedelta(minutes=1)
# Somebody between password and second step.
_SIGNING_IN = timedelta(minutes=20)
_TOKEN_BYTES, _LONGEST_AGENT = 32, 200


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without a click, and in all."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)

    @classmethod
    def of(cls, settings: Settings) -> "SessionLimits":
        """As the settings say."""
        return cls(timedelta(minutes=settings.staff_idle_minutes), timedelta(hours=settings.staff_session_hours))

    def is_over(self, row: StaffSession, now: datetime) -> bool:
        """Whether a session has ended by itself."""
        age, longest = now - row.created_at, self.absolute if row.complete else min(_SIGNING_IN, self.absolute)
        return age > longest or now - row.seen_at > self.idle


class StaffSessions:
    """The sessions within one database session."""

    def __init__(self, session: AsyncSession, limits: SessionLimits | None = None) -> None:
        self._session, self._limits = session, limits or SessionLimits()

    async def start(
        self, account_id: str, *, complete: bool, second_step: bool = False, agent: str | None = None
    ) -> str:
        """A new session's token."""
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), datetime.now(UTC)
        row = StaffSession(
            token_hash=hash_of_token(token),
            account_id=account_id,
            created_at=now,
            seen_at=now,
            complete=complete,
            second_step=second_step,
            agent=agent[:_LONGEST_AGENT] if agent else None,
        )
        self._session.add(row)
        await self._session.flush()
        return token

    async def renew(self, row: StaffSession, *, complete: bool, second_step: bool) -> str:
        """Put a new session in the place of this one, so that a token known from before is worth nothing."""
        token = await self.start(row.account_id, complete=complete, second_step=second_step, agent=row.agent)
        await self.end_row(row.account_id, row.token_hash)
        return token

    async def find(self, token: str) -> tuple[StaffSession, StaffAccount] | None:
        """The session of a token with its account, unless it is over or the account disabled."""
        query = select(StaffSession, StaffAccount).join(StaffAccount)
        found = (
            await self._session.execute(query.where(StaffSession.token_hash == hash_of_token(token)))
        ).one_or_none()
        if found is None:
            return None
        row, account = found
        now = datetime.now(UTC)
        if account.disabled_at or self._limits.is_over(row, now):
            await self.end(token)
            return None
        if now - row.seen_at > _SEEN_EVERY:
            row.seen_at = now
        return row, account

    async def of(self, account_id: str) -> Sequence[StaffSession]:
        """The signed-in browsers of an account, the latest used first."""
        complete = StaffSession.account_id == account_id, StaffSession.complete
        query = select(StaffSession).where(*complete).order_by(StaffSession.seen_at.desc())
        now = datetime.now(UTC)
        return [row for row in await self._session.scalars(query) if not self._limits.is_over(row, now)]

    async def end(self, token: str) -> None:
        """End a session."""
        await self._session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_of_token(token)))

    async def end_row(self, account_id: str, token_hash: str) -> None:
        """End a session of this account, known by the hash of its token."""
        chosen = StaffSession.account_id == account_id, StaffSession.token_hash == token_hash
        await self._session.execute(delete(StaffSession).where(*chosen))

    async def sweep(self, account_id: str) -> None:
        """Delete what is left of an account's sessions that have ended by themselves."""
        oldest = datetime.now(UTC) - self._limits.absolute
        over = StaffSession.account_id == account_id, StaffSession.created_at < oldest
        await self._session.execute(delete(StaffSession).where(*over))

    async def end_others(self, row: StaffSession) -> None:
        """End every session of the account but this one."""
        others = StaffSession.account_id == row.account_id, StaffSession.token_hash != row.token_hash
        await self._session.execute(delete(StaffSession).where(*others))

    async def end_all(self, account_id: str) -> None:
        """End every session of an account."""
        await self._session.execute(delete(StaffSession).where(StaffSession.account_id == account_id))


def hash_of_token(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def cookie_name(request: Request, name: str) -> str:
    """The cookie's name. By https with the prefix that makes a browser refuse it from anywhere but this host."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def token_of(request: Request) -> str | None:
    """The session's token that the browser sent."""
    return request.cookies.get(cookie_name(request, "staff"))


def set_token(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the token, out of reach of scripts and other sites, until it is closed."""
    secure = request.url.scheme == "https"
    name = cookie_name(request, "staff")
    response.set_cookie(name, token, path="/", secure=secure, httponly=True, samesite="strict")


def clear_token(request: Request, response: Response) -> None:
    """Let the browser forget the token."""
    secure, name = request.url.scheme == "https", cookie_name(request, "staff")
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
