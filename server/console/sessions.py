"""Server-side sessions: a random token in a cookie, its hash in the database."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import StaffAccount, StaffSession

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
# Written at most once a minute, so that a page does not cost a write.
_SEEN_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32


class StaffSessions:
    """The sessions within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def start(self, account_id: str, *, complete: bool) -> str:
        """A new session's token."""
        token, now = secrets.token_urlsafe(_TOKEN_BYTES), datetime.now(UTC)
        row = StaffSession(
            token_hash=_hash(token), account_id=account_id, created_at=now, seen_at=now, complete=complete
        )
        self._session.add(row)
        await self._session.flush()
        return token

    async def find(self, token: str) -> tuple[StaffSession, StaffAccount] | None:
        """The session of a token with its account, unless it is over or the account disabled."""
        query = select(StaffSession, StaffAccount).join(StaffAccount).where(StaffSession.token_hash == _hash(token))
        found = (await self._session.execute(query)).one_or_none()
        if found is None:
            return None
        row, account = found
        now = datetime.now(UTC)
        if account.disabled_at or now - row.seen_at > IDLE or now - row.created_at > ABSOLUTE:
            await self.end(token)
            return None
        if now - row.seen_at > _SEEN_EVERY:
            row.seen_at = now
        return row, account

    async def end(self, token: str) -> None:
        """End a session."""
        await self._session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))

    async def end_all(self, account_id: str) -> None:
        """End every session of an account."""
        await self._session.execute(delete(StaffSession).where(StaffSession.account_id == account_id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _cookie_name(request: Request) -> str:
    # The prefix makes a browser refuse the cookie from anywhere but this host by https.
    return "__Host-staff" if request.url.scheme == "https" else "staff"


def token_of(request: Request) -> str | None:
    """The session's token that the browser sent."""
    return request.cookies.get(_cookie_name(request))


def set_token(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the token, out of reach of scripts and other sites, until it is closed."""
    secure = request.url.scheme == "https"
    response.set_cookie(_cookie_name(request), token, path="/", secure=secure, httponly=True, samesite="strict")


def clear_token(request: Request, response: Response) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(_cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True)
